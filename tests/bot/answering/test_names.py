"""Names in a sentence, and whether a text holds them."""

import pytest

from bot.answering.names import names, stands_in


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("You must know Kubernetes and C#.", ["kubernetes", "c#"]),
        ("Pay is higher in London.", ["london"]),
        ("Nurses work at night.", []),
        ("JavaScript is used daily.", ["javascript"]),
        ("**Skills**: Kneading dough", []),
        ("What I need is a plan.", []),
    ],
)
def test_what_has_the_capital_or_the_shape_of_a_name_is_one(sentence: str, found: list[str]) -> None:
    assert names(sentence) == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ppl", "Employees get paid parental leave."),
        ("usa", "in the United States"),
        ("kubernetes", "Kubernetes is used."),
        ("nurses", "A nurse works here."),
    ],
)
def test_a_name_stands_in_a_text_itself_or_by_its_initials(name: str, text: str) -> None:
    assert stands_in(name, text)


def test_a_name_that_is_not_there_is_not_there() -> None:
    assert not stands_in("london", "Pay is higher in Leeds.")

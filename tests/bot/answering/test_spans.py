"""A statement of a span that does not hold the figure of a question is told from others."""

import pytest

from bot.answering.quoting import compared, nearest
from bot.answering.spans import contradicts
from knowledge.search.searcher import Hit
from knowledge.statements import statements
from tests.conftest import passage

BANDS = "| Band | Pay | Years |\n|---|---|---|\n| C | 60,000–70,000 | 5-7 |\n| D | 70,001–95,000 | 8+ |"
COLUMNS = "| Band | Min | Max |\n|---|---|---|\n| C | 60,000 | 70,000 |\n| D | 70,001 | 95,000 |"


@pytest.mark.parametrize("table", [BANDS, COLUMNS])
@pytest.mark.parametrize(
    ("question", "of"),
    [
        ("What does 92,000 correspond to?", [True, False]),
        ("What does $ 65k correspond to?", [False, True]),
        ("What is paid in 2026?", [False, False]),
        ("What is paid for 40 hours?", [False, False]),
        ("What does band C pay?", [False, False]),
    ],
)
def test_a_row_of_another_span_than_the_question_s_figure_contradicts_it(
    table: str, question: str, of: list[bool]
) -> None:
    if table is BANDS and "hours" in question:
        table = table.replace("5-7", "5-7 years").replace("8+", "8+ years")
    assert [contradicts(question, one) for one in statements(passage(table))] == of


@pytest.mark.parametrize(
    ("text", "question", "contradicted"),
    [
        ("After 5 to 7 years it pays 60,000.", "What after 10 years?", True),
        ("After 5 to 7 years it pays 60,000.", "What after six years?", False),
        ("With at least 5 years it pays 60,000.", "What with 3 years?", True),
        ("It pays 60,000 and 70,000.", "Does it pay 92,000?", False),
        ("It grew by 5 to 7 percent.", "What with 10 years?", False),
        ("It pays 60,000.", "I earn 50,000, what then?", False),
    ],
)
def test_sentences_contradict_by_their_spans_only(text: str, question: str, contradicted: bool) -> None:
    (one,) = statements(passage(text))
    assert contradicts(question, one) == contradicted


def test_what_contradicts_the_question_is_not_in_bold() -> None:
    hit = Hit(passage(BANDS), 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    judged = compared([hit], [[5.0, 1.0]], 1.0)
    assert "**" in nearest(judged, "What does band C pay?")
    assert "**" not in nearest(judged, "What does 92,000 correspond to?")

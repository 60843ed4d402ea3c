"""A name is found in every form that people write it in; a word that happens to be a name is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mentoring.naming import lower_case_words, naming


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Anna Example", "anna asked", "anna"),
        ("Anna Example", "Annas Frage", "Annas"),
        ("Anna Example", "Mrs Example wants to know", "Example"),
        ("Anna Example", "EXAMPLE, ANNA", "EXAMPLE"),
        ("Anna Example", "what Anna’s team earns", "Anna’s"),
        ("Anna Example", "asked by A. E. last week", "A. E."),
        ("Zoë Šimánková", "zoe said so", "zoe"),
        ("Zoë Šimánková", "pro Simankovou", "Simankovou"),
        ("Søren Łuczak", "soren wants", "soren"),
        ("李雷", "李雷问", "李雷"),
        ("田中 花子", "花子さんの質問", "花子"),
        ("김민준", "김민준이 물었다", "김민준"),
        ("Мария Иванова", "вопрос Марии", "Марии"),
        ("Jean-Pierre Dupont", "pierre asked", "pierre"),
        ("kofi.mensah", "for Mensah", "Mensah"),
        ("Will Baker", "does Will know?", "Will"),
        ("Siobhan O'Neill", "ONeill wants it", "ONeill"),
        ("Γιάννης Παπαδόπουλος", "ρώτησε ο Γιάννη", "Γιάννη"),
        ("Marius Kazlauskas", "Kazlausko klausimas", "Kazlausko"),
        ("Grace Hopper", "Ask Grace about it", "Grace"),
    ],
)
def test_a_name_is_found(name: str, text: str, found: str) -> None:
    assert found in naming([name], text, ["grace"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Max Sample", "the maximum is 5"),
        ("Will Baker", "What will it pay? Will it rise?"),
        ("Grace Hopper", "There is a grace period. Grace periods are short."),
        ("An Nguyen", "an engineer"),
        ("Art Stein", "an article about starting"),
        ("Paul Miller", "PM and QA earn the same"),
        ("李雷", "雷雨"),
        ("Anna Example", "What does a nurse earn in Annapolis?"),
    ],
)
def test_a_word_is_no_name(name: str, text: str) -> None:
    assert naming([name], text, lower_case_words("after the grace period")) == []


@given(st.lists(st.text(max_size=20), max_size=4), st.text(max_size=200))
def test_any_names_and_texts(names: list[str], text: str) -> None:
    assert len(naming(names, text)) <= 200

"""Words, stems and mended slips."""

import pytest

from knowledge.search.lexical import terms
from knowledge.search.spelling import corrections
from knowledge.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$120,000", ["120000"]),
        ("front-end", ["front", "end", "frontend"]),
        ("Meister:in", ["meister", "in", "meisterin"]),
        ("Lehrer*innen", ["lehrer", "innen", "lehrerinnen"]),
        ("Meister/-in, employé(e)", ["meister", "in", "meisterin", "employe", "e", "employee"]),
        ("at 14:30, pay:40k", ["at", "14", "30", "pay", "40k"]),
        ("C++ and C#", ["c++", "and", "c#"]),
        ("bachelor's", ["bachelor"]),
        ("GS13", ["gs13", "gs", "13"]),
        ("in the U.S.", ["in", "the", "usa"]),
        ("Élève", ["eleve"]),
        ("四半期", ["四半", "半期"]),
        ("デベロッパー", ["デベ", "ベロ", "ロッ", "ッパ", "パー"]),
    ],
)
def test_text_is_cut_into_folded_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_the_pronoun_us_is_not_the_country() -> None:
    assert "usa" not in words("tell us more")
    assert "usa" in words("salaries in the US")


def test_forms_of_a_word_share_a_term() -> None:
    assert terms("salaries of engineers") == terms("salary of engineer")


VOCABULARY = {"salary": 5, "engineer": 9, "database": 4, "experience": 3, "what": 1, "the": 9, "is": 9, "degree": 2}


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("slaary", "salary"), ("enginer", "engineer"), ("experiance", "experience"), ("datbase", "database")],
)
def test_a_slip_is_mended_to_a_word_of_the_guides(slip: str, meant: str) -> None:
    assert corrections(["what", "is", "the", slip], VOCABULARY) == {slip: meant}


@pytest.mark.parametrize("word", ["celery", "sal", "2034", "degrees"])
def test_words_that_english_or_the_guides_know_are_left_alone(word: str) -> None:
    assert corrections(["what", "is", "the", word], VOCABULARY) == {}


def test_another_language_is_left_alone() -> None:
    assert corrections(["quel", "salaire", "pour", "ingenieur", "experimente"], VOCABULARY) == {}

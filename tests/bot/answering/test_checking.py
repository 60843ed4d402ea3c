"""Sentences of a model against the passages that it was given."""

import pytest

from bot.answering.checking import Checker, Standing, Verdict
from bot.answering.model_output import Form, Piece
from tests.conftest import passage

PASSAGES = [
    passage(
        "A data analyst in the United Kingdom earns about £38,000 a year on average. Juniors start at £27,000.",
        "Data Analyst", "Pay",
    ),
    passage(
        "A data analyst needs these skills:\n\n- SQL for querying databases such as PostgreSQL\n- Dashboards in Tableau\n\n"
        "Knowing machine learning is not required, though it helps.",
        "Data Analyst", "Skills", position=1,
    ),
    passage(
        "Employers usually expect at least two years of experience. On-call engineers answer a page within 15 minutes.",
        "Data Analyst", "How to become one", position=2,
    ),
]  # fmt: skip


def _verdict(checker: Checker, text: str, cited: tuple[int, ...] = (), question: str = "") -> Verdict:
    return checker.judge(Piece(Form.SENTENCE, text, cited), PASSAGES, question)


PARAPHRASES = {
    "On average, data analysts in the UK earn roughly £38,000 per year.": 1,
    "Junior analysts begin at £27,000.": 1,
    "You'll need SQL to query databases like PostgreSQL.": 2,
    "Employers usually want two or more years of experience.": 3,
}


def test_most_true_paraphrases_are_not_withheld_and_all_cite_their_passage(checker: Checker) -> None:
    verdicts = {text: _verdict(checker, text) for text in PARAPHRASES}
    assert sum(one.standing is not Standing.UNSUPPORTED for one in verdicts.values()) >= 3
    assert {text: one.cited for text, one in verdicts.items()} == {text: (n,) for text, n in PARAPHRASES.items()}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Data analysts earn £48,000 a year on average.", "£48,000"),
        ("Data analysts earn $38,000 a year on average.", "$38,000"),
        ("Juniors start at £27,000 an hour.", "another period"),
        ("Employers usually expect at most two years of experience.", "another limit"),
        ("Employers expect at least five years of experience.", "5"),
        ("You need SQL, Tableau and Kubernetes.", "kubernetes"),
        ("In Berlin, data analysts earn £38,000 a year.", "berlin"),
        ("On-call engineers answer a page within 15 hours.", "15"),
    ],
)
def test_a_wrong_figure_or_name_is_withheld_with_the_reason(checker: Checker, text: str, why: str) -> None:
    verdict = _verdict(checker, text)
    assert verdict.standing is Standing.UNSUPPORTED
    assert why in verdict.why


def test_a_bare_amount_is_in_the_currency_of_its_heading_and_in_no_other(checker: Checker) -> None:
    bands = [passage("A senior engineer is paid 720,000 to 830,000 a year.", "Pay (in Norwegian kroner)", "Engineers")]

    def verdict(text: str) -> Verdict:
        return checker.judge(Piece(Form.SENTENCE, text, (1,)), bands)

    assert verdict("A senior engineer is paid NOK 720,000 to 830,000 a year.").standing is not Standing.UNSUPPORTED
    assert "$720,000" in verdict("A senior engineer is paid $720,000 to $830,000 a year.").why


def test_what_a_model_cites_stays_where_the_sentence_rests_on_it(checker: Checker) -> None:
    assert _verdict(checker, "Juniors start at £27,000.", cited=(1,)).cited == (1,)
    assert _verdict(checker, "Juniors start at £27,000.", cited=(99,)).cited == (1,)


def test_a_sentence_on_what_is_not_said_may_name_what_was_asked_for(checker: Checker) -> None:
    text = "The guide doesn't say anything about certificates from AWS."
    verdict = _verdict(checker, text, question="Which AWS certificate should I take?")
    assert verdict.is_gap
    assert verdict.standing is Standing.DOUBTFUL
    assert verdict.likely


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("The guide doesn't say anything about certificates from AWS.", True),
        ("It is not mentioned what a certificate costs.", True),
        ("It is not stated that the firm sacked people for stealing.", False),
        ("The guide does not say that its owners are in prison.", False),
    ],
)
def test_a_sentence_on_what_is_not_said_speaks_of_the_question_or_of_something_else(
    checker: Checker, text: str, asked: bool
) -> None:
    verdict = _verdict(checker, text, question="Which AWS certificate should I take?")
    assert verdict.is_gap
    assert verdict.is_of_question is asked


def test_a_sentence_on_what_is_not_said_may_claim_nothing_else(checker: Checker) -> None:
    text = "The guide doesn't mention pay abroad, but in Zurich you would get CHF 90,000."
    assert _verdict(checker, text).standing is Standing.UNSUPPORTED


def test_chatter_is_neither_a_claim_nor_withheld(checker: Checker) -> None:
    assert _verdict(checker, "Let me know if you have any other questions!").standing is Standing.CHATTER


def test_what_the_second_look_is_given_are_the_nearest_statements_under_their_headings(checker: Checker) -> None:
    evidence = _verdict(checker, "Juniors start at £27,000.").evidence
    assert evidence[0].endswith("Juniors start at £27,000.")
    assert "Data Analyst > Pay" in evidence[0]


def test_without_passages_nothing_is_supported(checker: Checker) -> None:
    assert checker.judge(Piece(Form.SENTENCE, "Juniors start low."), []).standing is Standing.UNSUPPORTED

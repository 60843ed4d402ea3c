"""BM25 over passages, statements and headings."""

import math
from pathlib import Path

import numpy as np
import pytest

from knowledge.search.lexical import Bm25, LexicalIndex
from tests.conftest import passage

K1, B = 1.5, 0.75
TEXTS = [["oven", "bread"], ["oven", "oven", "ship", "sea"], ["ship", "captain"]]
PASSAGES = [passage("Ovens bake bread.", "Baker"), passage("Ships sail. Captains steer ships.", "Captain", path="c.md")]


def _idf(term: str) -> float:
    n = sum(term in text for text in TEXTS)
    return math.log(1 + (len(TEXTS) - n + 0.5) / (n + 0.5))


def _score(asked: list[str], text: list[str]) -> float:
    """Lucene's BM25 by its formula, as a share of the weight of all terms."""
    length = sum(map(len, TEXTS)) / len(TEXTS)
    met = {term: text.count(term) for term in asked}
    total = sum(_idf(term) * tf / (tf + K1 * (1 - B + B * len(text) / length)) for term, tf in met.items())
    return total / sum(map(_idf, asked))


@pytest.mark.parametrize("asked", [["oven"], ["ship", "captain"], ["oven", "sea", "ship"], ["oven", "football"]])
def test_the_score_of_a_text_is_that_of_the_formula(asked: list[str]) -> None:
    assert Bm25.build(TEXTS).scores(asked).tolist() == pytest.approx([_score(asked, text) for text in TEXTS], abs=1e-5)


def test_a_word_asked_twice_counts_once() -> None:
    built = Bm25.build(TEXTS)
    assert built.scores(["oven", "oven", "ship"]).tolist() == built.scores(["oven", "ship"]).tolist()


def test_words_that_no_text_has_find_nothing() -> None:
    assert Bm25.build(TEXTS).scores(["football"]).tolist() == [0.0, 0.0, 0.0]
    assert Bm25.build([]).scores(["oven"]).tolist() == []


def test_a_passage_is_met_by_itself_by_its_best_statement_and_by_its_headings() -> None:
    scores = LexicalIndex.build(PASSAGES).scores("who steers ships? a captain")
    for part in (scores.passages, scores.statements, scores.headings):
        assert part.argmax() == 1


def test_what_was_saved_scores_the_same(tmp_path: Path) -> None:
    index = LexicalIndex.build(PASSAGES)
    index.save(tmp_path)
    again = LexicalIndex.load(tmp_path)
    assert np.array_equal(again.scores("bread").passages, index.scores("bread").passages)
    assert again.vocabulary == index.vocabulary


def test_an_index_of_nothing_can_be_saved_and_asked(tmp_path: Path) -> None:
    LexicalIndex.build([]).save(tmp_path)
    scores = LexicalIndex.load(tmp_path).scores("what does it pay?")
    assert [len(part) for part in (scores.passages, scores.statements, scores.headings)] == [0, 0, 0]


def test_a_passage_without_statements_scores_nothing_by_them() -> None:
    index = LexicalIndex.build([passage("", "Baker"), *PASSAGES])
    assert index.statement_of.tolist() == [1, 2, 2]
    assert index.scores("bread").statements[0] == 0

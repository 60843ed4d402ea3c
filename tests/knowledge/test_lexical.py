"""BM25 over passages, statements and headings."""

import math
from pathlib import Path

import numpy as np

from knowledge.lexical import Bm25, LexicalIndex
from tests.conftest import passage

K1, B = 1.5, 0.75
TEXTS = [["oven", "bread"], ["oven", "oven", "ship", "sea"], ["ship", "captain"]]
PASSAGES = [passage("Ovens bake bread.", "Baker"), passage("Ships sail. Captains steer ships.", "Captain", path="c.md")]


def _score(term: str, text: list[str]) -> float:
    """Lucene's BM25 by its formula."""
    n = sum(term in other for other in TEXTS)
    idf = math.log(1 + (len(TEXTS) - n + 0.5) / (n + 0.5))
    length = sum(map(len, TEXTS)) / len(TEXTS)
    tf = text.count(term)
    return idf * tf / (tf + K1 * (1 - B + B * len(text) / length))


def test_texts_are_ordered_as_the_formula_orders_them() -> None:
    found = Bm25.build(TEXTS).scores(["oven"])
    told = np.array([_score("oven", text) for text in TEXTS])
    assert np.allclose(found / found.max(), told / told.max(), atol=1e-3)


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

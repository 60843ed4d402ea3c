"""A question means the same with and without the name of the role that a guide is about."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answering.advisor import Advisor
from bot.answering.conversation import Answer, Conversation, Coverage, Turn
from knowledge.embeddings import MiniLM
from knowledge.index import IndexReader, IndexStore, sync
from knowledge.search import Searcher
from knowledge.statements import statements

DATA = yaml.safe_load((Path(__file__).parent / "naming-the-role.yaml").read_text(encoding="utf-8"))
MOST_SENTENCES = 4


@pytest.fixture(scope="module")
def searcher_of_three(minilm: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("guides")
    for name, guide in DATA["guides"].items():
        (folder / f"{name}.md").write_text(guide["text"], encoding="utf-8")
    store = IndexStore(tmp_path_factory.mktemp("index"))
    sync(store, [folder], minilm)
    return Searcher(IndexReader(store), minilm)


def asked() -> Iterator[Any]:
    """Each question in its three forms: the message, the guides to ask, what is expected."""
    for name, questions in DATA["questions"].items():
        role, title = DATA["guides"][name]["forms"]
        for question in questions:
            named = question["named"]
            yield pytest.param(question["alone"], frozenset({f"{name}.md"}), question, id=question["alone"])
            for form in (named.format(role), named.format(title)):
                message = re.sub(r"\ba (?=[aeiou])", "an ", form)
                yield pytest.param(message, frozenset(), question, id=message)


@pytest.mark.parametrize(("message", "guides", "expected"), asked())
async def test_the_same_statements_answer_in_each_form(
    searcher_of_three: Searcher, message: str, guides: frozenset[str], expected: dict[str, Any]
) -> None:
    answer = await Advisor(searcher_of_three).answer(Conversation((Turn("person", message),), guides=guides))
    given = _given(searcher_of_three, answer)
    if opening := expected.get("opens"):
        assert given[0].startswith(opening), answer.text
        assert len(given) <= MOST_SENTENCES, answer.text
    elif beginnings := expected.get("gives"):
        assert len(given) == len(beginnings), answer.text
        assert all(text.startswith(start) for text, start in zip(given, beginnings, strict=True)), answer.text
    else:
        assert answer.coverage is Coverage.NOT_COVERED, answer.text


def _given(searcher: Searcher, answer: Answer) -> list[str]:
    """The statements of the cited passages that an answer holds, in its order."""
    text = re.sub(r"\s*\[\d+\]| \([^()]*edition [^()]*\)", "", answer.text)
    told = [s.text for citation in answer.citations for s in statements(citation.passage)]
    placed = [(text.find(cell), one) for one in told if (cell := one.split("; ")[0]) in text and not one.endswith(":")]
    return [one for _, one in sorted(placed)]

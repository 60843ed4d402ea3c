"""A model that lies, through the whole bot: 159 sentences of tests/evals/claims.yaml, over three guides."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.answering.advisor import EXTRACTED, Advisor
from bot.answering.composing import ChatComposer, open_chat_model
from bot.answering.conversation import Conversation
from bot.answering.prompts import Prompts
from knowledge.embeddings import MiniLM
from knowledge.index import IndexReader, IndexStore, sync
from knowledge.search import Searcher
from tests.evals.claims import SHOWN, judged, passages, sentences
from tests.openai_server import KEY, OpenAIServer

MODEL = "gpt-5.4-mini"
QUESTIONS = {
    "Data Analyst": "What does a data analyst earn in the United Kingdom?",
    "Site Reliability Engineer": "Which tools do site reliability engineers use?",
    "Nurse Manager": "How many days of annual leave do nurse managers have?",
}


def test_of_the_lies_none_and_of_the_faithful_sentences_nearly_all_are_shown() -> None:
    cases = judged()
    lies = [case for case in cases if case.kind not in SHOWN]
    faithful = [case for case in cases if case.kind in SHOWN]
    assert len(cases) >= 150
    assert [case.text for case in lies if case.shown] == []
    assert sum(not case.shown for case in faithful) <= 0.03 * len(faithful)


@pytest.fixture
async def lying(tmp_path: Path, minilm: MiniLM) -> AsyncIterator[tuple[Advisor, OpenAIServer]]:
    folder = tmp_path / "guides"
    folder.mkdir()
    for title, of in itertools.groupby(passages(), key=lambda passage: passage.guide.title):
        sections = "\n\n".join(f"## {passage.heading[-1]}\n\n{passage.text}" for passage in of)
        (folder / f"{title}.md").write_text(f"# {title}\n\n{sections}\n", encoding="utf-8")
    store = IndexStore(tmp_path / "index")
    sync(store, [folder], minilm)
    async with OpenAIServer() as server:
        composer = ChatComposer(open_chat_model(MODEL, KEY, server.url, 5), MODEL, Prompts.load(), 5)
        yield Advisor(Searcher(IndexReader(store), minilm), composer), server


async def test_no_lie_of_a_model_is_ever_shown(lying: tuple[Advisor, OpenAIServer]) -> None:
    advisor, server = lying
    titles = [passage.guide.title for passage in passages()]
    told = 0
    for kind, text in sentences():
        if kind in SHOWN:
            continue
        number = int(text[-2])
        server.say(text)
        answer = await advisor.answer(Conversation.of([QUESTIONS[titles[number - 1]]]))
        assert text.split(" [")[0] not in answer.text
        assert answer.receipt.mode == EXTRACTED
        told += 1
    assert told >= 90
    assert len(server.prompts()) == told


async def test_a_faithful_sentence_passes_beside_a_lie(lying: tuple[Advisor, OpenAIServer]) -> None:
    advisor, server = lying
    server.say("Juniors start at £27,000. [1] Juniors start at £37,000. [1]")
    answer = await advisor.answer(Conversation.of([QUESTIONS["Data Analyst"]]))
    assert answer.text == "Juniors start at £27,000. [1]"
    assert answer.receipt.mode == MODEL

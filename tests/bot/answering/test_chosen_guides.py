"""A channel that answers from chosen guides: as if the others were not there."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from bot.answering.conversation import Answer, Conversation, Turn
from knowledge.documents.reading import GuideFolders
from knowledge.errors import GuidesGone
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Searcher
from tests.conftest import AdvisorOver


def guide(role: str, region: str, pay: str, skills: str, extra: str = "") -> str:
    return f"""---
title: {role} in {region}
role: {role}
region: {region}
edition: "2026"
---
# {role} in {region}
## Pay
A {role.lower()} earns {pay} a year on average.
## Skills
A {role.lower()} needs these skills:
- {skills}
- Patience
{extra}"""


SWEDEN = guide("Baker", "Sweden", "$30,000", "Kneading dough")
NORWAY = guide("Baker", "Norway", "$48,000", "Firing ovens", "## Holidays\nA baker has 25 days of leave.\n")
NURSE = guide("Nurse", "Ireland", "€45,000", "Taking blood")
PAY = "What does a baker earn on average?"


@pytest.fixture
def three(advisor_over: AdvisorOver) -> Advisor:
    return advisor_over(sweden=SWEDEN, norway=NORWAY, nurse=NURSE)


async def said(advisor: Advisor, question: str, *guides: str) -> Answer:
    return await advisor.answer(Conversation((Turn("person", question),), guides=frozenset(guides)))


async def test_all_guides_answer_where_none_is_chosen(three: Advisor) -> None:
    text = (await said(three, PAY)).text
    assert "30,000" in text
    assert "48,000" in text


@pytest.mark.parametrize(("path", "pay"), [("sweden.md", "30,000"), ("norway.md", "48,000")])
async def test_the_chosen_guide_answers_alone_where_guides_differ(three: Advisor, path: str, pay: str) -> None:
    answer = await said(three, PAY, path)
    assert pay in answer.text
    assert {citation.passage.guide.path for citation in answer.retrieved} == {path}


async def test_what_only_another_guide_says_is_not_told(three: Advisor) -> None:
    question = "How many days of leave does a baker have?"
    assert "25 days" in (await said(three, question, "norway.md")).text
    answer = await said(three, question, "sweden.md", "nurse.md")
    assert "25" not in answer.text
    assert "Holidays" not in answer.text


async def test_another_form_of_an_answer_keeps_to_the_chosen_guides(three: Advisor) -> None:
    turns = (Turn("person", "Which skills does a baker need?"), Turn("bot", "…"), Turn("person", "tell me more please"))
    answer = await three.answer(Conversation(turns, guides=frozenset(["norway.md"])))
    assert {citation.passage.guide.path for citation in answer.citations} <= {"norway.md"}
    assert "Kneading" not in answer.text


async def test_guides_that_are_gone_are_passed_over_and_none_left_is_said(three: Advisor) -> None:
    assert "30,000" in (await said(three, PAY, "sweden.md", "gone.md")).text
    with pytest.raises(GuidesGone, match="None of the guides chosen for this channel is there any more"):
        await said(three, PAY, "gone.md")


async def test_scores_are_those_of_an_index_of_the_chosen_guides_alone(encoder: LocalEncoder, tmp_path: Path) -> None:
    texts = {"sweden": SWEDEN, "norway": NORWAY, "nurse": NURSE}
    searchers = [searcher_over(encoder, tmp_path / str(n), texts, names) for n, names in enumerate((texts, ["norway"]))]
    view, alone = searchers[0].within(frozenset(["norway.md"])), searchers[1]
    for question in (PAY, "days of leave", "skills"):
        seen, own = [await searcher.search(question) for searcher in (view, alone)]
        assert [hit.passage.id for hit in seen] == [hit.passage.id for hit in own]
        assert [hit.score for hit in seen] == pytest.approx([hit.score for hit in own], abs=3.0)
        assert [hit.dense for hit in seen] == pytest.approx([hit.dense for hit in own], abs=1e-5)


def searcher_over(encoder: LocalEncoder, folder: Path, texts: dict[str, str], names: Iterable[str]) -> Searcher:
    guides = folder / "guides"
    guides.mkdir(parents=True)
    for name in names:
        (guides / f"{name}.md").write_text(texts[name], encoding="utf-8")
    store = IndexStore(folder / "index")
    sync(store, GuideFolders((guides,)), encoder)
    return Searcher(IndexReader(store), encoder)


async def test_a_view_follows_the_index(encoder: LocalEncoder, tmp_path: Path) -> None:
    searcher = searcher_over(encoder, tmp_path, {"sweden": SWEDEN, "norway": NORWAY}, ["sweden", "norway"])
    view = searcher.within(frozenset(["norway.md"]))
    assert [guide.path for guide in view.guides()] == ["norway.md"]
    assert "48,000" in (await view.search(PAY))[0].passage.text
    path = tmp_path / "guides" / "norway.md"
    path.write_text(NORWAY.replace("48,000", "51,000"), encoding="utf-8")
    sync(IndexStore(tmp_path / "index"), GuideFolders((tmp_path / "guides",)), encoder)
    assert "51,000" in (await view.search(PAY))[0].passage.text
    path.unlink()
    sync(IndexStore(tmp_path / "index"), GuideFolders((tmp_path / "guides",)), encoder)
    with pytest.raises(GuidesGone):
        await view.search(PAY)


def test_searching_all_guides_makes_no_view(searcher: Searcher) -> None:
    assert searcher.within(frozenset()) is searcher

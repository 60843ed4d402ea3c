"""Search finds the passage that a person would point to."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge.__main__ import cli
from knowledge.documents.reading import GuideFolders
from knowledge.errors import GuidesGone
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Searcher
from tests.conftest import OUR_GUIDES


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("how much do they make a year", "Average salary"),
        ("waht is the averge slaary", "Average salary"),
        ("which cities have most of these jobs", "Most popular locations in the United States"),
        ("git or svn?", "Typical tools"),
        ("kind of titles", "Roles and types"),
    ],
)
async def test_the_section_that_answers_comes_first(searcher: Searcher, question: str, heading: str) -> None:
    assert (await searcher.search(question))[0].passage.heading[-1] == heading


async def test_several_questions_take_turns_in_the_results(searcher: Searcher) -> None:
    hits = await searcher.search_all(["What is the salary?", "Which tools are used?"])
    assert {hit.passage.heading[-1] for hit in hits[:2]} == {"Average salary", "Typical tools"}
    assert len({hit.passage.id for hit in hits}) == len(hits)


async def test_only_the_chosen_guides_are_searched(searcher: Searcher) -> None:
    (guide,) = searcher.guides()
    assert await searcher.within(frozenset([guide.path])).search("salary") == await searcher.search("salary")
    with pytest.raises(GuidesGone):
        await searcher.within(frozenset(["gone.md"])).search("salary")


@pytest.mark.parametrize("question", ["", "?", "🎉🎉", "a" * 3000, "')] OR 1=1 --"])
async def test_odd_questions_do_no_harm(searcher: Searcher, question: str) -> None:
    assert len(await searcher.search(question)) <= 10


def test_people_who_edit_guides_see_what_would_be_found(encoder: LocalEncoder, tmp_path: Path) -> None:
    sync(IndexStore(tmp_path), GuideFolders((OUR_GUIDES,)), encoder)
    result = CliRunner().invoke(cli, ["search", "what does it pay", "--index", str(tmp_path), "-k", "2"])
    first, second = (line for line in result.stdout.splitlines() if line[:2] in {"1.", "2."})
    assert "Average salary" in first
    assert "statement" in first
    assert float(first.split()[1]) > float(second.split()[1])


@pytest.mark.parametrize(
    ("set_to", "place"),
    [
        ({}, "data/index"),
        ({"DATA_DIR": "kept"}, "kept/index"),
        ({"CAREERBOT_HOME": "home"}, "home/data/index"),
        ({"CAREERBOT_HOME": "home", "DATA_DIR": "kept"}, "home/kept/index"),
        ({"CAREERBOT_HOME": "home", "DATA_DIR": "{here}/kept"}, "kept/index"),
    ],
)
def test_the_index_is_found_where_the_bot_keeps_it_by_the_environment(
    encoder: LocalEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], place: str
) -> None:
    sync(IndexStore(tmp_path / place), GuideFolders((OUR_GUIDES,)), encoder)
    monkeypatch.chdir(tmp_path)
    settings = {name: value.replace("{here}", str(tmp_path)) for name, value in set_to.items()}
    clean: dict[str, str | None] = {"CAREERBOT_HOME": None, "DATA_DIR": None}
    result = CliRunner().invoke(cli, ["search", "what does it pay"], env={**clean, **settings})
    assert "Average salary" in result.stdout


def test_the_reader_follows_the_index(encoder: LocalEncoder, tmp_path: Path) -> None:
    store = IndexStore(tmp_path)
    sync(store, GuideFolders((OUR_GUIDES,)), encoder)
    assert IndexReader(store).snapshot().guides[0].region == "United States"

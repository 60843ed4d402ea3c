"""The comparison with what people would pick instead: its arithmetic, its model, and that each contestant speaks the protocol."""

import dataclasses
import json
import os
import re
import sys
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.beside import environments, figures, process
from tests.benchmarks.beside.environments import REQUIREMENTS, python_of
from tests.benchmarks.beside.figures import OURS, RECIPE, Figures
from tests.benchmarks.beside.process import Contestant, ContestantFailed
from tests.benchmarks.beside.protocol import REST_UNKNOWN, UNKNOWN, coverage_of
from tests.benchmarks.beside.reading_model import ReadingModel, holds, written
from tests.benchmarks.beside.runner import ADAPTERS, HERE
from tests.benchmarks.beside.subjects import ROOT, subjects
from tests.openai_server import KEY, OpenAIServer

PAY = "The median pay of a baker is 31,000 euros a year."
QUESTION = {"id": "1", "turns": ["what does a baker earn"], "kind": "answerable", "spans": [PAY], "facts": ["31,000"]}
BAKER = Figures(passages=3, index_seconds=3.0, index_megabytes=100.0, search_ms=2.0, quoted=0.6)
RECIPES = Figures(passages=2, index_seconds=12.0, index_megabytes=400.0, search_ms=0.0, quoted=0.3, first_ms=5.0)
FLOOR = {"passages": 3, "search_ms": 1.5, "index_cpu": 2.0}
ABOUT = {"summary": "2026-11-27, two guides"}


def made() -> dict[str, object]:
    sets = {"bakers": {OURS: {"hit_1": 0.5, "quoted": 0.6}, RECIPE: {"hit_1": 0.4}}}
    return figures.as_json({OURS: BAKER, RECIPE: RECIPES}, FLOOR, sets, ABOUT)


def test_ratios_leave_out_what_one_of_the_two_does_not_have_or_what_cannot_be_divided_by() -> None:
    assert figures.ratios(BAKER, RECIPES) == {
        "passages": 1.5,
        "index_seconds": 0.25,
        "index_megabytes": 0.25,
        "quoted": 2.0,
    }


def test_an_aim_of_usefulness_is_met_from_above_and_of_cost_from_below() -> None:
    assert figures.met({"index_seconds": 0.3, "search_ms": 0.31, "quoted": 1.5}) == {
        "index_seconds": True,
        "search_ms": False,
        "quoted": True,
    }


def test_the_result_can_be_written_as_json_and_read_again_into_the_same_table() -> None:
    again = json.loads(json.dumps(made()))
    assert again["met"] == {"index_seconds": True, "index_megabytes": True, "quoted": True}
    assert figures.table(again) == figures.table(made())


def test_the_table_has_a_row_for_each_figure_that_somebody_has_and_tells_the_floor() -> None:
    table = figures.table(made())
    assert (
        f"| Index, seconds by the clock | 3.00 | 12.0 | 0.25 (aim: at most {figures.AIMS['index_seconds']}) |" in table
    )
    assert "| First (checked) sentence, ms | – | 5.00 | – |" in table
    assert "Slack calls" not in table
    assert "take 1.5 ms" in table


def test_every_figure_has_a_label() -> None:
    assert [field.name for field in dataclasses.fields(Figures)] == list(figures.LABELS)


def test_what_is_made_is_put_between_its_marks_and_nothing_else_changes() -> None:
    document = f"before\n{figures.BEGIN}\nold\n{figures.END}\nafter\n"
    assert figures.with_tables(document, "new") == f"before\n{figures.BEGIN}\nnew\n{figures.END}\nafter\n"
    with pytest.raises(ValueError, match="no place"):
        figures.with_tables("nothing here", "new")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        (f"Bakers rise early. {PAY} They sleep early.", True),
        ("The **median** pay of a baker\nis 31000 euros a year", True),
        ("The median pay of a baker is high. In another town bread costs 31,000 euros a year.", False),
        ("", False),
    ],
)
def test_a_prompt_holds_a_span_where_nearly_all_its_words_stand_together(text: str, there: bool) -> None:
    assert holds(text, PAY) == there


def test_the_model_says_what_the_prompt_holds_and_otherwise_that_it_does_not_know() -> None:
    assert written(QUESTION, f"Context: {PAY}", ours=False) == PAY
    assert written(QUESTION, "Context: bread", ours=False) == UNKNOWN
    assert written({**QUESTION, "kind": "unanswerable"}, f"Context: {PAY}", ours=False) == UNKNOWN
    half = written({**QUESTION, "spans": [PAY, "Bakers get bread for nothing."]}, f"Context: {PAY}", ours=False)
    assert half == f"{PAY}\n{REST_UNKNOWN}"
    assert [coverage_of(reply) for reply in (PAY, half, UNKNOWN)] == ["covered", "partly covered", "not covered"]


def test_in_our_form_the_model_cites_the_passage_that_holds_the_span() -> None:
    prompt = f"Passages\n[1] Guide — Bread\nFlour.\n[2] Guide — Pay\n{PAY}\nQuestion\nwhat does a baker earn"
    assert written(QUESTION, prompt, ours=True) == f"Coverage: fully\n{PAY} [2]"
    assert written(QUESTION, "[1] Guide — Bread\nFlour.", ours=True).startswith("Coverage: none")


async def test_the_model_calls_the_tool_that_it_is_offered_and_answers_from_what_the_tool_gave() -> None:
    model = ReadingModel()
    model.questions = [QUESTION]
    tool = {"type": "function", "function": {"name": "look", "parameters": {}}}
    asked = [{"role": "user", "content": "what does a baker earn"}]
    async with (
        OpenAIServer(model.reply) as server,
        httpx.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}) as http,
    ):

        async def reply(messages: list[dict[str, str]]) -> dict[str, object]:
            body = {"model": "gpt-5.4-mini", "messages": messages, "tools": [tool]}
            told = (await http.post(f"{server.url}/chat/completions", json=body)).json()
            return dict(told["choices"][0])

        called = await reply(asked)
        answered = await reply([*asked, {"role": "tool", "content": PAY}])
    assert called["finish_reason"] == "tool_calls"
    assert '\\"what does a baker earn\\"' in json.dumps(called)
    assert answered["message"] == {"role": "assistant", "content": PAY}
    assert len(model.said) == 2


@pytest.fixture
def guides(tmp_path: Path) -> Path:
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "baker.md").write_text(f"# Baker\n\n## Pay\n\n{PAY}\n\n## Day\n\nBakers rise at three.\n", "utf-8")
    (folder / "nurse.md").write_text("# Nurse\n\n## Shifts\n\nNurses work in three shifts.\n", "utf-8")
    return folder


async def _asked(command: list[str], guides: Path, data: Path) -> None:
    """A contestant indexes, opens, finds, and answers by the model, in the words of the protocol."""
    model = ReadingModel()
    model.questions = [QUESTION]
    async with OpenAIServer(model.reply, models=("gpt-5.4-mini", "gpt-4o-mini", "gpt-4.1-mini")) as server:
        environment = {**os.environ, "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url, "HF_HUB_OFFLINE": "1"}
        async with Contestant("one", [*command, str(data)], environment, ROOT) as one:
            _, spent = await one.spent("index", folder=str(guides))
            assert (await one.ask("open"))["passages"] > 0
            found = (await one.ask("search", turns=QUESTION["turns"], k=2))["found"]
            assert PAY in found[0]["text"]
            assert found[0]["guide"] == "baker.md"
            answer = await one.ask("answer", turns=QUESTION["turns"])
            assert PAY in answer["answer"]
            assert answer["coverage"] == "covered"
            assert 0 < answer["first_ms"] <= answer["ms"]
            assert (await one.ask("burst", questions=[QUESTION["turns"]] * 3, at_once=2))["answers"] == 3
    if process.PROC.is_dir():
        assert (spent.megabytes or 0) > 10


async def test_this_project_speaks_the_protocol(guides: Path, tmp_path: Path) -> None:
    await _asked([sys.executable, "-m", "tests.benchmarks.beside.ours"], guides, tmp_path / "data")


@pytest.mark.parametrize("adapter", ADAPTERS.values())
async def test_each_contestant_speaks_the_protocol_where_its_environment_is_made(
    adapter: str, guides: Path, tmp_path: Path
) -> None:
    python = python_of(adapter)
    if python is None:
        pytest.skip("make bench BENCH=beside makes its environment")
    await _asked([str(python), str(HERE / f"{adapter}.py")], guides, tmp_path / "data")


async def test_what_a_contestant_cannot_do_is_told_with_its_name(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.beside.ours", str(tmp_path / "data")]
    async with Contestant("one", command, os.environ, ROOT) as one:
        with pytest.raises(ContestantFailed, match="one cannot open: FileNotFoundError"):
            await one.ask("open")


@pytest.mark.parametrize("adapter", ADAPTERS.values())
def test_a_contestant_is_locked_with_hashes_and_names_no_registry(adapter: str) -> None:
    lock = (REQUIREMENTS / f"{adapter}.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==[^\\]+(\\?)$", lock, re.M)
    assert pinned
    assert all(pinned), "a package without a hash"
    assert "://" not in lock
    wanted = re.findall(r"^([\w-]+)", (REQUIREMENTS / f"{adapter}.in").read_text(encoding="utf-8"), re.M)
    assert set(environments.versions(adapter, tuple(wanted))) == set(wanted)


def test_without_the_shared_data_the_projects_own_guides_are_asked_of() -> None:
    small = subjects(small=True)
    assert [one.name for one in small] == ["held-out-hr"]
    assert small[0].guides.is_relative_to(ROOT)
    assert small[0].plain

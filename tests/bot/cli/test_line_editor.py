"""How lines are read: with a real line editor on keys that are typed, with a real file of history."""

import asyncio
import datetime as dt
import gc
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.cli.line_editor import HISTORY, edited, open_history, open_reader, open_session

UP, CTRL_A, CTRL_C, CTRL_D, ENTER = "\x1b[A", "\x01", "\x03", "\x04", "\r"


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


async def typed(keyboard: PipeInput, keys: str, history: History | None = None) -> str:
    """What is read when these keys are pressed."""
    read = edited(open_session(history or InMemoryHistory(), ["/new", "/quit"]))
    keyboard.send_text(keys)
    return await read("you › ")


async def test_a_line_is_edited_before_it_is_sent(keyboard: PipeInput) -> None:
    assert await typed(keyboard, f"it pay?{CTRL_A}what does {ENTER}") == "what does it pay?"


def test_the_tab_key_completes_commands(keyboard: PipeInput) -> None:
    completer = open_session(InMemoryHistory(), ["/new", "/quit"]).completer
    assert completer
    offered = completer.get_completions(Document("/n"), CompleteEvent(completion_requested=True))
    assert [one.text for one in offered] == ["/new"]


async def test_what_fails_beside_the_conversation_neither_shows_nor_holds_it_up(keyboard: PipeInput) -> None:
    async def fail() -> None:
        raise RuntimeError("something a person wrote")

    async def begin() -> str:
        failing = asyncio.create_task(fail())
        await asyncio.wait([failing])
        read = asyncio.ensure_future(edited(open_session(InMemoryHistory(), []))(""))
        await asyncio.sleep(0)
        del failing  # an exception that nobody asked for is told when its task is gone
        gc.collect()
        keyboard.send_text(f"go on{ENTER}")
        return await read

    async with asyncio.timeout(10):
        assert await begin() == "go on"


async def test_ctrl_d_ends_and_ctrl_c_gives_up_the_line(keyboard: PipeInput) -> None:
    with pytest.raises(EOFError):
        await typed(keyboard, CTRL_D)
    with pytest.raises(KeyboardInterrupt):
        await typed(keyboard, f"what{CTRL_C}")


async def test_what_was_typed_comes_back_in_the_next_conversation(keyboard: PipeInput, tmp_path: Path) -> None:
    await typed(keyboard, f"what does it pay?{ENTER}", open_history(tmp_path, 90))
    assert await typed(keyboard, f"{UP}{ENTER}", open_history(tmp_path, 90)) == "what does it pay?"


def test_the_history_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / HISTORY).write_text("")
    (tmp_path / HISTORY).chmod(0o644)
    open_history(tmp_path, 90)
    open_history(tmp_path / "new", 90)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob(HISTORY)} == {0o600}


def test_what_is_older_than_the_days_is_forgotten(tmp_path: Path) -> None:
    now = dt.datetime.now().astimezone().replace(tzinfo=None, microsecond=123456)  # in which no 91 is
    entries = [f"\n# {now - dt.timedelta(days=days)}\n+{days} days\n+# ago\n" for days in (100, 91, 89, 0)]
    (tmp_path / HISTORY).write_text("".join(entries))
    assert list(open_history(tmp_path, 90).load_history_strings()) == ["0 days\n# ago", "89 days\n# ago"]
    assert "91" not in (tmp_path / HISTORY).read_text()


def test_where_no_file_can_be_the_history_lasts_as_long_as_the_conversation(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert isinstance(open_history(tmp_path / "file", 90), InMemoryHistory)


async def test_what_is_no_terminal_is_read_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\n"))
    read = open_reader(Console(file=io.StringIO()), Path("unused"), 90, [])
    assert await read("") == "one"
    with pytest.raises(EOFError):
        await read("")

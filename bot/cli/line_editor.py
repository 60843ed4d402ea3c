"""Reads a person's lines: edited, with a history, in a real terminal; plainly from anything else, such as a pipe."""

import datetime as dt
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History
    from rich.console import Console

HISTORY = "history"
"""The file in DATA_DIR that keeps what was typed."""
Read = Callable[[str], Awaitable[str]]
"""Asks for a line with a prompt; raises EOFError when there are no more, KeyboardInterrupt when a line is given up."""


def open_reader(console: "Console", data_dir: Path, days: int, words: Iterable[str]) -> Read:
    """What reads the lines here. The history goes back so many `days`; `words` are completed by the Tab key."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return plain(console)
    return edited(open_session(open_history(data_dir, days), words))


def open_session(history: "History", words: Iterable[str]) -> "PromptSession[str]":
    """A line editor for the terminal of this process, or of prompt_toolkit's current one."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter

    completer = WordCompleter(sorted(words), sentence=True)
    return PromptSession(history=history, completer=completer, complete_while_typing=False)


def edited(session: "PromptSession[str]") -> Read:
    """Reads with a line editor."""

    async def read(prompt: str) -> str:
        # Its own handler would show what fails beside the conversation with a traceback, and wait for the ENTER key.
        return await session.prompt_async(prompt, set_exception_handler=False)

    return read


def plain(console: "Console") -> Read:
    """Reads whole lines; Ctrl-C counts as the end of them."""

    async def read(prompt: str) -> str:
        # asyncio's own handler would only cancel the task, which a read that blocks does not notice.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return console.input(prompt)
        except KeyboardInterrupt:
            raise EOFError from None

    return read


def open_history(data_dir: Path, days: int) -> "History":
    """What was typed in the last `days`, in a file that its owner alone can read; kept nowhere if there can be no file."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    path = data_dir / HISTORY
    oldest = dt.datetime.now().astimezone() - dt.timedelta(days=days)
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            os.fchmod(file.fileno(), 0o600)
            written = file.read()
            if (kept := _since(written, oldest)) != written:
                file.seek(0)
                file.truncate()
                file.write(kept)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def _since(history: bytes, oldest: dt.datetime) -> bytes:
    """The newer entries of prompt_toolkit's file: each begins with a line "# 2026-11-26 12:00:00.000000", in local time."""
    moment = oldest.strftime("# %Y-%m-%d %H:%M:%S").encode()
    return b"".join(entry for entry in re.split(rb"(?m)^(?=# )", history) if not entry.strip() or entry[:21] >= moment)

"""The log: one line an event, that tells where an error arose and what question a line is about, and nothing that a person wrote.

An exception's message may hold a question, a key or an address; its type and the lines of code that it passed do not.
"""

import contextlib
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar

OURS = ("bot", "knowledge")
"""The packages that log from the level of the settings on; libraries, some of which would write messages of people, warn only."""
SILENT = ("matplotlib",)
"""Libraries that warn about every other file; what they cannot do is told by the bot."""
MOST_FRAMES = 12
"""Frames of one exception in a line: the outermost one and the innermost ones."""
_SECRET = re.compile(r"\b(?:xox[a-z]|xapp|sk)-[\w-]+")
_reference: ContextVar[str] = ContextVar("reference", default="")


class OneLine(logging.Formatter):
    """Writes an exception as its type and the file and line of each frame, and hides tokens and keys."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        about = f" [{reference}]" if (reference := _reference.get()) else ""
        message = record.getMessage()
        if record.name == "asyncio":  # whose further lines show the task with its exception's message
            message = message.partition("\n")[0]
        line = f"{self.formatTime(record)} {record.levelname} {record.name}{about}: {message}"
        if record.exc_info and record.exc_info[1]:
            line += f" ({trace(record.exc_info[1])})"
        return _SECRET.sub("[hidden]", " ".join(line.split()))


@contextlib.contextmanager
def about(reference: str) -> Iterator[None]:
    """Every line that is logged within, in tasks that are started within too, carries the reference in brackets."""
    token = _reference.set(reference)
    try:
        yield
    finally:
        _reference.reset(token)


def trace(error: BaseException) -> str:
    """An exception as its type and its frames, outermost first, then what caused it; without messages.

    For instance "ModelUnavailable at bot/answering/advisor.py:80 bot/answering/chat_model.py:61, from TimeoutError at …".
    """
    told, seen = [], set[int]()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        told.append(_with_frames(one))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return ", from ".join(told)


def start_log(level: str) -> None:
    """Log to standard error, our own packages from `level` on."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.ERROR)


def _with_frames(error: BaseException) -> str:
    frames = [f"{_short(frame.f_code.co_filename)}:{line}" for frame, line in traceback.walk_tb(error.__traceback__)]
    if len(frames) > MOST_FRAMES:
        frames = [frames[0], "…", *frames[-MOST_FRAMES + 1 :]]
    return f"{type(error).__name__} at {' '.join(frames)}" if frames else type(error).__name__


def _short(file: str) -> str:
    """A file's name from the folder on that Python imports it from."""
    for folder in sorted(filter(None, sys.path), key=len, reverse=True):
        if file.startswith(folder.rstrip(os.sep) + os.sep):
            return file[len(folder.rstrip(os.sep)) + 1 :]
    return os.path.basename(file)  # noqa: PTH119  a name such as "<frozen importlib>" is no path

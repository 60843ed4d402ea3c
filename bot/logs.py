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
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

OURS = ("bot", "knowledge")
"""The packages that log from the level of the settings on; libraries, some of which would write messages of people, warn only."""
SILENT = {"matplotlib": logging.ERROR, "opentelemetry": logging.CRITICAL, "langsmith": logging.CRITICAL}
"""Libraries that warn about every other file, or of each try to send traces; what they cannot do is told by the bot."""
ANSWER_FIELDS = ("mode", "coverage", "sources", "milliseconds")
"""What the line about an answered question carries as fields of JSON."""
MOST_FRAMES = 12
"""Frames of one exception in a line: the outermost one and the innermost ones."""
_SECRET = re.compile(r"\b(?:xox[a-z]|xapp|sk)-[\w-]+")
_reference: ContextVar[str] = ContextVar("reference", default="")
_workspace: ContextVar[str] = ContextVar("workspace", default="")


class OneLine(logging.Formatter):
    """Writes an exception as its type and the file and line of each frame, and hides tokens and keys."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        about = f" [{told}]" if (told := " ".join(filter(None, [_workspace.get(), _reference.get()]))) else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}{about}: {_message(record)}"
        if record.exc_info and record.exc_info[1]:
            line += f" ({trace(record.exc_info[1])})"
        return _clean(line)


class JsonLine(JsonFormatter):
    """Writes the same as an object of JSON on one line, with the fields of the line about an answered question."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:  # noqa: ARG002  # as the library calls it
        """Take these fields and no other, whatever a library puts into its records."""
        log_data["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data |= {"level": record.levelname, "logger": record.name, "message": _clean(_message(record))}
        told = {"workspace": _workspace.get(), "reference": _reference.get()}
        log_data |= {name: _clean(value) for name, value in told.items() if value}
        if record.exc_info and record.exc_info[1]:
            log_data["exception"] = _clean(trace(record.exc_info[1]))
        if record.name.partition(".")[0] in OURS:
            log_data |= {name: getattr(record, name) for name in ANSWER_FIELDS if hasattr(record, name)}


def _message(record: logging.LogRecord) -> str:
    message = record.getMessage()
    if record.name == "asyncio":  # whose further lines show the task with its exception's message
        return message.partition("\n")[0]
    return message


def _clean(text: str) -> str:
    """A text on one line, without tokens and keys."""
    return _SECRET.sub("[hidden]", " ".join(text.split()))


@contextlib.contextmanager
def about(reference: str) -> Iterator[None]:
    """Every line that is logged within, in tasks that are started within too, carries the reference in brackets."""
    token = _reference.set(reference)
    try:
        yield
    finally:
        _reference.reset(token)


@contextlib.contextmanager
def of_workspace(key: str) -> Iterator[None]:
    """Every line that is logged within carries the id of a workspace, as with `about`."""
    token = _workspace.set(key)
    try:
        yield
    finally:
        _workspace.reset(token)


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


def start_log(level: str, form: str = "text") -> None:
    """Log to standard error, our own packages from `level` on, as lines of text or of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine() if form == "json" else OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name, least in SILENT.items():
        logging.getLogger(name).setLevel(least)


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

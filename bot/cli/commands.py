"""Which words start a command on the machine of the person who reads about it."""

import re
import shutil
import sys
from pathlib import Path
from shlex import quote

from bot.settings import clone

TARGETS = frozenset(["run", "chat", "ask", "index", "doctor"])
"""The commands that the Makefile has under the same name."""
_NAMED = re.compile(r"`careerbot (?P<command>[a-z]+)(?P<rest>[^`]*)`")


def as_typed(text: str) -> str:
    """A text with each `careerbot …` in it as this person types it."""
    return _NAMED.sub(lambda named: f"`{command_line(named['command'], named['rest'])}`", text)


def command_line(command: str, rest: str = "") -> str:
    """What starts a command here: `careerbot` where it is this one that the PATH leads to, else `make` in a clone, else the
    program with its folder.
    """
    program = Path(sys.executable).with_name("careerbot")
    found = shutil.which("careerbot")
    if found and Path(found).resolve() == program.resolve():
        return f"careerbot {command}{rest}"
    folder = clone()
    if folder and command in TARGETS and not rest:
        where = "" if Path.cwd() == folder else f" -C {quote(str(folder))}"
        return f"make{where} {command}"
    return f"{quote(str(program))} {command}{rest}"

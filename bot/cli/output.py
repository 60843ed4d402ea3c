"""What the commands print beside answers: the progress of indexing and its report."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.commands import as_typed
from bot.errors import CareerBotError
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from rich.console import Console

    from knowledge.index.syncing import SyncReport

log = logging.getLogger(__name__)
Say = Callable[[str], None]
"""Tells the person who started a command a line."""


def open_console(*, stderr: bool = False) -> "Console":
    """Where the commands print."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


@contextlib.contextmanager
def progress_bar(console: "Console") -> Iterator[Callable[[int, int], None]]:
    """A bar that is gone afterwards; what it gives is called with how many passages are done, and of how many."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Indexing passages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda done, of: bar.update(task, completed=done, total=of, visible=True)


def teller(console: "Console", *, logged: bool = False, style: str = "") -> Say:
    """What tells lines: on the console, or in the log where programs read what a command says."""
    return partial(log.info, "%s") if logged else partial(console.print, markup=False, style=style or None)


def warn(told: str, *, logged: bool = False) -> None:
    """Tell on standard error, or in the log, what does not keep a command from going on."""
    if logged:
        log.warning("%s", as_typed(told))
    else:
        typer.echo(f"careerbot: {as_typed(told)}", err=True)


@contextlib.contextmanager
def failure_logged(*, logged: bool) -> Iterator[None]:
    """What a person can mend ends the command as `main` does, but is told in the log if it is to be `logged`."""
    try:
        yield
    except (CareerBotError, KnowledgeError) as error:
        if not logged:
            raise
        log.error("%s", as_typed(str(error)))
        raise typer.Exit(1) from None


def print_report(report: "SyncReport", say: Say, *, always: bool = False) -> None:
    """What indexing did, which files it skipped, whole or in part, and what it took for editions of one guide; nothing where
    nothing had changed, unless `always`.
    """
    if always or not report.unchanged:
        say(report.summary())
    for group in report.editions if always else ():
        older = ", ".join(f"{edition.path} ({edition.label})" for edition in group[1:])
        say(f"  editions of one guide: {group[0].path} ({group[0].label or 'no date'}) answers; older: {older}")
    for skipped in report.skipped if always or not report.unchanged else ():
        say(f"  {'read in part' if skipped.partly else 'skipped'} {skipped.path}: {skipped.reason}")


def report_as_object(report: "SyncReport") -> dict[str, Any]:
    """What indexing did, for scripts: with each file's share of different words that are in passages."""
    return {
        **{
            name: getattr(report, name)
            for name in ("guides", "passages", "added", "changed", "removed", "embedded", "rebuilt")
        },
        "seconds": round(report.seconds, 1),
        "files": [{"path": path, "share": share} for path, share in sorted(report.shares.items())],
        "skipped": [asdict(skipped) for skipped in report.skipped],
        "editions": [
            [{"path": edition.path, "edition": edition.label} for edition in group] for group in report.editions
        ],
    }

"""What the commands print beside answers: the progress of indexing and its report."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from knowledge.index.syncing import SyncReport


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


def print_report(report: "SyncReport", console: "Console", *, always: bool = False) -> None:
    """What indexing did and which files it skipped, whole or in part; nothing where nothing had changed, unless `always`."""
    if always or not report.unchanged:
        console.print(report.summary(), markup=False)
    for skipped in report.skipped if always or not report.unchanged else ():
        console.print(
            f"  {'read in part' if skipped.partly else 'skipped'} {skipped.path}: {skipped.reason}", markup=False
        )

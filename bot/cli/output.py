"""What the commands print beside answers: the progress of indexing and its report."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

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
    """What indexing did, which files it skipped, whole or in part, and what it took for editions of one guide; nothing where
    nothing had changed, unless `always`.
    """
    if always or not report.unchanged:
        console.print(report.summary(), markup=False)
    for group in report.editions if always else ():
        older = ", ".join(f"{edition.path} ({edition.label})" for edition in group[1:])
        console.print(
            f"  editions of one guide: {group[0].path} ({group[0].label}) answers; older: {older}", markup=False
        )
    for skipped in report.skipped if always or not report.unchanged else ():
        console.print(
            f"  {'read in part' if skipped.partly else 'skipped'} {skipped.path}: {skipped.reason}", markup=False
        )


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

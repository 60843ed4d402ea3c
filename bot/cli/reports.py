"""What the commands `report` and `confirmations` print: read from the records, written in a format, saved to a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.composition import Application
from bot.errors import SettingsError
from bot.private_files import as_usual
from bot.serving import application_of, records_of
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.mentoring.confirmations import Confirmation
    from bot.mentoring.report import Report


async def made_report(settings: Settings, shared: Application, since: str, workspace: str = "") -> "Report":
    """The report of what people of a workspace asked since a moment, such as 30d or a date. Raises SettingsError for another one."""
    from bot.mentoring.report import by_words, made, observed
    from bot.mentoring.report import since as moment
    from bot.records.database import now

    until = now()
    start = moment(since, until)
    async with records_of(settings, workspace) as records:
        application = application_of(settings, shared, records.installation)
        seen = await observed(records, application.searcher().passage, start, until)
    groups = application.same_questions().groups if application.is_indexed() else by_words
    return await made(seen, groups, start, until)


def written(report: "Report", form: str, *, drawn: bool) -> tuple[str, bytes]:
    """The report in a format, and its chart where the format or the person asks for it; it may be missing from a format.

    Raises SettingsError where the person asks for a chart and nothing here can draw it.
    """
    from bot.mentoring import formats
    from bot.mentoring.chart import MISSING, can_draw, chart

    if drawn and not can_draw():
        raise SettingsError(f"There can be no chart: {MISSING}.")
    png = chart(report) if can_draw() and (drawn or form == "html") else b""
    if form == "html":
        return formats.as_html(report, png), png
    return {"md": formats.as_markdown, "json": formats.as_json, "csv": formats.as_csv}[form](report), png


def save(path: Path, content: bytes) -> None:
    """Write a file. Raises SettingsError where that cannot be."""
    try:
        with as_usual():
            path.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from None


async def active_confirmations(settings: Settings, workspace: str = "") -> "list[Confirmation]":
    """The confirmed answers that are given in a workspace at present."""
    async with records_of(settings, workspace) as records:
        return await records.confirmations.active()

"""The report of what people ask, in the Home tab of mentors and every week in their channel."""

import asyncio
import datetime as dt
import logging
from collections.abc import Sequence

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.mentoring.formats import EXPIRING, TITLE, alternative
from bot.mentoring.report import SMALL_GROUPS, Group, Report, Section, by_words, counted, made, observed
from bot.mentoring.weekly import WEEK, due, slot
from bot.slack.api.errors import FAILURES, code, passing
from bot.slack.api.messages import Block, Post, post
from bot.slack.context import AppContext
from bot.slack.format.blocks import plain_text

GROUPS, EXPIRING_SHOWN = 5, 10
"""How many of one kind are shown; the command `careerbot report` prints all."""
LABEL = 150
"""Characters of a label."""
HOME_DAYS = 30
"""Days that the Home tab tells about."""

log = logging.getLogger(__name__)


async def recent_report(
    ctx: AppContext, now: dt.datetime, *, days: int = HOME_DAYS, expiring: Sequence[str] = ()
) -> Report:
    """The report of the last days. `expiring` are the questions whose confirmations end soon.

    Raises RecordsUnavailable when the database does not answer.
    """
    return await _report(ctx, now - dt.timedelta(days=days), now, expiring)


async def weekly(ctx: AppContext, setting: str, now: dt.datetime, expiring: Sequence[str] = ()) -> bool:
    """Post the report of the week before the moment of the setting, if it is due and no other process does; whether it did.

    What Slack refuses for good is tried again in the next week, what may work later in the next round. Raises
    RecordsUnavailable when the database does not answer.
    """
    named = slot(setting, now)
    weeks = ctx.records.weekly_reports
    if named is None or not ctx.mentors.channel or not due(setting, await weeks.last(), now):
        return False
    if not await weeks.claim(named):
        return False
    report = await _report(ctx, named - WEEK, named, expiring)
    png = await _picture(report)
    try:
        await post_weekly(ctx, report, png, ctx.mentors.channel)
    except FAILURES as error:
        if _not_posted(error):
            await weeks.give_back(named)
            raise
        reason = code(error) if isinstance(error, SlackApiError) else type(error).__name__
        log.warning("The weekly report was not posted (%s); check MENTORS_CHANNEL and that I am in it", reason)
    await weeks.done(named)
    return True


async def post_weekly(ctx: AppContext, report: Report, png: bytes, channel: str) -> None:
    """Post the report as text and then its chart, if there is one; a chart that Slack does not take is left out.

    Raises SlackApiError where the bot may not post.
    """
    await post(ctx.client, channel, Post(f"{TITLE}, {report.period}: {report.summary}", report_blocks(report)))
    if png:
        await _upload(ctx.client, report, png, channel)


def report_blocks(report: Report) -> list[Block]:
    """The report for a message or the Home tab; only mentors see it."""
    blocks = [
        {"type": "header", "text": plain_text(TITLE)},
        _rich(_words(report.period, bold=True), _words(f"\n{report.summary}")),
        *map(_section_block, report.sections),
    ]
    if report.expiring:
        more = len(report.expiring) - EXPIRING_SHOWN
        lines = [_words(_cut(question)) for question in report.expiring[:EXPIRING_SHOWN]]
        blocks.append(_listed(EXPIRING, [[line] for line in lines], f"and {more} more" if more > 0 else ""))
    note = [SMALL_GROUPS] if report.enough else []
    return [*blocks, *({"type": "context", "elements": [plain_text(line)]} for line in note)]


async def _report(ctx: AppContext, since: dt.datetime, until: dt.datetime, expiring: Sequence[str]) -> Report:
    seen = await observed(ctx.records, ctx.guide_index.passage, since, until)
    groups = ctx.same.groups if ctx.same else by_words
    return await made(seen, groups, since, until, expiring)


async def _picture(report: Report) -> bytes:
    """The chart, drawn beside the event loop; none where there is nothing to draw, or nothing to draw it with."""
    from bot.mentoring.chart import MISSING, can_draw, chart

    if report.enough and not can_draw():
        log.warning("The weekly report goes without its chart: %s", MISSING)
        return b""
    return await asyncio.to_thread(chart, report) if report.enough else b""


async def _upload(client: AsyncWebClient, report: Report, png: bytes, channel: str) -> None:
    title = f"{TITLE}, {report.period}"
    name = f"questions-{report.until:%Y-%m-%d}.png"
    try:
        await client.files_upload_v2(
            channel=channel, filename=name, title=title, alt_txt=alternative(report)[:1000], content=png
        )
    except (*FAILURES, SlackRequestError) as error:
        reason = code(error) if isinstance(error, SlackApiError) else type(error).__name__
        log.warning("The chart of the weekly report was not uploaded (%s)", reason)


def _not_posted(error: Exception) -> bool:
    """Whether the message surely is not there and may be later; of a broken connection nobody knows."""
    refused = isinstance(error, SlackApiError) and passing(error)
    return refused or isinstance(error, aiohttp.ClientConnectorError)


def _section_block(section: Section) -> Block:
    more = len(section.groups) - GROUPS
    rest = [f"and {more} more in the full report"] if more > 0 else []
    return _listed(
        section.title,
        list(map(_clients, section.groups[:GROUPS])),
        "\n".join([*rest, *([section.rest] if section.rest else [])]),
    )


def _clients(group: Group) -> list[Block]:
    numbers = f" – {counted(group.questions, 'time')}, {group.people} people"
    return [_words(_cut(group.label)), _words(numbers, italic=True)]


def _listed(title: str, lines: Sequence[Sequence[Block]], rest: str) -> Block:
    """A list under its title. In rich text nothing is formatted and nobody is called, whatever a label says."""
    elements: list[Block] = [{"type": "rich_text_section", "elements": [_words(title, bold=True)]}]
    if lines:
        items = [{"type": "rich_text_section", "elements": list(line)} for line in lines]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    if rest:
        elements.append({"type": "rich_text_section", "elements": [_words(rest, italic=True)]})
    return {"type": "rich_text", "elements": elements}


def _rich(*words: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(words)}]}


def _words(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _cut(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"

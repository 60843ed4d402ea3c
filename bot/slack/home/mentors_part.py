"""The mentors' part of the Home tab: what people ask, what is open, what is confirmed."""

import logging
from collections.abc import Awaitable, Sequence
from textwrap import shorten

from bot.errors import CareerBotError
from bot.mentoring.handovers import HandoverState
from bot.mentoring.report import Group, Report
from bot.records.database import now
from bot.slack.api.messages import Block
from bot.slack.context import AppContext
from bot.slack.format.blocks import button
from bot.slack.format.escaping import escaped
from bot.slack.format.modals import section
from bot.slack.mentors.confirming.views import listed
from bot.slack.mentors.proposing import PROPOSE
from bot.slack.mentors.reporting import recent_report, report_blocks
from knowledge.errors import KnowledgeError
from knowledge.threads import in_thread

PROPOSALS = 5
"""Gaps for which a text can be proposed."""
UNREAD, UNREAD_CHARS = 8, 240
"""Files that are named as not read, and characters of what is said of each."""

log = logging.getLogger(__name__)


async def mentors_part(ctx: AppContext, team: str) -> list[Block]:
    """What mentors see below what everybody sees. A part that cannot be had says so, and keeps no other from being shown."""
    parts = (
        await _or_a_sentence("What people ask", _report(ctx)),
        await _or_a_sentence("Questions to mentors", _waiting(ctx)),
        await _or_a_sentence("Guides that are not read", _unread(ctx)),
        [{"type": "divider"}],
        await _or_a_sentence("Confirmed answers", confirmations_blocks(ctx, team)),
    )
    return [{"type": "divider"}, *(block for part in parts for block in part)]


async def _or_a_sentence(name: str, making: Awaitable[list[Block]]) -> list[Block]:
    try:
        return await making
    except (CareerBotError, KnowledgeError) as error:
        return [section(f"**{name}**\n{error}")]
    except Exception as error:  # noqa: BLE001  # the rest of the tab is shown, whatever it was
        log.error("The Home tab goes without a part: %s failed with %s", name, type(error).__name__)
        return [section(f"**{name}**\nThis cannot be shown just now.")]


async def _report(ctx: AppContext) -> list[Block]:
    report = await recent_report(ctx, now(), expiring=await ctx.records.confirmations.expired_questions())
    return [*report_blocks(report), *proposals(_asked_most(report))]


async def _unread(ctx: AppContext) -> list[Block]:
    unread = await in_thread(ctx.guide_index.unread)
    return unread_blocks(unread)


def unread_blocks(unread: Sequence[str]) -> list[Block]:
    """What of the guides is not read, for those who can mend it; nothing where all is."""
    if not unread:
        return []
    named = [f"• {escaped(shorten(one, UNREAD_CHARS, placeholder=' …'), literal=True)}" for one in unread[:UNREAD]]
    more = [f"and {len(unread) - UNREAD} more; `careerbot index` names them all"] if len(unread) > UNREAD else []
    return [section("\n".join(["**Guides that are not read**", *named, *more]))]


def _asked_most(report: Report) -> Sequence[Group]:
    """What the guides do not answer, and what only the nearest passages were shown for, asked most first."""
    return sorted((*report.gaps.groups, *report.doubts.groups), key=lambda group: -group.questions)


def proposals(gaps: Sequence[Group]) -> list[Block]:
    """A button for each of the largest gaps, to draft what a guide could say."""
    if not gaps:
        return []
    buttons = [
        button(f"Propose text: {gap.label}", f"{PROPOSE}_{number}", f"{gap.people} {gap.label}")
        for number, gap in enumerate(gaps[:PROPOSALS])
    ]
    return [{"type": "actions", "elements": buttons}]


async def _waiting(ctx: AppContext) -> list[Block]:
    states = await ctx.records.handovers.counts()
    waiting, taken = states.get(HandoverState.OPEN, 0), states.get(HandoverState.CLAIMED, 0)
    told = f"{waiting} wait for somebody to take them, {taken} are being answered."
    return [section(f"**Questions to mentors**\n{told if waiting or taken else 'None waits for an answer.'}")]


async def confirmations_blocks(ctx: AppContext, team: str = "") -> list[Block]:
    """The mentors' part of the Home tab: the newest confirmations of a workspace, or of all."""
    return listed(await ctx.records.confirmations.active(team))

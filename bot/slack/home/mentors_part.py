"""The mentors' part of the Home tab: what people ask, what is open, what is confirmed."""

from collections.abc import Sequence

from bot.mentoring.handovers import HandoverState
from bot.mentoring.report import Group
from bot.records.database import now
from bot.slack.api.messages import Block
from bot.slack.context import AppContext
from bot.slack.format.blocks import button
from bot.slack.format.modals import section
from bot.slack.mentors.confirming.views import listed
from bot.slack.mentors.proposing import PROPOSE
from bot.slack.mentors.reporting import recent_report, report_blocks

PROPOSALS = 5
"""Gaps for which a text can be proposed."""


async def mentors_part(ctx: AppContext, team: str) -> list[Block]:
    """What mentors see below what everybody sees. Raises RecordsUnavailable when the database does not answer."""
    report = await recent_report(ctx, now(), expiring=await ctx.records.confirmations.expired_questions())
    return [
        {"type": "divider"},
        *report_blocks(report),
        *proposals(report.gaps.groups),
        section(await _waiting(ctx)),
        {"type": "divider"},
        *await confirmations_blocks(ctx, team),
    ]


def proposals(gaps: Sequence[Group]) -> list[Block]:
    """A button for each of the largest gaps, to draft what a guide could say."""
    if not gaps:
        return []
    buttons = [
        button(f"Propose text: {gap.label}", f"{PROPOSE}_{number}", f"{gap.people} {gap.label}")
        for number, gap in enumerate(gaps[:PROPOSALS])
    ]
    return [{"type": "actions", "elements": buttons}]


async def _waiting(ctx: AppContext) -> str:
    states = [row["state"] for row in await ctx.records.handovers.all()]
    waiting, taken = states.count(HandoverState.OPEN), states.count(HandoverState.CLAIMED)
    if not waiting and not taken:
        return "**Questions to mentors**\nNone waits for an answer."
    return f"**Questions to mentors**\n{waiting} wait for somebody to take them, {taken} are being answered."


async def confirmations_blocks(ctx: AppContext, team: str = "") -> list[Block]:
    """The mentors' part of the Home tab: the newest confirmations of a workspace, or of all."""
    return listed(await ctx.records.confirmations.active(team))

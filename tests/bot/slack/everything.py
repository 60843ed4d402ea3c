"""Scenes of everything that people can do with the bot, with guides, people and mentors whose words would call somebody."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.records.database import now
from bot.slack.app import SlackBot
from bot.slack.format.blocks import CONTINUE_PRIVATELY, FEEDBACK, SHOW_PASSAGE
from bot.slack.home.views import ASK_EXAMPLE
from bot.slack.mentors.confirming.views import CONFIRM_VIEW
from bot.slack.mentors.handover import views as handover
from bot.slack.mentors.proposing import PROPOSAL_VIEW, PROPOSE
from bot.slack.mentors.reporting import post_weekly, recent_report
from bot.slack.mentors.sharing.views import CHANNEL, NOTE, PERSON, QUESTION, SHARE_VIEW
from bot.slack.private.answer_shortcut import SHORTCUT
from bot.slack.private.channel_settings import SETTINGS_VIEW
from bot.slack.private.private_answers import POST_DRAFT
from bot.slack.private.views import DRAFT_TEXT, DRAFT_VIEW
from bot.slack.questions.buttons import ASK_MENTOR, MENTOR_MENU, SHARE
from knowledge.documents.reading import GuideFolders
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import ANNA, BEN, CLEO, DORA, EMIL, MENTION, MENTORS_CHANNEL
from tests.slack_server import SlackServer

HOSTILE = "<!channel> @here <@U0BOSS> <!subteam^S0ALL|all> <#C0SECRET> @everyone"
ASKED = "What does a lion tamer earn?"
UNKNOWN = f"How long is the holiday of a lion tamer? {HOSTILE}"
GUIDE = f"""---
title: "Lion tamers {HOSTILE}"
role: "lion tamer {HOSTILE} {"of the greatest circus " * 8}"
edition: "2026 {HOSTILE}"
---
# Lion tamers {HOSTILE}
## Pay {HOSTILE}
A lion tamer earns about $70,000 per year {HOSTILE}.
"""
LIVE = re.compile(r"<!(?!date\^)|(?<![\w/])@(?:here|channel|everyone)\b|<@U0BOSS|<#C0SECRET", re.IGNORECASE)
PLAIN = {"plain_text", "raw_text", "text"}
"""Types in whose text Slack makes nobody of <@…> and no channel of <#…>."""
EDITED = {"initial_value", "value", "private_metadata", "metadata", "state", "external_id"}


def live(part: Any) -> Iterator[str]:
    """What would call somebody in a message or a view."""
    if isinstance(part, str):
        yield from (f"{found[0]} in {part[:80]!r}" for found in LIVE.finditer(part))
    elif isinstance(part, list | tuple):
        for entry in part:
            yield from live(entry)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in EDITED:
                continue
            if name == "text" and part.get("type") in PLAIN:
                yield from (found for found in live(value) if not found.startswith(("<@", "<#")))
            else:
                yield from live(value)


def said(slack: SlackServer) -> list[str]:
    calls = [call.arguments for call in slack.calls]
    for arguments in calls:
        for name in ("blocks", "view"):
            if isinstance(arguments.get(name), str):
                arguments[name] = json.loads(arguments[name])
    return list(live([calls, slack.answers(), [slack.open_modal(user) for user in slack.people]]))


def hostile_guides(encoder: LocalEncoder, folder: Path) -> Searcher:
    """Search over guides whose words and names would call people."""
    guides = folder / "guides"
    guides.mkdir()
    (guides / "lions <!channel> @here <@U0BOSS>.md").write_text(GUIDE, encoding="utf-8")
    (guides / "<!here>.txt").write_text(f"{HOSTILE}\n\nTrapeze artists practise daily {HOSTILE}.", encoding="utf-8")
    store = IndexStore(folder / "index")
    sync(store, GuideFolders((guides,)), encoder)
    return Searcher(IndexReader(store), encoder)


def move_in(slack: SlackServer, mark: str = "") -> None:
    """People whose names would call others, their direct messages, and the mentors' channel."""
    for user, name in (
        (ANNA, f"Anna {HOSTILE}{mark}"),
        (BEN, "<!channel>"),
        (CLEO, f"Cleo{mark}"),
        (DORA, "@here"),
        (EMIL, "Emil"),
    ):
        slack.add_person(user, name=name, admin=user == EMIL)
    slack.channels["D1"].user = ANNA
    for user in (BEN, CLEO, DORA, EMIL):
        slack.add_dm(f"D{user[1:]}", user=user)
    slack.add_channel(MENTORS_CHANNEL, "group", members=[DORA, EMIL])


async def window(slack: SlackServer, user: str, callback: str) -> dict[str, Any]:
    await slack.until(lambda: (slack.open_modal(user) or {}).get("callback_id") == callback)
    return slack.open_modal(user) or {}


async def asked(slack: SlackServer, question: str, user: str = ANNA) -> str:
    ts = await slack.say("C1", f"{MENTION} {question}", user=user)
    await slack.until(lambda: any("feedback" in str(m.get("blocks")) for m in slack.messages("C1", ts)))
    return str(next(m["ts"] for m in slack.messages("C1", ts) if "feedback" in str(m.get("blocks"))))


def text(name: str, value: str) -> dict[str, Any]:
    return {name: {name: {"type": "plain_text_input", "value": value}}}


async def read(slack: SlackServer, mark: str = "") -> None:
    """What everybody can press to read."""
    ts = await asked(slack, f"{ASKED}{mark}")
    await slack.press("C1", ts, SHOW_PASSAGE)
    await slack.until(lambda: slack.open_modal(ANNA))
    await slack.press("C1", ts, FEEDBACK, value="down")
    await window(slack, ANNA, "feedback_reason")
    await slack.press("C1", ts, CONTINUE_PRIVATELY)
    for tab in ("home", "messages"):
        await slack.open_tab(tab, "D1")
    await slack.until(lambda: slack.homes.get(ANNA) and slack.prompts)
    await slack.press_at_home(f"{ASK_EXAMPLE}_0")
    await slack.until(lambda: len(slack.answers("D1")) > 2)


async def in_private(slack: SlackServer, mark: str = "") -> None:
    """The command, the shortcut, a channel's settings."""
    await slack.command("C1", "/career", f"{ASKED} {HOSTILE}{mark}")
    await slack.until(lambda: slack.ephemeral)
    await slack.press("C1", slack.ephemeral[-1]["ts"], POST_DRAFT)
    ts = await slack.say("C1", f"{ASKED} {HOSTILE}{mark}", user=BEN)
    await slack.shortcut(SHORTCUT, "C1", ts, user=CLEO)
    view = await window(slack, CLEO, DRAFT_VIEW)
    await slack.submit(view, text(DRAFT_TEXT, f"{HOSTILE}{mark}"), user=CLEO)
    await slack.command("C1", "/career", "settings", user=EMIL)
    await window(slack, EMIL, SETTINGS_VIEW)


async def by_mentors(slack: SlackServer, bot: SlackBot, mark: str = "") -> None:
    """Sharing, confirming, correcting, proposing, reporting."""
    ts = await asked(slack, f"{ASKED}{mark}")
    await slack.press("C1", ts, SHARE)
    view = await window(slack, ANNA, SHARE_VIEW)
    chosen = {CHANNEL: {CHANNEL: {"type": "conversations_select", "selected_conversation": "C1"}}}
    person = {PERSON: {PERSON: {"type": "users_select", "selected_user": None}}}
    await slack.submit(view, chosen | person | text(QUESTION, f"Pay {HOSTILE}{mark}?") | text(NOTE, f"{HOSTILE}{mark}"))
    await slack.until(lambda: any("Shared by" in str(m.get("blocks")) for m in slack.answers("C1")))
    await slack.select("C1", ts, MENTOR_MENU, f"correct {_key(slack, ts)}", user=DORA)
    view = await window(slack, DORA, CONFIRM_VIEW)
    await slack.submit(view, text("question", f"What do lion tamers earn {HOSTILE}{mark}?") | text("answer_0", f"Much {HOSTILE}{mark} [1]"), user=DORA)  # fmt: skip
    for user in (ANNA, BEN, CLEO):
        await asked(slack, f"{UNKNOWN}{mark}", user)
    await slack.open_tab("home", "D1", user=DORA)
    await slack.until(lambda: PROPOSE in str(slack.homes.get(DORA)))
    await slack.press_at_home(f"{PROPOSE}_0", user=DORA)
    view = await window(slack, DORA, PROPOSAL_VIEW)
    await slack.submit(view, text("proposal_text", f"{HOSTILE}{mark}"), user=DORA)
    await post_weekly(bot.ctx, await recent_report(bot.ctx, now(), expiring=[f"{UNKNOWN}{mark}"]), b"", MENTORS_CHANNEL)


async def handed_over(slack: SlackServer, mark: str = "") -> None:
    """A question for the mentors and its answer."""
    ts = await asked(slack, f"{UNKNOWN}{mark}")
    await slack.press("C1", ts, ASK_MENTOR)
    view = await window(slack, ANNA, handover.ASK_VIEW)
    choice = {"type": "radio_buttons", "selected_option": {"value": "named"}}
    await slack.submit(view, text(handover.QUESTION, f"{UNKNOWN}{mark}") | {handover.NAMED: {handover.NAMED: choice}})
    await slack.until(lambda: any(handover.TAKE in str(m.get("blocks")) for m in slack.answers(MENTORS_CHANNEL)))
    card = next(m for m in slack.answers(MENTORS_CHANNEL) if handover.TAKE in str(m.get("blocks")))
    await slack.press(MENTORS_CHANNEL, card["ts"], handover.TAKE, user=DORA)
    await slack.until(lambda: len(slack.messages(MENTORS_CHANNEL, card["ts"])) > 1)
    await slack.say(
        MENTORS_CHANNEL, f"Five weeks <!channel> @here <!subteam^S0ALL|all>{mark}", user=DORA, thread_ts=card["ts"]
    )
    await slack.until(lambda: any(handover.SEND in str(m.get("blocks")) for m in slack.ephemeral))
    offer = next(m for m in slack.ephemeral if handover.SEND in str(m.get("blocks")))
    await slack.press(MENTORS_CHANNEL, offer["ts"], handover.SEND, user=DORA)
    await slack.until(lambda: any("A mentor answers" in str(m["text"]) for m in slack.answers("C1")))


def _key(slack: SlackServer, ts: str) -> str:
    return f"{slack.organisation or slack.team}:C1:{slack.channels['C1'].messages[ts]['thread_ts']}"

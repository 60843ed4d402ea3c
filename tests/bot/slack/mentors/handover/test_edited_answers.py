"""A mentor edits an answer after it was carried: the asker's copy follows if the mentor says so."""

from typing import Any

import pytest

from bot.slack.mentors.handover import edits, views
from tests.bot.slack.mentors.handover.test_handing_over import (
    House,
    actions,
    cards,
    carried,
    house,
    seen,
    slack,
    whispers,
)
from tests.bot.slack.scene import DORA, EMIL, MENTORS_CHANNEL
from tests.slack_server import SlackServer

__all__ = ["house", "slack"]

NEWER = "About 90,000 pounds since this year."


def asked(slack: SlackServer, mentor: str = DORA) -> list[dict[str, Any]]:
    """The times that a mentor was asked whether the copy shall follow."""
    return [m for m in slack.ephemeral if m["user"] == mentor and m["shown"] and views.FOLLOW in actions(m)]


async def carried_by_dora(house: House, *, named: bool = True) -> str:
    """The ts of an answer of Dora's that was carried to Anna."""
    card = await house.hand_over(named=named)
    await house.take(card)
    ts = await house.write(card)
    await house.sent()
    return ts


async def follow(slack: SlackServer, told: str) -> None:
    await slack.press(MENTORS_CHANNEL, asked(slack)[-1]["ts"], views.FOLLOW, user=DORA)
    await slack.until(lambda: told in whispers(slack, DORA))


@pytest.mark.parametrize(("named", "channel"), [(True, "C1"), (False, "D1")])
async def test_the_carried_answer_follows_when_the_mentor_says_so(
    slack: SlackServer, house: House, *, named: bool, channel: str
) -> None:
    ts = await carried_by_dora(house, named=named)
    (before,) = carried(slack, channel)
    await slack.edit(MENTORS_CHANNEL, ts, NEWER)
    await slack.until(lambda: asked(slack))
    assert "80,000" in seen(carried(slack, channel)[0])
    await follow(slack, edits.FOLLOWED)
    (after,) = carried(slack, channel)
    assert after["ts"] == before["ts"]
    assert NEWER in seen(after)
    assert "80,000" not in seen(after)
    assert after["metadata"] == before["metadata"]
    assert ("London" in seen(after)) == (channel == "D1")
    assert asked(slack) == []


async def test_each_edit_is_asked_about_once_and_over_a_restart(slack: SlackServer, house: House) -> None:
    ts = await carried_by_dora(house)
    await house.again()
    await slack.edit(MENTORS_CHANNEL, ts, NEWER)
    await slack.until(lambda: asked(slack))
    await slack.redeliver(
        next(e for e in reversed(slack.delivered) if e.payload["event"].get("subtype") == "message_changed")
    )
    await slack.settled()
    assert len(asked(slack)) == 1
    await slack.edit(MENTORS_CHANNEL, ts, f"{NEWER} Or more.")
    await slack.until(lambda: len(asked(slack)) == 2)
    await follow(slack, edits.FOLLOWED)
    assert "Or more." in seen(carried(slack, "C1")[0])


async def test_nobody_is_asked_about_other_messages_nor_about_links_that_slack_shows(
    slack: SlackServer, house: House
) -> None:
    ts = await carried_by_dora(house)
    card = cards(slack)[-1]
    aside = await slack.say(MENTORS_CHANNEL, "glad to help", user=DORA, thread_ts=card["ts"])
    other = await slack.say(MENTORS_CHANNEL, "nice answer", user=EMIL, thread_ts=card["ts"])
    for message in (aside, other):
        await slack.edit(MENTORS_CHANNEL, message, NEWER)
    await slack.unfurl(MENTORS_CHANNEL, ts, {"from_url": "https://example.com/pay", "text": "A survey"})
    await slack.settled()
    assert asked(slack, DORA) == asked(slack, EMIL) == []


async def test_what_cannot_follow_is_told(slack: SlackServer, house: House) -> None:
    ts = await carried_by_dora(house)
    await slack.edit(MENTORS_CHANNEL, ts, NEWER)
    await slack.until(lambda: asked(slack))
    slack.fail("chat.update", "edit_window_closed")
    await follow(slack, "I cannot change the asker's copy: Slack lets nobody change my answer any more.")
    await slack.edit(MENTORS_CHANNEL, ts, "long " * 3000)
    await slack.until(lambda: asked(slack))
    await follow(slack, views.TOO_LONG)
    await slack.edit(MENTORS_CHANNEL, ts, NEWER)
    await slack.until(lambda: asked(slack))
    (copy,) = carried(slack, "C1")
    del slack.channels["C1"].messages[copy["ts"]]
    await follow(slack, edits.CARRIED_GONE)

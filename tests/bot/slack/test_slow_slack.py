"""What is pressed is acknowledged at once and told when it is done, with 250 ms a call of Slack's and more than that."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from bot.slack.mentors.sharing import texts as sharing
from bot.slack.mentors.sharing.views import CHANNEL, NOTE, PERSON, QUESTION, SHARE_VIEW
from bot.slack.private.answer_shortcut import POSTED, SHORTCUT
from bot.slack.private.channel_settings import SAVED, SETTINGS_VIEW
from bot.slack.private.drafting import UNDER_WAY, UNSURE
from bot.slack.private.private_answers import POST_DRAFT
from bot.slack.private.views import DRAFT_TEXT, DRAFT_VIEW
from bot.slack.questions.buttons import SHARE
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import answered, shown
from tests.bot.slack.scene import ANNA, BEN, DORA, MENTORS, PAY, running
from tests.slack_server import SlackServer

QUARTER = 0.25
REFUSALS = {
    "is_archived": "archived",
    "not_in_channel": "no member",
    "restricted_action": "read-only",
    "restricted_action_thread_only_channel": "in threads only",
    "restricted_action_thread_locked": "locked",
    "cannot_reply_to_message": "no replies",
    "missing_scope": "missing_scope",
    "a_code_of_tomorrow": "a_code_of_tomorrow",
}


async def window(slack: SlackServer, user: str, callback: str) -> dict[str, Any]:
    await slack.until(lambda: (slack.open_modal(user) or {}).get("callback_id") == callback)
    return slack.open_modal(user) or {}


def says(slack: SlackServer, user: str, text: str) -> Callable[[], bool]:
    return lambda: slack.open_modal(user) is not None and text in shown(slack.open_modal(user))


def text(name: str, value: str) -> dict[str, Any]:
    return {name: {name: {"type": "plain_text_input", "value": value}}}


def chosen(channel: str, question: str = "What does it pay?", note: str = "Look") -> dict[str, Any]:
    return {
        PERSON: {PERSON: {"type": "users_select", "selected_user": None}},
        CHANNEL: {CHANNEL: {"type": "conversations_select", "selected_conversation": channel}},
        **text(QUESTION, question),
        **text(NOTE, note),
    }


async def share_window(slack: SlackServer, user: str = DORA) -> dict[str, Any]:
    await slack.press("C1", await answered(slack, PAY), SHARE, user=user)
    return await window(slack, user, SHARE_VIEW)


async def draft_window(slack: SlackServer) -> dict[str, Any]:
    ts = await slack.say("C1", PAY)
    await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
    return await window(slack, BEN, DRAFT_VIEW)


async def test_a_share_in_a_channel_of_thousands_is_acknowledged_at_once_and_told_when_it_is_there(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    for number in range(6000):
        slack.add_person(f"U1{number:04}", name=f"Person {number}")
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        view = await share_window(slack)
        slack.latency = QUARTER
        await slack.submit(view, chosen("C1"), user=DORA)
        await slack.until(says(slack, DORA, sharing.SHARING))
        await slack.until(says(slack, DORA, "Shared in the channel you chose."))
    assert slack.timeouts == []
    assert len([m for m in slack.answers("C1") if "Shared by" in str(m["blocks"])]) == 1


async def test_what_is_to_be_filled_in_otherwise_is_told_late_with_the_window_as_it_was_left(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_channel("C2", member=False)
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        view = await share_window(slack)
        slack.latency = 0.7
        await slack.submit(view, chosen("C2", note="My words"), user=DORA)
        await slack.until(says(slack, DORA, sharing.SHARING))
        again = await window(slack, DORA, SHARE_VIEW)
        assert sharing.NOT_HERE in shown(again)
        assert "My words" in str(again["blocks"])
        slack.channels["C2"].member = True
        slack.latency = 0.0
        await slack.submit(again, chosen("C2", note="My words"), user=DORA)
        await slack.until(says(slack, DORA, "Shared in the channel"))
    assert slack.timeouts == []
    assert slack.problems == []


async def test_who_has_closed_the_window_meanwhile_is_told_in_direct_messages(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_dm("D0DORA", DORA)
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        view = await share_window(slack)
        slack.latency = 0.7
        await slack.submit(view, chosen("C1"), user=DORA)
        await slack.until(says(slack, DORA, sharing.SHARING))
        await slack.close(slack.open_modal(DORA) or {}, user=DORA)
        await slack.until(lambda: slack.answers("D0DORA"))
    assert "Shared in the channel you chose." in slack.answers("D0DORA")[0]["text"]


async def test_posting_in_a_thread_waits_for_a_rate_limit_and_says_when_it_is_there(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        view = await draft_window(slack)
        slack.latency = QUARTER
        slack.rate_limit("chat.postMessage", times=2)
        await slack.submit(view, text(DRAFT_TEXT, "It pays well. [1]"), user=BEN)
        await slack.until(says(slack, BEN, POSTED))
    assert len(slack.answers("C1")) == 1
    assert slack.timeouts == []


@pytest.mark.parametrize("code", REFUSALS)
async def test_every_refusal_of_a_draft_has_a_sentence_and_the_draft_is_there_for_another_try(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, code: str
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        view = await draft_window(slack)
        slack.fail("chat.postMessage", code)
        await slack.submit(view, text(DRAFT_TEXT, "It pays well. [1]"), user=BEN)
        await slack.until(lambda: slack.modal_errors.get(BEN))
        assert REFUSALS[code] in slack.modal_errors[BEN][DRAFT_TEXT]
        await slack.submit(view, text(DRAFT_TEXT, "It pays well. [1]"), user=BEN)
        await slack.until(lambda: slack.answers("C1"))
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        slack.fail("chat.postMessage", code)
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: len(slack.ephemeral) == 2)
        assert REFUSALS[code] in slack.ephemeral[1]["text"]
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: len(slack.answers("C1")) == 2)


async def test_where_nobody_knows_whether_it_was_posted_that_is_said(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        view = await draft_window(slack)
        slack.lose_reply("chat.postMessage")
        await slack.submit(view, text(DRAFT_TEXT, "It pays well. [1]"), user=BEN)
        await slack.until(lambda: slack.modal_errors.get(BEN))
    assert slack.modal_errors[BEN] == {DRAFT_TEXT: UNSURE}


async def test_a_second_press_hears_that_the_first_is_under_way(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        held = slack.hold("chat.postMessage")
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: slack.called("chat.postMessage"))
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: len(slack.ephemeral) == 2)
        held.set()
        await slack.until(lambda: slack.answers("C1"))
    assert slack.ephemeral[-1]["text"] == UNDER_WAY
    assert len(slack.answers("C1")) == 1


async def test_settings_and_what_cannot_be_kept_are_told_in_their_window(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.latency = QUARTER
    async with running(slack, advisor, tmp_path, searcher, admins=[ANNA]):
        await slack.command("C1", "/career", "settings")
        await slack.submit(await window(slack, ANNA, SETTINGS_VIEW), {})
        await slack.until(says(slack, ANNA, SAVED))
    assert slack.timeouts == []

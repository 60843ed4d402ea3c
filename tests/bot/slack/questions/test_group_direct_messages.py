"""Direct messages of several people: the bot answers when it is named and goes on in the thread; what stands there is confidential."""

from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from bot.slack.mentors.confirming.texts import NOT_YOURS
from bot.slack.mentors.sharing import texts as sharing
from bot.slack.mentors.sharing.views import SHARE_VIEW
from bot.slack.questions.buttons import MENTOR_MENU, SHARE
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import answered, shown
from tests.bot.slack.questions.test_thread_manners import quiet
from tests.bot.slack.scene import ANNA, BEN, DORA, MENTION, MENTORS, MENTORS_CHANNEL, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import TEAM

GROUP = "C0GROUP"
"""Its id looks like a channel's."""


@pytest.fixture(autouse=True)
def group(slack: SlackServer) -> None:
    slack.add_person(DORA, name="Dora Example")
    slack.add_group_dm(GROUP, [ANNA, BEN, DORA])
    slack.add_channel(MENTORS_CHANNEL, "group", members=[DORA])


def said(slack: SlackServer) -> list[str]:
    return [answer["text"] for answer in slack.answers(GROUP)]


async def test_it_answers_when_it_is_named_and_the_askers_follow_ups_in_the_thread(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, Scripted(ear=advisor), tmp_path) as bot:
        await slack.say(GROUP, "what does a florist earn?", user=BEN)
        ts = await slack.say(GROUP, f"{MENTION} what does it pay?")
        await quiet(slack, bot)
        await slack.say(GROUP, "and in Boston?", thread_ts=ts)
        await quiet(slack, bot)
        await slack.say(GROUP, "I was in Boston last week, nice place", thread_ts=ts, user=BEN)
        await quiet(slack, bot)
    assert said(slack) == ["Answer to: what does it pay?", "Answer to: and in Boston?"]


async def test_a_mention_that_slack_also_tells_of_as_in_channels_is_answered_once(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say(GROUP, f"{MENTION} what does it pay?")
        message = slack.channels[GROUP].messages[ts]
        await slack.send_event({**message, "type": "app_mention", "channel": GROUP, "event_ts": ts})
        await quiet(slack, bot)
    assert said(slack) == ["Answer to: what does it pay?"]


async def test_an_edit_that_adds_the_mention_is_a_question_there_too(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say(GROUP, "what does it pay?")
        await slack.edit(GROUP, ts, f"{MENTION} what does it pay?")
        await quiet(slack, bot)
    assert said(slack) == ["Answer to: what does it pay?"]


async def test_questions_to_everybody_there_are_not_the_bots(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say(GROUP, "what does a senior engineer earn?")
        await quiet(slack, bot)
    assert said(slack) == []


@pytest.mark.parametrize("met", [True, False])
async def test_nobody_shares_or_confirms_what_somebody_else_asked_there(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, *, met: bool
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await answered(slack, channel=GROUP)
        if not met:  # as after a restart
            bot.ctx.clients.channel_kinds._confidential.clear()
        await slack.press(GROUP, ts, SHARE, user=DORA)
        await slack.until(lambda: sharing.PRIVATE in str(slack.open_modal(DORA)))
        key = f"{TEAM}:{GROUP}:{slack.messages(GROUP)[0]['ts']}"
        await slack.close(slack.open_modal(DORA) or {}, user=DORA)
        await slack.select(GROUP, ts, MENTOR_MENU, f"confirm {key}", user=DORA)
        await slack.until(lambda: NOT_YOURS in str(slack.open_modal(DORA)))
        assert "$120,000" not in shown(slack.open_modal(DORA))
        await slack.press(GROUP, ts, SHARE, user=ANNA)
        await slack.until(lambda: (slack.open_modal(ANNA) or {}).get("callback_id") == SHARE_VIEW)


async def test_without_the_right_to_know_a_conversations_kind_it_is_taken_for_confidential(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await answered(slack, channel=GROUP)
        bot.ctx.clients.channel_kinds._confidential.clear()
        slack.scopes = slack.scopes.replace(",mpim:read", "")
        await slack.press(GROUP, ts, SHARE, user=DORA)
        await slack.until(lambda: sharing.PRIVATE in str(slack.open_modal(DORA)))

"""What was asked in private and is under way when its person deletes their data leaves nothing of them in the records."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.answering.advisor import Advisor
from bot.records.database import TABLES
from bot.slack.app import SlackBot
from bot.slack.home.views import DELETE_DATA
from bot.slack.private.answer_shortcut import SHORTCUT
from bot.slack.private.drafting import DELETED, FORGOTTEN, REFUSED
from bot.slack.private.private_answers import POST_DRAFT
from bot.slack.private.views import DRAFT_TEXT, DRAFT_VIEW
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.scene import ANNA, BEN, PAY, Scripted, running
from tests.slack_server import SlackServer

HOMES = {ANNA: "D1", BEN: "D2"}


@pytest.fixture(autouse=True)
def homes(slack: SlackServer) -> None:
    for person, channel in HOMES.items():
        slack.add_dm(channel, person)


async def delete_data(slack: SlackServer, person: str = ANNA) -> None:
    await slack.open_tab("home", HOMES[person], user=person)
    await slack.until(lambda: slack.homes.get(person))
    await slack.press_at_home(DELETE_DATA, user=person)
    await slack.until(lambda: "deleted" in str(slack.answers(HOMES[person])))


async def kept_of(bot: SlackBot, *words: str) -> list[str]:
    """The rows that hold one of some words, of all tables."""
    database = bot._records._database
    rows = [f"{table}: {row}" for table in TABLES.sorted_tables for row in await database.rows(sa.select(table))]
    return [row for row in rows if any(word in row for word in words)]


async def under_way(slack: SlackServer) -> Callable[[], None]:
    """Anna posts a private answer to C1, which is on its way to Slack until what is returned is called."""
    await slack.command("C1", "/career", PAY)
    await slack.until(lambda: slack.ephemeral)
    held = slack.hold("chat.postMessage")
    await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
    await slack.until(lambda: slack.called("chat.postMessage"))
    return held.set


async def test_a_command_that_is_being_answered_ends_with_a_sentence(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path) as bot:
        await slack.command("C1", "/career", PAY)
        await advisor.was_asked()
        await delete_data(slack)
        advisor.may_answer.set()
        await slack.until(lambda: slack.ephemeral)
        await bot._private.leave(5)
        assert await kept_of(bot, ANNA, PAY) == []
    assert [(told["user"], told["text"]) for told in slack.ephemeral] == [(ANNA, FORGOTTEN)]


async def test_the_window_of_the_shortcut_ends_with_a_sentence_and_nothing_to_post(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", PAY, user=ANNA)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await advisor.was_asked()
        await delete_data(slack, BEN)
        advisor.may_answer.set()
        await slack.until(lambda: FORGOTTEN in shown(slack.open_modal(BEN)))
        await bot._private.leave(5)
        assert await kept_of(bot, BEN, PAY) == []
    assert "submit" not in (slack.open_modal(BEN) or {})


@pytest.mark.parametrize("refusal", ["is_archived", "not_in_channel", "internal_error"])
async def test_a_draft_that_slack_does_not_take_does_not_come_back(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, refusal: str
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        slack.fail("chat.postMessage", refusal, times=9)
        arrive = await under_way(slack)
        await bot._records.forget(ANNA)
        arrive()
        await slack.until(lambda: len(slack.ephemeral) == 2)
        assert slack.ephemeral[-1]["text"] == DELETED
        assert await kept_of(bot, ANNA, PAY) == []
    assert slack.answers("C1") == []


async def test_a_draft_that_slack_takes_is_posted_and_its_person_is_not_noted(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        arrive = await under_way(slack)
        await bot._records.forget(ANNA)
        arrive()
        await slack.until(lambda: not any(message.get("is_ephemeral") for message in slack.sees(ANNA)))
        assert await kept_of(bot, ANNA, PAY) == []
        (posted,) = slack.answers("C1")
        await slack.say("C1", f"<@U0BOT> {PAY}", thread_ts=posted["ts"], user=BEN)
        await slack.until(lambda: len(slack.answers("C1")) == 2)


async def test_the_window_of_a_draft_that_slack_does_not_take_says_that_it_is_deleted(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await slack.say("C1", PAY, user=ANNA)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await slack.until(lambda: (slack.open_modal(BEN) or {}).get("callback_id") == DRAFT_VIEW)
        held = slack.hold("chat.postMessage")
        slack.fail("chat.postMessage", "is_archived")
        typed = {DRAFT_TEXT: {DRAFT_TEXT: {"type": "plain_text_input", "value": "It depends."}}}
        await slack.submit(slack.open_modal(BEN) or {}, typed, user=BEN)
        await slack.until(lambda: slack.called("chat.postMessage"))
        await bot._records.forget(BEN)
        held.set()
        await slack.until(lambda: DELETED in shown(slack.open_modal(BEN)))
        assert await kept_of(bot, BEN, PAY) == []


async def test_while_a_draft_is_posted_no_other_process_finds_it_and_what_slack_refuses_can_be_posted_again(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        slack.fail("chat.postMessage", "is_archived")
        arrive = await under_way(slack)
        assert await bot._records.drafts.all() == []
        arrive()
        await slack.until(lambda: len(slack.ephemeral) == 2)
        assert slack.ephemeral[-1]["text"].startswith(REFUSED.partition("{")[0])
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: slack.answers("C1"))
    assert "$120,000" in slack.answers("C1")[0]["text"]

"""What was asked for one person's eyes is answered over a stop of the bot, and over what Slack does not take."""

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.answering.advisor import Advisor
from bot.errors import RecordsUnavailable
from bot.records.database import TABLES, now
from bot.slack.app import SlackBot
from bot.slack.private.answer_shortcut import READING, SHORTCUT
from bot.slack.private.private_answers import MOST_TRIES
from bot.slack.private.views import DRAFT_VIEW
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.scene import ANNA, BEN, PAY, Scripted, running
from tests.slack_server import SlackServer

LONG = "\n\n".join(f"Paragraph {n}: {'word ' * 300}" for n in range(20))
PROMISES = TABLES.tables["promises"]


def waiting() -> Scripted:
    """An advisor that never answers: the process ends before."""
    silent = Scripted()
    silent.may_answer.clear()
    return silent


async def promises(bot: SlackBot) -> int:
    """How many are open when nothing is under way any more."""
    await bot._private.leave(5)
    return len(await bot._records._database.rows(sa.select(PROMISES)))


async def change(bot: SlackBot, **values: object) -> None:
    await bot._records._database.change(sa.update(PROMISES).values(values))


async def test_a_command_that_a_stop_cut_off_is_answered_by_the_next_start_and_once(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, first := waiting(), tmp_path):
        await slack.command("C1", "/career", PAY)
        await first.was_asked()
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.until(lambda: slack.ephemeral)
        assert await promises(bot) == 0
    async with running(slack, Scripted(), tmp_path):
        await slack.settled()
    (private,) = slack.ephemeral
    assert private["user"] == ANNA
    assert private["text"] == f"Answer to: {PAY}"


async def test_the_window_of_the_shortcut_gets_its_draft_from_the_next_start(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, first := waiting(), tmp_path):
        ts = await slack.say("C1", PAY)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await first.was_asked()
        assert READING in shown(slack.open_modal(BEN))
    async with running(slack, advisor, tmp_path, searcher):
        await slack.until(lambda: (slack.open_modal(BEN) or {}).get("callback_id") == DRAFT_VIEW)
    assert "$120,000" in str(slack.open_modal(BEN))


async def test_a_draft_in_a_window_is_not_put_over_what_the_person_has_before_them(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await slack.say("C1", PAY)
        slack.lose_reply("views.update")
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await slack.until(lambda: (slack.open_modal(BEN) or {}).get("callback_id") == DRAFT_VIEW)
        before = dict(slack.open_modal(BEN) or {})
        await slack.until(lambda: len(slack.called("views.update")) == 2)
        assert await promises(bot) == 0
        assert len(await bot._records.drafts.all()) == 1
    assert (slack.open_modal(BEN) or {})["hash"] == before["hash"]


async def test_a_draft_whose_window_was_closed_meanwhile_is_thrown_away(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, first := waiting(), tmp_path):
        ts = await slack.say("C1", PAY)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await first.was_asked()
        await slack.close(slack.open_modal(BEN) or {}, BEN)
    async with running(slack, advisor, tmp_path, searcher) as bot:
        await slack.until(lambda: slack.called("views.update"))
        assert await promises(bot) == 0
        assert await bot._records.drafts.all() == []


@pytest.mark.parametrize("values", [{"made_at": now() - dt.timedelta(minutes=31)}, {"tries": MOST_TRIES}], ids=["late", "deadly"])  # fmt: skip
async def test_what_comes_too_late_or_ended_the_process_again_and_again_is_ended_with_a_sentence(
    slack: SlackServer, tmp_path: Path, values: dict[str, object]
) -> None:
    async with running(slack, first := waiting(), tmp_path) as bot:
        await slack.command("C1", "/career", PAY)
        await first.was_asked()
        await bot._private.leave(0)
        await change(bot, **values)
    second = Scripted()
    async with running(slack, second, tmp_path) as bot:
        await slack.until(lambda: slack.ephemeral)
        assert await promises(bot) == 0
    assert second.asked == []
    assert "ask again" in slack.ephemeral[0]["text"]
    assert slack.ephemeral[0]["user"] == ANNA


async def test_two_processes_answer_a_private_question_once(slack: SlackServer, tmp_path: Path) -> None:
    slow = waiting()
    async with running(slack, slow, tmp_path):
        await slack.command("C1", "/career", PAY)
        await slow.was_asked()
        other = Scripted()
        async with running(slack, other, tmp_path) as bot:
            await bot._private.go_on()
        slow.may_answer.set()
        await slack.until(lambda: slack.ephemeral)
    assert other.asked == []
    assert len(slack.ephemeral) == 1


async def test_without_a_database_the_person_hears_of_it_and_the_command_is_acknowledged(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise RecordsUnavailable("The records cannot be reached.")

    async with running(slack, Scripted(), tmp_path) as bot:
        monkeypatch.setattr(bot._records._database, "insert", away)
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
    assert "cannot be reached" in slack.ephemeral[0]["text"]


@pytest.mark.parametrize(("status", "error"), [(429, ""), (500, ""), (502, "<html>bad gateway</html>"), (400, "invalid_blocks")])  # fmt: skip
async def test_what_a_response_url_refuses_for_the_moment_is_sent_again(
    slack: SlackServer, tmp_path: Path, status: int, error: str
) -> None:
    async with running(slack, Scripted(), tmp_path):
        slack.fail_response(status, error)
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
    assert f"Answer to: {PAY}" in slack.ephemeral[0]["text"]
    assert len(slack.ephemeral) == 1


@pytest.mark.parametrize(("status", "error"), [(404, "used_url"), (404, "expired_url"), (403, "")])
async def test_what_a_response_url_does_not_take_at_all_is_told_elsewhere_and_to_the_person_alone(
    slack: SlackServer, tmp_path: Path, status: int, error: str
) -> None:
    slack.add_channel("C2", member=False)
    slack.add_dm("D0ANNA", ANNA)
    async with running(slack, Scripted(), tmp_path):
        slack.fail_response(status, error, times=2)
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        await slack.command("C2", "/career", PAY)
        await slack.until(lambda: slack.answers("D0ANNA"))
    assert slack.ephemeral[0]["user"] == ANNA
    assert not any("Answer to" in str(message) for message in slack.sees(BEN))


@pytest.mark.parametrize("kind", ["context_actions", "context", "markdown", "actions"])
async def test_where_one_kind_of_block_is_refused_the_rest_stays(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, kind: str
) -> None:
    slack.refused_block = lambda block: block["type"] == kind
    async with running(slack, advisor, tmp_path, searcher):
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        await slack.say("C1", f"<@U0BOT> {PAY}")
        await slack.until(lambda: slack.answers("C1"))
    for message in (slack.ephemeral[0], slack.answers("C1")[0]):
        kinds = [block["type"] for block in message["blocks"]]
        assert kind not in kinds
        assert {"context_actions", "context", "markdown", "actions"} - {kind} <= set(kinds)
        assert "$120,000" in str(message["blocks"])


async def test_an_answer_longer_than_a_response_url_takes_arrives_whole(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(lambda _: LONG), tmp_path):
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: "Paragraph 19" in str(slack.ephemeral))
    told = str(slack.ephemeral)
    assert all(f"Paragraph {n}:" in told for n in range(20))

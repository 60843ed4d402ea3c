"""The slash command /career: a private answer first, posted only when the person says so."""

from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from bot.errors import ModelUnavailable
from bot.slack.format.blocks import SHOW_PASSAGE
from bot.slack.private.drafting import GONE, NOT_HERE
from bot.slack.private.private_answers import POST_DRAFT
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.scene import ANNA, BEN, PAY, Scripted, running
from tests.slack_server import SlackServer


async def test_the_answer_is_seen_by_nobody_but_the_one_who_asked(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
    (private,) = slack.ephemeral
    assert private["user"] == ANNA
    assert "$120,000" in private["text"]
    assert slack.answers() == []
    assert not any("120,000" in str(message) for message in slack.sees(BEN))


async def test_it_is_posted_with_the_question_and_the_askers_name_when_they_say_so(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: slack.answers("C1"))
        await slack.until(lambda: not any(message.get("is_ephemeral") for message in slack.sees(ANNA)))
        (posted,) = slack.answers("C1")
        told = shown(posted)
        assert f"<@{ANNA}> asked the career guide" in told
        assert f"> {PAY}" in told
        assert "Average salary" in told
        await slack.say("C1", "what does it depend on?", thread_ts=posted["ts"])
        await slack.until(lambda: len(slack.answers("C1")) == 2)
    assert "location" in slack.answers("C1")[-1]["text"]


async def test_a_second_press_posts_nothing_twice(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        (draft,) = await bot._records.drafts.all()
        await bot._records.drafts.take(draft.id, draft.person)
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: len(slack.ephemeral) == 2)
    assert slack.ephemeral[-1]["text"] == GONE
    assert slack.answers("C1") == []


async def test_where_the_bot_is_no_member_the_draft_is_kept_for_another_try(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_channel("C2", member=False)
    async with running(slack, advisor, tmp_path, searcher):
        await slack.command("C2", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        await slack.press("C2", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: len(slack.ephemeral) == 2)
        assert slack.ephemeral[-1]["text"] == NOT_HERE
        slack.channels["C2"].member = True
        await slack.press("C2", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: slack.answers("C2"))
    assert "$120,000" in slack.answers("C2")[0]["text"]


async def test_passages_of_a_private_answer_can_be_shown(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        await slack.press("C1", slack.ephemeral[0]["ts"], SHOW_PASSAGE)
        await slack.until(lambda: slack.open_modal(ANNA))
    assert "*In the United States, the average salary" in shown(slack.open_modal(ANNA))


@pytest.mark.parametrize("text", ["", "help", " HELP "])
async def test_without_a_question_it_says_what_it_can_do(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, text: str
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.command("C1", "/career", text)
        await slack.until(lambda: slack.ephemeral)
    assert "/career settings" in slack.ephemeral[0]["text"]


async def test_a_question_too_long_and_a_failing_model_are_told_in_private(slack: SlackServer, tmp_path: Path) -> None:
    def fail(_: object) -> str:
        raise ModelUnavailable("The chat model is away.")

    async with running(slack, Scripted(fail), tmp_path):
        await slack.command("C1", "/career", "why? " * 2000)
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: len(slack.ephemeral) == 2)
    told = sorted(note["text"] for note in slack.ephemeral)
    assert "The chat model is away." in told[0]
    assert "4,000 characters" in told[1]
    assert slack.answers() == []


async def test_the_command_is_acknowledged_while_the_answer_is_made(slack: SlackServer, tmp_path: Path) -> None:
    slow = Scripted()
    slow.may_answer.clear()
    async with running(slack, slow, tmp_path):
        await slack.command("C1", "/career", PAY)
        await slack.settled()
        assert slack.timeouts == []
        slow.may_answer.set()
        await slack.until(lambda: slack.ephemeral)

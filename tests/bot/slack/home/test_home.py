"""The Home tab and the Messages tab."""

from pathlib import Path

from bot.answering.advisor import Advisor
from bot.slack.format.blocks import FEEDBACK
from bot.slack.home.listeners import PRESSED
from bot.slack.home.views import ASK_EXAMPLE, DELETE_DATA
from knowledge.errors import IndexMissing
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import answered, shown
from tests.bot.slack.scene import ANNA, BEN, PAY, NoGuides, Scripted, running
from tests.slack_server import SlackServer


async def test_the_messages_tab_suggests_questions_about_the_guides(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.open_tab("messages", "D1")
        await slack.until(lambda: slack.prompts.get("D1"))
    assert [prompt["message"] for prompt in slack.prompts["D1"]] == [
        "What does a senior backend software engineer earn?",
        "Which skills does a senior backend software engineer need?",
        "How do I become a senior backend software engineer?",
    ]


async def test_the_home_tab_says_what_the_bot_is_and_is_not(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.open_tab("home", "D1")
        await slack.until(lambda: slack.homes.get(ANNA))
    told = shown(slack.homes[ANNA])
    for said in (
        "automated",
        "can be wrong",
        "only these guides",
        "Senior Backend Software Engineer (2026-11)",
        "Privacy",
    ):
        assert said in told


async def test_the_home_tab_is_drawn_where_no_guide_can_be_read(slack: SlackServer, tmp_path: Path) -> None:
    class Broken(NoGuides):
        def guides(self) -> list[object]:  # type: ignore[override]
            raise IndexMissing("There is no index yet; run `careerbot index`.")

    async with running(slack, Scripted(), tmp_path, Broken()):
        await slack.open_tab("home", "D1")
        await slack.until(lambda: slack.homes.get(ANNA))
    assert "There is no index yet" in shown(slack.homes[ANNA])


async def test_an_example_starts_a_conversation_that_can_be_followed_up(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.open_tab("home", "D1")
        await slack.until(lambda: slack.homes.get(ANNA))
        await slack.press_at_home(f"{ASK_EXAMPLE}_0")
        await slack.until(lambda: len(slack.answers("D1")) == 2)
        question, answer = slack.answers("D1")
        assert PRESSED in str(question["blocks"])
        assert answer["thread_ts"] == question["ts"]
        assert "$120,000" in answer["text"]
        await slack.say("D1", "what does it depend on?", thread_ts=question["ts"])
        await slack.until(lambda: len(slack.answers("D1")) == 3)
    assert "location" in slack.answers("D1")[-1]["text"]


async def test_delete_my_data_removes_everything_of_one_person_and_says_so(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_dm("D2", user=BEN)
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await answered(slack, "What is the salary in London?", "D1")
        await slack.press("D1", ts, FEEDBACK, value="up")
        await slack.say("D2", PAY, user=BEN)
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: len(slack.ephemeral) == 2 and slack.answers("D2"))
        await bot.worker.idle(5)
        await slack.open_tab("home", "D1")
        await slack.until(lambda: slack.homes.get(ANNA))
        await slack.press_at_home(DELETE_DATA)
        await slack.until(lambda: len(slack.answers("D1")) == 2)
        assert await bot._records.inbox.counts() == {"answered": 1}
        assert [receipt["person"] for receipt in await bot._records.receipts.all()] == [BEN]
        assert {gap["person"] for gap in await bot._records.receipts.gaps()} <= {BEN}
        assert list(await bot._records.feedback.all()) == []
        assert list(await bot._records.drafts.all()) == []
    assert "deleted" in slack.answers("D1")[-1]["text"]

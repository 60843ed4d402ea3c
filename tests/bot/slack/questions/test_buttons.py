"""What people press under an answer: its passages, whether it helped, and going on in private."""

from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from bot.answering.conversation import QUOTED, Answer, Citation, Coverage, Receipt
from bot.records.database import database_url
from bot.slack.format.blocks import CONTINUE_PRIVATELY, FEEDBACK, SHOW_PASSAGE, posts
from bot.slack.questions.button_listeners import FORGOTTEN, THANKS
from bot.slack.questions.buttons import AnswerButtons
from bot.slack.questions.views import REASON_VIEW
from bot.storage import Records
from knowledge.passages import Guide, Passage
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import ANNA, BEN, MENTION, PAY, PAY_SAID, Quoting, running
from tests.slack_server import SlackServer
from tests.slack_server.blocks import texts

LABEL, LINE = 13, 30
"""Letters of a label, and of those that stand in one line of a narrow thread."""
SKILLS = "Which skills does a senior backend engineer need?"


async def answered(slack: SlackServer, question: str = PAY, channel: str = "C1") -> str:
    """The ts of an answer to a question."""
    mention = "" if channel.startswith("D") else f"{MENTION} "
    before = len(slack.answers(channel))
    await slack.say(channel, mention + question)
    await slack.until(lambda: len(slack.answers(channel)) > before)
    return str(slack.answers(channel)[-1]["ts"])


def shown(view: dict[str, Any] | None) -> str:
    """Everything that a view says."""
    assert view is not None
    return "\n".join(texts({"text": "", "blocks": view["blocks"]}))


async def test_show_passage_opens_the_exact_passage_with_its_place_and_the_supporting_words_in_bold(
    slack: SlackServer, searcher: Searcher, tmp_path: Path
) -> None:
    async with running(slack, Quoting(searcher, PAY_SAID.removesuffix(" [1]")), tmp_path, searcher):
        ts = await answered(slack)
        await slack.press("C1", ts, SHOW_PASSAGE, user=BEN)
        await slack.until(lambda: slack.open_modal(BEN))
    told = shown(slack.open_modal(BEN))
    assert "[1] Senior Backend Software Engineer · edition 2026-11 · Average salary" in told
    assert (
        "*In the United States, the average salary of a senior backend software engineer is about $120,000 per year.*"
        in told
    )
    assert "What an individual salary comes to varies with factors such as location" in told
    assert "*What an individual" not in told


async def test_passages_of_a_list_are_whole_and_in_order(
    slack: SlackServer, searcher: Searcher, tmp_path: Path
) -> None:
    said = "The five skills that count most for the position: proficiency in programming languages."
    async with running(slack, Quoting(searcher, said), tmp_path, searcher):
        ts = await answered(slack, SKILLS)
        await slack.press("C1", ts, SHOW_PASSAGE)
        await slack.until(lambda: slack.open_modal(ANNA))
    told = shown(slack.open_modal(ANNA))
    assert told.index("Proficiency in programming languages") < told.index("Excellent collaboration")


class Changed:
    """A library whose passages have been rewritten or are gone."""

    def guides(self) -> list[Any]:
        return []

    def unread(self) -> list[str]:
        return []

    def passage(self, key: str) -> None:
        return None


async def test_a_passage_that_is_gone_is_not_replaced_by_another(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, Changed()):
        ts = await answered(slack)
        await slack.press("C1", ts, SHOW_PASSAGE)
        await slack.until(lambda: slack.open_modal(ANNA))
    assert "The guide has changed since this answer" in shown(slack.open_modal(ANNA))


async def test_the_record_of_an_answer_is_there_as_soon_as_its_buttons_are(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        for _ in range(5):
            ts = await answered(slack)
            key = next(b["elements"][0]["value"] for b in slack.messages("C1")[-1]["blocks"] if b["type"] == "actions")
            assert await bot._records.receipts.find(key), ts


@pytest.mark.parametrize("under_a_message", [True, False], ids=["under another answer", "under a private one"])
async def test_a_forged_key_shows_nothing_of_somebody_elses_answer_and_rates_it_not(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, *, under_a_message: bool
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        await answered(slack, channel="D1")
        own = slack.channels["C1"].messages[await answered(slack, SKILLS)]
        (key,) = [r["key"] for r in await bot._records.receipts.all() if ":D1:" in r["key"]]
        message = {"message": own} if under_a_message else {}
        place = {"channel": {"id": "C1"}, "response_url": slack._response_url("C1", BEN, own), **message}
        for action, value in ((SHOW_PASSAGE, key), (FEEDBACK, f"up {key}"), (FEEDBACK, f"down {key}")):
            before = slack.open_modal(BEN)
            forged = {"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1.0"}
            await slack._interact({"type": "block_actions", "actions": [forged], **place}, BEN)
            await slack.until(lambda before=before: slack.open_modal(BEN) not in (None, before))  # type: ignore[misc]
            assert shown(slack.open_modal(BEN)) == shown(FORGOTTEN)
        assert await bot._records.feedback.all() == []


async def test_a_thumbs_up_is_kept_and_confirmed_to_the_one_who_pressed(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await answered(slack)
        await slack.press("C1", ts, FEEDBACK, user=BEN, value="up")
        await slack.until(lambda: slack.ephemeral)
        (rating,) = await bot._records.feedback.all()
    assert (rating["person"], rating["liked"]) == (BEN, True)
    assert [(note["user"], note["text"]) for note in slack.ephemeral] == [(BEN, THANKS)]


async def test_a_thumbs_down_asks_why_and_keeps_the_reason(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await answered(slack)
        await slack.press("C1", ts, FEEDBACK, value="down")
        await slack.until(lambda: slack.open_modal(ANNA))
        view = slack.open_modal(ANNA)
        assert view is not None
        assert view["callback_id"] == REASON_VIEW
        options = view["blocks"][0]["element"]["options"]
        assert [option["value"] for option in options] == ["wrong", "outdated", "not_in_guide", "unclear", "other"]
        await slack.submit(
            view,
            {
                "reason": {"reason": {"type": "radio_buttons", "selected_option": options[1]}},
                "text": {"text": {"type": "plain_text_input", "value": "It was $130,000 last year."}},
            },
        )
        await slack.until(lambda: THANKS in str(slack.open_modal(ANNA)))
    records = await Records.open(database_url("", tmp_path))
    (rating,) = await records.feedback.all()
    await records.close()
    assert (rating["liked"], rating["reason"], rating["text"]) == (False, "outdated", "It was $130,000 last year.")
    assert slack.problems == []


async def test_a_person_who_changes_their_mind_is_counted_once(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await answered(slack)
        for value in ("up", "down", "up"):
            await slack.press("C1", ts, FEEDBACK, value=value)
            await slack.settled()
        await slack.until(lambda: len(slack.ephemeral) == 2)
        ratings = await bot._records.feedback.all()
    assert [rating["liked"] for rating in ratings] == [True]


@pytest.mark.parametrize("question", [PAY, "How do I answer a bad performance review?"])
async def test_a_question_of_pay_or_performance_in_a_channel_can_go_on_in_private(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, question: str
) -> None:
    slack.add_dm("D2", user=BEN)
    async with running(slack, advisor, tmp_path, searcher):
        ts = await answered(slack, question)
        answer = slack.answers("C1")[-1]["text"]
        await slack.press("C1", ts, CONTINUE_PRIVATELY, user=BEN)
        await slack.until(lambda: slack.answers("D2"))
        (opening,) = slack.answers("D2")
        assert "only you and I" in opening["text"]
        assert answer.split(" ")[0] in opening["text"]
        await slack.say("D2", "what does that depend on?", user=BEN, thread_ts=opening["ts"])
        await slack.until(lambda: len(slack.answers("D2")) == 2)
    assert slack.answers("D2")[-1]["thread_ts"] == opening["ts"]
    assert len(slack.answers("C1")) == 1


@pytest.mark.parametrize(("question", "channel"), [(SKILLS, "C1"), (PAY, "D1")])
async def test_nothing_private_is_offered_elsewhere(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, question: str, channel: str
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await answered(slack, question, channel)
    assert CONTINUE_PRIVATELY not in str(slack.answers(channel)[-1]["blocks"])


async def test_small_talk_has_nothing_to_press(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await answered(slack, "thanks!")
    assert {block["type"] for block in slack.answers("C1")[-1]["blocks"]} == {"markdown"}


async def test_sources_are_not_unfurled(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await answered(slack)
    posted = slack.called("chat.postMessage")[-1].arguments
    assert (posted["unfurl_links"], posted["unfurl_media"]) == ("0", "0") or not posted["unfurl_links"]


async def test_a_press_that_fails_is_told_to_the_one_who_pressed(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await answered(slack)
        slack.fail("views.open", "internal_error")
        await slack.press("C1", ts, SHOW_PASSAGE, user=BEN)
        await slack.until(lambda: slack.ephemeral)
        await slack.settled()
    assert [(note["user"], "did not work" in note["text"]) for note in slack.ephemeral] == [(BEN, True)]
    assert not any(record.exc_info for record in caplog.records if record.name.startswith("bot"))


def test_what_can_be_pressed_stands_in_two_lines_at_most_where_a_thread_is_narrow() -> None:
    passage = Passage("p", Guide("baker.md", "Baker"), ("Baker", "Pay"), "Bakers earn $30,000.", 0, "h")
    found = (Citation(1, passage, 1.0),)
    answer = Answer("So. [1]", Coverage.NEAREST, found, found, Receipt(QUOTED, "", 1))
    offered = AnswerButtons(mentors=True, handover=True).under(answer, "what do I earn?", "k", direct=False)
    (actions,) = [block for block in posts(answer, "k", offered)[-1].blocks if block["type"] == "actions"]
    labels = [element["text"]["text"] for element in actions["elements"] if element["type"] == "button"]
    assert {"Show passage", "Share", "Ask a mentor", "Ask privately"} <= {*labels}
    assert max(map(len, labels)) <= LABEL
    assert len("".join(labels)) <= 2 * LINE

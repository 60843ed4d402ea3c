"""Mentors confirm and correct answers; the next who asks the same gets them first, until the guide changes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.answering.addressing import Command, Line
from bot.answering.advisor import Advisor
from bot.answering.conversation import Answer, Conversation
from bot.answering.same_question import SameQuestions
from bot.errors import ModelUnavailable
from bot.mentoring.confirmations import Basis, Confirmation, ConfirmationState
from bot.mentoring.confirmed_answers import ConfirmedAnswers
from bot.records.channels import ChannelSettings
from bot.slack.app import SlackBot
from bot.slack.format.blocks import SHOW_PASSAGE
from bot.slack.format.confirmed import FRESH, SHOW_CONFIRMED
from bot.slack.home.mentors_part import confirmations_blocks
from bot.slack.mentors.confirming.exporting import NOT_SENT, NOTHING_TO_EXPORT, SENT
from bot.slack.mentors.confirming.fresh_answer import FRESH_COMING, FRESH_THERE
from bot.slack.mentors.confirming.labels import FORGOTTEN
from bot.slack.mentors.confirming.service import expire
from bot.slack.mentors.confirming.texts import CONFIRMED_ALREADY, EMPTY, LEANS, NO_PASSAGE_LEFT, NOT_YOURS, READING
from bot.slack.mentors.confirming.views import (
    CHANGED,
    CONFIRM_AGAIN,
    CONFIRM_VIEW,
    DONE,
    EXPORT,
    GONE,
    WITHDRAW,
)
from bot.slack.questions.buttons import MENTOR_MENU
from knowledge.errors import IndexDamaged
from knowledge.passages import Guide, Passage
from knowledge.search.searcher import Hit, Searcher
from tests.bot.slack.questions.test_buttons import answered, shown
from tests.bot.slack.questions.test_thread_manners import quiet
from tests.bot.slack.scene import (
    ANNA,
    BEN,
    CLEO,
    DORA,
    EMIL,
    MENTION,
    MENTORS,
    MENTORS_CHANNEL,
    PAY,
    PAY_SAID,
    running,
    saying,
)
from tests.conftest import AdvisorWith
from tests.openai_server import OpenAIServer
from tests.slack_server import SlackServer
from tests.slack_server.server import TEAM

AGAIN = "what does the senior backend engineer earn"
"""The same question as PAY, but for its article, its capital and its mark."""
LIKE_IT = "How much does a senior backend engineer earn?"
"""A question like PAY in other words."""
MINE = "It is about $130,000 by now. [1]"


class Shelf:
    """The guides, in which passages can be rewritten, taken out, or become unreadable."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self.rewritten: set[str] = set()
        self.gone: set[str] = set()
        self.broken = False

    def guides(self) -> Sequence[Guide]:
        return self._searcher.guides()

    def unread(self) -> Sequence[str]:
        return ()

    def passage(self, key: str) -> Passage | None:
        if self.broken:
            raise IndexDamaged("The index cannot be read.")
        found = None if key in self.gone else self._searcher.passage(key)
        return (
            replace(found, hash="another", text="Now it says $140,000.") if found and key in self.rewritten else found
        )

    async def search(self, question: str, k: int = 10) -> Sequence[Hit]:
        return await self._searcher.search(question, k)


class Counting:
    """An advisor whose answers are counted, that waits or fails when it is told to."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor
        self.asked: list[str] = []
        self.fails = False
        self.working = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    @property
    def streams(self) -> bool:
        return self._advisor.streams

    async def follows_up(self, line: Line) -> bool:
        return await self._advisor.follows_up(line)

    async def is_asked(self, line: Line) -> bool:
        return await self._advisor.is_asked(line)

    async def command(self, line: Line) -> Command | None:
        return await self._advisor.command(line)

    async def leans(self, text: str) -> bool:
        return await self._advisor.leans(text)

    async def answer(self, conversation: Conversation, on_sentence: Any = None) -> Answer:
        self.asked.append(conversation.question)
        self.working.set()
        await self.may_answer.wait()
        if self.fails:
            raise ModelUnavailable("The chat model did not answer.")
        return await self._advisor.answer(conversation, on_sentence)


@pytest.fixture
def shelf(searcher: Searcher) -> Shelf:
    return Shelf(searcher)


@pytest.fixture
def quoting(advisor_with: AdvisorWith, searcher: Searcher) -> Advisor:
    """An advisor without a chat model."""
    return advisor_with(searcher)


@pytest.fixture
def advisor(quoting: Advisor) -> Counting:
    return Counting(quoting)


Mentoring = Callable[..., AbstractAsyncContextManager[SlackBot]]


@pytest.fixture
def mentoring(slack: SlackServer, shelf: Shelf, same: SameQuestions, tmp_path: Path) -> Mentoring:
    """The bot at work in a workspace with mentors, with the advisor that it is given."""
    slack.add_channel("C2")
    slack.add_channel(MENTORS_CHANNEL, members=[DORA, EMIL])
    for person in (DORA, EMIL):
        slack.add_dm(f"D{person}", person)

    def start(advisor: Any, compared: SameQuestions | None = same) -> AbstractAsyncContextManager[SlackBot]:
        return running(slack, advisor, tmp_path, shelf, mentor_settings=MENTORS, same=compared)

    return start


async def menu(slack: SlackServer, ts: str, what: str, user: str = DORA, channel: str = "C1") -> dict[str, Any]:
    """The window that a mentor gets who chooses something in the menu under an answer."""
    message = slack.channels[channel].messages[ts]
    key = next(e["value"] for b in message["blocks"] if b["type"] == "actions" for e in b["elements"] if "value" in e)
    before = slack.open_modal(user)
    await slack.select(channel, ts, MENTOR_MENU, f"{what} {key}", user=user)
    await slack.until(lambda: slack.open_modal(user) is not before and READING not in str(slack.open_modal(user)))
    view = slack.open_modal(user)
    assert view is not None
    return view


def left(question: str = "", answer: str = "") -> dict[str, Any]:
    """What a mentor leaves in the window's fields."""
    asked = {"question": {"question": {"type": "plain_text_input", "value": question}}} if question else {}
    said = {"answer_0": {"answer_0": {"type": "plain_text_input", "value": answer}}} if answer else {}
    return {**asked, **said}


async def submitted(slack: SlackServer, view: dict[str, Any], user: str = DORA, **fields: str) -> str:
    """What the window says after it was sent."""
    key = str(view["private_metadata"]).partition(" ")[0]
    await slack.submit(view, left(**fields), user=user)
    await slack.settled()
    said = shown(slack.open_modal(user))
    if DONE in said:
        await slack.until(lambda: f"confirmation-{key}-active" in str(slack.answers()))
    return said


async def confirm(slack: SlackServer, ts: str, user: str = DORA, channel: str = "C1", **fields: str) -> str:
    what = "correct" if "answer" in fields else "confirm"
    return await submitted(slack, await menu(slack, ts, what, user, channel), user, **fields)


async def deeds(bot: SlackBot) -> list[tuple[str, str]]:
    return [(deed["person"], deed["what"]) for deed in await bot._records.audit_log.all()]


def told(slack: SlackServer, channel: str) -> str:
    return shown(slack.answers(channel)[-1])


async def test_a_mentor_confirms_an_answer_and_the_next_who_asks_the_same_gets_it_first(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        ts = await answered(slack)
        view = await menu(slack, ts, "confirm")
        assert view["callback_id"] == CONFIRM_VIEW
        assert view["blocks"][0]["element"]["initial_value"] == PAY
        assert "$120,000" in shown(view)
        assert DONE in await submitted(slack, view)
        (first,) = slack.answers("C1")
        assert f"Confirmed by <@{DORA}> on " in shown(first)
        assert "$120,000" in shown(first)
        assert [block["type"] for block in first["blocks"]] == [
            "markdown",
            "context",
            "context",
            "actions",
            "context_actions",
        ]
        assert first["metadata"]["event_type"] == "career_answer"
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        await quiet(slack, bot)
        assert advisor.asked == [PAY]
        (second,) = slack.answers("C2")
        assert "$120,000" in second["text"]
        assert f"Confirmed by <@{DORA}> on " in shown(second)
        assert "Average salary" in shown(second)
        assert "without a language model" not in shown(second)
        assert await deeds(bot) == [(DORA, "confirmed")]
        await slack.press("C2", second["ts"], SHOW_PASSAGE, user=BEN)
        await slack.until(lambda: slack.open_modal(BEN))
        assert "Average salary" in shown(slack.open_modal(BEN))
        (mode,) = [row["mode"] for row in await bot._records.receipts.all() if ":C2:" in row["key"]]
        assert mode == "confirmed"
    assert slack.problems == []
    assert slack.timeouts == []


async def test_it_is_given_in_direct_messages_too_and_to_others_than_its_asker(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor):
        await confirm(slack, await answered(slack))
        await slack.say("D1", AGAIN, user=CLEO)
        await slack.until(lambda: slack.answers("D1"))
        assert f"Confirmed by <@{DORA}>" in told(slack, "D1")
    assert advisor.asked == [PAY]


async def test_a_correction_takes_the_place_of_the_answer_and_is_marked(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        ts = await answered(slack)
        view = await menu(slack, ts, "correct")
        assert "$120,000" in view["blocks"][1]["element"]["initial_value"]
        await submitted(slack, view, answer=f"{MINE} Ask <!channel>.")
        (first,) = slack.answers("C1")
        assert "$130,000" in first["text"]
        assert "$120,000" not in shown(first)
        assert "<!channel>" not in shown(first)
        assert f"Corrected by <@{DORA}> on " in shown(first)
        assert "without a language model" not in shown(first)
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        assert "$130,000" in told(slack, "C2")
        assert await deeds(bot) == [(DORA, "corrected")]
        again = await menu(slack, ts, "correct", EMIL)
        assert f"<@{DORA}> corrected this answer" in shown(again)
        await submitted(slack, again, EMIL, answer="It is $135,000.")
        assert "$135,000" in slack.answers("C1")[0]["text"]
        assert f"Corrected by <@{EMIL}>" in shown(slack.answers("C1")[0])
        assert f"<@{DORA}>" not in shown(slack.answers("C1")[0])
        active = await bot._records.confirmations.active()
        assert [(one.mentor, one.answer) for one in active] == [(EMIL, "It is $135,000.")]
        (receipt,) = [row for row in await bot._records.receipts.all() if ":C1:" in row["key"]]
        assert [one.passage for one in active[0].passages] == [cited["passage"] for cited in receipt["passages"]]
        assert await deeds(bot) == [(DORA, "corrected"), (EMIL, "replaced"), (EMIL, "corrected")]
    assert slack.problems == []


async def test_a_correction_that_changes_nothing_is_a_confirmation(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await submitted(slack, await menu(slack, await answered(slack), "correct"))
        assert await deeds(bot) == [(DORA, "confirmed")]


async def test_of_two_mentors_at_once_the_second_is_told_what_happened(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        ts = await answered(slack)
        hers, his = await menu(slack, ts, "confirm", DORA), await menu(slack, ts, "correct", EMIL)
        assert DONE in await submitted(slack, hers, DORA)
        said = await submitted(slack, his, EMIL, answer=MINE)
        assert f"<@{DORA}> confirmed this answer" in said
        assert "{date_short_pretty} at {time}" in said
        assert "changed nothing" in said
        assert "$120,000" in slack.answers("C1")[0]["text"]
        late = await menu(slack, ts, "confirm", EMIL)
        assert f"<@{DORA}> confirmed this answer" in shown(late)
        assert "submit" not in late
        mine = await menu(slack, ts, "confirm", DORA)
        assert "You confirmed this answer" in shown(mine)
        assert await deeds(bot) == [(DORA, "confirmed")]
    assert slack.problems == []


async def test_a_window_that_is_sent_twice_confirms_once(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        view = await menu(slack, await answered(slack), "confirm")
        await submitted(slack, view)
        sent = next(e for e in reversed(slack.delivered) if e.payload.get("type") == "view_submission")
        for _ in range(3):
            await slack.redeliver(sent)
        await slack.settled()
        assert await deeds(bot) == [(DORA, "confirmed")]
        assert len(await bot._records.confirmations.all()) == 1
        (first,) = slack.answers("C1")
        assert shown(first).count("Confirmed by") == 1


async def test_a_question_that_means_the_same_has_one_confirmed_answer_and_the_mentor_is_told(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        first, second = await answered(slack), await answered(slack, AGAIN, "C2")
        await confirm(slack, first)
        said = await confirm(slack, second, EMIL, "C2", answer=MINE)
        assert "It takes the place of" in said
        assert PAY in said
        assert [one.mentor for one in await bot._records.confirmations.active()] == [EMIL]
        await slack.say("D1", PAY, user=CLEO)
        await slack.until(lambda: slack.answers("D1"))
        assert "$130,000" in told(slack, "D1")


@pytest.mark.parametrize("what", ["confirm", "correct"])
async def test_who_is_no_mentor_is_told_so_and_changes_nothing(
    slack: SlackServer, advisor: Counting, what: str, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        ts = await answered(slack)
        key = f"{TEAM}:C1:{slack.messages('C1')[0]['ts']}"
        await slack.select("C1", ts, MENTOR_MENU, f"{what} {key}", user=BEN)
        await slack.until(lambda: slack.ephemeral)
        assert slack.ephemeral[0]["user"] == BEN
        assert "Only mentors" in slack.ephemeral[0]["text"]
        assert slack.open_modal(BEN) is None
        view = await menu(slack, ts, what)
        payload = {**view, "state": {"values": left(question=PAY)}}
        await slack._interact({"type": "view_submission", "view": payload}, BEN)
        await slack.settled()
        assert await deeds(bot) == []


async def test_rights_are_checked_when_the_window_is_sent_and_a_window_is_its_mentors_own(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        view = await menu(slack, await answered(slack), "confirm")
        answers: list[Any] = []
        payload = {**view, "state": {"values": left(question=PAY)}}
        await slack._interact({"type": "view_submission", "view": payload}, EMIL, answered=answers.append)
        await slack.settled()
        assert GONE in str(answers)
        assert await deeds(bot) == []


async def test_nobody_confirms_answers_in_other_peoples_direct_messages(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        private = await answered(slack, PAY, "D1")
        public = await answered(slack, AGAIN, "C2")
        secret = f"{TEAM}:D1:{slack.messages('D1')[0]['ts']}"
        for channel in ("C2", "D1"):
            action = {"type": "overflow", "action_id": MENTOR_MENU, "selected_option": {"value": f"confirm {secret}"}}
            message = slack.channels["C2"].messages[public]
            before = len(slack.called("views.update"))
            await slack._act(dict(message), channel, action, DORA)
            await slack.until(lambda b=before: len(slack.called("views.update")) > b)  # type: ignore[misc]
            expected = FORGOTTEN if channel == "C2" else NOT_YOURS
            await slack.until(lambda e=expected: e in str(slack.open_modal(DORA)))  # type: ignore[misc]
        assert "$120,000" not in shown(slack.open_modal(DORA))
        assert await deeds(bot) == []
        assert "Confirmed" not in shown(slack.channels["D1"].messages[private])


async def test_a_mentor_may_confirm_an_answer_of_their_own_direct_messages(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await slack.say(f"D{DORA}", PAY, user=DORA)
        await slack.until(lambda: slack.answers(f"D{DORA}"))
        await quiet(slack, bot)
        ts = slack.answers(f"D{DORA}")[0]["ts"]
        assert DONE in await confirm(slack, ts, DORA, f"D{DORA}")
        assert f"Confirmed by <@{DORA}>" in shown(slack.answers(f"D{DORA}")[0])


async def test_the_question_must_be_written_so_that_anybody_can_read_it(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        ts = await answered(slack)
        for written, expected in ((" \u2800 ", EMPTY), ("and what about them?", LEANS)):
            await slack.submit(await menu(slack, ts, "confirm"), left(question=written), user=DORA)
            await slack.settled()
            assert slack.modal_errors[DORA] == {"question": expected}
        await slack.submit(await menu(slack, ts, "correct"), left(answer=" \u2800 "), user=DORA)
        await slack.settled()
        assert slack.modal_errors[DORA] == {"answer_0": EMPTY}
        assert await deeds(bot) == []
    assert slack.problems == []


async def test_until_it_is_confirmed_no_question_is_kept(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        view = await menu(slack, await answered(slack), "confirm")
        draft = await bot._records.confirmations.find(view["private_metadata"])
        assert draft is not None
        assert draft.question == ""
        await bot._records.forget(ANNA)
        await slack.submit(view, left(question="What is the pay of a senior backend engineer?"), user=DORA)
        await slack.settled()
        assert DONE in shown(slack.open_modal(DORA))


async def test_a_follow_up_gets_its_own_answer(slack: SlackServer, advisor: Counting, mentoring: Mentoring) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        ts = await slack.say("C2", f"{MENTION} which skills does a senior backend engineer need?", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        await slack.say("C2", "and how much does it pay?", user=BEN, thread_ts=ts)
        await quiet(slack, bot)
        assert advisor.asked[-1] == "and how much does it pay?"
        await slack.say("C2", f"{PAY[:-1]}, in one sentence?", user=BEN, thread_ts=ts)
        await quiet(slack, bot)
        assert "Confirmed by" not in told(slack, "C2")


async def test_where_other_guides_answer_it_is_not_given(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        other = ChannelSettings(guides=frozenset(["another.md"]))
        await bot._records.channels.change(TEAM, "C2", other, ANNA)
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        assert "Confirmed by" not in told(slack, "C2")
        (guide,) = shelf.guides()
        await bot._records.channels.change(TEAM, "C2", ChannelSettings(guides=frozenset([guide.path])), ANNA)
        await quiet(slack, bot)
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: len(slack.answers("C2")) > 1)
        assert "Confirmed by" in told(slack, "C2")


async def test_an_answer_that_was_made_again_meanwhile_is_not_marked_as_confirmed(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        ts = await answered(slack)
        view = await menu(slack, ts, "correct")
        tools = "Which tools do senior backend software engineers typically work with?"
        await slack.edit("C1", slack.messages("C1")[0]["ts"], f"{MENTION} {tools}")
        await slack.until(lambda: "Frameworks" in slack.answers("C1")[0]["text"])
        await quiet(slack, bot)
        reads = len(slack.called("conversations.replies"))
        await slack.submit(view, left(answer=MINE), user=DORA)
        await slack.until(lambda: len(slack.called("conversations.replies")) > reads)
        await slack.settled()
        await expire(bot.ctx)
        assert "Frameworks" in slack.answers("C1")[0]["text"]
        assert "Corrected by" not in shown(slack.answers("C1")[0])
        (one,) = await bot._records.confirmations.active()
        assert (one.question, one.answer) == (PAY, MINE)
        again = await menu(slack, ts, "confirm", EMIL)
        assert again["callback_id"] == CONFIRM_VIEW
        assert "takes its place" in shown(again)


# Questions like a confirmed one


async def test_a_question_like_a_confirmed_one_gets_its_own_answer_and_the_mentors_is_offered(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack), answer=MINE)
        await slack.say("C2", f"{MENTION} {LIKE_IT}", user=BEN)
        await quiet(slack, bot)
        assert advisor.asked == [PAY, LIKE_IT]
        (own,) = slack.answers("C2")
        assert "$120,000" in own["text"]
        assert "$130,000" not in shown(own)
        assert f"A mentor has answered a question like yours: “{PAY}”" in shown(own)
        await slack.press("C2", own["ts"], SHOW_CONFIRMED, user=CLEO)
        await slack.until(lambda: slack.ephemeral)
        (seen,) = slack.ephemeral
        assert seen["user"] == CLEO
        assert "$130,000" in shown(seen)
        assert f"Confirmed by <@{DORA}> on " in shown(seen)
        assert "Average salary" in shown(seen)
        assert not any(block["type"] in ("actions", "context_actions") for block in seen["blocks"])
        assert slack.answers("C2") == [own]
    assert slack.problems == []


async def test_a_question_like_no_confirmed_one_is_offered_nothing(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        await slack.say("C2", f"{MENTION} Which tools do they use?", user=BEN)
        await quiet(slack, bot)
        assert SHOW_CONFIRMED not in str(slack.answers("C2")[0]["blocks"])
        assert "question like yours" not in told(slack, "C2")


async def test_a_confirmation_that_stands_no_more_is_not_shown_any_more(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        await slack.say("C2", f"{MENTION} {LIKE_IT}", user=BEN)
        await quiet(slack, bot)
        offer = slack.answers("C2")[0]["ts"]
        (one,) = await bot._records.confirmations.active()
        shelf.rewritten.add(basis(one))
        await slack.press("C2", offer, SHOW_CONFIRMED, user=BEN)
        await slack.until(lambda: len(slack.ephemeral) == 1)
        shelf.rewritten.clear()
        await bot._records.confirmations.withdraw(one.id, EMIL)
        await slack.press("C2", offer, SHOW_CONFIRMED, user=BEN)
        await slack.until(lambda: len(slack.ephemeral) == 2)
        assert {note["text"] for note in slack.ephemeral} == {FORGOTTEN}


async def test_a_long_answer_of_a_mentor_is_shown_whole(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    long = "\n\n".join(f"Paragraph {n} says something about pay." for n in range(70))
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack), answer=long)
        await slack.say("C2", f"{MENTION} {LIKE_IT}", user=BEN)
        await quiet(slack, bot)
        await slack.press("C2", slack.answers("C2")[0]["ts"], SHOW_CONFIRMED, user=BEN)
        await slack.until(lambda: "Paragraph 69 " in "".join(map(shown, slack.ephemeral)))
        whole = "".join(map(shown, slack.ephemeral))
        assert all(f"Paragraph {n} " in whole for n in range(70))
        assert "Confirmed by" in whole


# Fresh answers


async def given(slack: SlackServer, bot: SlackBot) -> dict[str, Any]:
    """A confirmed answer in C2, with its button for a fresh one."""
    await confirm(slack, await answered(slack), answer=MINE)
    await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
    await slack.until(lambda: slack.answers("C2"))
    await quiet(slack, bot)
    return slack.answers("C2")[0]


async def test_a_fresh_answer_takes_its_place_and_says_that_a_confirmed_one_exists(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        before = await given(slack, bot)
        assert "$130,000" in before["text"]
        advisor.may_answer.clear()
        for _ in range(3):
            await slack.press("C2", before["ts"], FRESH, user=CLEO)
        await slack.until(lambda: len(slack.ephemeral) == 2)
        assert {note["text"] for note in slack.ephemeral} == {FRESH_COMING}
        old = dict(before)
        advisor.may_answer.set()
        await slack.until(lambda: "$120,000" in slack.answers("C2")[0]["text"])
        await quiet(slack, bot)
        (after,) = slack.answers("C2")
        assert after["ts"] == before["ts"]
        assert f"confirmed by <@{DORA}> on " in shown(after)
        assert FRESH not in str(after["blocks"])
        assert advisor.asked == [PAY, AGAIN]
        await slack._act(old, "C2", {"type": "button", "action_id": FRESH, "value": _key(old)}, BEN)
        await slack.until(lambda: len(slack.ephemeral) == 3)
        assert slack.ephemeral[-1]["text"] == FRESH_THERE
        assert (await deeds(bot))[-1] == (CLEO, "asked afresh")
        assert advisor.asked == [PAY, AGAIN]
    assert slack.problems == []


def _key(message: dict[str, Any]) -> str:
    return str(next(e["value"] for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]))


async def test_a_fresh_answer_survives_a_restart_in_the_middle(
    slack: SlackServer, advisor: Counting, quoting: Advisor, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        before = await given(slack, bot)
        advisor.may_answer.clear()
        advisor.working.clear()
        await slack.press("C2", before["ts"], FRESH, user=BEN)
        await asyncio.wait_for(advisor.working.wait(), 10)
        await bot.worker.finish(0)
    assert "$130,000" in slack.answers("C2")[0]["text"]
    async with mentoring(quoting) as bot:
        await slack.until(lambda: "$120,000" in slack.answers("C2")[0]["text"])
        await quiet(slack, bot)
    (after,) = slack.answers("C2")
    assert after["ts"] == before["ts"]


async def test_where_no_fresh_answer_can_be_made_the_confirmed_one_stays(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        before = await given(slack, bot)
        advisor.fails = True
        await slack.press("C2", before["ts"], FRESH, user=BEN)
        await slack.until(lambda: slack.ephemeral)
        await quiet(slack, bot)
        assert "did not answer" in slack.ephemeral[0]["text"]
        assert "$130,000" in slack.answers("C2")[0]["text"]
        advisor.fails = False
        await slack.press("C2", before["ts"], FRESH, user=BEN)
        await slack.until(lambda: "$120,000" in slack.answers("C2")[0]["text"])
        await quiet(slack, bot)


async def test_a_foreign_button_for_a_fresh_answer_does_nothing(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        before = await given(slack, bot)
        elsewhere = {name: value for name, value in before.items() if name != "thread_ts"}
        await slack._act(elsewhere, "C1", {"type": "button", "action_id": FRESH, "value": _key(before)}, BEN)
        await slack.until(lambda: slack.ephemeral)
        assert slack.ephemeral[0]["text"] == FORGOTTEN
        await quiet(slack, bot)
        assert advisor.asked == [PAY]


async def test_an_edited_question_may_get_the_confirmed_answer_again(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        before = await given(slack, bot)
        await slack.press("C2", before["ts"], FRESH, user=BEN)
        await slack.until(lambda: "$120,000" in slack.answers("C2")[0]["text"])
        await quiet(slack, bot)
        await slack.edit("C2", slack.messages("C2")[0]["ts"], f"{MENTION} {PAY}")
        await slack.until(lambda: "$130,000" in slack.answers("C2")[0]["text"])
        await quiet(slack, bot)


async def test_a_confirmed_answer_can_be_corrected_where_it_was_given(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        before = await given(slack, bot)
        assert "confirmed. To change it" in shown(await menu(slack, before["ts"], "confirm", EMIL, "C2"))
        assert "To change it" in CONFIRMED_ALREADY
        await confirm(slack, before["ts"], EMIL, "C2", answer="It is $150,000. [1]")
        assert [one.mentor for one in await bot._records.confirmations.active()] == [EMIL]
        assert "$150,000" in slack.answers("C2")[0]["text"]


# When the guide changes


def basis(one: Confirmation) -> str:
    return one.passages[0].passage


async def test_when_its_passage_changes_it_is_never_given_again_and_the_mentor_looks_again(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        (one,) = await bot._records.confirmations.active()
        shelf.rewritten.add(basis(one))
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        await quiet(slack, bot)
        assert "Confirmed by" not in told(slack, "C2")
        await asyncio.gather(*(expire(bot.ctx) for _ in range(3)))
        (notice,) = slack.answers(f"D{DORA}")
        assert PAY in shown(notice)
        assert "Average salary" in shown(notice)
        await slack.press(f"D{DORA}", notice["ts"], CONFIRM_AGAIN, user=DORA)
        await slack.until(lambda: (slack.open_modal(DORA) or {}).get("callback_id") == CONFIRM_VIEW)
        view = slack.open_modal(DORA)
        assert view is not None
        assert "Now it says $140,000." in shown(view)
        assert view["blocks"][1]["element"]["initial_value"] == PAY
        shelf_now = shelf.passage(basis(one))
        assert DONE in await submitted(slack, view, answer="It is about $140,000. [1]")
        (again,) = await bot._records.confirmations.active()
        assert shelf_now is not None
        assert again.passages[0].hash == shelf_now.hash
        await slack.until(lambda: CONFIRM_AGAIN not in str(slack.answers(f"D{DORA}")))
        assert await deeds(bot) == [(DORA, "confirmed"), ("", "expired"), (DORA, "replaced"), (DORA, "corrected")]
    assert slack.problems == []
    assert slack.timeouts == []


async def test_of_two_who_look_again_the_second_is_told(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        (one,) = await bot._records.confirmations.active()
        shelf.rewritten.add(basis(one))
        assert [gone.id for gone in await expire(bot.ctx)] == [one.id]
        (notice,) = slack.answers(f"D{DORA}")
        await slack.press(f"D{DORA}", notice["ts"], CONFIRM_AGAIN, user=DORA)
        await slack.until(lambda: (slack.open_modal(DORA) or {}).get("callback_id") == CONFIRM_VIEW)
        view = slack.open_modal(DORA)
        assert view is not None
        assert await bot._records.confirmations.withdraw(one.id, EMIL)
        assert f"<@{EMIL}> withdrew the confirmation" in await submitted(slack, view)
        before = slack.open_modal(DORA)
        await slack.press(f"D{DORA}", notice["ts"], WITHDRAW, user=DORA)
        await slack.until(lambda: slack.open_modal(DORA) is not before)
        assert f"<@{EMIL}> withdrew the confirmation" in shown(slack.open_modal(DORA))
        await slack.until(lambda: WITHDRAW not in str(slack.answers(f"D{DORA}")))
        assert [what for _, what in await deeds(bot)] == ["confirmed", "expired", "withdrew"]


async def test_where_no_passage_is_left_there_is_nothing_to_confirm_again(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        (one,) = await bot._records.confirmations.active()
        shelf.gone.update(basis.passage for basis in one.passages)
        await expire(bot.ctx)
        (notice,) = slack.answers(f"D{DORA}")
        assert CONFIRM_AGAIN not in str(notice["blocks"])
        action = {"type": "button", "action_id": CONFIRM_AGAIN, "value": one.id}
        await slack._act(dict(notice), f"D{DORA}", action, DORA)
        await slack.until(lambda: NO_PASSAGE_LEFT in str(slack.open_modal(DORA)))
        await slack.press(f"D{DORA}", notice["ts"], WITHDRAW, user=DORA)
        await slack.until(lambda: WITHDRAW not in str(slack.answers(f"D{DORA}")))
        kept = await bot._records.confirmations.find(one.id)
        assert kept is not None
        assert kept.state is ConfirmationState.WITHDRAWN


async def test_an_index_that_cannot_be_read_lets_nothing_expire(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        shelf.broken = True
        assert await expire(bot.ctx) == []
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        await quiet(slack, bot)
        assert "Confirmed by" not in told(slack, "C2")
        shelf.broken = False
        assert len(await bot._records.confirmations.active()) == 1


async def test_an_answer_of_before_a_change_of_the_guide_cannot_be_confirmed(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        ts = await answered(slack)
        view = await menu(slack, ts, "confirm")
        (receipt,) = await bot._records.receipts.all()
        shelf.rewritten.update(cited["passage"] for cited in receipt["passages"])
        assert CHANGED in await submitted(slack, view)
        assert CHANGED in shown(await menu(slack, ts, "confirm"))
        assert await deeds(bot) == []


async def test_who_is_a_mentor_no_more_is_not_asked_but_the_mentors_are(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        (one,) = await bot._records.confirmations.active()
        await bot._records.forget(DORA)
        shelf.rewritten.add(basis(one))
        await expire(bot.ctx)
        assert PAY in told(slack, MENTORS_CHANNEL)
        assert "that a mentor confirmed" in told(slack, MENTORS_CHANNEL)
        assert slack.answers(f"D{DORA}") == []


async def test_a_notice_that_slack_did_not_take_is_sent_in_the_next_round(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        (one,) = await bot._records.confirmations.active()
        shelf.rewritten.add(basis(one))
        slack.fail("chat.postMessage", "internal_error")
        await expire(bot.ctx)
        assert slack.answers(f"D{DORA}") == []
        assert await expire(bot.ctx) == []
        assert len(slack.answers(f"D{DORA}")) == 1


# Listing, withdrawing, exporting


async def at_home(slack: SlackServer, bot: SlackBot, user: str) -> None:
    view = {"type": "home", "blocks": await confirmations_blocks(bot.ctx, TEAM)}
    await bot.ctx.client.views_publish(user_id=user, view=view)


async def test_of_two_who_withdraw_it_the_second_is_told_who_did(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        for mentor in (DORA, EMIL):
            await at_home(slack, bot, mentor)
            assert PAY in shown(slack.homes[mentor])
        await slack.press_at_home(WITHDRAW, DORA)
        await slack.until(lambda: "You withdrew the confirmation" in str(slack.open_modal(DORA)))
        await slack.press_at_home(WITHDRAW, EMIL)
        await slack.until(lambda: f"<@{DORA}> withdrew the confirmation" in str(slack.open_modal(EMIL)))
        await slack.until(lambda: f"withdrawn by <@{DORA}>" in shown(slack.answers("C1")[0]))
        assert await deeds(bot) == [(DORA, "confirmed"), (DORA, "withdrew")]
        await at_home(slack, bot, DORA)
        assert "No answer is confirmed yet" in shown(slack.homes[DORA])
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        assert "Confirmed by" not in told(slack, "C2")
    assert slack.problems == []


async def test_who_is_no_mentor_neither_withdraws_nor_exports(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        await at_home(slack, bot, BEN)
        for action in (WITHDRAW, EXPORT):
            seen = slack.open_modal(BEN)
            await slack.press_at_home(action, BEN)
            await slack.until(lambda seen=seen: slack.open_modal(BEN) is not seen)  # type: ignore[misc]
            assert "Only mentors" in shown(slack.open_modal(BEN))
        assert len(await bot._records.confirmations.active()) == 1
    assert slack.files == {}


async def test_the_export_comes_as_a_file_into_the_mentors_direct_messages(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await at_home(slack, bot, DORA)
        await confirm(slack, await answered(slack))
        await at_home(slack, bot, DORA)
        await slack.press_at_home(EXPORT, DORA)
        await slack.until(lambda: SENT in str(slack.open_modal(DORA)))
        (content,) = slack.file_contents.values()
        text = content.decode()
        assert f"## {PAY}" in text
        assert "U0" not in text
        assert any("files" in message for message in slack.messages(f"D{DORA}"))
        await bot._records.confirmations.withdraw((await bot._records.confirmations.active())[0].id, DORA)
        await slack.press_at_home(EXPORT, DORA)
        await slack.until(lambda: NOTHING_TO_EXPORT in str(slack.open_modal(DORA)))
        assert len(slack.files) == 1


async def test_an_export_that_slack_does_not_take_is_told(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        await confirm(slack, await answered(slack))
        await at_home(slack, bot, DORA)
        slack.fail("files.getUploadURLExternal", "internal_error")
        await slack.press_at_home(EXPORT, DORA)
        await slack.until(lambda: NOT_SENT in str(slack.open_modal(DORA)))


# What a model wrote, and how fast it is


async def test_a_streamed_answer_keeps_its_text_when_it_is_confirmed(
    slack: SlackServer, model: OpenAIServer, composing: Advisor, mentoring: Mentoring
) -> None:
    model.reply_with(saying(PAY_SAID))
    async with mentoring(composing) as bot:
        ts = await answered(slack)
        await quiet(slack, bot)
        assert DONE in await confirm(slack, ts)
        assert "$120,000" in shown(slack.answers("C1")[0])
        assert f"Confirmed by <@{DORA}>" in shown(slack.answers("C1")[0])
        (one,) = await bot._records.confirmations.active()
        assert one.answer.startswith("In the United States, the average salary")
        await slack.say("C2", f"{MENTION} {AGAIN}", user=BEN)
        await slack.until(lambda: slack.answers("C2"))
        await quiet(slack, bot)
        assert f"Confirmed by <@{DORA}>" in told(slack, "C2")
        assert slack.statuses == {}
    assert slack.problems == []


async def test_a_question_is_compared_with_500_confirmations_in_little_computing_time(
    advisor: Counting, shelf: Shelf, searcher: Searcher, same: SameQuestions, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        records = bot._records.confirmations
        (guide,) = shelf.guides()
        (hit, *_) = await searcher.search(PAY)
        cited = (Basis(hit.passage.id, hit.passage.hash, guide.path),)
        for number in range(500):
            asked = f"What does a senior backend engineer in office {number} earn?"
            one = Confirmation(f"c{number}", TEAM, f"k{number}", asked, "a", (), cited, DORA)
            await records.draft(one)
            assert await records.confirm(one, [], await records.version())
        confirmed = ConfirmedAnswers(records, shelf, same)
        like_them = await confirmed.answer_to(PAY, TEAM, frozenset())
        assert like_them is None or not like_them.certain
        started = time.process_time()
        for _ in range(10):
            found = await confirmed.answer_to(
                "What does a senior backend engineer in office 77 earn?", TEAM, frozenset()
            )
            assert found is not None
            assert found.certain
            assert found.confirmation.id == "c77"
            await confirmed.answer_to(PAY, TEAM, frozenset())
        assert (time.process_time() - started) / 20 < 0.25
        assert (
            await confirmed.answer_to("what does a senior backend engineer in office 77 earn?", "T2", frozenset())
            is None
        )


async def test_what_another_process_confirmed_or_withdrew_is_noticed_at_once(
    slack: SlackServer, advisor: Counting, shelf: Shelf, mentoring: Mentoring
) -> None:
    async with mentoring(advisor) as bot:
        other = ConfirmedAnswers(bot._records.confirmations, shelf, None)
        assert await other.answer_to(AGAIN, TEAM, frozenset()) is None
        await confirm(slack, await answered(slack))
        found = await other.answer_to(AGAIN, TEAM, frozenset())
        assert found is not None
        await bot._records.confirmations.withdraw(found.confirmation.id, EMIL)
        assert await other.answer_to(AGAIN, TEAM, frozenset()) is None


async def test_without_a_way_to_compare_questions_only_the_same_words_are_found(
    slack: SlackServer, advisor: Counting, mentoring: Mentoring
) -> None:
    async with mentoring(advisor, None) as bot:
        assert DONE in await confirm(slack, await answered(slack))
        for question in (PAY, LIKE_IT):
            await slack.say("D1", question, user=BEN)
            await quiet(slack, bot)
        same_words, like_it = slack.answers("D1")
        assert "Confirmed by" in shown(same_words)
        assert "Confirmed by" not in shown(like_it)
        assert SHOW_CONFIRMED not in str(like_it["blocks"])
        assert len(await bot._records.confirmations.active()) == 1


class Rambling(Counting):
    """An advisor whose answers take several messages."""

    async def answer(self, conversation: Conversation, on_sentence: Any = None) -> Answer:
        answer = await super().answer(conversation)
        more = "\n\n".join(f"Paragraph {n} says more about pay, and then some more. [1]" for n in range(200))
        return replace(answer, text=f"{answer.text}\n\n{more}")


async def test_a_long_answer_is_corrected_in_several_fields_and_shown_as_a_whole(
    slack: SlackServer, quoting: Advisor, mentoring: Mentoring
) -> None:
    async with mentoring(Rambling(quoting)) as bot:
        await slack.say("C1", f"{MENTION} {PAY}")
        await slack.until(lambda: len(slack.answers("C1")) == 2)
        await quiet(slack, bot)
        view = await menu(slack, slack.answers("C1")[-1]["ts"], "correct")
        fields = [block for block in view["blocks"] if block.get("block_id", "").startswith("answer_")]
        assert len(fields) > 2
        await submitted(slack, view, answer="Only this first part is new.")
        (one,) = await bot._records.confirmations.active()
        assert one.answer.startswith("Only this first part is new.\n\nParagraph ")
        assert one.answer.endswith("Paragraph 199 says more about pay, and then some more. [1]")
        await slack.until(lambda: "Only this" in slack.answers("C1")[0]["text"])
        await quiet(slack, bot)
        whole = "\n".join(b["text"] for m in slack.answers("C1") for b in m["blocks"] if b["type"] == "markdown")
        assert whole.count("Paragraph 199 ") == 1
        assert whole.count("Only this") == 1
        assert f"Corrected by <@{DORA}>" in shown(slack.answers("C1")[-1])
    assert slack.problems == []

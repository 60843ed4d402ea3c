"""Answers that a model writes come sentence by sentence, can be stopped, and lose nothing when Slack refuses a stream."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor, OnSentence
from bot.answering.conversation import Answer, Conversation, Coverage, Receipt
from bot.slack.questions.stopped_mark import STOPPED
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import ANNA, MENTION, PAY, PAY_SAID, Scripted, running, saying
from tests.conftest import AdvisorWith
from tests.openai_server import Fault, OpenAIServer
from tests.slack_server import SlackServer

DUTIES = "What do senior backend software engineers do, and who do they work with?"
SENTENCES = (
    "On a usual day, senior backend software engineers develop software applications and systems: they design, develop, test and maintain the backend, and see to it that it is efficient, scalable and secure.",
    "They design, develop, test and maintain the backend, and see to it that it is efficient, scalable and secure.",
    "They master programming languages such as Java, Python and Ruby, and they know their way around database systems such as SQL and NoSQL.",
    "As a rule they hold a bachelor's degree in computer science or a related field and bring several years of experience in a related position.",
    "What an individual salary comes to varies with factors such as location, company size, industry and experience level.",
    "They also work closely with the rest of the development team, including front-end developers, UI/UX designers and project managers.",
)
"""120 words that the product's guide supports; the check finds where each stands."""


class Held:
    """Holds the model's reply back a word after its first sentence, until `go` is set."""

    def __init__(self, model: OpenAIServer) -> None:
        self.go = asyncio.Event()
        self._after = -1
        model.before_piece = self._hold

    async def _hold(self, piece: str) -> None:
        if self._after >= 0 or piece.rstrip().endswith("."):
            self._after += 1
        if self._after == 2:
            await self.go.wait()


@pytest.fixture
def advisor(composing: Advisor, model: OpenAIServer) -> Advisor:
    model.reply_with(saying(*SENTENCES))
    return composing


def bare(text: str) -> str:
    """A text without its citations, which the check may put to a better passage."""
    return " ".join(re.sub(r" \[\d\]", "", text).split())


WHOLE = bare(" ".join(SENTENCES))


async def test_the_first_checked_sentence_is_seen_while_the_model_still_writes(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    held = Held(model)
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        (streaming,) = slack.answers("D1")
        assert streaming["streaming"]
        assert bare(streaming["text"]) == bare(SENTENCES[0])
        assert slack.sessions["D1", ts]["status"] == "processing"
        held.go.set()
        await slack.until(lambda: "streaming" not in slack.answers("D1")[0])
        await bot.worker.idle(5)
    (answer,) = slack.answers("D1")
    assert bare(answer["text"]) == WHOLE
    assert answer["thread_ts"] == ts
    assert "What they usually do" in str(answer["blocks"])
    assert [e["type"] for b in answer["blocks"] if b["type"] == "context_actions" for e in b["elements"]] == [
        "feedback_buttons"
    ]


async def test_a_session_gets_the_question_as_its_title_and_ends_as_active(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} {DUTIES}")
        await slack.until(lambda: slack.answers("C1"))
        await bot.worker.idle(5)
    assert slack.sessions["C1", ts]["status"] == "active"
    assert slack.called("agents.sessions.setStatus")[0].arguments["title"] == DUTIES


async def test_rotating_lines_are_shown_at_work_and_gone_afterwards(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(5)
    assert len(slack.called("assistant.threads.setStatus")[0].arguments["loading_messages"]) >= 3
    assert not slack.statuses.get(("D1", ts))


@pytest.mark.parametrize("channel", ["D1", "C1"])
async def test_a_streamed_answer_of_120_words_costs_four_calls(
    slack: SlackServer, advisor: Advisor, tmp_path: Path, channel: str
) -> None:
    mention = f"{MENTION} " if channel == "C1" else ""
    async with running(slack, advisor, tmp_path) as bot:
        before = len(slack.calls)
        ts = await slack.say(channel, mention + DUTIES)
        await slack.until(lambda: slack.answers(channel))
        await bot.worker.idle(5)
        first = [call.method for call in slack.calls[before:]]
        await slack.say(channel, f"{mention}What do senior backend engineers do all day?", thread_ts=ts)
        await slack.until(lambda: len(slack.answers(channel)) == 2)
        await bot.worker.idle(5)
        second = [call.method for call in slack.calls[before + len(first) :]]
    assert len(bare(slack.answers(channel)[0]["text"]).split()) >= 120
    assert len(first) <= 4, first
    assert len(second) <= 4, second


async def test_where_a_stream_is_refused_the_answer_comes_in_one_piece(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    slack.fail("chat.startStream", "method_not_supported_for_channel_type")
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(5)
    (answer,) = slack.answers("D1")
    assert seen([answer]) == WHOLE
    assert slack.sessions["D1", ts]["status"] == "active"


async def test_a_rate_limit_on_streams_is_not_waited_for(slack: SlackServer, advisor: Advisor, tmp_path: Path) -> None:
    slack.rate_limit("chat.startStream", times=1, retry_after=60)
    async with running(slack, advisor, tmp_path) as bot:
        for _ in range(2):
            await slack.say("D1", DUTIES)
        await slack.until(lambda: len(slack.answers("D1")) == 2)
        await bot.worker.idle(5)
    assert len(slack.called("chat.startStream")) <= 2
    assert all(seen([answer]) == WHOLE for answer in slack.answers("D1"))


async def test_a_stream_that_slack_closed_is_completed_by_editing_the_message(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    held = Held(model)
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        slack.expire_streams()
        held.go.set()
        await slack.until(lambda: slack.called("chat.update"))
        await bot.worker.idle(5)
    (answer,) = slack.answers("D1")
    assert seen([answer]) == WHOLE


async def test_sources_that_slack_refuses_cost_no_sentence(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    slack.fail("chat.stopStream", "invalid_blocks")
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.called("chat.update"))
        await bot.worker.idle(5)
    (answer,) = slack.answers("D1")
    assert seen([answer]) == WHOLE


async def test_stop_ends_the_answer_and_marks_what_was_said(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    Held(model)
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        await slack.press_stop("D1", ts)
        await slack.until(lambda: STOPPED in str(slack.answers("D1")[0]))
        await bot.worker.idle(1)
        assert await bot._records.inbox.counts() == {"answered": 1}
    (answer,) = slack.answers("D1")
    assert SENTENCES[0] in str(answer)
    assert SENTENCES[2] not in str(answer)
    assert slack.sessions["D1", ts]["status"] == "active"


async def test_stop_before_the_first_sentence_says_that_it_stopped(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    asked = asyncio.Event()
    never = asyncio.Event()

    async def hold() -> None:
        asked.set()
        await never.wait()

    model.before_reply = hold
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", DUTIES)
        await asked.wait()
        await slack.press_stop("D1", ts)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(1)
        never.set()
    assert slack.answers("D1")[0]["text"] == "_Stopped._"
    assert slack.sessions["D1", ts]["status"] == "active"
    assert not slack.statuses.get(("D1", ts))


async def test_after_a_stop_the_thread_goes_on(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    held = Held(model)
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        await slack.press_stop("D1", ts)
        await slack.until(lambda: STOPPED in str(slack.answers("D1")[0]))
        held.go.set()
        model.reply_with(saying(PAY_SAID, question=PAY))
        await slack.say("D1", PAY, thread_ts=ts)
        await slack.until(lambda: len(slack.answers("D1")) == 2)
        await bot.worker.idle(5)
    assert "$120,000" in slack.answers("D1")[-1]["text"]


async def test_a_model_that_breaks_off_leaves_what_was_checked(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    model.faults = [Fault(cut_after=40)]
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(5)
    (answer,) = slack.answers("D1")
    assert bare(answer["text"]).startswith(bare(SENTENCES[0]))
    assert "streaming" not in answer


async def test_nothing_unsupported_is_ever_streamed(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    model.say("A senior backend engineer earns $250,000 in London. [1] The average is $999,000. [1]")
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("D1", PAY)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(5)
    assert slack.called("chat.startStream") == []
    assert "$120,000" in slack.answers("D1")[0]["text"]
    assert not any("250,000" in str(call.arguments) for call in slack.calls)


async def test_an_answer_interrupted_by_a_restart_is_completed_in_its_message(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    held = Held(model)
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.finish(0)
    held.go.set()
    async with running(slack, advisor, tmp_path) as bot:
        await bot.worker.idle(5)
    (answer,) = slack.answers("D1")
    assert seen([answer]) == WHOLE
    assert "streaming" not in answer


@pytest.mark.parametrize("channel", ["D1", "C1"])
async def test_a_quoted_answer_costs_three_calls(
    slack: SlackServer, advisor_with: AdvisorWith, searcher: Searcher, tmp_path: Path, channel: str
) -> None:
    mention = f"{MENTION} " if channel == "C1" else ""
    async with running(slack, advisor_with(searcher), tmp_path) as bot:
        before = len(slack.calls)
        ts = await slack.say(channel, mention + PAY)
        await slack.until(lambda: slack.answers(channel))
        await bot.worker.idle(5)
        first = [call.method for call in slack.calls[before:]]
        await slack.say(channel, f"{mention}and which skills do they need?", thread_ts=ts)
        await slack.until(lambda: len(slack.answers(channel)) == 2)
        await bot.worker.idle(5)
        second = [call.method for call in slack.calls[before + len(first) :]]
    assert len(first) <= 3, first
    assert len(second) <= 3, second


async def test_a_status_does_not_stay_when_slack_refuses_the_answer(slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("chat.postMessage", "restricted_action")
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("chat.postMessage"))
        await bot.worker.idle(5)
    assert not slack.statuses.get(("C1", ts))


async def test_an_answer_that_is_ready_at_once_does_not_overtake_its_status(slack: SlackServer, tmp_path: Path) -> None:
    """Slack would show a status that comes after the message for two minutes."""
    arrive = slack.hold("assistant.threads.setStatus")
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.called("assistant.threads.setStatus"))
        await slack.until(lambda: slack.called("agents.sessions.setStatus"))
        assert slack.answers("D1") == []
        arrive.set()
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(5)
    assert not slack.statuses.get(("D1", ts))


class Streaming(Scripted):
    """An advisor that says one piece after another."""

    streams = True

    def __init__(self, pieces: list[str]) -> None:
        super().__init__(lambda _: "".join(pieces).strip())
        self._pieces = pieces

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        for piece in self._pieces:
            if on_sentence:
                await on_sentence(piece)
        return Answer(self.say(conversation), Coverage.COVERED, (), (), Receipt("m", "", 1))


async def test_a_longer_answer_grows_while_it_is_written(slack: SlackServer, tmp_path: Path) -> None:
    pieces = [f" Sentence number {n} speaks of careers and of skills." for n in range(40)]
    async with running(slack, Streaming(pieces), tmp_path) as bot:
        await slack.say("D1", "everything?")
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(5)
    assert slack.called("chat.appendStream")
    assert bare(slack.answers("D1")[0]["text"]) == bare("".join(pieces))


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [("chat.appendStream", "internal_error")],
        [("chat.appendStream", "message_not_in_streaming_state")],
        [("chat.startStream", "internal_error")],
        [("chat.appendStream", "msg_too_long"), ("chat.stopStream", "internal_error")],
    ],
)
@pytest.mark.parametrize("sentences", [3, 40, 400])
async def test_no_character_is_lost_whatever_happens_to_the_stream(
    slack: SlackServer, tmp_path: Path, faults: list[tuple[str, str]], sentences: int
) -> None:
    pieces = [f" Sentence number {n} speaks of careers and of skills." for n in range(sentences)]
    for method, error in faults:
        slack.fail(method, error)
    async with running(slack, Streaming(pieces), tmp_path) as bot:
        await slack.say("D1", "everything?")
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(10)
    assert bare("".join(pieces)) in seen(slack.answers("D1"))
    assert not any(answer.get("streaming") for answer in slack.answers("D1"))


def seen(messages: list[dict[str, Any]]) -> str:
    """What a person reads in messages: their Markdown, or the streamed text."""
    shown = []
    for message in messages:
        blocks = [block["text"] for block in message["blocks"] if block["type"] == "markdown"]
        shown.append(" ".join(blocks) if blocks else message["text"])
    return bare(" ".join(shown))


async def test_the_asker_is_named_to_slack_when_a_channel_streams(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("C1", f"{MENTION} {DUTIES}")
        await slack.until(lambda: slack.answers("C1"))
        await bot.worker.idle(5)
    assert slack.called("chat.startStream")[0].arguments["recipient_user_id"] == ANNA


async def test_a_stream_that_began_without_slacks_word_for_it_is_found_and_used(
    slack: SlackServer, model: OpenAIServer, advisor: Advisor, tmp_path: Path
) -> None:
    slack.lose_reply("chat.startStream")
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("D1", DUTIES)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(5)
    (answer,) = slack.answers("D1")
    assert bare(answer["text"]) == WHOLE
    assert "streaming" not in answer

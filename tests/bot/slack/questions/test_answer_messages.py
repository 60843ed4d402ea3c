"""The messages of an answer: found again, gone on with, replaced and deleted, whoever has begun them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.records.database import database_url
from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.messages import Post, post
from bot.slack.api.threads import Message, read_thread
from bot.slack.format.blocks import plain_post
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.answer_metadata import detached_metadata
from bot.slack.questions.answer_progress import AnswerState
from bot.slack.questions.deletion import clear_remains
from bot.storage import Records
from tests.bot.slack.scene import ANNA
from tests.slack_server import SlackServer
from tests.slack_server.server import BOT_TOKEN, BOT_USER

QUESTION = AskedQuestion("T0TEST", "C1", "1.0", "1.0", ANNA, "What does it pay?")
ONE, TWO, THREE = (plain_post(text) for text in ("One.", "Two.", "Three."))


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    opened = await Records.open(database_url("", tmp_path))
    await opened.inbox.accept(QUESTION)
    yield opened
    await opened.close()


class Scene:
    """An answer's messages, and what stands in the thread."""

    def __init__(self, slack: SlackServer, records: Records) -> None:
        self.slack = slack
        self._records = records
        self.clients = SlackClients(BOT_TOKEN, slack.url)
        self.clients.bot_user = BOT_USER
        slack.channels["C1"].messages["1.0"] = {"ts": "1.0", "user": ANNA, "text": QUESTION.text}

    async def messages(self) -> AnswerMessages:
        """As a run that has just started has them."""
        noted = await self._records.inbox.find(QUESTION.key)
        assert noted is not None
        return AnswerMessages(self.clients, self._records.answer_places, noted)

    async def thread(self) -> list[Message]:
        return await read_thread(self.clients.retrying, QUESTION.thread)

    def texts(self) -> list[str]:
        return [message["text"] for message in self.slack.answers("C1")]


@pytest.fixture
async def scene(slack: SlackServer, records: Records) -> AsyncIterator[Scene]:
    played = Scene(slack, records)
    yield played
    await played.clients.close()


async def test_missing_messages_are_posted_and_those_that_are_complete_stay(scene: Scene) -> None:
    first = await scene.messages()
    await first.complete([ONE])
    assert first.state is AnswerState.WHOLE
    again = await scene.messages()
    await again.resume(await scene.thread())
    assert again.state is AnswerState.WHOLE
    assert again.ts == first.ts
    assert scene.texts() == ["One."]


async def test_another_run_goes_on_where_one_was_cut_off_between_two_messages(scene: Scene) -> None:
    await (await scene.messages()).complete([ONE, TWO])
    second = scene.slack.answers("C1")[1]
    del scene.slack.channels["C1"].messages[second["ts"]]
    again = await scene.messages()
    await again.resume(await scene.thread())
    states = [again.state]
    await again.complete([ONE, TWO])
    assert [*states, again.state] == [AnswerState.PARTIAL, AnswerState.WHOLE]
    assert scene.texts() == ["One.", "Two."]


async def test_an_open_stream_is_found_by_the_note_in_the_inbox_and_overwritten(scene: Scene) -> None:
    begun = await scene.messages()
    await begun.start_stream("On")
    await begun.note()
    again = await scene.messages()
    again.recall()
    assert again.state is AnswerState.BROKEN_OFF
    await again.break_off()
    await again.complete([ONE, TWO])
    assert again.ts[0] == begun.ts[0]
    assert scene.texts() == ["One.", "Two."]


async def test_an_open_stream_is_found_in_the_thread_where_nothing_was_noted(scene: Scene) -> None:
    begun = await scene.messages()
    await begun.start_stream("On")
    again = await scene.messages()
    await again.resume(await scene.thread())
    assert (again.state, again.ts) == (AnswerState.BROKEN_OFF, begun.ts)


async def test_a_stream_that_was_ended_before_it_was_noted_is_overwritten(scene: Scene) -> None:
    begun = await scene.messages()
    await begun.start_stream("On")
    await begun.break_off()
    again = await scene.messages()
    await again.resume(await scene.thread())
    await again.complete([ONE])
    assert scene.texts() == ["One."]


@pytest.mark.parametrize("broken_off", [True, False], ids=["still broken off", "answered already"])
async def test_the_stream_of_another_question_in_the_thread_is_left_to_it(
    scene: Scene, records: Records, broken_off: bool
) -> None:
    later = replace(QUESTION, ts="2.0", text="And in Boston?")
    await records.inbox.accept(later)
    theirs = AnswerMessages(scene.clients, records.answer_places, later)
    await theirs.start_stream("On")
    await theirs.note()
    await theirs.break_off()
    if not broken_off:  # as an earlier version did: both have noted the same message
        await records.answer_places.note(QUESTION, theirs.ts)
        await theirs.complete([TWO])
    ours = await scene.messages()
    await ours.resume(await scene.thread())
    await ours.complete([ONE])
    await theirs.complete([TWO])
    assert sorted(scene.texts()) == ["One.", "Two."]


async def test_what_cannot_be_edited_is_cleared_away_and_the_answer_posted(scene: Scene) -> None:
    begun = await scene.messages()
    await begun.start_stream("On")
    await begun.break_off()
    scene.slack.fail("chat.update", "cant_update_message")
    await begun.complete([ONE])
    assert begun.state is AnswerState.WHOLE
    assert scene.texts() == ["One."]


async def test_an_answer_that_is_still_being_streamed_is_ended_before_it_is_replaced(scene: Scene) -> None:
    begun = await scene.messages()
    await begun.start_stream("On")
    await begun.note()
    edited = await scene.messages()
    await edited.find(await scene.thread())
    await edited.replace([TWO])
    assert scene.texts() == ["Two."]
    assert edited.ts == begun.ts


async def test_a_stream_that_a_killed_run_has_not_noted_is_ended_when_the_question_was_edited(scene: Scene) -> None:
    begun = await scene.messages()
    await begun.start_stream("On")
    edited = await scene.messages()
    await edited.find(await scene.thread())
    await edited.replace([TWO])
    assert scene.texts() == ["Two."]
    assert not any(message.get("streaming") for message in scene.slack.messages("C1"))


async def test_a_stream_that_slack_does_not_end_is_replaced_below_and_deleted_later(
    scene: Scene, records: Records
) -> None:
    begun = await scene.messages()
    await begun.start_stream("On")
    await begun.note()
    scene.slack.fail("chat.stopStream", "internal_stream_fault", times=3)
    edited = await scene.messages()
    await edited.find(await scene.thread())
    await edited.replace([TWO])
    assert scene.texts() == ["On", "Two."]
    await clear_remains(records, scene.clients)
    assert scene.texts() == ["On", "Two."]
    await clear_remains(records, scene.clients)
    assert scene.texts() == ["Two."]
    assert await records.answer_places.remains() == []


async def test_another_message_of_the_bots_is_never_taken_for_the_answers_stream(scene: Scene) -> None:
    for mark in (None, detached_metadata("something else")):
        await post(scene.clients.retrying, "C1", ONE, thread_ts="1.0", metadata=mark)
    again = await scene.messages()
    await again.resume(await scene.thread())
    await again.complete([TWO])
    assert scene.texts() == ["One.", "One.", "Two."]


async def test_a_stream_ends_with_what_is_missing(scene: Scene) -> None:
    messages = await scene.messages()
    await messages.start_stream("One")
    await messages.append(" and")
    assert await messages.end_stream(" only.")
    assert messages.state is AnswerState.WHOLE
    assert scene.texts() == ["One and only."]


@pytest.mark.parametrize("posts", [[THREE], [THREE, TWO], [THREE, TWO, ONE], []], ids=len)
async def test_another_answer_takes_every_place_and_leaves_nothing_over(scene: Scene, posts: list[Post]) -> None:
    await (await scene.messages()).complete([ONE, TWO])
    again = await scene.messages()
    await again.find(await scene.thread())
    await again.replace(posts)
    assert scene.texts() == [post.text for post in posts]
    assert len(again.ts) == len(posts)


async def test_what_was_noted_and_is_gone_from_the_thread_is_not_written_to(scene: Scene) -> None:
    first = await scene.messages()
    await first.complete([ONE])
    await first.note()
    del scene.slack.channels["C1"].messages[first.ts[0]]
    again = await scene.messages()
    await again.find(await scene.thread())
    assert again.ts == ()
    await again.replace([TWO])
    assert scene.texts() == ["Two."]


async def test_without_the_thread_what_was_noted_counts(scene: Scene) -> None:
    first = await scene.messages()
    await first.complete([ONE])
    await first.note()
    again = await scene.messages()
    await again.find(())
    await again.replace([TWO])
    assert scene.texts() == ["Two."]


async def test_all_of_them_are_deleted_those_of_other_answers_stay(scene: Scene) -> None:
    await (await scene.messages()).complete([ONE, TWO])
    other = AskedQuestion("T0TEST", "C1", "1.5", "1.0", ANNA, "And then?")
    await AnswerMessages(scene.clients, scene._records.answer_places, other).complete([THREE])
    found = await scene.messages()
    await found.find(await scene.thread())
    await found.delete()
    assert found.state is AnswerState.ABSENT
    assert scene.texts() == ["Three."]

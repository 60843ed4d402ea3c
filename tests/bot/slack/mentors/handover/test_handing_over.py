"""A question goes to the mentors and its answer comes back: what each of them sees, and what double clicks and crashes leave."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from bot.answering.same_question import SameQuestions
from bot.mentoring.handovers import LEASE, Handover, HandoverState
from bot.records.database import now
from bot.slack.api.messages import post
from bot.slack.app import SlackBot
from bot.slack.format.blocks import FEEDBACK
from bot.slack.mentors.handover import listeners as listeners
from bot.slack.mentors.handover import views as views
from bot.slack.mentors.handover.listeners import CARRIED
from bot.slack.mentors.handover.service import Carried, remind, resume
from bot.slack.periodic_jobs import JobSchedule
from bot.slack.questions.buttons import ASK_MENTOR
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import ANNA, BEN, CLEO, DORA, EMIL, MENTION, MENTORS, MENTORS_CHANNEL, PAY, running
from tests.slack_server import SlackServer
from tests.slack_server.blocks import texts
from tests.slack_server.elements import elements
from tests.slack_server.workspace import TEAM

LONDON = "What is the salary in London?"
MY_ANSWER = "About 80,000 pounds, says <https://example.com/pay|this survey>."
LATER = now() + dt.timedelta(days=1)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C1")
        server.add_channel(MENTORS_CHANNEL, "group", members=[DORA, EMIL])
        for number, person in enumerate((ANNA, BEN, CLEO, DORA, EMIL), 1):
            server.add_dm(f"D{number}", person)
        yield server
        assert server.problems == []


class House:
    """The bot and what people do with it, step by step; it may be stopped and started between any two of them."""

    def __init__(
        self, slack: SlackServer, searcher: Searcher, advisor: Advisor, same: SameQuestions, folder: Path
    ) -> None:
        self.slack, self._searcher, self._folder = slack, searcher, folder
        self._advisor, self._same = advisor, same
        self._scene: AbstractAsyncContextManager[SlackBot] | None = None

    async def open(self) -> SlackBot:
        self._scene = running(
            self.slack,
            self._advisor,
            self._folder,
            self._searcher,
            mentor_settings=MENTORS,
            same=self._same,
        )
        self.bot = await self._scene.__aenter__()
        return self.bot

    async def close(self) -> None:
        if self._scene:
            await self.slack.settled()
            scene, self._scene = self._scene, None
            await scene.__aexit__(None, None, None)

    async def again(self) -> None:
        await self.close()
        await self.open()
        await resume(self.bot.ctx, LATER)

    async def asked(self, question: str = LONDON, channel: str = "C1", user: str = ANNA) -> str:
        """A question of Anna's, answered; the ts of the answer."""
        before = len(self.slack.answers(channel))
        await self.slack.say(channel, question if channel.startswith("D") else f"{MENTION} {question}", user=user)
        await self.slack.until(lambda: len(self.slack.answers(channel)) > before)
        return str(self.slack.answers(channel)[-1]["ts"])

    async def window(self, ts: str, channel: str = "C1", user: str = ANNA) -> dict[str, Any]:
        await self.slack.press(channel, ts, ASK_MENTOR, user=user)
        return await self.window_of(user)

    async def window_of(self, user: str) -> dict[str, Any]:
        await self.slack.until(lambda: (self.slack.open_modal(user) or {}).get("callback_id") == views.ASK_VIEW)
        view = self.slack.open_modal(user)
        assert view is not None
        return view

    async def hand_over(
        self, channel: str = "C1", *, named: bool = True, text: str = "", user: str = ANNA
    ) -> dict[str, Any]:
        """Anna asks a mentor; the card."""
        view = await self.window(await self.asked(channel=channel, user=user), channel, user)
        before = len(cards(self.slack))
        await self.slack.submit(view, chosen(view, named=named, text=text), user=user)
        await self.slack.until(lambda: len(cards(self.slack)) > before)
        await self.slack.until(lambda: "Sent to the mentors." in seen(self.slack.open_modal(user)))
        return cards(self.slack)[-1]

    async def take(self, card: Mapping[str, Any], mentor: str = DORA) -> None:
        replies = len(thread(self.slack, card))
        await self.slack.press(MENTORS_CHANNEL, card["ts"], views.TAKE, user=mentor)
        await self.slack.until(lambda: len(thread(self.slack, card)) > replies)

    async def write(self, card: Mapping[str, Any], text: str = MY_ANSWER, mentor: str = DORA) -> str:
        """A mentor writes in the card's thread and is asked whether to send it; the ts of what they wrote."""
        ts = await self.slack.say(MENTORS_CHANNEL, text, user=mentor, thread_ts=card["ts"])
        await self.slack.until(lambda: offers(self.slack, mentor))
        return ts

    async def send(self, action: str = views.SEND, mentor: str = DORA) -> None:
        await self.slack.press(MENTORS_CHANNEL, offers(self.slack, mentor)[-1]["ts"], action, user=mentor)

    async def sent(self) -> None:
        """Dora sends what she wrote, and is told that it was sent."""
        await self.send()
        await self.slack.until(lambda: CARRIED[Carried.SENT] in whispers(self.slack, DORA))

    async def handover(self) -> Handover:
        (row,) = await self.bot.ctx.records.handovers.all()
        found = await self.bot.ctx.records.handovers.find(row["id"])
        assert found is not None
        return found


@pytest.fixture
async def house(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, same: SameQuestions, tmp_path: Path
) -> AsyncIterator[House]:
    built = House(slack, searcher, advisor, same, tmp_path)
    await built.open()
    yield built
    await built.close()


def chosen(view: Mapping[str, Any], *, named: bool, text: str = "") -> dict[str, Any]:
    """What Anna fills in."""
    option = view["blocks"][1]["element"]["options"][0 if named else 1]
    values: dict[str, Any] = {views.NAMED: {views.NAMED: {"type": "radio_buttons", "selected_option": option}}}
    if text:
        values[views.QUESTION] = {views.QUESTION: {"type": "plain_text_input", "value": text}}
    return values


def cards(slack: SlackServer) -> list[dict[str, Any]]:
    return [message for message in slack.answers(MENTORS_CHANNEL) if "thread_ts" not in message]


def thread(slack: SlackServer, card: Mapping[str, Any]) -> list[dict[str, Any]]:
    return slack.messages(MENTORS_CHANNEL, str(card["ts"]))[1:]


def offers(slack: SlackServer, mentor: str) -> list[dict[str, Any]]:
    return [m for m in slack.ephemeral if m["user"] == mentor and m["shown"] and views.SEND in actions(m)]


def actions(message: Mapping[str, Any]) -> list[str]:
    return [str(element["action_id"]) for element in elements(message.get("blocks") or [])]


def seen(message: Mapping[str, Any] | None) -> str:
    return "\n".join(texts(message or {}))


def whispers(slack: SlackServer, user: str) -> list[str]:
    return [str(m["text"]) for m in slack.ephemeral if m["user"] == user]


def more_whispers(slack: SlackServer, user: str, before: int) -> bool:
    return len(whispers(slack, user)) > before


def carried(slack: SlackServer, channel: str) -> list[dict[str, Any]]:
    return [m for m in slack.answers(channel) if "A mentor answers your question" in seen(m)]


@pytest.mark.parametrize("channel", ["C1", "D1"])
async def test_a_question_goes_to_the_mentors_with_a_name_and_its_answer_comes_back_to_the_thread(
    slack: SlackServer, house: House, channel: str
) -> None:
    card = await house.hand_over(channel)
    assert listeners.TO_THREAD in seen(slack.open_modal(ANNA))
    assert f"asked by <@{ANNA}>" in seen(card)
    assert LONDON in seen(card)
    assert actions(card) == [views.TAKE]
    await house.take(card)
    await slack.until(lambda: f"Taken by <@{DORA}>" in seen(card))
    assert views.GIVE_BACK in actions(card)
    await house.write(card)
    assert carried(slack, channel) == []
    await house.sent()
    (answer,) = carried(slack, channel)
    question = next(m for m in slack.messages(channel) if LONDON in m["text"])
    assert answer["thread_ts"] == question["ts"]
    assert f"<@{DORA}>" in seen(answer)
    assert "<https://example.com/pay|this survey>" in seen(answer)
    assert actions(card) == []
    assert offers(slack, DORA) == []
    assert (await house.handover()).state is HandoverState.ANSWERED


async def test_who_asks_without_a_name_stays_unknown_to_mentors_and_is_answered_where_nobody_else_reads(
    slack: SlackServer, house: House
) -> None:
    card = await house.hand_over(named=False)
    assert listeners.TO_DIRECT in seen(slack.open_modal(ANNA))
    await house.take(card)
    await house.write(card)
    await house.sent()
    shown_to_mentors = str([slack.sees(mentor, MENTORS_CHANNEL) for mentor in (DORA, EMIL)])
    assert ANNA not in shown_to_mentors
    assert "C1" not in shown_to_mentors
    assert carried(slack, "C1") == []
    (answer,) = carried(slack, "D1")
    assert LONDON in seen(answer)
    assert "80,000" in seen(answer)
    assert answer["metadata"]["event_payload"]["asked"] == LONDON


async def test_a_direct_message_stays_private_whoever_answers(slack: SlackServer, house: House) -> None:
    await house.asked("I want to leave my job at Miller's", "D1")
    card = await house.hand_over("D1", named=False)
    await house.take(card)
    await house.write(card)
    await house.sent()
    for other in (BEN, CLEO, DORA, EMIL):
        assert "Miller" not in str(slack.sees(other))
        assert ANNA not in str(slack.sees(other, MENTORS_CHANNEL) if other in (DORA, EMIL) else slack.sees(other))


async def test_the_answer_is_part_of_the_conversation_that_goes_on(slack: SlackServer, house: House) -> None:
    card = await house.hand_over("D1", named=False)
    await house.take(card)
    await house.write(card)
    await house.sent()
    (answer,) = carried(slack, "D1")
    before = len(slack.answers("D1"))
    await slack.say("D1", PAY, user=ANNA, thread_ts=answer["thread_ts"])
    await slack.until(lambda: len(slack.answers("D1")) > before)


async def test_the_question_can_be_edited_and_only_that_text_is_shown(slack: SlackServer, house: House) -> None:
    card = await house.hand_over(text="What do people earn in <London> <!channel>?")
    assert "<!channel>" not in seen(card)
    assert "What do people earn in" in seen(card)
    assert LONDON not in seen(card)
    assert card["metadata"]["event_payload"].keys() == {"handover"}


async def test_a_choice_about_the_name_is_asked_for(slack: SlackServer, house: House) -> None:
    view = await house.window(await house.asked())
    assert view["blocks"][0]["element"]["initial_value"] == LONDON
    assert "initial_option" not in view["blocks"][1]["element"]
    assert views.CONSENT in seen(view) or views.CONSENT in str(view)
    blank = chosen(view, named=True, text="   ")
    await slack.submit(view, blank)
    await slack.until(lambda: slack.modal_errors.get(ANNA))
    assert slack.modal_errors[ANNA] == {views.QUESTION: listeners.EMPTY}
    assert cards(slack) == []


async def test_nobody_hands_over_somebody_elses_question(slack: SlackServer, house: House) -> None:
    ts = await house.asked()
    await slack.press("C1", ts, ASK_MENTOR, user=BEN)
    await slack.until(lambda: whispers(slack, BEN))
    assert whispers(slack, BEN) == [listeners.NOT_YOURS]
    assert slack.open_modal(BEN) is None
    view = await house.window(ts)
    forged = {"type": "view_submission", "view": view | {"state": {"values": chosen(view, named=True, text=LONDON)}}}
    said: list[Mapping[str, Any]] = []
    await slack._interact(forged, BEN, answered=said.append)
    await slack.until(lambda: said)
    assert listeners.NOT_YOURS in str(said)
    assert cards(slack) == []


async def test_an_answer_is_handed_over_once_and_the_second_try_is_told_how_things_stand(
    slack: SlackServer, house: House
) -> None:
    ts = await house.asked()
    view = await house.window(ts)
    sent = {"type": "view_submission", "view": view | {"state": {"values": chosen(view, named=True, text=LONDON)}}}
    said: list[Mapping[str, Any]] = []
    for _ in range(3):
        await slack._interact(sent, ANNA, answered=said.append)
    await slack.until(lambda: len(said) == 3)
    assert sum("Sent to the mentors" in str(answer) for answer in said) == 1
    assert sum("already" in str(answer) for answer in said) == 2
    (card,) = cards(slack)
    await house.take(card)
    await slack.press("C1", ts, ASK_MENTOR)
    await slack.until(lambda: whispers(slack, ANNA))
    assert "A mentor has taken it" in whispers(slack, ANNA)[-1]


async def test_two_mentors_at_once_end_with_one_and_the_other_is_told_who(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await asyncio.gather(
        *(slack.press(MENTORS_CHANNEL, card["ts"], views.TAKE, user=mentor) for mentor in (DORA, EMIL))
    )
    await slack.until(lambda: whispers(slack, DORA) or whispers(slack, EMIL))
    await slack.until(lambda: "Taken by" in seen(card))
    winner = (await house.handover()).mentor
    second = EMIL if winner == DORA else DORA
    assert whispers(slack, second) == [f"<@{winner}> has taken this question."]
    assert whispers(slack, winner) == []
    assert f"Taken by <@{winner}>" in seen(card)
    assert len([m for m in thread(slack, card) if "you have taken" in seen(m)]) == 1


async def test_double_clicks_do_everything_once(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()

    async def twice(ts: str, action: str) -> None:
        await slack.press(MENTORS_CHANNEL, ts, action, user=DORA)
        await slack.redeliver(slack.delivered[-1])

    await twice(card["ts"], views.TAKE)
    await slack.until(lambda: whispers(slack, DORA) and thread(slack, card))
    await slack.until(lambda: views.GIVE_BACK in actions(card))
    await twice(card["ts"], views.GIVE_BACK)
    await slack.until(lambda: len(whispers(slack, DORA)) == 2 and actions(card) == [views.TAKE])
    await house.take(card)
    await house.write(card)
    await twice(offers(slack, DORA)[-1]["ts"], views.SEND)
    await slack.until(lambda: any("You have answered" in told for told in whispers(slack, DORA)))
    await slack.until(lambda: CARRIED[Carried.SENT] in whispers(slack, DORA))
    assert "Answered by" in seen(card)
    assert len(carried(slack, "C1")) == 1
    did = [(row["person"], row["what"]) for row in await house.bot.ctx.records.audit_log.all()]
    steps = [(ANNA, "asked mentors"), (DORA, "took"), (DORA, "gave back"), (DORA, "took"), (DORA, "answered")]
    assert did == steps


async def test_what_is_given_back_can_be_taken_by_another(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await house.take(card)
    await slack.until(lambda: views.GIVE_BACK in actions(card))
    await slack.press(MENTORS_CHANNEL, card["ts"], views.GIVE_BACK, user=EMIL)
    await slack.until(lambda: whispers(slack, EMIL))
    assert whispers(slack, EMIL) == [f"<@{DORA}> has taken this question."]
    await slack.press(MENTORS_CHANNEL, card["ts"], views.GIVE_BACK, user=DORA)
    await slack.until(lambda: actions(card) == [views.TAKE])
    await house.take(card, EMIL)
    await slack.until(lambda: f"Taken by <@{EMIL}>" in seen(card))


async def test_no_mentors_button_works_for_somebody_else(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await house.take(card)
    ts = await house.write(card)
    handover = await house.handover()
    slack.channels[MENTORS_CHANNEL].members = None  # Slack would not show them the card; what comes is forged
    forged = {
        views.TAKE: handover.id,
        views.GIVE_BACK: handover.id,
        views.OFFER: handover.id,
        views.SEND: f"{handover.id} {ts}",
        views.SEND_AND_KEEP: f"{handover.id} {ts}",
    }
    for action, value in forged.items():
        pressed = {"type": "button", "action_id": action, "block_id": "b", "value": value}
        for person in (BEN, EMIL):
            before = len(whispers(slack, person))
            await slack._act(card, MENTORS_CHANNEL, pressed, person)
            await slack.until(partial(more_whispers, slack, person, before))
    assert {told.partition(".")[0] for told in whispers(slack, BEN)} == {"Only mentors can do that"}
    assert set(whispers(slack, EMIL)) == {f"<@{DORA}> has taken this question."}
    assert carried(slack, "C1") == []
    assert (await house.handover()).state is HandoverState.CLAIMED


async def test_a_mentor_cannot_send_what_another_wrote(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await house.take(card)
    other = await slack.say(MENTORS_CHANNEL, "Between us: no idea.", user=EMIL, thread_ts=card["ts"])
    value = f"{(await house.handover()).id} {other}"
    pressed = {"type": "button", "action_id": views.SEND, "block_id": "b", "value": value}
    await slack._act(card, MENTORS_CHANNEL, pressed, DORA)
    await slack.until(lambda: listeners.NOT_FOUND in whispers(slack, DORA))
    assert carried(slack, "C1") == []


async def test_talk_between_mentors_is_not_carried_and_not_answered(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await slack.say(MENTORS_CHANNEL, "Who knows London?", user=DORA, thread_ts=card["ts"])
    await house.take(card)
    await slack.say(MENTORS_CHANNEL, "What does it pay there?", user=EMIL, thread_ts=card["ts"])
    await slack.say(MENTORS_CHANNEL, "Is this a question?", user=DORA)
    await house.write(card)
    assert len(offers(slack, DORA)) == 1
    assert offers(slack, EMIL) == []
    assert len(slack.answers(MENTORS_CHANNEL)) == 2  # the card, and how to answer


async def test_the_bot_answers_in_a_cards_thread_only_when_it_is_mentioned(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await house.take(card)
    before = len(slack.answers(MENTORS_CHANNEL))
    await slack.say(MENTORS_CHANNEL, f"{MENTION} {PAY}", user=DORA, thread_ts=card["ts"])
    await slack.until(lambda: len(slack.answers(MENTORS_CHANNEL)) > before)
    assert "120,000" in seen(slack.answers(MENTORS_CHANNEL)[-1])
    await house.write(card, "What does it pay in Leeds? About 60,000 pounds, I think?")
    await slack.settled()
    assert len(slack.answers(MENTORS_CHANNEL)) == before + 1
    assert len(offers(slack, DORA)) == 1


async def test_what_is_sent_is_what_the_message_says_when_it_is_sent(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await house.take(card)
    ts = await house.write(card, "About 8 pounds.")
    await slack.edit(MENTORS_CHANNEL, ts, "About 80,000 pounds. <!channel>")
    await house.sent()
    told = seen(carried(slack, "C1")[0])
    assert "80,000" in told
    assert "About 8 pounds" not in told
    assert "<!channel>" not in told


async def test_a_message_delivered_again_is_offered_once_and_a_lost_offer_can_be_had_again(
    slack: SlackServer, house: House
) -> None:
    card = await house.hand_over()
    await house.take(card)
    await house.write(card)
    message = next(e for e in reversed(slack.delivered) if MY_ANSWER in str(e.payload))
    await slack.redeliver(message)
    await slack.settled()
    assert len(offers(slack, DORA)) == 1
    slack.ephemeral.clear()
    await slack.press(MENTORS_CHANNEL, card["ts"], views.OFFER, user=DORA)
    await slack.until(lambda: offers(slack, DORA))
    await house.sent()


async def test_a_message_that_was_deleted_is_not_sent(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await house.take(card)
    ts = await house.write(card)
    await slack.delete(MENTORS_CHANNEL, ts)
    await house.send()
    await slack.until(lambda: listeners.NOT_FOUND in whispers(slack, DORA))
    assert carried(slack, "C1") == []
    assert (await house.handover()).state is HandoverState.CLAIMED


async def test_a_long_answer_is_carried_whole_and_a_longer_one_is_not_cut(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    await house.take(card)
    ts = await house.write(card, "word " * 1900)
    await house.send()
    await slack.until(lambda: views.TOO_LONG in whispers(slack, DORA))
    await slack.edit(MENTORS_CHANNEL, ts, "word " * 1700 + "end")
    await house.sent()
    assert seen({"blocks": carried(slack, "C1")[0]["blocks"]}).count("word") == 1700


async def test_a_restart_at_any_step_loses_nothing_and_doubles_nothing(slack: SlackServer, house: House) -> None:
    view = await house.window(await house.asked())
    await house.again()
    await slack.submit(view, chosen(view, named=True))
    await slack.until(lambda: "Sent to the mentors." in seen(slack.open_modal(ANNA)))
    (card,) = cards(slack)
    await house.again()
    await house.take(card)
    await house.again()
    await house.write(card)
    await house.again()
    await house.sent()
    await house.again()
    assert len(cards(slack)) == len(carried(slack, "C1")) == 1
    assert len(thread(slack, card)) == 2
    assert (await house.handover()).state is HandoverState.ANSWERED


def stored() -> Handover:
    return Handover("h1", f"{TEAM}:C1:1.0", TEAM, ANNA, LONDON, True, "C1", "1.0")


async def test_a_question_kept_and_not_posted_is_posted_after_a_restart(slack: SlackServer, house: House) -> None:
    await house.bot.ctx.records.handovers.add(stored())
    await resume(house.bot.ctx)
    assert cards(slack) == []  # another process may be about to post it
    await asyncio.gather(resume(house.bot.ctx, LATER), resume(house.bot.ctx, LATER))
    await resume(house.bot.ctx, LATER + LEASE)
    (card,) = cards(slack)
    await house.take(card)


async def test_a_card_posted_and_not_noted_is_found_again(slack: SlackServer, house: House) -> None:
    handover = stored()
    await house.bot.ctx.records.handovers.add(handover)
    metadata = views.card_metadata(handover)
    await post(house.bot.ctx.client, MENTORS_CHANNEL, views.card(handover), metadata=metadata)
    await house.again()
    (card,) = cards(slack)
    await house.take(card)
    await slack.until(lambda: "Taken by" in seen(card))


@pytest.mark.parametrize("posted", [False, True])
async def test_an_answer_that_was_being_sent_arrives_once(slack: SlackServer, house: House, posted: bool) -> None:
    card = await house.hand_over()
    await house.take(card)
    handover = await house.handover()
    await house.bot.ctx.records.handovers.answer(handover.id, DORA, "80,000 pounds")
    handover = await house.handover()
    if posted:
        metadata = views.answer_metadata(handover, quoted=False)
        message = views.answer(handover, quoted=False)
        place = handover.channel, handover.thread_ts
        await post(house.bot.ctx.client, place[0], message, thread_ts=place[1], metadata=metadata)
    await house.again()
    await house.again()
    assert len(carried(slack, "C1")) == 1
    assert f"Answered by <@{DORA}>" in seen(card)
    assert (await house.handover()).state is HandoverState.ANSWERED


async def test_an_answer_being_put_into_direct_messages_arrives_once(slack: SlackServer, house: House) -> None:
    card = await house.hand_over(named=False)
    await house.take(card)
    handover = await house.handover()
    await house.bot.ctx.records.handovers.answer(handover.id, DORA, "80,000 pounds")
    slack.fail("chat.update", "internal_error")
    await resume(house.bot.ctx, LATER)
    assert "80,000" not in seen(carried(slack, "D1")[0])
    await house.again()
    (answer,) = carried(slack, "D1")
    assert "80,000 pounds" in seen(answer)


async def test_a_card_that_could_not_be_changed_is_changed_later(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    slack.fail("chat.update", "internal_error")
    await house.take(card)
    assert "Taken" not in seen(card)
    await slack.press(MENTORS_CHANNEL, card["ts"], views.TAKE, user=EMIL)
    await slack.until(lambda: whispers(slack, EMIL))
    assert whispers(slack, EMIL) == [f"<@{DORA}> has taken this question."]
    await resume(house.bot.ctx)
    assert f"Taken by <@{DORA}>" in seen(card)


async def test_without_the_bot_in_the_mentors_channel_the_asker_is_told_and_nothing_is_lost(
    slack: SlackServer, house: House
) -> None:
    slack.channels[MENTORS_CHANNEL].member = False
    view = await house.window(await house.asked())
    await slack.submit(view, chosen(view, named=True))
    await slack.until(lambda: listeners.KEPT in seen(slack.open_modal(ANNA)))
    await resume(house.bot.ctx)
    assert cards(slack) == []
    slack.channels[MENTORS_CHANNEL].member = True
    await resume(house.bot.ctx)
    (card,) = cards(slack)
    await house.take(card)


async def test_while_slack_answers_nothing_the_window_says_that_the_question_is_kept(
    slack: SlackServer, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "ACK_SECONDS", 0.05)
    view = await house.window(await house.asked())
    held = slack.hold("chat.postMessage")
    await slack.submit(view, chosen(view, named=True))
    await slack.until(lambda: listeners.KEPT in seen(slack.open_modal(ANNA)))
    await resume(house.bot.ctx)
    held.set()
    await slack.until(lambda: cards(slack))
    await slack.settled()
    assert slack.timeouts == []
    assert len(cards(slack)) == 1


@pytest.mark.parametrize("gone", ["removed", "deleted"])
async def test_where_the_thread_is_gone_the_answer_comes_to_the_direct_messages(
    slack: SlackServer, house: House, gone: str
) -> None:
    card = await house.hand_over()
    await house.take(card)
    await house.write(card)
    if gone == "removed":
        slack.channels["C1"].member = False
    else:
        question = next(m for m in slack.messages("C1") if LONDON in m["text"])
        await slack.delete("C1", question["ts"])
        await slack.settled()
    await house.sent()
    (answer,) = carried(slack, "D1")
    assert LONDON in seen(answer)
    assert "80,000" in seen(answer)
    assert carried(slack, "C1") == []


async def test_a_mentor_is_told_when_the_asker_cannot_be_reached_and_still_has_the_question(
    slack: SlackServer, house: House
) -> None:
    card = await house.hand_over(named=False)
    await house.take(card)
    await house.write(card)
    slack.fail("chat.postMessage", "channel_not_found")
    await house.send()
    await slack.until(lambda: CARRIED[Carried.UNREACHABLE] in whispers(slack, DORA))
    assert (await house.handover()).state is HandoverState.CLAIMED
    await house.sent()


async def test_an_open_question_is_brought_up_once_in_each_period(slack: SlackServer, house: House) -> None:
    card = await house.hand_over()
    ctx = house.bot.ctx
    assert await remind(ctx, 24, now() + dt.timedelta(hours=23)) == 0
    due = now() + dt.timedelta(hours=25)
    assert sum(await asyncio.gather(*(remind(ctx, 24, due) for _ in range(2)))) == 1
    assert [m["text"] for m in thread(slack, card)] == [views.STILL_OPEN]
    assert await remind(ctx, 24, due + dt.timedelta(hours=23)) == 0
    assert await remind(ctx, 24, due + dt.timedelta(hours=24)) == 1


async def test_who_took_a_question_and_does_not_answer_is_reminded_alone(slack: SlackServer, house: House) -> None:
    card = await house.hand_over(named=False)
    await house.take(card)
    ctx = house.bot.ctx
    assert await remind(ctx, 24, now() + dt.timedelta(hours=71)) == 0
    assert await remind(ctx, 24, now() + dt.timedelta(hours=73)) == 1
    assert await remind(ctx, 24, now() + dt.timedelta(hours=74)) == 0
    assert len(thread(slack, card)) == 1
    (reminder,) = slack.answers("D4")
    assert LONDON in seen(reminder)
    assert f"<#{MENTORS_CHANNEL}>" in seen(reminder)
    assert ANNA not in str(reminder)


async def test_what_is_taken_back_is_gone_from_the_mentors_channel_and_the_records(
    slack: SlackServer, house: House
) -> None:
    card = await house.hand_over()
    await house.take(card)
    await house.write(card)
    await house.bot.ctx.records.forget(ANNA)
    await resume(house.bot.ctx)
    assert seen(card).split("\n") == [views.TAKEN_BACK] * 2
    assert await house.bot.ctx.records.handovers.all() == []
    await house.send()
    await slack.until(lambda: views.TAKEN_BACK in whispers(slack, DORA))
    assert carried(slack, "C1") == []


async def test_the_card_of_an_answered_question_keeps_neither_name_nor_words_of_who_deletes_their_data(
    slack: SlackServer, house: House
) -> None:
    card = await house.hand_over(named=True)
    await house.take(card)
    await house.write(card)
    await house.send()
    await slack.until(lambda: carried(slack, "C1"))
    await slack.until(lambda: "Answered" in seen(cards(slack)[0]))
    assert ANNA in str(cards(slack)[0])
    await house.bot.ctx.records.forget(ANNA)
    await resume(house.bot.ctx)
    assert seen(cards(slack)[0]).split("\n") == [views.TAKEN_BACK] * 2
    assert await house.bot.ctx.records.handovers.all() == []


async def test_what_time_takes_back_says_so_in_the_same_round(slack: SlackServer, house: House) -> None:
    card = await house.hand_over(named=True)
    await house.bot.periodic_jobs.round(now() + dt.timedelta(days=JobSchedule().retention_days + 1))
    assert seen(card).split("\n") == [views.TAKEN_BACK] * 2


async def test_a_question_taken_back_while_it_is_posted_leaves_no_card(slack: SlackServer, house: House) -> None:
    view = await house.window(await house.asked())
    held = slack.hold("chat.postMessage")
    calls = len(slack.called("chat.postMessage"))
    await slack.submit(view, chosen(view, named=True))
    await slack.until(lambda: len(slack.called("chat.postMessage")) > calls)
    await house.bot.ctx.records.forget(ANNA)
    await resume(house.bot.ctx)
    held.set()
    await slack.until(lambda: cards(slack) and views.TAKEN_BACK in seen(cards(slack)[0]))
    await slack.settled()
    assert await house.bot.ctx.records.handovers.all() == []
    assert LONDON not in seen(cards(slack)[0])


async def rate_down(slack: SlackServer, ts: str, user: str) -> dict[str, Any]:
    await slack.press("C1", ts, FEEDBACK, user=user, value="down")
    await slack.until(lambda: slack.open_modal(user))
    view = slack.open_modal(user)
    assert view is not None
    option = view["blocks"][0]["element"]["options"][0]
    await slack.submit(view, {"reason": {"reason": {"type": "radio_buttons", "selected_option": option}}}, user=user)
    await slack.until(lambda: "Thank you" in seen(slack.open_modal(user)))
    return slack.open_modal(user) or {}


async def test_a_thumbs_down_offers_the_asker_a_mentor(slack: SlackServer, house: House) -> None:
    ts = await house.asked(PAY)
    thanks = await rate_down(slack, ts, ANNA)
    assert actions(thanks) == [ASK_MENTOR]
    await slack.press_in_modal(ASK_MENTOR)
    view = await house.window_of(ANNA)
    assert view["blocks"][0]["element"]["initial_value"] == PAY
    await slack.submit(view, chosen(view, named=False))
    await slack.until(lambda: cards(slack))
    assert PAY in seen(cards(slack)[0])


async def test_a_thumbs_down_of_somebody_else_offers_no_mentor(slack: SlackServer, house: House) -> None:
    assert actions(await rate_down(slack, await house.asked(PAY), BEN)) == []


async def test_logs_tell_neither_who_nor_what(
    slack: SlackServer, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="bot")
    slack.channels[MENTORS_CHANNEL].member = False
    view = await house.window(await house.asked())
    await slack.submit(view, chosen(view, named=False))
    await slack.until(lambda: listeners.KEPT in seen(slack.open_modal(ANNA)))
    assert "not in the mentors' channel: not_in_channel" in caplog.text
    assert all(private not in caplog.text for private in (ANNA, "London", "Traceback"))


async def test_a_mentor_keeps_an_answer_after_looking_at_it_once_more(slack: SlackServer, house: House) -> None:
    card = await house.hand_over(named=False)
    await house.take(card)
    await house.write(card)
    await house.send(views.SEND_AND_KEEP)
    await slack.until(lambda: (slack.open_modal(DORA) or {}).get("submit"))
    assert carried(slack, "D1")
    window = seen(slack.open_modal(DORA)) + str(slack.open_modal(DORA))
    assert LONDON in window
    assert "[this survey](https://example.com/pay)" in window
    assert ANNA not in window


async def test_a_kept_answer_is_given_to_the_next_who_asks_the_same(slack: SlackServer, house: House) -> None:
    card = await house.hand_over(named=False)
    await house.take(card)
    await house.write(card)
    await house.send(views.SEND_AND_KEEP)
    await slack.until(lambda: (slack.open_modal(DORA) or {}).get("submit"))
    await slack.submit(slack.open_modal(DORA) or {}, {}, user=DORA)
    await slack.until(lambda: "Done." in seen(slack.open_modal(DORA)))
    await house.bot.periodic_jobs.round(now())
    await slack.say("D2", LONDON, user=BEN)
    await slack.until(lambda: slack.answers("D2"))
    told = seen(slack.answers("D2")[0])
    assert "this survey" in told
    assert f"Confirmed by <@{DORA}>" in told
    assert ANNA not in told


async def test_a_private_answer_can_be_handed_over_and_is_answered_in_private(slack: SlackServer, house: House) -> None:
    await slack.command("C1", "/career", PAY, user=BEN)
    await slack.until(lambda: [m for m in slack.ephemeral if FEEDBACK in actions(m)])
    (draft,) = [m for m in slack.ephemeral if FEEDBACK in actions(m)]
    await rate_down(slack, draft["ts"], BEN)
    await slack.press_in_modal(ASK_MENTOR, BEN)
    view = await house.window_of(BEN)
    assert view["blocks"][0]["element"]["initial_value"] == PAY
    await slack.submit(view, chosen(view, named=True), user=BEN)
    await slack.until(lambda: listeners.TO_DIRECT in seen(slack.open_modal(BEN)))
    (card,) = cards(slack)
    await house.take(card)
    await house.write(card)
    await house.sent()
    assert (await house.handover()).team == TEAM
    assert PAY in seen(carried(slack, "D2")[0])
    assert slack.answers("C1") == []

"""Sharing an answer: who may share what where, what everybody sees of it, and that it happens once."""

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.answering.advisor import Advisor
from bot.answering.conversation import Coverage
from bot.mentoring import shares as module
from bot.mentoring.shares import Share
from bot.records.database import now
from bot.slack.app import SlackBot
from bot.slack.format.blocks import FEEDBACK, SHOW_PASSAGE
from bot.slack.mentors.sharing import texts as sharing
from bot.slack.mentors.sharing.listeners import SHARE_SHORTCUT
from bot.slack.mentors.sharing.views import CHANNEL, NOTE, PERSON, QUESTION, SHARE_VIEW
from bot.slack.private.private_answers import POST_DRAFT
from bot.slack.questions.buttons import SHARE
from knowledge.passages import Passage
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import answered, shown
from tests.bot.slack.scene import ANNA, BEN, CLEO, DORA, EMIL, MENTORS, PAY, PAY_SAID, Quoting, running, saying
from tests.openai_server import OpenAIServer
from tests.slack_server import SlackServer
from tests.slack_server.server import BOT_USER, TEAM

EVERYBODY = (ANNA, BEN, CLEO, DORA, EMIL)


@pytest.fixture(autouse=True)
def workspace(slack: SlackServer) -> None:
    """C1 is open to all; C2 is where Ben and Dora are, C3 where Anna and Emil are; everybody has direct messages."""
    for user in EVERYBODY:
        slack.add_person(user, name=f"{user.removeprefix('U0').title()} Example")
    slack.add_channel("C2", "group", members=[BEN, DORA])
    slack.add_channel("C3", "group", members=[ANNA, EMIL])
    slack.channels["D1"].user, slack.channels["D1"].members = ANNA, {ANNA}
    for user in EVERYBODY[1:]:
        slack.add_dm(f"D{user[1:]}", user=user)


async def opened(slack: SlackServer, channel: str, ts: str, user: str) -> dict[str, Any]:
    """The window after somebody pressed Share."""
    await press(slack, channel, ts, user)
    return await window(slack, user)


async def press(slack: SlackServer, channel: str, ts: str, user: str) -> None:
    await close(slack, user)
    await slack.press(channel, ts, SHARE, user=user)


async def choose(slack: SlackServer, channel: str, ts: str, user: str) -> None:
    """Somebody uses the shortcut on a message."""
    await close(slack, user)
    await slack.shortcut(SHARE_SHORTCUT, channel, ts, user=user)


async def close(slack: SlackServer, user: str) -> None:
    if view := slack.open_modal(user):
        await slack.close(view, user=user)


async def window(slack: SlackServer, user: str) -> dict[str, Any]:
    await slack.until(lambda: sharing.READING not in str(slack.open_modal(user) or sharing.READING))
    return copy.deepcopy(slack.open_modal(user) or {})


async def refusal(slack: SlackServer, user: str) -> str:
    """What the window says instead of asking with whom to share."""
    view = await window(slack, user)
    assert view["callback_id"] != SHARE_VIEW, shown(view)
    return shown(view).strip()


def filled(person: str = "", channel: str = "", question: str = "", note: str = "") -> dict[str, Any]:
    values: dict[str, Any] = {
        PERSON: {PERSON: {"type": "users_select", "selected_user": person or None}},
        CHANNEL: {CHANNEL: {"type": "conversations_select", "selected_conversation": channel or None}},
        NOTE: {NOTE: {"type": "plain_text_input", "value": note or None}},
    }
    return values | ({QUESTION: {QUESTION: {"type": "plain_text_input", "value": question}}} if question else {})


async def sent(slack: SlackServer, view: dict[str, Any], user: str, **chosen: str) -> str:
    """What the window says after it was sent."""
    await slack.submit(view, filled(**chosen), user=user)
    await slack.until(lambda: (slack.open_modal(user) or {}).get("callback_id") != SHARE_VIEW)
    return shown(slack.open_modal(user)).strip()


async def errors(slack: SlackServer, view: dict[str, Any], user: str, **chosen: str) -> dict[str, str]:
    """What the window says at its fields after it was sent."""
    await slack.submit(view, filled(**chosen), user=user)
    await slack.until(lambda: slack.modal_errors.get(user))
    return slack.modal_errors.pop(user)


def cards(slack: SlackServer, channel: str) -> list[dict[str, Any]]:
    return [message for message in slack.answers(channel) if "Shared by" in str(message["blocks"])]


def all_cards(slack: SlackServer) -> list[dict[str, Any]]:
    return [card for channel in slack.channels for card in cards(slack, channel)]


def prefilled(view: dict[str, Any]) -> str:
    return str(next(b for b in view["blocks"] if b.get("block_id") == QUESTION)["element"].get("initial_value"))


async def share_of(bot: SlackBot, view: dict[str, Any]) -> Share:
    share = await bot.ctx.records.shares.find(view["private_metadata"])
    assert share is not None
    return share


# What is shared, and what everybody sees


async def test_a_member_shares_their_own_answer_from_a_direct_message_with_a_person(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await answered(slack, channel="D1")
        view = await opened(slack, "D1", ts, ANNA)
        assert prefilled(view) == PAY
        assert "$120,000" in shown(view)
        assert "Average salary" in shown(view)
        assert await sent(slack, view, ANNA, person=BEN, note="For your talk") == "Shared with Ben Example."
        (card,) = cards(slack, "D0BEN")
        told = shown(card)
        for said in (f"Shared by <@{ANNA}>", "> For your talk", f"*Question* {PAY}", "$120,000", "Average salary"):
            assert said in told, told
        assert "2026-11" in told
        assert "without a language model. Answered on <!date^" in told
        (row,) = await bot.ctx.records.shares.all()
        assert (row["sharer"], row["target"], row["channel"], row["ts"]) == (ANNA, BEN, "D0BEN", card["ts"])
        deeds = [(deed["person"], deed["what"]) for deed in await bot.ctx.records.audit_log.all()]
    assert deeds == [(ANNA, "shared")]
    assert all_cards(slack) == [card]
    assert not any("Shared by" in str(message) for user in (ANNA, CLEO, DORA, EMIL) for message in slack.sees(user))
    assert slack.problems == []
    assert slack.timeouts == []


async def test_a_member_shares_their_own_answer_in_a_channel(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await answered(slack, channel="D1")
        view = await opened(slack, "D1", ts, ANNA)
        assert await sent(slack, view, ANNA, channel="C3") == "Shared in the channel you chose."
    (card,) = cards(slack, "C3")
    assert ">" not in shown(card).replace("›", "").split("*Question*")[0].replace(f"<@{ANNA}>", "")
    assert any("Shared by" in str(message) for message in slack.sees(EMIL))
    assert not any("Shared by" in str(message) for message in slack.sees(BEN))
    assert slack.problems == []


async def test_a_mentor_shares_somebody_elses_answer_from_a_channel_and_the_asker_is_nowhere_in_it(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        await answered(slack, "hello, I am Anna")
        ts = await answered(slack, PAY)
        view = await opened(slack, "C1", ts, DORA)
        question = "What does a senior backend engineer get?"
        told = await sent(slack, view, DORA, channel="C2", question=question, note="Worth *knowing*\n<!channel> @here")
        assert told == "Shared in the channel you chose."
        (card,) = cards(slack, "C2")
        for said in (f"Shared by <@{DORA}>", "> Worth", f"*Question* {question}", "$120,000", "Average salary"):
            assert said in shown(card), shown(card)
        receipt = await bot.ctx.records.receipts.find((await bot.ctx.records.shares.all())[0]["id"])
        assert receipt["person"] == DORA
    assert ANNA not in str(card)
    assert "hello" not in str(card)
    assert PAY not in str(card)
    assert "<!channel>" not in str(card)
    assert "@here" not in str(card)
    assert card["metadata"]["event_payload"] == {"asked": question}
    assert [user for user in EVERYBODY if card["ts"] in {m["ts"] for m in slack.sees(user)}] == [BEN, DORA]
    assert slack.problems == []


async def test_a_recipient_asks_on_from_the_card_looks_at_its_passage_and_rates_it(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await answered(slack, channel="D1")
        await sent(slack, await opened(slack, "D1", ts, ANNA), ANNA, person=BEN)
        (card,) = cards(slack, "D0BEN")
        await slack.press("D0BEN", card["ts"], SHOW_PASSAGE, user=BEN)
        await slack.until(lambda: slack.open_modal(BEN))
        assert "*In the United States, the average salary" in shown(slack.open_modal(BEN))
        await slack.press("D0BEN", card["ts"], FEEDBACK, user=BEN, value="up")
        await slack.until(lambda: len(slack.called("response_url")) == 1)
        ratings = [(rating["person"], rating["key"]) for rating in await bot.ctx.records.feedback.all()]
        assert ratings == [(BEN, (await bot.ctx.records.shares.all())[0]["id"])]
        await slack.say("D0BEN", "what does that depend on?", user=BEN, thread_ts=card["ts"])
        await slack.until(lambda: len(slack.answers("D0BEN")) == 2)
    assert "location" in slack.answers("D0BEN")[-1]["text"]
    assert slack.answers("D0BEN")[-1]["thread_ts"] == card["ts"]
    assert len(slack.answers("D1")) == 1


async def test_the_one_who_shared_in_a_channel_asks_on_there_without_a_mention(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await answered(slack, channel="D1")
        await sent(slack, await opened(slack, "D1", ts, ANNA), ANNA, channel="C3")
        (card,) = cards(slack, "C3")
        await slack.say("C3", "what does that depend on?", user=ANNA, thread_ts=card["ts"])
        await slack.until(lambda: len(slack.answers("C3")) == 2)
    assert "location" in slack.answers("C3")[-1]["text"]


async def test_mentions_addresses_and_numbers_are_left_out_of_the_question_that_is_offered(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await answered(slack, f"{PAY} My lead <@{BEN}> (ben@example.org) wants to know")
        view = await opened(slack, "C1", ts, ANNA)
    assert PAY in prefilled(view)
    assert "ben@example.org" not in prefilled(view)
    assert BEN not in prefilled(view)


async def test_the_shortcut_shares_a_streamed_answer(
    slack: SlackServer, searcher: Searcher, composing: Advisor, model: OpenAIServer, tmp_path: Path
) -> None:
    model.reply_with(saying(PAY_SAID))
    async with running(slack, composing, tmp_path, searcher):
        ts = await answered(slack, channel="D1")
        await slack.until(lambda: not slack.answers("D1")[-1].get("streaming"))
        assert any(block["type"] == "rich_text" for block in slack.answers("D1")[-1]["blocks"])
        await choose(slack, "D1", ts, ANNA)
        view = await window(slack, ANNA)
        assert await sent(slack, view, ANNA, person=BEN) == "Shared with Ben Example."
    (card,) = cards(slack, "D0BEN")
    assert "$120,000" in shown(card)
    assert "Written by a language model" in shown(card)
    assert slack.problems == []


async def test_a_private_answer_that_was_posted_can_be_shared_with_its_question(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        await slack.command("C1", "/career", PAY)
        await slack.until(lambda: slack.ephemeral)
        await slack.press("C1", slack.ephemeral[0]["ts"], POST_DRAFT)
        await slack.until(lambda: slack.answers("C1"))
        ts = slack.answers("C1")[0]["ts"]
        for user in (BEN, DORA):
            await choose(slack, "C1", ts, user)
        assert await refusal(slack, BEN) == sharing.NOT_YOURS
        view = await window(slack, DORA)
        assert prefilled(view) == PAY
        await sent(slack, view, DORA, channel="C2")
    (card,) = cards(slack, "C2")
    assert shown(card).count(PAY) == 1
    assert ANNA not in str(card)


async def test_a_card_is_shared_on_by_its_sharer_and_not_by_who_got_it(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        ts = await answered(slack, channel="D1")
        view = await opened(slack, "D1", ts, ANNA)
        await sent(slack, view, ANNA, person=DORA, note="For your eyes")
        (card,) = cards(slack, "D0DORA")
        await choose(slack, "D0DORA", card["ts"], DORA)
        assert await refusal(slack, DORA) == sharing.PRIVATE
        await sent(slack, await opened(slack, "D1", ts, ANNA), ANNA, channel="C3", note="For your eyes")
        (card,) = cards(slack, "C3")
        await choose(slack, "C3", card["ts"], EMIL)
        await sent(slack, await window(slack, EMIL), EMIL, channel="C1")
    (card,) = cards(slack, "C1")
    assert f"Shared by <@{EMIL}>" in shown(card)
    assert ANNA not in str(card)
    assert "For your eyes" not in str(card)


# Who may not


async def test_a_member_who_is_no_mentor_shares_no_answer_of_somebody_else(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        ts = await answered(slack)
        await press(slack, "C1", ts, BEN)
        assert await refusal(slack, BEN) == sharing.NOT_YOURS
    assert all_cards(slack) == []


async def forged(slack: SlackServer, user: str, channel: str, ts: str) -> None:
    """A press that Slack's client would not let this person do."""
    message = slack.channels[channel].messages[ts]
    place = {
        "channel": {"id": channel},
        "message": message,
        "response_url": slack._response_url(channel, user, message),
    }
    action = {"type": "button", "action_id": SHARE, "block_id": "b", "value": "T0TEAM:C1:1.0", "action_ts": "1.0"}
    await slack._interact({"type": "block_actions", "actions": [action], **place}, user)


async def test_a_forged_press_gives_a_mentor_nothing_of_a_direct_message(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        ts = await answered(slack, channel="D1")
        await forged(slack, DORA, "D1", ts)
        assert await refusal(slack, DORA) == sharing.PRIVATE
    assert "120,000" not in str(slack.open_modal(DORA))


async def test_a_forged_press_gives_a_mentor_nothing_of_a_channel_they_are_not_in(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        ts = await answered(slack, channel="C3")
        await forged(slack, DORA, "C3", ts)
        assert await refusal(slack, DORA) == sharing.OUTSIDE
    assert "120,000" not in str(slack.open_modal(DORA))


async def test_rights_are_asked_for_again_when_the_window_is_sent(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await answered(slack, channel="C3")
        view = await opened(slack, "C3", ts, EMIL)
        (slack.channels["C3"].members or set()).discard(EMIL)
        assert await sent(slack, view, EMIL, channel="C1") == sharing.OUTSIDE
        slack.channels["C3"].members = {ANNA, EMIL}
        view = await opened(slack, "C3", ts, EMIL)
        bot.ctx.mentors._settings = replace(MENTORS, users=frozenset())
        assert await sent(slack, view, EMIL, channel="C1") == sharing.NOT_YOURS
    assert all_cards(slack) == []


async def test_a_window_is_of_no_use_to_anybody_else(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await answered(slack, channel="D1")
        view = await opened(slack, "D1", ts, ANNA)
        stolen = {**view, "state": {"values": filled(channel="C2", question="What?")}}
        answers: list[Any] = []
        await slack._interact({"type": "view_submission", "view": stolen}, DORA, answered=answers.append)
        await slack.until(lambda: answers)
        assert sharing.GONE.split(".")[0] in str(answers)
        assert (await share_of(bot, view)).sharer == ANNA
    assert all_cards(slack) == []


@pytest.mark.parametrize("small_talk", [True, False])
async def test_what_rests_on_no_guide_is_not_shared(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, small_talk: bool
) -> None:
    nothing = Quoting(searcher, "I found no answer to this in the guides.", Coverage.NOT_COVERED)
    async with running(slack, advisor if small_talk else nothing, tmp_path, searcher):
        ts = await answered(slack, "thanks!" if small_talk else "What is the capital of Peru?")
        await choose(slack, "C1", ts, ANNA)
        assert await refusal(slack, ANNA) == sharing.NO_GUIDE


async def test_messages_of_people_are_not_shared(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_channel("C4", "group", member=False)
    async with running(slack, advisor, tmp_path, searcher):
        for channel in ("C1", "C4"):
            ts = await slack.say(channel, "Lunch?", user=ANNA)
            await choose(slack, channel, ts, ANNA)
            assert await refusal(slack, ANNA) == sharing.NO_ANSWER


async def test_an_answer_whose_record_was_deleted_is_not_shared(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await answered(slack)
        view = await opened(slack, "C1", ts, DORA)
        await bot.ctx.records.forget(ANNA)
        assert await sent(slack, view, DORA, channel="C2") == sharing.GONE
        await press(slack, "C1", ts, DORA)
        assert await refusal(slack, DORA) == sharing.FORGOTTEN
    assert all_cards(slack) == []


# What is filled in


async def test_exactly_one_of_a_person_and_a_channel_is_chosen(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        assert await errors(slack, view, ANNA) == {PERSON: sharing.CHOOSE}
        assert await errors(slack, view, ANNA, person=BEN, channel="C1") == {CHANNEL: sharing.CHOOSE_ONE}
        assert await sent(slack, view, ANNA, person=BEN) == "Shared with Ben Example."
    assert slack.problems == []


@pytest.mark.parametrize("user", [BOT_USER, "U0ROBOT", "USLACKBOT", "U0NOBODY"])
async def test_apps_and_people_who_are_not_there_get_nothing(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, user: str
) -> None:
    slack.add_person("U0ROBOT", name="Robot", bot=True)
    slack.add_person("USLACKBOT", name="Slackbot")
    async with running(slack, advisor, tmp_path, searcher):
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        assert await errors(slack, view, ANNA, person=user) == {PERSON: sharing.NO_PERSON}
    assert all_cards(slack) == []


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_where_the_bot_is_not_it_asks_to_be_invited_and_then_it_can_be_sent(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, kind: str
) -> None:
    slack.add_channel("C4", kind, member=False, members=[ANNA, BEN])
    async with running(slack, advisor, tmp_path, searcher):
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        assert await errors(slack, view, ANNA, channel="C4") == {CHANNEL: sharing.NOT_HERE}
        slack.channels["C4"].member = True
        await sent(slack, view, ANNA, channel="C4")
    assert len(cards(slack, "C4")) == 1


@pytest.mark.parametrize(("channel", "told"), [("C2", sharing.NOT_THERE), ("D0BEN", sharing.NO_CHANNEL)])
async def test_nobody_shares_where_they_are_not(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, channel: str, told: str
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        assert await errors(slack, view, ANNA, channel=channel) == {CHANNEL: told}
    assert all_cards(slack) == []


@pytest.mark.parametrize(
    ("question", "note", "field"),
    [
        ("What does it pay?", f"{ANNA} asked this", NOTE),
        ("\u200a ", "", QUESTION),
    ],
)
async def test_a_mentor_does_not_name_who_asked(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, question: str, note: str, field: str
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        view = await opened(slack, "C1", await answered(slack), DORA)
        told = sharing.NAMES_ASKER if question.strip() else sharing.NO_QUESTION
        assert await errors(slack, view, DORA, channel="C2", question=question, note=note) == {field: told}
    assert all_cards(slack) == []


@pytest.mark.parametrize(
    ("question", "note", "field", "found"),
    [
        ("What does annas team earn?", "", QUESTION, "“annas”"),
        ("Pay?", "Mrs Example asked Anna", NOTE, "“Example”, “Anna”"),
    ],
)
async def test_who_shares_sees_what_may_name_the_asker_and_decides(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, question: str, note: str, field: str, found: str
) -> None:  # fmt: skip
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        view = await opened(slack, "C1", await answered(slack), DORA)
        told = await errors(slack, view, DORA, channel="C2", question=question, note=note)
        assert told == {field: sharing.MAY_NAME_ASKER.format(names=found)}
        assert all_cards(slack) == []
        assert "Shared" in await sent(slack, view, DORA, channel="C2", question=question, note=note)


async def test_a_mentor_sees_that_an_answer_may_name_who_asked(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS):
        ts = await answered(slack)
        slack.channels["C1"].messages[ts]["blocks"][0]["text"] += " I found nothing about Anna."
        view = await opened(slack, "C1", ts, DORA)
        told = await errors(slack, view, DORA, channel="C2", question="What does it pay?")
        assert told == {QUESTION: sharing.ANSWER_MAY_NAME_ASKER.format(names="“Anna”")}
    assert all_cards(slack) == []


async def test_a_member_found_on_a_later_page_of_a_large_channel_is_one(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_channel("C4", members=[*(f"U0PERSON{n}" for n in range(1100)), ANNA])
    async with running(slack, advisor, tmp_path, searcher):
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        await sent(slack, view, ANNA, channel="C4")
    assert len(slack.called("conversations.members")) == 2
    assert len(cards(slack, "C4")) == 1


# Once


async def test_a_window_sent_twice_posts_one_card(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        held = slack.hold("chat.postMessage")
        await slack.submit(view, filled(person=BEN), user=ANNA)
        await slack.submit(view, filled(person=BEN), user=ANNA)
        await slack.until(lambda: sharing.UNDER_WAY in str(slack.open_modal(ANNA)))
        held.set()
        await slack.until(lambda: "Shared with" in str(slack.open_modal(ANNA)))
        late = {**view, "private_metadata": (await bot.ctx.records.shares.all())[0]["id"]}
        late["state"] = {"values": filled(person=BEN, question=PAY)}
        answers: list[Any] = []
        await slack._interact({"type": "view_submission", "view": late}, ANNA, answered=answers.append)
        await slack.until(lambda: answers)
        assert sharing.POSTED in str(answers)
        deeds = await bot.ctx.records.audit_log.all()
    assert len(all_cards(slack)) == 1
    assert len(deeds) == 1


async def test_a_share_that_was_cut_off_is_not_posted_again(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        assert await bot.ctx.records.shares.claim(view["private_metadata"], BEN)
        assert await sent(slack, view, ANNA, person=BEN) == sharing.UNDER_WAY
    assert all_cards(slack) == []


async def test_what_slack_refuses_can_be_sent_again_and_what_it_does_not_confirm_cannot(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await answered(slack, channel="D1")
        view = await opened(slack, "D1", ts, ANNA)
        receipts = len(await bot.ctx.records.receipts.all())
        slack.fail("chat.postMessage", "is_archived")
        assert await errors(slack, view, ANNA, channel="C3") == {
            CHANNEL: "I cannot post there: that channel is archived."
        }
        slack.fail("chat.postMessage", "messages_tab_disabled")
        assert await errors(slack, view, ANNA, person=BEN) == {
            PERSON: "I cannot post there: my Messages tab is switched off."
        }
        assert len(await bot.ctx.records.receipts.all()) == receipts
        slack.fail("chat.postMessage", "internal_error")
        assert await sent(slack, view, ANNA, person=BEN) == sharing.UNSURE
    assert all_cards(slack) == []


async def test_a_window_left_open_for_a_day_is_of_no_use(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        yesterday = now() - module.KEPT - dt.timedelta(minutes=1)
        await bot.ctx.records._database.change(sa.update(module._shares).values(opened_at=yesterday))
        assert await sent(slack, view, ANNA, person=BEN) == sharing.GONE
    assert all_cards(slack) == []


async def test_closing_the_window_leaves_nothing(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        await slack.close(view)
        await slack.settled()
        await slack.until(lambda: not slack._pending)
        assert await bot.ctx.records.shares.find(view["private_metadata"]) is None
    assert all_cards(slack) == []


async def test_a_sharer_who_is_forgotten_leaves_where_their_cards_stand_and_takes_the_receipt(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        view = await opened(slack, "C1", await answered(slack), DORA)
        await sent(slack, view, DORA, channel="C2")
        (card,) = cards(slack, "C2")
        (stands,) = await bot.ctx.records.shares.cards_of(DORA)
        assert (stands.channel, stands.ts) == ("C2", card["ts"])
        await bot.ctx.records.forget(ANNA)
        assert await bot.ctx.records.receipts.find(view["private_metadata"])
        await bot.ctx.records.forget(DORA)
        assert await bot.ctx.records.receipts.find(view["private_metadata"]) is None
        assert await bot.ctx.records.shares.all() == []


async def test_a_sharer_who_is_forgotten_while_their_card_is_posted_stands_nowhere(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        view = await opened(slack, "C1", await answered(slack), DORA)
        posted = len(slack.called("chat.postMessage"))
        held = slack.hold("chat.postMessage")
        await slack.submit(view, filled(channel="C2"), user=DORA)
        await slack.until(lambda: len(slack.called("chat.postMessage")) > posted)
        await bot.ctx.records.forget(DORA)
        held.set()
        await slack.until(lambda: "Shared " in shown(slack.open_modal(DORA)))
        assert await bot.ctx.records.inbox.count_of(DORA) == 0
        assert [entry for entry in await bot.ctx.records.audit_log.all() if entry["person"] == DORA] == []


# Guides that change


class Changing:
    """A library some of whose passages are rewritten from a moment on."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self.rewritten: Sequence[str] | None = ()

    def guides(self) -> Sequence[Any]:
        return self._searcher.guides()

    def unread(self) -> Sequence[str]:
        return ()

    def passage(self, key: str) -> Passage | None:
        passage = self._searcher.passage(key)
        changed = self.rewritten is None or key in self.rewritten
        return replace(passage, hash="other") if passage and changed else passage


async def test_an_answer_whose_passages_have_changed_is_not_shared(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    guide_index = Changing(searcher)
    async with running(slack, advisor, tmp_path, guide_index):
        ts = await answered(slack, channel="D1")
        view = await opened(slack, "D1", ts, ANNA)
        guide_index.rewritten = None
        assert await sent(slack, view, ANNA, person=BEN) == sharing.CHANGED
        await press(slack, "D1", ts, ANNA)
        assert await refusal(slack, ANNA) == sharing.CHANGED
    assert all_cards(slack) == []


async def test_where_some_passages_have_changed_the_card_says_which(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    guide_index = Changing(searcher)
    async with running(slack, advisor, tmp_path, guide_index) as bot:
        ts = await answered(slack, f"{PAY} And which skills do they need?", channel="D1")
        stale = await opened(slack, "D1", ts, ANNA)
        receipt = await bot.ctx.records.receipts.find((await share_of(bot, stale)).key)
        assert len(receipt["passages"]) > 1
        guide_index.rewritten = [receipt["passages"][0]["passage"]]
        assert await sent(slack, stale, ANNA, person=BEN) == sharing.CHANGED_MEANWHILE
        view = await opened(slack, "D1", ts, ANNA)
        assert "The guide has changed since at [1]." in shown(view)
        await sent(slack, view, ANNA, person=BEN)
    (card,) = cards(slack, "D0BEN")
    assert "The guide has changed since at [1]." in shown(card)


async def test_shares_are_of_this_workspace(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        view = await opened(slack, "D1", await answered(slack, channel="D1"), ANNA)
        assert (await share_of(bot, view)).team == TEAM

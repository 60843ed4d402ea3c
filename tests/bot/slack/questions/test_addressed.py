"""What is a question to the bot, and what is not."""

from typing import Any

import pytest

from bot.slack.questions.addressed import question_in

BOT = "U0BOT"
MENTION = {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "1.1", "text": f"<@{BOT}> what pays?"}
DM = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "ts": "1.1", "text": "what pays?"}
CHATTER = {"type": "message", "channel_type": "channel", "channel": "C1", "user": "U1", "ts": "1.1", "text": "lunch?"}


@pytest.mark.parametrize(
    "event",
    [
        MENTION,
        DM,
        CHATTER | {"text": f"ask <@{BOT}> about pay"},
        CHATTER | {"text": f"ask <@{BOT}|career> about pay"},
        DM | {"subtype": "file_share"},
        MENTION | {"subtype": "thread_broadcast", "thread_ts": "0.9"},
    ],
)
def test_people_who_address_the_bot_are_heard(event: dict[str, Any]) -> None:
    assert question_in(event, "T1", BOT) is not None


@pytest.mark.parametrize(
    "event",
    [
        CHATTER,
        CHATTER | {"text": "<@U0BOTANIST> hello"},
        DM | {"bot_id": "B1"},
        DM | {"bot_profile": {"name": "other"}},
        DM | {"user": BOT},
        DM | {"user": "USLACKBOT"},
        DM | {"subtype": "message_changed", "hidden": True},
        DM | {"subtype": "message_deleted"},
        DM | {"subtype": "channel_join"},
        DM | {"subtype": "bot_message"},
        MENTION | {"edited": {"user": "U1", "ts": "1.2"}},
        {"type": "reaction_added", "user": "U1"},
        {},
    ],
)
def test_everything_else_is_left_alone(event: dict[str, Any]) -> None:
    assert question_in(event, "T1", BOT) is None


def test_both_events_of_a_mention_are_one_question() -> None:
    as_message = MENTION | {"type": "message", "channel_type": "channel"}
    one, other = question_in(MENTION, "T1", BOT), question_in(as_message, "T1", BOT)
    assert one is not None
    assert other is not None
    assert one.key == other.key


def test_a_question_in_a_thread_is_answered_there() -> None:
    question = question_in(MENTION | {"thread_ts": "0.5"}, "T1", BOT)
    assert question is not None
    assert question.thread_ts == "0.5"

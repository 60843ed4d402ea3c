"""What is a question to the bot, and what is not."""

from typing import Any

import pytest

from bot.slack.questions.addressed import change_in, question_in
from tests.slack_server.typed import forward, rich_text

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
        DM | {"subtype": "me_message"},
        DM | {"text": "", "blocks": rich_text("what pays?")},
        CHATTER | {"text": "", "blocks": rich_text(f"<@{BOT}> what pays?")},
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
        CHATTER | {"attachments": [forward(MENTION, "C1")]},
        DM | {"bot_id": "B1"},
        DM | {"bot_profile": {"name": "other"}},
        DM | {"user": BOT},
        DM | {"user": "USLACKBOT"},
        DM | {"subtype": "message_changed", "hidden": True},
        DM | {"subtype": "message_deleted"},
        DM | {"subtype": "channel_join"},
        DM | {"subtype": "bot_message"},
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


def test_an_edit_that_names_the_bot_is_the_same_change_from_both_events() -> None:
    edited = MENTION | {"edited": {"user": "U1", "ts": "1.2"}}
    told = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "channel_type": "channel",
        "event_ts": "1.3",
    }
    changed = told | {"message": edited | {"type": "message"}, "previous_message": CHATTER}
    one, other = change_in(edited, BOT), change_in(changed, BOT)
    assert one is not None
    assert other is not None
    assert (one.ts, one.message["ts"]) == (other.ts, other.message["ts"]) == ("1.2", "1.1")
    assert other.reworded


def test_a_link_that_slack_unfurls_is_no_change_unless_it_shows_a_message() -> None:
    told = {"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im", "event_ts": "1.3"}
    page = DM | {"attachments": [{"from_url": "https://example.org", "title": "A page", "text": "About it"}]}
    message = DM | {"attachments": [forward(MENTION, "C1", is_msg_unfurl=True)]}
    assert change_in(told | {"message": page, "previous_message": DM}, BOT) is None
    assert change_in(told | {"message": message, "previous_message": DM}, BOT) is not None

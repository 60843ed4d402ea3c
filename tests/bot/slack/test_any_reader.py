"""Whoever reads what people write in Slack takes any text and any JSON: no exception but the named one, soon done, nothing live."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.addressing import Line, command_in
from bot.errors import CareerBotError
from bot.records.inbox import AskedQuestion
from bot.records.threads import ThreadState
from bot.slack.api.outgoing import harmless
from bot.slack.api.payloads import check, is_message
from bot.slack.format.blocks import plain_post
from bot.slack.format.escaping import escaped
from bot.slack.format.handed_files import files_in, unread
from bot.slack.format.long_fields import text_in
from bot.slack.format.message_text import own_text, text_of
from bot.slack.format.modals import section
from bot.slack.format.mrkdwn import as_text
from bot.slack.format.reading import readable, said_in
from bot.slack.mentors.confirming.views import filled_in as confirmed_in
from bot.slack.mentors.handover.views import as_markdown as mentors_markdown
from bot.slack.mentors.handover.views import calling_nobody
from bot.slack.mentors.handover.views import filled_in as handed_in
from bot.slack.mentors.sharing.reading_back import answer_at
from bot.slack.mentors.sharing.views import chosen_in
from bot.slack.private.channel_settings import found_guides, settings_in
from bot.slack.questions.addressed import (
    change_in,
    deleted_ts,
    is_put_to_the_channel,
    line_of,
    may_follow_up,
    question_in,
)
from bot.slack.questions.conversation import conversation, files_not_told
from bot.slack.questions.views import reason_in
from knowledge.minilm.model import WIDTH
from knowledge.passages import Guide
from tests.anything import HOSTILE, ODD, SECONDS, TEXTS, often, seconds_of, spoilt
from tests.bot.slack.everything import LIVE

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")  # where one fails
BOT = "U0BOT"
GUIDES = [Guide("a.md", "Bakers <!channel>"), Guide("b.md", "Nurses")]
QUESTION = AskedQuestion("T1", "C1", "3.0", "1.0", "U0ANNA", "What does it pay?", files="“cv.pdf”\n“x”")
RICH = [
    {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Hi ", "style": {"bold": True}}, {"type": "user", "user_id": BOT}, {"type": "link", "url": "https://x.org", "text": "a link"}, {"type": "emoji", "name": "tada"}, {"type": "broadcast", "range": "here"}, {"type": "date", "fallback": "today"}]},
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2, "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
    ]},
    {"type": "markdown", "text": "**Bakers** earn $30,000 [1]"},
    {"type": "header", "text": {"type": "plain_text", "text": "Pay"}},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "rich_text", "elements": []}]]},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "Extracted"}]},
    {"type": "actions", "elements": [{"type": "button", "action_id": "show_passage", "value": "T1:C1:2.0"}]},
]  # fmt: skip
FILES = [{"id": "F1", "name": "cv.pdf", "title": "My CV", "mode": "hosted"}, {"id": "F2", "subtype": "slack_audio"}]
FORWARD = {"is_share": True, "text": "forwarded", "files": FILES, "message_blocks": [{"message": {"blocks": RICH, "text": ""}}], "fields": [{"title": "Role", "value": "Baker"}]}  # fmt: skip
MESSAGE = {"type": "message", "user": "U0ANNA", "text": f"<@{BOT}> what does it *pay*?", "ts": "2.0", "thread_ts": "1.0", "blocks": RICH, "attachments": [FORWARD, {"fallback": "old", "pretext": "p", "title": "t"}], "files": FILES, "client_msg_id": "c", "edited": {"ts": "2.5", "user": "U0ANNA"}, "channel": "C1", "channel_type": "channel", "event_ts": "2.0"}  # fmt: skip
ANSWER = {"type": "message", "user": BOT, "text": "Answer", "ts": "2.0", "thread_ts": "1.0", "blocks": RICH, "metadata": {"event_type": "career_answer", "event_payload": {"question": "1.0", "part": 1, "of": 1, "asked": "What?", "complete": True}}}  # fmt: skip
EVENTS = [
    MESSAGE,
    {**MESSAGE, "type": "app_mention"},
    {"type": "message", "subtype": "message_changed", "channel": "C1", "channel_type": "im", "ts": "4.0", "message": MESSAGE, "previous_message": MESSAGE},
    {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "4.0", "message": {"subtype": "tombstone", "ts": "2.0"}},
    {"type": "message", "subtype": "message_deleted", "channel": "C1", "ts": "4.0", "deleted_ts": "2.0", "previous_message": MESSAGE},
    {"type": "app_home_opened", "user": "U0ANNA", "channel": "D1", "tab": "home"},
    {"type": "agent_session_stopped", "channel": "C1", "thread_ts": "1.0"},
]  # fmt: skip


VALUES = {
    "answers": {"selected_option": {"value": "mentions"}},
    "guides": {"selected_options": [{"value": "0"}]},
    "quiet_from": {"selected_time": "18:00"},
    "quiet_until": {"selected_time": "08:00"},
    "share_person": {"selected_user": "U0BEN"},
    "share_channel": {"selected_conversation": "C1"},
    "share_question": {"value": "What <!channel>?"},
    "share_note": {"value": "Look"},
    "question": {"value": "What?"},
    "named": {"selected_option": {"value": "named"}},
    "reason": {"selected_option": {"value": "wrong"}},
    "text": {"value": "It is wrong"},
    "text_1p": {"value": "and on"},
    "answer_0": {"value": "Much [1]"},
}
VIEW = {"id": "V1", "type": "modal", "callback_id": "settings", "private_metadata": "{}", "title": {"type": "plain_text", "text": "T"}, "blocks": [], "state": {"values": {name: {name: state} for name, state in VALUES.items()}}}  # fmt: skip
WINDOW = {"type": "view_submission", "user": {"id": "U0ANNA"}, "team": {"id": "T1"}, "view": VIEW}
READ_EVENT: dict[str, Callable[[Any], object]] = {
    "question_in": lambda event: question_in(event, "T1", BOT),
    "change_in": lambda event: change_in(event, BOT),
    "deleted_ts": deleted_ts,
    "may_follow_up": lambda event: may_follow_up(event, ThreadState(asked=True, paused=False, talk_of="")),
    "is_put_to_the_channel": is_put_to_the_channel,
    "own_text": own_text,
    "text_of": text_of,
    "files_in": lambda event: unread(files_in(event)),
}
READ_WINDOW: dict[str, Callable[[Any], object]] = {
    "settings_in": lambda view: settings_in(view, GUIDES, "UTC"),
    "chosen_in": chosen_in,
    "handed_in": handed_in,
    "confirmed_in": confirmed_in,
    "reason_in": reason_in,
    "text_in": lambda view: text_in(view, "text"),
}
READ_TEXT: dict[str, Callable[[str], object]] = {
    "readable": lambda text: readable(text, BOT),
    "said_in": lambda text: said_in(text, BOT),
    "line_of": lambda text: line_of(text, BOT, ["Anna"]),
    "command_in": lambda text: command_in(Line(text), np.zeros(WIDTH, dtype=np.float32)),
    "found_guides": lambda text: found_guides(GUIDES, text),
    "mentors_markdown": mentors_markdown,
    "calling_nobody": calling_nobody,
    "escaped": escaped,
    "escaped literally": lambda text: escaped(text, literal=True),
    "as_text": as_text,
    "section": section,
    "plain_post": plain_post,
    "unread": lambda text: unread([text, text, text, text]),
}


def taken(read: Callable[[], object]) -> float:
    """The computing time of a reader that raises nothing but an error of the bot's own."""

    def reading() -> None:
        with suppress(CareerBotError):
            read()

    return seconds_of(reading)


def passes(payload: dict[str, Any]) -> bool:
    """Whether a payload is let in at the door."""
    try:
        check(payload)
    except CareerBotError:
        return False
    return True


@often(300)
@given(spoilt(EVENTS))
def test_events_of_any_shape_are_refused_at_the_door_or_read(event: Any) -> None:
    payload = {"type": "event_callback", "team_id": "T1", "event": event}
    if passes(payload):
        slow = {name: s for name, read in READ_EVENT.items() if (s := taken(partial(read, event))) > SECONDS}
        assert slow == {}


@often(300)
@given(spoilt([WINDOW]))
def test_windows_of_any_shape_are_refused_at_the_door_or_read(payload: dict[str, Any]) -> None:
    if passes(payload):
        slow = {n: s for n, read in READ_WINDOW.items() if (s := taken(partial(read, payload["view"]))) > SECONDS}
        assert slow == {}


@often(300)
@given(st.one_of(st.dictionaries(TEXTS, ODD, max_size=5), spoilt([{"type": kind} for kind in ("event_callback", "block_actions", "view_submission", "message_action")])))  # fmt: skip
def test_any_json_at_the_door_is_let_in_or_refused(payload: dict[str, Any]) -> None:
    assert taken(lambda: check(payload)) < SECONDS


@often(300)
@given(st.lists(spoilt([MESSAGE, ANSWER]), max_size=4))
def test_threads_with_messages_of_any_shape_are_read(spoilt_thread: list[Any]) -> None:
    thread = [message for message in spoilt_thread if is_message(message)]
    assert taken(lambda: conversation(thread, QUESTION, BOT)) < SECONDS
    assert taken(lambda: files_not_told(thread, QUESTION, BOT)) < SECONDS
    assert taken(lambda: answer_at(thread, "2.0", BOT)) < SECONDS


@pytest.mark.parametrize("name", READ_TEXT)
def test_hostile_texts_are_read_soon(name: str) -> None:
    assert {text[:20]: s for text in HOSTILE if (s := taken(partial(READ_TEXT[name], text))) > SECONDS} == {}


@often(300)
@given(st.lists(st.one_of(TEXTS, st.sampled_from(["<", ">", "@here", "|", "<!channel>", "`", "&lt;", "*", "\n", "\\", "](", "<@U0BOSS|x>"])), max_size=6).map("".join))  # fmt: skip
def test_any_text_is_read_and_what_is_made_of_it_calls_nobody(long_text: str) -> None:
    text = long_text[:4_000]
    slow = {name: s for name, read in READ_TEXT.items() if (s := taken(partial(read, text))) > SECONDS}
    assert slow == {}
    for shown in (
        escaped(text),
        escaped(text, literal=True),
        as_text(text),
        unread([text]),
        str(harmless({"text": text})),
    ):
        assert not re.search(r"<!(?!date\^)|(?<![\w/])@(?:here|channel|everyone)\b", shown, re.IGNORECASE)
    for shown in (escaped(text), escaped(text, literal=True), as_text(text)):
        assert not LIVE.search(shown)

"""The text of a message, wherever Slack puts it, and how a person reads it."""

import time
from typing import Any

import pytest

from bot.slack.format.message_text import text_of
from bot.slack.format.reading import readable, said_in
from tests.slack_server.typed import forward, rich_text

BOT = "U0BOT"


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    "text",
    [
        "what does a *welder* earn?",
        "see <https://example.org/a?b=1&amp;c=2|the page> :wave:",
        "<@U0BOT> 5 &lt; 6 &amp; so on",
        "&gt; quoted\nmine",
        "ask <!subteam^S1> in <#C1>, <!here>",
    ],
)
def test_what_a_person_types_is_read_once_though_it_stands_in_text_and_blocks(text: str) -> None:
    assert text_of({"text": text, "blocks": rich_text(text), "client_msg_id": "1"}) == text


def test_text_that_is_only_in_blocks_is_read_as_mrkdwn() -> None:
    text = "<@U0BOT> is 5 &lt; 6 in <#C1>? :wave:"
    assert text_of({"text": "", "blocks": rich_text(text)}) == text


def test_a_form_is_read_with_its_labels_though_its_text_is_only_a_notice() -> None:
    fields = {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Role*\nData analyst"}]}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Career question"}},
        fields,
        section("What does it pay?"),
    ]
    buttons = {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Claim"}}]}
    said = text_of({"subtype": "bot_message", "bot_id": "B1", "text": "Career question", "blocks": [*blocks, buttons]})
    assert said == "Career question\n*Role*\nData analyst\nWhat does it pay?"


def test_the_attachments_of_an_old_app_are_its_own_words() -> None:
    old = {
        "pretext": "New request",
        "title": "Pay",
        "text": "What pays?",
        "fields": [{"title": "From", "value": "Sales"}],
    }
    assert text_of({"bot_id": "B1", "text": "", "attachments": [old]}) == "New request\nPay\nWhat pays?\nFrom: Sales"


def test_a_table_is_read_row_by_row() -> None:
    head = [{"type": "raw_text", "text": "Role"}, {"type": "raw_text", "text": "Pay"}]
    table = {"type": "table", "rows": [head, [{"type": "raw_text", "text": "Nurse"}, rich_text("$1")[0]]]}
    assert text_of({"text": "", "blocks": [table]}) == "Role | Pay\nNurse | $1"


def test_what_is_forwarded_stands_quoted_below_the_persons_own_words() -> None:
    asked = {
        "ts": "1.1",
        "user": "U2",
        "text": "what does a welder earn?",
        "blocks": rich_text("what does a welder earn?"),
    }
    said = text_of({"text": "can you say?", "client_msg_id": "1", "attachments": [forward(asked, "C2")]})
    assert said == "can you say?\n&gt; what does a welder earn?"
    assert (said_in(said, BOT).own, said_in(said, BOT).quoted) == ("can you say?", "what does a welder earn?")


def test_a_forward_of_a_forward_is_read_too() -> None:
    first = {"ts": "1.1", "text": "what pays?", "blocks": rich_text("what pays?")}
    second = {"ts": "1.2", "text": "", "attachments": [forward(first, "C2")]}
    outer = forward(second, "C3")
    outer["message_blocks"][0]["message"] = second
    assert said_in(text_of({"text": "", "attachments": [outer]}), BOT).question == "what pays?"


def test_a_page_that_slack_shows_below_a_link_is_not_what_the_person_said() -> None:
    page = {"from_url": "https://example.org", "title": "A page", "text": "Much about pay", "fallback": "A page"}
    link = "<https://example.org>"
    assert text_of({"text": link, "client_msg_id": "1", "attachments": [page]}) == link


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("what does <@U9> earn?", "what does @colleague earn?"),
        ("what does <@U9|Ben Example> earn?", "what does @Ben Example earn?"),
        ("<@U0BOT> and in Boston?", "and in Boston?"),
        ("is <#C1|general> or <#C2|> right", "is #general or #channel right"),
        ("do <!subteam^S1|@leads> or <!subteam^S2> know", "do @leads or @group know"),
        ("<!here> by <!date^1700000000^{date}|Tuesday>", "@here by Tuesday"),
        ("call <tel:+491234|+49 1234> or <tel:112>", "call +49 1234 or 112"),
        ("write <mailto:a@example.org|a@example.org>", "write a@example.org"),
        ("<https://example.org|the guide> says 3 &lt; 4", "the guide says 3 < 4"),
    ],
)
def test_who_and_what_is_named_stays_in_the_text(text: str, read: str) -> None:
    assert readable(text, BOT) == read


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("*and in Boston?*", "and in Boston?"),
        ("_~gone~_ `code` :pray:", "gone code"),
        ("2 * 3 * 4 at 10:30:15 in snake_case_name", "2 * 3 * 4 at 10:30:15 in snake_case_name"),
        ("thanks :+1::skin-tone-2:", "thanks"),
    ],
)
def test_marks_and_emoji_are_no_words(text: str, own: str) -> None:
    assert said_in(text, BOT).own == own


@pytest.mark.parametrize(
    "bad", ["*", "* ", "*a ", "<", "<@", ":a", "_a_", "<!a", "&gt;", "a:", "<a:", "<a|", "`~", ":::"]
)
def test_no_text_takes_long_to_read(bad: str) -> None:
    began = time.perf_counter()
    said_in(bad * (40_000 // len(bad)), BOT)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("odd", [{"blocks": None}, {"blocks": "x"}, {"attachments": [None, 3]}, {"blocks": [{"type": "rich_text", "elements": [None]}]}, {"blocks": [{"type": "new", "parts": [section("a new kind")]}]}])  # fmt: skip
def test_what_slack_has_not_sent_before_is_read_as_far_as_it_goes(odd: dict[str, Any]) -> None:
    assert text_of(odd) in {"", "a new kind"}

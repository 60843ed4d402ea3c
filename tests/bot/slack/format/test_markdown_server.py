"""The test server refuses what Slack refuses, so that tests which it passes mean something."""

from typing import Any

import pytest

from bot.slack.questions.views import reason_modal
from tests.slack_server.blocks import blocks_problem, expanded, problem, view_problem


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "go", "text": _plain("Go")} | more


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "markdown", "text": text}


def _options(count: int, longest: int = 5) -> list[dict[str, Any]]:
    return [{"text": _plain("o" * longest), "value": f"v{n}"} for n in range(count)]


def _input(element: dict[str, Any], label: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "input", "label": label or _plain("Label"), "element": {"action_id": "a"} | element}


def _modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": _plain("Title"), "submit": _plain("Send"), "blocks": list(blocks)} | more


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        ("a\n\nb\n\n# c\n\n---", 4),
        ("- a\n- b\n  - c", 1),
        ("> a\n>\n> b", 1),
        ("- a\n  ```\n  code\n  ```\n- b", 3),
        ("| a |\n|---|\n| b |", 1),
    ],
)
def test_markdown_expands_to_blocks(markdown: str, count: int) -> None:
    assert expanded(markdown) == count


@pytest.mark.parametrize(
    "block",
    [
        _markdown("\n\n".join(["p"] * 51)),
        _markdown("| a |\n|---|\n" + "| b |\n" * 100),
        _markdown("|" + "a|" * 21 + "\n|" + "---|" * 21),
        _markdown("\u200b \ufeff"),
        _markdown("# " + "h" * 151),
        {"type": "header", "text": {"type": "mrkdwn", "text": "h"}},
        {"type": "image", "image_url": "https://x.y/z.png"},
        {"type": "alert", "text": _plain("!")},
        {"type": "rich_text", "elements": [{"type": "text", "text": "t"}]},
        {"type": "actions", "elements": [_button(), _button()]},
        {"type": "actions", "elements": [_button(text={"type": "mrkdwn", "text": "Go"})]},
        {"type": "actions", "elements": [_button(accessibility_label="l" * 76)]},
        {"type": "actions", "elements": [_button(confirm={"title": _plain("Sure?")})]},
        {"type": "context_actions", "elements": [_button()]},
        {
            "type": "context_actions",
            "elements": [{"type": "feedback_buttons", "positive_button": {"text": _plain("y")}}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "c"}] * 21]},
    ],
)
def test_a_block_is_refused(block: dict[str, Any]) -> None:
    assert blocks_problem([block]) == "invalid_blocks"


def test_texts_nobody_can_see_and_halves_of_characters_are_refused() -> None:
    assert problem({"text": "\u2060\u200b "}) == "no_text"
    assert problem({"text": "\ud800"}) == "invalid_json"
    assert problem({"text": "<!here>"}) is None


@pytest.mark.parametrize(
    "view",
    [
        _modal(_input({"type": "radio_buttons", "options": _options(11)})),
        _modal(_input({"type": "radio_buttons", "options": _options(2, longest=76)})),
        _modal(_input({"type": "static_select", "options": []})),
        _modal(_input({"type": "multi_static_select", "options": _options(101)})),
        _modal(_input({"type": "plain_text_input", "max_length": 3001})),
        _modal(_input({"type": "plain_text_input", "initial_value": "x" * 3001})),
        _modal(_input({"type": "plain_text_input"}, label={"type": "mrkdwn", "text": "l"})),
        _modal(_input({"type": "plain_text_input", "action_id": ""})),
        _modal(_markdown("a"), private_metadata="m" * 3001),
        _modal(_markdown("a"), callback_id="c" * 256),
        _modal(_markdown("a"), close=_plain("c" * 25)),
        _modal({"type": "divider", "block_id": "d"}, {"type": "divider", "block_id": "d"}),
        {"type": "home", "blocks": [{"type": "divider"}] * 101},
    ],
)
def test_a_view_is_refused(view: dict[str, Any]) -> None:
    assert view_problem(view) == "invalid_arguments"


def test_the_bots_own_form_is_taken() -> None:
    assert view_problem(reason_modal("key")) is None

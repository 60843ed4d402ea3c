"""Modals and the Home tab. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.slack.blocks import button, plain_text
from bot.slack.limits import MODAL_TITLE, SECTION_TEXT
from bot.slack.markdown import as_text
from bot.smalltalk import EXAMPLES
from knowledge.passages import Guide, Passage
from knowledge.statements import statements
from knowledge.words import is_function_word, stem, words

REASON_VIEW, DELETE_DATA, ASK_EXAMPLE = "feedback_reason", "delete_my_data", "ask_example"
REASONS = {
    "wrong": "It is wrong",
    "outdated": "It is outdated",
    "not_in_guide": "It is not what the guide says",
    "unclear": "It is unclear",
    "other": "Something else",
}
"""What a thumbs-down can mean."""
SUPPORTS = 0.6
"""A statement whose words stand in the answer to this share is highlighted in its passage."""
MOST_GUIDES = 40
"""Guides listed in the Home tab, which takes 100 blocks."""


def passages_modal(passages: Sequence[Passage], answer: str) -> dict[str, Any]:
    """The exact passages that an answer cites, with their place, and the words that support it in bold."""
    blocks = [block for number, passage in enumerate(passages, 1) for block in _passage(number, passage, answer)]
    return _modal("Sources", blocks)


def changed_modal() -> dict[str, Any]:
    """That a passage is not there any more."""
    return _modal(
        "Sources",
        [
            _section(
                "The guide has changed since this answer, and its passages are not there any more. Ask again to get the present ones."
            )
        ],
    )


def reason_modal(key: str) -> dict[str, Any]:
    """What was not good about an answer."""
    options = [{"text": plain_text(label), "value": value} for value, label in REASONS.items()]
    why = {"type": "radio_buttons", "action_id": "reason", "options": options}
    more = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 1000}
    blocks: list[dict[str, Any]] = [
        {"type": "input", "block_id": "reason", "label": plain_text("What was not good?"), "element": why},
        {
            "type": "input",
            "block_id": "text",
            "optional": True,
            "label": plain_text("What should it say?"),
            "element": more,
        },
    ]
    head = {
        "callback_id": REASON_VIEW,
        "private_metadata": key,
        "submit": plain_text("Send"),
        "close": plain_text("Cancel"),
    }
    return _modal("Feedback", blocks) | head


def home(guides: Sequence[Guide], mode: str) -> dict[str, Any]:
    """The Home tab: what the bot is and is not, its guides, examples, and what is kept of a person."""
    listed = "\n".join(
        f"- {guide.title}{f', edition {guide.edition}' if guide.edition else ''}" for guide in guides[:MOST_GUIDES]
    )
    more = f"\n- … and {len(guides) - MOST_GUIDES} more" if len(guides) > MOST_GUIDES else ""
    blocks = [
        {"type": "header", "text": plain_text("Career guide")},
        _section(
            f"I answer career questions from the guides below, with their passages as sources. I am automated, I know nothing but these guides, and I may be wrong: check what matters. {mode}"
        ),
        _section(f"**Guides**\n{listed}{more}"),
        _section("**Try one**"),
        {"type": "actions", "elements": [button(text, f"{ASK_EXAMPLE}_{n}", text) for n, text in enumerate(EXAMPLES)]},
        {"type": "divider"},
        _section(
            "**Privacy.** I read a thread when I am asked in it and keep no copy of it. I keep your question until it is answered, then which passages the answer used, your feedback, and questions that the guides do not answer."
        ),
        {"type": "actions", "elements": [button("Delete my data", DELETE_DATA, style="danger", confirm=_confirm())]},
    ]
    return {"type": "home", "blocks": blocks}


def _confirm() -> dict[str, Any]:
    told = "Your questions, feedback and the records of your answers are deleted. Messages in Slack stay."
    return {
        "title": plain_text("Delete my data?"),
        "text": plain_text(told),
        "confirm": plain_text("Delete"),
        "deny": plain_text("Keep"),
    }


def _passage(number: int, passage: Passage, answer: str) -> list[dict[str, Any]]:
    guide = passage.guide
    edition = f" · edition {guide.edition}" if guide.edition else ""
    place = {
        "type": "plain_text",
        "text": f"[{number}] {guide.title}{edition} · {' › '.join(passage.heading)}"[:SECTION_TEXT],
    }
    return [{"type": "context", "elements": [place]}, _section(_highlighted(passage, answer)), {"type": "divider"}]


def _highlighted(passage: Passage, answer: str) -> str:
    text, said = passage.text, set(map(stem, words(answer)))
    for statement in statements(passage):
        own = {stem(word) for word in words(statement.text) if not is_function_word(word)}
        if own and len(own & said) >= SUPPORTS * len(own) and "*" not in statement.text and "|" not in statement.text:
            text = text.replace(statement.text, f"**{statement.text}**", 1)
    return text


def _section(markdown: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": as_text(markdown, SECTION_TEXT)}}


def _modal(title: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain_text(title[:MODAL_TITLE]),
        "close": plain_text("Close"),
        "blocks": blocks[:100],
    }

"""The windows that buttons under an answer open: its passages, and what was not good about it. Pure."""

import re
from collections.abc import Mapping

from bot.slack.api.limits import SECTION_TEXT
from bot.slack.api.messages import Block
from bot.slack.api.payloads import entered
from bot.slack.format.blocks import place_of, plain_text
from bot.slack.format.markdown import split
from bot.slack.format.modals import field, modal, note_modal, section
from knowledge.passages import Passage
from knowledge.statements import statements
from knowledge.words import is_function_word, stem, words

REASON_VIEW = "feedback_reason"
REASONS = {
    "wrong": "It is wrong",
    "outdated": "It is outdated",
    "not_in_guide": "The guide does not say that",
    "unclear": "It is unclear, or no answer to my question",
    "other": "Something else",
}
"""What a thumbs-down can mean."""
SUPPORTS = 0.6
"""A statement whose words stand in the answer to this share is highlighted in its passage."""
_LEAD_IN = re.compile(r"[*|]|:$")
"""What bold would break, and the words before a list."""
_SECTION_MARKDOWN = SECTION_TEXT // 2
"""Characters of a passage in one section: escaped it may become longer."""
_CHANGED = (
    "The guide has changed since this answer: passages it rests on are not there any more as they were. "
    "Ask again to get an answer from the present ones."
)


def passages_modal(passages: Mapping[int, Passage], answer: str, *, whole: bool = True) -> Block:
    """The exact passages that an answer cites under their numbers, with the statements that support it in bold.

    `whole` is whether all of them are still in the guides as they were.
    """
    blocks = [block for number, passage in passages.items() for block in _passage(number, passage, answer)]
    gone = [] if whole else [section(_CHANGED)]
    return modal("Sources", [*gone, *blocks[:-1]])


def changed_modal() -> Block:
    """That a passage is not there any more."""
    return note_modal("Sources", _CHANGED)


def reason_modal(key: str) -> Block:
    """What was not good about an answer."""
    options = [{"text": plain_text(label), "value": value} for value, label in REASONS.items()]
    more = {"type": "plain_text_input", "multiline": True, "max_length": 1000}
    more["placeholder"] = plain_text("Goes to the people who look after the guides")
    blocks = [
        field("reason", "What went wrong?", {"type": "radio_buttons", "options": options}),
        field("text", "What should it say?", more, optional=True),
    ]
    return modal("Feedback", blocks, submit="Send", callback_id=REASON_VIEW, private_metadata=key)


def reason_in(view: Block) -> tuple[str, str]:
    """The reason and the words in a submitted feedback window."""
    reason = entered(view, "reason", "selected_option")
    return (str(reason["value"]) if reason else "other"), str(entered(view, "text") or "")


def _passage(number: int, passage: Passage, answer: str) -> list[Block]:
    guide = passage.guide
    edition = f" · edition {guide.edition}" if guide.edition else ""
    place = plain_text(f"[{number}] {guide.title}{edition} · {place_of(passage)}")
    texts = [section(part) for part in split(_highlighted(passage, answer), _SECTION_MARKDOWN)]
    return [{"type": "context", "elements": [place]}, *texts, {"type": "divider"}]


def _highlighted(passage: Passage, answer: str) -> str:
    text, said = passage.text, set(map(stem, words(answer)))
    for statement in statements(passage):
        own = {stem(word) for word in words(statement.text) if not is_function_word(word)}
        if own and len(own & said) >= SUPPORTS * len(own) and not _LEAD_IN.search(statement.text):
            text = text.replace(statement.text, f"**{statement.text}**", 1)
    return text

"""An answer as Slack messages. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.conversation import QUOTED, Answer, Citation
from bot.slack.api.limits import (
    BUTTON_TEXT,
    BUTTON_VALUE,
    CONTEXT_ELEMENTS,
    CONTEXT_TEXT,
    MESSAGE_MARKDOWN,
    SECTION_TEXT,
)
from bot.slack.api.messages import Block, Post
from bot.slack.api.outgoing import called_by_nobody
from bot.slack.format.escaping import clean, escaped
from bot.slack.format.markdown import split
from bot.slack.format.mrkdwn import as_text
from knowledge.passages import Passage

SHOW_PASSAGE, FEEDBACK, CONTINUE_PRIVATELY = "show_passage", "feedback", "continue_privately"
"""Action ids of the buttons under an answer."""
QUOTED_NOTE = "Quoted from the guides, without a language model."
EDITED_NOTE = "Edited by a person; the sources are those of the guide's answer."
COMPOSED_NOTE = "Written by a language model, checked against the guide. Look at the passage before you rely on it."


@dataclass(frozen=True)
class Shown:
    """What of an answer is shown: its Markdown, a line for each source, and how it was made.

    `key` is what its buttons hand back, empty where there are none; `buttons` stand beside "Show passage".
    """

    text: str
    sources: tuple[str, ...] = ()
    note: str = ""
    key: str = ""
    buttons: tuple[Block, ...] = ()


def shown(answer: Answer, key: str, buttons: Sequence[Block] = ()) -> Shown:
    """An answer as it is shown. Small talk rests on no guide and has nothing to press."""
    if not answer.retrieved:
        return Shown(answer.text)
    return Shown(answer.text, source_lines(answer.citations), note_of(answer), key, tuple(buttons))


def note_of(answer: Answer) -> str:
    """How an answer from the guides was made; empty for one that cites nothing."""
    if not answer.citations:
        return ""
    return QUOTED_NOTE if answer.receipt.mode == QUOTED else COMPOSED_NOTE


def posts(answer: Answer, key: str, buttons: Sequence[Block] = ()) -> list[Post]:
    """The messages of an answer in order. `key` is the question's, which buttons hand back."""
    return messages(shown(answer, key, buttons))


def messages(what: Shown) -> list[Post]:
    """The messages of an answer in order, whole blocks of Markdown each; the last carries sources and buttons."""
    parts = [Post(as_text(part), [markdown(part)]) for part in split(what.text, MESSAGE_MARKDOWN)]
    last = parts[-1]
    return [*parts[:-1], Post(last.text, [*last.blocks, *below(what)])]


def below(what: Shown) -> list[Block]:
    """What stands under an answer: its sources, how it was made, the passages, and whether it was helpful."""
    return [*_sources(what), *_buttons(what), *_feedback(what)]


def plain_post(sentence: str) -> Post:
    """A message of one sentence of the bot's own."""
    return Post(as_text(sentence), [markdown(sentence)])


def markdown(text: str) -> Block:
    """A block of Markdown in which nobody is called."""
    return {"type": "markdown", "text": escaped(text)}


def context(*lines: str) -> Block:
    """Small grey lines; they are Slack's mrkdwn already."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": line[:CONTEXT_TEXT]} for line in lines]}


def button(label: str, action: str, value: str = "", **more: Any) -> Block:
    """A button that hands back `value` under its action."""
    text = plain_text(label, BUTTON_TEXT)
    return {"type": "button", "action_id": action, "text": text, "value": (value or action)[:BUTTON_VALUE], **more}


def plain_text(text: str, longest: int = SECTION_TEXT) -> Block:
    """A text object without formatting, of at most so many characters."""
    safe = called_by_nobody(clean(text))
    return {"type": "plain_text", "text": safe if len(safe) <= longest else f"{safe[: longest - 1].rstrip()}…"}


def source_lines(citations: Sequence[Citation]) -> tuple[str, ...]:
    """Where the cited passages stand, a line for each guide with its edition, as mrkdwn."""
    places: dict[str, list[str]] = {}
    for citation in citations:
        guide = citation.passage.guide
        title = f"{guide.title} ({guide.edition})" if guide.edition else guide.title
        places.setdefault(title, []).append(f"[{citation.number}] {place_of(citation.passage)}")
    return tuple(escaped(f"{title}: {' · '.join(found)}", literal=True) for title, found in places.items())


def place_of(passage: Passage) -> str:
    """A passage's headings in its guide, below the title."""
    return " › ".join(passage.heading[1:]) or passage.heading[0]


def _sources(what: Shown) -> list[Block]:
    lines = [*what.sources[: CONTEXT_ELEMENTS - 1], *([what.note] if what.note else [])]
    return [context(*lines)] if lines else []


def _buttons(what: Shown) -> list[Block]:
    read_aloud = "Show the passages that this answer rests on"
    passages = (
        [button("Show passage", SHOW_PASSAGE, what.key, accessibility_label=read_aloud)]
        if what.key and what.sources
        else []
    )
    pressed = [*passages, *what.buttons]
    return [{"type": "actions", "elements": pressed}] if pressed else []


def _feedback(what: Shown) -> list[Block]:
    if not what.key:
        return []
    element = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _half("Helpful", "This answer helped", f"up {what.key}"),
        "negative_button": _half("Not helpful", "This answer did not help", f"down {what.key}"),
    }
    return [{"type": "context_actions", "elements": [element]}]


def _half(label: str, read_aloud: str, value: str) -> Block:
    return {"text": plain_text(label), "accessibility_label": read_aloud, "value": value}

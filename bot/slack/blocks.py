"""An answer as Slack messages. Pure."""

from dataclasses import dataclass
from typing import Any

from bot.conversation import Answer, Citation
from bot.slack.limits import CONTEXT_ELEMENTS, CONTEXT_TEXT, MESSAGE_MARKDOWN
from bot.slack.markdown import as_text, escaped, split

EXTRACTED_NOTE = "Taken word for word from the guide, without a language model."
SHOW_PASSAGE, FEEDBACK = "show_passage", "feedback"
"""Action ids of the buttons under an answer."""
AUTOMATED_NOTE = "Automated answer; check it before you rely on it."


@dataclass(frozen=True)
class Post:
    """One message: its blocks, and the text that notifications and screen readers get."""

    text: str
    blocks: list[dict[str, Any]]


def posts(answer: Answer, key: str) -> list[Post]:
    """The messages of an answer in order, whole blocks of Markdown each; the last carries the sources.

    `key` is the question's, which buttons hand back.
    """
    parts = split(answer.text, MESSAGE_MARKDOWN)
    messages = [Post(as_text(part), [_markdown(part)]) for part in parts]
    last = messages[-1]
    return [*messages[:-1], Post(last.text, [*last.blocks, *_sources(answer), *_controls(answer, key)])]


def plain_post(sentence: str) -> Post:
    """A message of one sentence of the bot's own."""
    return Post(as_text(sentence), [_markdown(sentence)])


def _markdown(text: str) -> dict[str, Any]:
    return {"type": "markdown", "text": escaped(text)}


def _sources(answer: Answer) -> list[dict[str, Any]]:
    if not answer.citations:
        return []
    lines = [_source(citation) for citation in answer.citations[: CONTEXT_ELEMENTS - 1]]
    lines.append(EXTRACTED_NOTE if answer.receipt.mode == "extracted" else AUTOMATED_NOTE)
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": line[:CONTEXT_TEXT]} for line in lines]}]


def _controls(answer: Answer, key: str) -> list[dict[str, Any]]:
    """Was it helpful, and the passages it rests on. Small talk has neither."""
    if not answer.retrieved:
        return []
    feedback = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _half("Helpful", "This answer helped", f"up {key}"),
        "negative_button": _half("Not helpful", "This answer did not help", f"down {key}"),
    }
    shown = [{"type": "actions", "elements": [button("Show passage", SHOW_PASSAGE, key)]}] if answer.citations else []
    return [*shown, {"type": "context_actions", "elements": [feedback]}]


def button(label: str, action: str, value: str = "", **more: Any) -> dict[str, Any]:
    """A button that hands back `value` under its action."""
    return {"type": "button", "action_id": action, "text": plain_text(label), "value": value or action, **more}


def plain_text(text: str) -> dict[str, Any]:
    """A text object without formatting."""
    return {"type": "plain_text", "text": text}


def _half(label: str, read_aloud: str, value: str) -> dict[str, Any]:
    return {"text": plain_text(label), "accessibility_label": read_aloud, "value": value}


def _source(citation: Citation) -> str:
    guide = citation.passage.guide
    edition = f", {guide.edition}" if guide.edition else ""
    place = " › ".join(citation.passage.heading[1:]) or citation.passage.heading[0]
    return escaped(f"[{citation.number}] {guide.title}{edition} › {place}", literal=True)

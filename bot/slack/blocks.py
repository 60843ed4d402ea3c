"""An answer as Slack messages. Pure."""

from dataclasses import dataclass
from typing import Any

from bot.conversation import Answer, Citation
from bot.slack.limits import CONTEXT_ELEMENTS, CONTEXT_TEXT, MESSAGE_MARKDOWN
from bot.slack.markdown import as_text, escaped, split

EXTRACTED_NOTE = "Taken word for word from the guide, without a language model."
AUTOMATED_NOTE = "Automated answer; check it before you rely on it."


@dataclass(frozen=True)
class Post:
    """One message: its blocks, and the text that notifications and screen readers get."""

    text: str
    blocks: list[dict[str, Any]]


def posts(answer: Answer) -> list[Post]:
    """The messages of an answer in order, whole blocks of Markdown each; the last carries the sources."""
    parts = split(answer.text, MESSAGE_MARKDOWN)
    messages = [Post(as_text(part), [_markdown(part)]) for part in parts]
    last = messages[-1]
    return [*messages[:-1], Post(last.text, [*last.blocks, *_sources(answer)])]


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


def _source(citation: Citation) -> str:
    guide = citation.passage.guide
    edition = f", {guide.edition}" if guide.edition else ""
    place = " › ".join(citation.passage.heading[1:]) or citation.passage.heading[0]
    return escaped(f"[{citation.number}] {guide.title}{edition} › {place}", literal=True)

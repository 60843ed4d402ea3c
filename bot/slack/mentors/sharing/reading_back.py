"""An answer as it stands in a thread: the bot keeps no copy of it, and reads it back where somebody shares it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.api.threads import Message
from bot.slack.format.blocks import COMPOSED_NOTE, EDITED_NOTE, QUOTED_NOTE, SHOW_PASSAGE
from bot.slack.format.message_text import nodes, text_of
from bot.slack.format.reading import said_in
from bot.slack.format.rich_text import as_markdown
from bot.slack.questions.answer_metadata import is_answer, is_complete, parts_of, payload
from bot.slack.questions.answer_notes import note_told

ANSWERED_ON = " Answered on "
"""Begins what a card says beside how its answer was made."""
_HOW = (QUOTED_NOTE, COMPOSED_NOTE, EDITED_NOTE, "Confirmed by ", "Corrected by ")
"""How the lines under an answer begin that say how it was made, or who has judged it."""


@dataclass(frozen=True)
class ShareableAnswer:
    """An answer in a thread. `key` is what its buttons hand back, empty where it rests on no passage.

    `text` is its Markdown without its sources, `question` what was asked as plain text, `notes` the lines that say how
    it was made and who has judged it, as mrkdwn.
    """

    key: str
    question: str
    text: str
    notes: tuple[str, ...] = ()


def answer_at(messages: Sequence[Message], ts: str, bot_user: str) -> ShareableAnswer | None:
    """The whole answer that the message with this ts belongs to, in the messages of its thread; None where it is no answer."""
    message = next((m for m in messages if m.get("user") == bot_user and str(m["ts"]) == ts), None)
    told = payload(message) if message else {}
    if message is None or not is_answer(message):
        return None
    if not told.get("question"):
        return _read([message], str(told.get("asked") or ""))
    asked = str(told["question"])
    whole = [part for part in parts_of(messages, asked, bot_user) if is_complete(part)]
    noted = note_told(messages, asked, bot_user)
    said = next((text_of(m) for m in messages if m["ts"] == asked), "")
    return _read(whole, said_in(said, bot_user).question, noted)


def _read(parts: Sequence[Message], question: str, noted: str = "") -> ShareableAnswer:
    """`noted` is how the answers before it were made: it holds where an answer from the guides says nothing else."""
    keys = (element.get("value") for element in _elements(parts) if element.get("action_id") == SHOW_PASSAGE)
    lines = [str(element.get("text") or "") for element in _elements(parts) if element.get("type") == "mrkdwn"]
    notes = tuple(line.split(ANSWERED_ON)[0] for line in lines if line.startswith(_HOW))
    key = str(next(keys, ""))
    inherited = (noted,) if noted and key and not notes else ()
    return ShareableAnswer(key, question, "\n\n".join(map(_markdown, parts)), notes or inherited)


def _elements(parts: Sequence[Message]) -> Iterator[Mapping[str, Any]]:
    for part in parts:
        for block in nodes(part.get("blocks")):
            if str(block.get("type")) in {"actions", "context"}:
                yield from nodes(block.get("elements"))


def _markdown(message: Message) -> str:
    texts = [as_markdown(block) for block in nodes(message.get("blocks"))]
    return "\n\n".join(filter(None, texts)) or str(message.get("text") or "")

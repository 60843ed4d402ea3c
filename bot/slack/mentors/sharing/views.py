"""The window in which an answer is shared, and the card it is shared as. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.conversation import Citation
from bot.mentoring.anonymous import anonymous
from bot.mentoring.shares import Share
from bot.slack.api.limits import CONTEXT_ELEMENTS, SECTION_TEXT
from bot.slack.api.messages import Block
from bot.slack.api.payloads import entered
from bot.slack.format.blocks import Shown, context, plain_text, source_lines
from bot.slack.format.markdown import split
from bot.slack.format.modals import field, modal, section
from bot.slack.format.mrkdwn import as_text
from bot.slack.format.reading import readable
from bot.slack.mentors.sharing.reading_back import ANSWERED_ON
from knowledge.passages import Passage

TITLE, SHARE_VIEW = "Share this answer", "share"
PERSON, CHANNEL, QUESTION, NOTE = "share_person", "share_channel", "share_question", "share_note"
LONGEST = 500
"""Characters of the question and of the note on a card."""


@dataclass(frozen=True)
class Chosen:
    """What somebody filled in: a person or a channel by id, the question and the note."""

    person: str
    channel: str
    question: str
    note: str


def share_modal(share: Share, question: str, *, outside: bool = False) -> Block:
    """The window: to whom, the question without what points at people, a note, and what the card will show; channels read `outside`, too, if so."""
    channels: Block = {"type": "conversations_select", "placeholder": plain_text("Choose a channel")}
    channels["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
    channels["filter"] |= {} if outside else {"exclude_external_shared_channels": True}
    asked = _text_input() | ({"initial_value": text} if (text := anonymous(question)[:LONGEST].strip()) else {})
    leave_out = {"hint": plain_text("Others read it: leave out names, and what tells who asked.")}
    what = as_shown(share)
    blocks = [
        field(
            PERSON,
            "With a person",
            {"type": "users_select", "placeholder": plain_text("Choose a person")},
            optional=True,
        ),
        field(CHANNEL, "Or in a channel", channels, optional=True),
        field(QUESTION, "Question", asked) | leave_out,
        field(NOTE, "Your note", _text_input(), optional=True),
        {"type": "divider"},
        context("This is posted under your name, below your note and the question:"),
        *map(section, split(what.text, SECTION_TEXT // 2)),
        context(*what.sources[: CONTEXT_ELEMENTS - 1], what.note),
    ]
    sending = modal(TITLE, blocks, submit="Share", callback_id=SHARE_VIEW, private_metadata=share.id)
    return sending | {"notify_on_close": True}


def chosen_in(view: Mapping[str, Any]) -> Chosen:
    """What was filled in; mentions in the question are left out, it stands in one line."""
    return Chosen(
        str(entered(view, PERSON, "selected_user") or ""),
        str(entered(view, CHANNEL, "selected_conversation") or ""),
        " ".join(readable(str(entered(view, QUESTION) or ""), "").split()),
        str(entered(view, NOTE) or "").strip(),
    )


def as_shown(share: Share) -> Shown:
    """The answer on the card. What is pressed under it is about the card, not about the answer it was made from."""
    return Shown(share.text, share.sources, share.made, share.id)


def head(sharer: str, chosen: Chosen) -> list[Block]:
    """What stands above the answer: who shared it, the note, and the question."""
    note = "\n".join(f"> {line}" for line in chosen.note.splitlines())
    texts = [note, f"**Question** {chosen.question}"]
    return [context(f"Shared by <@{sharer}>"), *(section(text) for text in texts if text)]


def lead(sharer: str, chosen: Chosen) -> str:
    """The head where only text is shown; the thread of the card is read from it, so that it holds no note."""
    return f"Shared by <@{sharer}>: {as_text(chosen.question)}"


def made(notes: Sequence[str], answered_at: dt.datetime, asker: str) -> str:
    """How and when an answer was made, as mrkdwn that shows each reader their own date; never who asked for it."""
    moment = answered_at if answered_at.tzinfo else answered_at.replace(tzinfo=dt.UTC)  # SQLite keeps no zone
    how = " ".join(f"{note.removesuffix('.')}." for note in notes).replace(f"<@{asker}>", "a mentor")
    return f"{how}{ANSWERED_ON}<!date^{int(moment.timestamp())}^{{date_long}}|{moment:%d %B %Y}>."


def sources_in(cited: Sequence[Mapping[str, str]], passage: Callable[[str], Passage | None]) -> tuple[str, ...]:
    """Where the passages of a receipt stand, as lines; nothing where none of them is as it was."""
    found = [(number, passage(entry["passage"]), entry["hash"]) for number, entry in enumerate(cited, 1)]
    same = [Citation(number, there, 0.0) for number, there, hash_ in found if there and there.hash == hash_]
    kept = {citation.number for citation in same}
    changed = ", ".join(f"[{number}]" for number, _, _ in found if number not in kept)
    told = [f"The guide has changed since at {changed}."] if changed else []
    return (*told, *source_lines(same)) if same else ()


def _text_input() -> Block:
    return {"type": "plain_text_input", "multiline": True, "max_length": LONGEST}

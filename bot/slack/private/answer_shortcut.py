"""The message shortcut "Answer from the career guide": a private draft to somebody's message, edited and posted, or not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.records.drafts import Draft
from bot.slack.api.errors import FAILURES
from bot.slack.api.windows import open_promised, open_window
from bot.slack.format.blocks import EDITED_NOTE, Shown
from bot.slack.format.handed_files import files_in, unread
from bot.slack.format.long_fields import left_out, text_in
from bot.slack.format.message_text import text_of
from bot.slack.format.modals import note_modal
from bot.slack.format.reading import said_in
from bot.slack.private.drafting import DELETED, GONE, UNDER_WAY, DraftPosting, as_shown
from bot.slack.private.private_answers import PrivateAnswers, promise_of
from bot.slack.private.views import DRAFT_TEXT, TITLE
from bot.slack.questions.detached import DetachedQuestion
from bot.slack.questions.submitting import Submitted, submit
from bot.storage import Records

SHORTCUT = "answer_from_guide"
READING = "Reading the guides…"
NOTHING_TO_READ = "This message has no text that I could answer."
POSTING, POSTED = "Posting it… I say here when it is there.", "Posted in the thread."


def shortcut_used(records: Records, answers: PrivateAnswers):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of the shortcut: a window opens at once, and gets the draft when it is made."""

    async def listener(ack: AsyncAck, shortcut: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        files = files_in(shortcut["message"])
        promise = replace(promise_of(_asked(shortcut)), files="\n".join(files))
        if not promise.question:
            await open_window(client, body, note_modal(TITLE, unread(files) or NOTHING_TO_READ))
            return
        await records.promises.make(promise)
        try:
            window = await open_promised(client, body, note_modal(TITLE, READING), promise.id)
        except FAILURES:
            await records.promises.fulfil(promise.id)
            raise
        await records.promises.opened(promise.id, window.id, window.hash)
        await answers.keep(replace(promise, window=window.id, window_hash=window.hash))

    return listener


def draft_submitted(posting: DraftPosting):  # type: ignore[no-untyped-def]
    """The button "Post in thread" of the draft's window."""

    async def listener(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient) -> None:
        await submit(ack, client, body, _posted(posting, body, view), POSTING)

    return listener


async def _posted(posting: DraftPosting, body: Mapping[str, Any], view: Mapping[str, Any]) -> Submitted:
    text = text_in(view, DRAFT_TEXT)
    person = str(body["user"]["id"])
    key, byline = str(view["private_metadata"]), f"Posted by <@{person}>"
    refusal = await posting.post(key, person, lambda draft: _as_edited(draft, text), byline)
    if refusal in {DELETED, GONE, UNDER_WAY}:
        return Submitted(refusal)
    return Submitted(errors={DRAFT_TEXT: refusal}) if refusal else Submitted(POSTED, done=True)


def draft_discarded(records: Records):  # type: ignore[no-untyped-def]
    """The draft's window was closed."""

    async def listener(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        await ack()
        await records.drafts.discard(str(view["private_metadata"]), str(body["user"]["id"]))

    return listener


def _asked(shortcut: dict[str, Any]) -> DetachedQuestion:
    message, channel = shortcut["message"], shortcut["channel"]["id"]
    thread_ts = str(message.get("thread_ts") or message["ts"])
    text = said_in(text_of(message), "").question
    return DetachedQuestion(str(shortcut["team"]["id"]), channel, thread_ts, shortcut["user"]["id"], text)


def _as_edited(draft: Draft, text: str) -> Shown:
    """The draft with the text a person left in it; what they changed is not the guide's any more."""
    what = as_shown(draft)
    whole = f"{text}{left_out(draft.text)}"
    same = whole.split() == draft.text.split()  # a window changes blanks and ends of lines
    return what if same else Shown(whole, what.sources, EDITED_NOTE, what.key)

"""An answer as it stands in its thread: read for those who confirm it, and marked with what became of that."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.mentoring.confirmations import Confirmation, ConfirmationState
from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import FAILURES
from bot.slack.api.limits import MESSAGE_MARKDOWN
from bot.slack.api.messages import Block, Post, update
from bot.slack.api.outgoing import WORD_JOINER
from bot.slack.api.threads import Message, read_thread
from bot.slack.context import AppContext
from bot.slack.format.blocks import COMPOSED_NOTE, QUOTED_NOTE, context, markdown
from bot.slack.format.escaping import unescaped
from bot.slack.format.handed_files import files_in
from bot.slack.format.markdown import split
from bot.slack.format.message_text import text_of
from bot.slack.format.mrkdwn import as_text
from bot.slack.format.rich_text import as_markdown
from bot.slack.mentors.confirming.views import label
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.conversation import conversation
from knowledge.threads import in_thread

FORGOTTEN = "I keep no record of this answer any more. Ask again to get one."
UNREADABLE = "I cannot read the question or its answer in Slack any more. Ask again to get one."
_OURS = "confirmation-"
"""How the ids of blocks begin that tell of a confirmation."""
_BELOW = frozenset({"context", "actions", "context_actions"})
"""The blocks that stand under the text of an answer."""
_MADE = frozenset({QUOTED_NOTE, COMPOSED_NOTE})
"""How an answer was made; not true any more of one that a mentor corrected."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConfirmableAnswer:
    """What was asked, as people read it and as Slack has it (`raw`), with what to call its files, a line each; the answer's Markdown, and its messages."""

    question: str
    raw: str
    files: str
    text: str
    messages: AnswerMessages
    parts: Sequence[Message]


async def confirmable_answer(ctx: AppContext, question: AskedQuestion) -> ConfirmableAnswer | None:
    """A question and its answer as they are in Slack; None where the answer is not there."""
    thread = await read_thread(ctx.client, question.thread)
    messages = AnswerMessages(ctx.clients, ctx.records.answer_places, question)
    await messages.find(thread)
    parts = [message for message in thread if message["ts"] in messages.ts]
    if not parts:
        return None
    message = next((message for message in thread if message["ts"] == question.ts), {})
    raw, files = text_of(message), "\n".join(files_in(message))
    asked = conversation(thread, replace(question, text=raw), ctx.clients.bot_user).question
    return ConfirmableAnswer(asked, raw, files, "\n\n".join(map(_markdown, parts)), messages, parts)


async def show_label(ctx: AppContext, confirmation: Confirmation) -> None:
    """Say under the answer what has become of its confirmation. That it cannot be said harms nobody."""
    question = await ctx.records.inbox.find(confirmation.key)
    if question is None:
        return
    try:
        async with ctx.worker.lock_of(question.thread):  # a fresh answer may be on its way into the same message
            if answer := await confirmable_answer(ctx, question):
                await _label(ctx, question, answer, confirmation)
    except FAILURES as error:
        log.info("The answer %s does not show what became of it: %s", confirmation.key, type(error).__name__)


async def _label(
    ctx: AppContext, question: AskedQuestion, answer: ConfirmableAnswer, confirmation: Confirmation
) -> None:
    last, active = answer.parts[-1], confirmation.state is ConfirmationState.ACTIVE
    meant = await _is_about(ctx, question, answer, confirmation) if active else _tells_of(last, confirmation)
    if not meant:
        return  # the answer there is another one by now
    line = context(label(confirmation)) | {"block_id": f"{_OURS}{confirmation.id}-{confirmation.state}"}
    if active and confirmation.corrected:
        await answer.messages.replace(await in_thread(_corrected, last, confirmation.answer, line))
        await answer.messages.note()
    else:
        message = Post(str(last.get("text") or ""), _with_line(last, line))
        await update(ctx.client, question.channel, str(last["ts"]), message, _metadata(last))


def _corrected(last: Message, answer: str, line: Block) -> list[Post]:
    """The mentor's text in the place of the answer's, with what stands under that."""
    below = [entry for block in _below(last) for entry in _as_corrected(block)]
    posts = [Post(as_text(part), [markdown(part)]) for part in split(answer, MESSAGE_MARKDOWN)]
    posts[-1].blocks.extend(_placed(below, line))
    return posts


def _markdown(message: Message) -> str:
    """The Markdown of a message of an answer."""
    told = filter(None, map(as_markdown, message.get("blocks") or []))
    return unescaped("\n\n".join(told) or str(message.get("text") or "")).replace(WORD_JOINER, "").strip()


def _with_line(message: Message, line: Block) -> list[Block]:
    said = [_unnamed(block) for block in message.get("blocks") or [] if block.get("type") not in _BELOW]
    return [*(said or [markdown(_markdown(message))]), *_placed(_below(message), line)]


def _below(message: Message) -> list[Block]:
    """What stands under an answer, without an earlier line about a confirmation."""
    blocks = [block for block in message.get("blocks") or [] if block.get("type") in _BELOW]
    return [_unnamed(block) for block in blocks if not str(block.get("block_id") or "").startswith(_OURS)]


def _placed(below: Sequence[Block], line: Block) -> list[Block]:
    """The line comes before what can be pressed."""
    first = next((place for place, block in enumerate(below) if block["type"] != "context"), len(below))
    return [*below[:first], line, *below[first:]]


def _as_corrected(block: Block) -> list[Block]:
    if block["type"] != "context":
        return [block]
    kept = [element for element in block["elements"] if element.get("text") not in _MADE]
    return [block | {"elements": kept}] if kept else []


def _tells_of(message: Message, confirmation: Confirmation) -> bool:
    ids = (str(block.get("block_id") or "") for block in message.get("blocks") or [])
    return any(name.startswith(f"{_OURS}{confirmation.id}") for name in ids)


async def _is_about(
    ctx: AppContext, question: AskedQuestion, answer: ConfirmableAnswer, confirmation: Confirmation
) -> bool:
    """Whether what stands there is what was confirmed or is to be corrected: it may have been answered again since."""
    receipt = await ctx.records.receipts.find(question.key)
    cited = [entry["passage"] for entry in receipt["passages"]] if receipt else []
    same_text = answer.text.split() == confirmation.answer.split()
    return cited == [basis.passage for basis in confirmation.passages] and (confirmation.corrected or same_text)


def _unnamed(block: Mapping[str, Any]) -> Block:
    """A block of a changed message gets a new id."""
    return {name: value for name, value in block.items() if name != "block_id"}


def _metadata(message: Message) -> dict[str, Any] | None:
    return dict(message["metadata"]) if message.get("metadata") else None

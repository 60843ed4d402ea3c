"""A Slack thread as the conversation that a question is asked in. Pure."""

from collections.abc import Sequence

from bot.answering.conversation import Conversation, Turn
from bot.records.inbox import AskedQuestion
from bot.slack.api.threads import Message, sent_at
from bot.slack.format.handed_files import files_in
from bot.slack.format.message_text import text_of
from bot.slack.format.reading import readable, said_in
from bot.slack.questions.answer_metadata import payload

QUESTION_EVENT = "career_question"
"""The type of the metadata of a question that the bot posted for a person who pressed it."""
TURNS_READ = 20
"""Turns before the question that make the conversation; earlier ones are left out."""


def conversation(messages: Sequence[Message], question: AskedQuestion, bot_user: str) -> Conversation:
    """The turns up to and with the question, as plain text.

    Somebody who names the bot in a thread of people and says nothing else asks it what was said last. What a message
    quotes or forwards is a turn before its own words.
    """
    before = [
        m for m in messages if sent_at(m) < float(question.ts) and (m.get("user") == bot_user or _says_something(m))
    ]
    turns = [turn for message in before[-TURNS_READ:] for turn in _turns(message, bot_user) if turn.text]
    said = said_in(question.text, bot_user)
    if not said.question and turns and turns[-1].speaker == "person":
        return Conversation(tuple(turns))
    return Conversation((*turns, *_context(said.context), Turn("person", said.question)))


def files_not_told(messages: Sequence[Message], question: AskedQuestion, bot_user: str) -> tuple[str, ...]:
    """What to call the files handed over in a thread since the bot last spoke there, up to and with the question."""
    before = [m for m in messages if sent_at(m) < float(question.ts)]
    told = next((n for n in range(len(before), 0, -1) if before[n - 1].get("user") == bot_user), 0)
    found = [file for message in before[told:][-TURNS_READ:] for file in files_in(message)]
    return tuple(dict.fromkeys([*found, *filter(None, question.files.split("\n"))]))


def nobody_replied(thread: Sequence[Message], question: AskedQuestion, bot_user: str) -> bool:
    """Whether no person has written in the thread since the question."""
    return not any(sent_at(m) > float(question.ts) and m.get("user") != bot_user for m in thread)


def _turns(message: Message, bot_user: str) -> list[Turn]:
    own = message.get("user") == bot_user
    if not own:
        said = said_in(text_of(message), bot_user)
        return [*_context(said.context), Turn("person", said.question)]
    asked = str(payload(message).get("asked") or "")
    pressed = (message.get("metadata") or {}).get("event_type") == QUESTION_EVENT
    answered = Turn("person" if pressed else "bot", readable(str(message.get("text") or ""), bot_user))
    return [*_context(asked), answered]


def _context(said: str) -> list[Turn]:
    return [Turn("person", said)] if said else []


def _says_something(message: Message) -> bool:
    return bool(text_of(message)) and not message.get("hidden")

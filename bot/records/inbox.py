"""The inbox: a queue of questions that were accepted, each kept until it is answered or refused.

A question's text is kept only until then: Slack is the memory of conversations.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from bot.records.database import TABLES, AlreadyThere, Database, now
from bot.records.retention import over
from bot.records.threads import ThreadAddress, Threads, ThreadState, note_addressed

TOO_OLD = dt.timedelta(hours=24)
"""A question that waited longer than this is not answered any more, and its text is forgotten; nobody waits for it."""
ACCEPTED, ANSWERED, REFUSED = "accepted", "answered", "refused"
"""The states of a question."""

_inbox = sa.Table(
    "inbox",
    TABLES,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("ts", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("message_id", sa.String(80), unique=True),
    sa.Column("edited", sa.String(40), nullable=False, server_default=""),
    sa.Column("answer_ts", sa.Text, nullable=False, server_default=""),
    sa.Column("unasked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("fresh", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
)


def question_key(team: str, channel: str, ts: str) -> str:
    """The key of the question in a message."""
    return f"{team}:{channel}:{ts}"


@dataclass(frozen=True)
class AskedQuestion:
    """A question that was put to the bot, and the message that it stands in.

    `team` is the workspace; `ts` identifies its message in the channel and `thread_ts` the thread to answer in;
    `message_id` is the sender's own id of the message, where there is one; `edited` is when its text was last changed;
    `answer_ts` are the messages that its answer stands in or is being streamed into, separated by spaces; `unasked`
    questions were put to the channel and not to the bot, which then only speaks when it has an answer; `fresh` ones are
    answered from the guides though a mentor has confirmed an answer.
    """

    team: str
    channel: str
    ts: str
    thread_ts: str
    person: str
    text: str
    message_id: str | None = None
    edited: str = ""
    answer_ts: str = ""
    unasked: bool = False
    fresh: bool = False

    @property
    def key(self) -> str:
        """What tells this question from every other, however often it is delivered."""
        return question_key(self.team, self.channel, self.ts)

    @property
    def thread(self) -> ThreadAddress:
        """The thread to answer in."""
        return ThreadAddress(self.team, self.channel, self.thread_ts)

    @property
    def is_direct(self) -> bool:
        """Whether it was asked in a direct message."""
        return self.channel.startswith("D")

    @property
    def starts_thread(self) -> bool:
        """Whether its message is the root of its thread."""
        return self.ts == self.thread_ts


class Inbox:
    """The queue of questions. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database, threads: Threads) -> None:
        self._database = database
        self._threads = threads

    async def accept(self, question: AskedQuestion) -> bool:
        """Write a question to the inbox; False when it is there already."""
        row = asdict(question) | {"key": question.key, "state": ACCEPTED, "reason": "", "accepted_at": now()}
        return await self._write(question, row)

    async def note_posted(self, thread: ThreadAddress, ts: str, person: str) -> None:
        """Note an answer that a person had posted as a message of its own, so that its thread may go on asking."""
        message = AskedQuestion(thread.installation, thread.channel, ts, thread.ts, person, "")
        finished = {"key": message.key, "accepted_at": now(), **_finished(ANSWERED)}
        await self._write(message, asdict(message) | finished)

    async def thread_state(self, message: AskedQuestion) -> ThreadState | None:
        """A thread before a message in it, however often that is delivered; None where nobody asked the bot in it."""
        row = await self._threads.row(message.thread)
        if row is None:
            return None
        place = (_inbox.c.team == message.team) & (_inbox.c.channel == message.channel)
        own = place & (_inbox.c.thread_ts == message.thread_ts) & (_inbox.c.person == message.person)
        asked = await self._database.row(sa.select(_inbox.c.key).where(own).limit(1))
        talk_of = row["talk_before"] if row["last_ts"] == message.ts else row["talk_of"]
        return ThreadState(row["paused"], talk_of, asked is not None)

    async def find(self, key: str) -> AskedQuestion | None:
        """A question that was accepted at any time."""
        row = await self._database.row(sa.select(_inbox).where(_inbox.c.key == key))
        return _question(row) if row else None

    async def reopen(self, key: str, text: str, edited: str) -> AskedQuestion | None:
        """Accept a known question again with its new text; None when it is unknown or this edit was taken already."""
        newer = (_inbox.c.key == key) & (_inbox.c.edited < edited)
        values = {"text": text, "edited": edited, "fresh": False, "state": ACCEPTED, "accepted_at": now()}
        changed = await self._database.change(sa.update(_inbox).where(newer).values(values))
        return await self.find(key) if changed else None

    async def reopen_fresh(self, key: str, text: str) -> AskedQuestion | None:
        """Accept an answered question again, to be answered from the guides in place; None when it is not answered."""
        edited = sa.case((_inbox.c.edited == "", _inbox.c.ts), else_=_inbox.c.edited)
        values = {"text": text, "edited": edited, "fresh": True, "unasked": False}
        values |= {"state": ACCEPTED, "accepted_at": now()}
        answered = (_inbox.c.key == key) & (_inbox.c.state == ANSWERED)
        changed = await self._database.change(sa.update(_inbox).where(answered).values(values))
        return await self.find(key) if changed else None

    async def note_answer_messages(self, question: AskedQuestion, messages: Sequence[str]) -> None:
        """Note the messages, by ts, that a question's answer stands in or is being streamed into."""
        await self._database.change(_update(question).values(answer_ts=" ".join(messages)))

    async def unanswered(self) -> list[AskedQuestion]:
        """The questions accepted and not yet answered, oldest first; what waited too long is refused now."""
        late = (_inbox.c.state == ACCEPTED) & (_inbox.c.accepted_at < now() - TOO_OLD)
        await self._database.change(sa.update(_inbox).where(late).values(_finished(REFUSED, "too old")))
        waiting = sa.select(_inbox).where(_inbox.c.state == ACCEPTED).order_by(_inbox.c.accepted_at)
        return [_question(row) for row in await self._database.rows(waiting)]

    async def answered(self, question: AskedQuestion) -> None:
        """Mark a question as answered; its text is forgotten."""
        await self._database.change(_update(question).values(_finished(ANSWERED)))

    async def refused(self, question: AskedQuestion, reason: str) -> None:
        """Mark a question as one that cannot be answered; its text is forgotten."""
        await self._database.change(_update(question).values(_finished(REFUSED, reason[:200])))

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(_inbox.c.state, sa.func.count().label("number")).group_by(_inbox.c.state)
        return {row["state"]: row["number"] for row in await self._database.rows(query)}

    async def count_of(self, person: str) -> int:
        """How many questions there are of a person."""
        return len(await self._database.rows(keys_of(person)))

    def forgetting(self, person: str) -> Sequence[sa.Delete]:
        """The change that deletes a person's questions."""
        return [sa.delete(_inbox).where(_inbox.c.person == person)]

    def purging(self, before: dt.datetime) -> Sequence[sa.Update | sa.Delete]:
        """Changes that refuse what waited too long, and delete what was accepted and finished before a moment."""
        late = (_inbox.c.state == ACCEPTED) & (_inbox.c.accepted_at < over(before, TOO_OLD))
        last = sa.func.coalesce(_inbox.c.finished_at, _inbox.c.accepted_at)
        old = (_inbox.c.accepted_at < before) & (last < before)
        return [sa.delete(_inbox).where(old), sa.update(_inbox).where(late).values(_finished(REFUSED, "too old"))]

    async def _write(self, question: AskedQuestion, row: dict[str, Any]) -> bool:
        """A row of the inbox and that the bot was addressed in its thread, both or neither."""
        while True:
            try:
                async with self._database.begin() as connection:
                    await connection.execute(sa.insert(_inbox).values(row))
                    await note_addressed(connection, question.thread, question.ts)
                return True
            except AlreadyThere:
                if await self._is_there(question):
                    return False
                # another process has just written the thread's row, which is there now

    async def _is_there(self, question: AskedQuestion) -> bool:
        same = _inbox.c.key == question.key
        if question.message_id:
            same |= _inbox.c.message_id == question.message_id
        return await self._database.row(sa.select(_inbox.c.key).where(same)) is not None


def keys_of(person: str) -> sa.Select[tuple[str]]:
    """A query for the keys of a person's questions."""
    return sa.select(_inbox.c.key).where(_inbox.c.person == person)


def _question(row: Any) -> AskedQuestion:
    return AskedQuestion(**{name: row[name] for name in AskedQuestion.__dataclass_fields__})


def _update(question: AskedQuestion) -> sa.Update:
    return sa.update(_inbox).where(_inbox.c.key == question.key)


def _finished(state: str, reason: str = "") -> dict[str, Any]:
    return {"state": state, "reason": reason, "text": "", "finished_at": now()}

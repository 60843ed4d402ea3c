"""The inbox: a queue of questions that were accepted, each kept until it is answered or refused.

A question's text is kept only until then: Slack is the memory of conversations.
"""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, insert, now
from bot.records.grouped_writes import GroupedWrites
from bot.records.retention import over
from bot.records.threads import ThreadAddress, Threads, ThreadState, is_paused, note_addressed

TOO_OLD = dt.timedelta(hours=24)
"""A question that waited longer than this is not answered; nobody waits for it any more."""
FORGOTTEN = TOO_OLD + dt.timedelta(hours=1)
"""After this time its text is gone; in between the person who asked is told."""
ACCEPTED, ANSWERED, REFUSED, SET_ASIDE = "accepted", "answered", "refused", "set aside"
"""The states of a question."""
STOPPED = "stopped"
"""The reason of an accepted question that the person who asked wants no answer to any more."""
DELETED = "deleted"
"""The reason of a refused question whose message is gone."""
LEASE = dt.timedelta(seconds=45)
"""For how long a question is one process's, unless it renews the lease."""

INBOX = sa.Table(
    "inbox",
    TABLES,
    installation_column(),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("ts", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("message_id", sa.String(80)),
    sa.Column("edited", sa.String(40), nullable=False, server_default=""),
    sa.Column("answer_ts", sa.Text, nullable=False, server_default=""),
    sa.Column("unasked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("fresh", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Column("owner", sa.String(40), nullable=False, server_default=""),
    sa.Column("leased_until", sa.DateTime(timezone=True)),
    sa.Column("due_at", sa.DateTime(timezone=True)),
    sa.Column("retries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("remains", sa.Text, nullable=False, server_default=""),
    sa.Column("files", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("installation", "message_id"),
)


def question_key(team: str, channel: str, ts: str) -> str:
    """The key of the question in a message."""
    return f"{team}:{channel}:{ts}"


def reference_of(key: str) -> str:
    """What names a question to people: short, and tells nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class AskedQuestion:
    """A question that was put to the bot, and the message that it stands in.

    `team` is the workspace; `ts` identifies its message in the channel and `thread_ts` the thread to answer in;
    `message_id` is the sender's own id of the message, where there is one; `edited` is when its text was last changed;
    `answer_ts` are the messages that its answer stands in or is being streamed into, separated by spaces; `unasked`
    questions were put to the channel and not to the bot, which then only speaks when it has an answer; `fresh` ones are
    answered from the guides though a mentor has confirmed an answer; `files` are what to call the files in its message, a
    line each.
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
    files: str = ""

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
    def was_never_seen(self) -> bool:
        """Whether its message was deleted before it was delivered."""
        return not self.person

    @property
    def starts_thread(self) -> bool:
        """Whether its message is the root of its thread."""
        return self.ts == self.thread_ts


class Inbox:
    """The queue of questions. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database, threads: Threads, worker: str) -> None:
        self._database = database
        self._threads = threads
        self._worker = worker
        self._writes = GroupedWrites(database, _write)

    async def accept(self, question: AskedQuestion) -> bool:
        """Write a question to the inbox, leased to this process; False when it is there already."""
        return await self._writes.run(_Written(question, self._accepted()))

    async def note_posted(self, thread: ThreadAddress, ts: str, person: str, owned: sa.Update | sa.Delete) -> None:
        """Note an answer that a person had posted as a message of its own, so that its thread may go on asking.

        `owned` changes the row that it was posted from; where that is gone they were forgotten meanwhile, and are not named.
        """

        async def whole() -> None:
            async with self._database.begin() as connection:
                name = person if (await connection.execute(owned)).rowcount else ""
                message = AskedQuestion(thread.installation, thread.channel, ts, thread.ts, name, "")
                await _write(connection, [_Written(message, _nobodys() | finished(ANSWERED))])

        await asyncio.shield(whole())  # to its end: the message is there

    async def thread_state(self, message: AskedQuestion) -> ThreadState | None:
        """A thread before a message in it, however often that is delivered; None where nobody asked the bot in it."""
        row = await self._threads.row(message.thread)
        if row is None:
            return None
        place = (INBOX.c.team == message.team) & (INBOX.c.channel == message.channel)
        own = place & (INBOX.c.thread_ts == message.thread_ts) & (INBOX.c.person == message.person)
        asked = await self._database.row(sa.select(INBOX.c.key).where(own).limit(1))
        talk_of = row["talk_before"] if row["last_ts"] == message.ts else row["talk_of"]
        return ThreadState(is_paused(row, message.ts), talk_of, asked is not None)

    async def find(self, key: str) -> AskedQuestion | None:
        """A question that was accepted at any time."""
        row = await self._database.row(sa.select(INBOX).where(INBOX.c.key == key))
        return question_of(row) if row else None

    async def answered_last(self, message: AskedQuestion, within: dt.timedelta) -> AskedQuestion | None:
        """The last question before a message in its channel, if it was accepted within a time and has its answer."""
        place = (INBOX.c.team == message.team) & (INBOX.c.channel == message.channel) & (INBOX.c.ts < message.ts)
        recent = place & (INBOX.c.accepted_at > now() - within)
        row = await self._database.row(sa.select(INBOX).where(recent).order_by(INBOX.c.ts.desc()).limit(1))
        return question_of(row) if row and row["state"] == ANSWERED else None

    async def reopen(self, key: str, text: str, edited: str, files: str = "") -> AskedQuestion | None:
        """Accept a known question again with its new text; None when it is unknown or deleted, or this edit was taken already."""
        gone = (INBOX.c.state == REFUSED) & (INBOX.c.reason == DELETED)
        newer = (INBOX.c.key == key) & (INBOX.c.edited < edited) & ~gone
        values = {"text": text, "files": files, "edited": edited, "fresh": False} | self._accepted_again()
        changed = await self._database.change(sa.update(INBOX).where(newer).values(values))
        return await self.find(key) if changed else None

    async def reopen_fresh(self, key: str, text: str, files: str = "") -> AskedQuestion | None:
        """Accept an answered question again, to be answered from the guides in place; None when it is not answered."""
        edited = sa.case((INBOX.c.edited == "", INBOX.c.ts), else_=INBOX.c.edited)
        values = {"text": text, "files": files, "edited": edited, "fresh": True, "unasked": False} | self._accepted()
        answered = (INBOX.c.key == key) & (INBOX.c.state == ANSWERED)
        changed = await self._database.change(sa.update(INBOX).where(answered).values(values))
        return await self.find(key) if changed else None

    async def unanswered(self) -> list[AskedQuestion]:
        """The questions accepted and not yet answered, whoever has leased them, oldest first."""
        waiting = sa.select(INBOX).where(INBOX.c.state == ACCEPTED).order_by(INBOX.c.accepted_at)
        return [question_of(row) for row in await self._database.rows(waiting)]

    async def answered(self, question: AskedQuestion) -> None:
        """Mark a question as answered and forget its text, unless it was changed meanwhile or is another process's."""
        held = held_by(self._worker, question)
        await self._database.change(sa.update(INBOX).where(held).values(finished(ANSWERED)))

    async def refused(self, question: AskedQuestion, reason: str) -> None:
        """Mark a question as one that is not answered and forget its text, unless it was changed meanwhile or is another process's."""
        held = held_by(self._worker, question)
        await self._database.change(sa.update(INBOX).where(held).values(finished(REFUSED, reason[:200])))

    async def deleted(self, question: AskedQuestion, *, may_come: bool = False) -> None:
        """Mark a question as one whose message is gone, whoever works on it; its text is forgotten.

        One that is not known and `may_come`, since events overtake each other, is kept out of the inbox by a row without
        person and text.
        """
        gone = finished(REFUSED, DELETED)
        empty = replace(question, person="", text="", files="", message_id=None)
        row = asdict(empty) | {"key": question.key} | _nobodys() | gone
        if not (may_come and await self._database.insert(INBOX, row)):
            await self._database.change(row_of(question).values(gone))

    async def stopped(self, question: AskedQuestion) -> None:
        """Note that the person wants no answer any more, before that is shown: a crash in between changes nothing."""
        waiting = row_of(question).where(INBOX.c.state == ACCEPTED)
        await self._database.change(waiting.values(reason=STOPPED))

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(INBOX.c.state, sa.func.count().label("number")).group_by(INBOX.c.state)
        return {row["state"]: row["number"] for row in await self._database.rows(query)}

    async def count_of(self, person: str) -> int:
        """How many questions there are of a person."""
        return len(await self._database.rows(keys_of(person)))

    def forgetting(self, person: str) -> Sequence[sa.Delete]:
        """The change that deletes a person's questions."""
        return [sa.delete(INBOX).where(INBOX.c.person == person)]

    def _accepted(self) -> dict[str, Any]:
        """The columns of a question that this process is to answer."""
        moment = now()
        lease = {"owner": self._worker, "leased_until": moment + LEASE, "due_at": None, "retries": 0}
        return {"state": ACCEPTED, "reason": "", "accepted_at": moment, "finished_at": None} | lease

    def _accepted_again(self) -> dict[str, Any]:
        """The same after a change of its text; a process that is answering it keeps it, and begins again."""
        moment = now()
        theirs = (INBOX.c.state == ACCEPTED) & (INBOX.c.leased_until > moment)
        owner = sa.case((theirs, INBOX.c.owner), else_=self._worker)
        return self._accepted() | {"owner": owner}

    def purging(self, before: dt.datetime) -> Sequence[sa.Update | sa.Delete]:
        """Changes that refuse what waited too long, and delete what was accepted and finished before a moment."""
        late = (INBOX.c.state == ACCEPTED) & (INBOX.c.accepted_at < over(before, FORGOTTEN))
        last = sa.func.coalesce(INBOX.c.finished_at, INBOX.c.accepted_at)
        old = (INBOX.c.accepted_at < before) & (last < before)
        return [sa.delete(INBOX).where(old), sa.update(INBOX).where(late).values(finished(REFUSED, "too old"))]


@dataclass(frozen=True)
class _Written:
    """A question to be written, and what becomes of it first: the other columns of its row."""

    question: AskedQuestion
    state: dict[str, Any]


async def _write(connection: AsyncConnection, items: Sequence[_Written]) -> list[bool]:
    """Rows of the inbox and that the bot was addressed in their threads, both or neither; False where a row is there.

    In the order of their keys, so that two processes never wait for each other.
    """
    firsts = {one.question.key: one for one in reversed(items)}
    rows = [asdict(one.question) | {"key": key} | one.state for key, one in sorted(firsts.items())]
    adding = insert(connection, INBOX).on_conflict_do_nothing().returning(INBOX.c.key)
    added = set((await connection.execute(adding, rows)).scalars())
    written = [one.question.key in added and firsts[one.question.key] is one for one in items]
    new = [one.question for one, is_new in zip(items, written, strict=True) if is_new]
    await note_addressed(connection, [(question.thread, question.ts) for question in new])
    return written


def _nobodys() -> dict[str, Any]:
    """The columns of a row that no process is to answer."""
    return {"owner": "", "leased_until": None, "due_at": None, "retries": 0, "accepted_at": now()}


def keys_of(person: str) -> sa.Select[tuple[str]]:
    """A query for the keys of a person's questions."""
    return sa.select(INBOX.c.key).where(INBOX.c.person == person)


def held_by(worker: str, question: AskedQuestion) -> sa.ColumnElement[bool]:
    """The row of a question that a process is to answer, with the text that it had when it was taken."""
    same = (INBOX.c.edited == question.edited) & (INBOX.c.fresh == question.fresh)
    return (INBOX.c.owner == worker) & (INBOX.c.state == ACCEPTED) & (INBOX.c.key == question.key) & same


def question_of(row: Any) -> AskedQuestion:
    """The question in a row of the inbox."""
    return AskedQuestion(**{name: row[name] for name in AskedQuestion.__dataclass_fields__})


def row_of(question: AskedQuestion) -> sa.Update:
    """A change of the row of a question, whoever works on it; without its values."""
    return sa.update(INBOX).where(INBOX.c.key == question.key)


def finished(state: str, reason: str = "") -> dict[str, Any]:
    """The columns of a question that is done with; its text and its files' names are forgotten."""
    return {"state": state, "reason": reason, "text": "", "files": "", "finished_at": now()}

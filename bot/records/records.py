"""What must survive a restart: the inbox of accepted questions, their threads, receipts of answers, gaps, feedback.

SQLAlchemy on SQLite (in WAL mode) or PostgreSQL. A question's text is kept only until it is answered: Slack is the
memory of conversations.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.answering.conversation import Answer
from bot.mentoring.confirmations import Confirmations
from bot.mentoring.handovers import Handovers
from bot.mentoring.shares import Shares
from bot.mentoring.weekly import Weeks
from bot.records.audit_log import Deeds
from bot.records.channels import Channels
from bot.records.database import TABLES, AlreadyThere, Database, database_url, now
from bot.records.drafts import Drafts

__all__ = ["Accepted", "Records", "Thread", "database_url"]

TOO_OLD = dt.timedelta(hours=24)
"""A question that waited longer than this is not answered after a restart; nobody waits for it any more."""
NEAREST = 3
"""Headings kept with a gap, that tell where in a guide it belongs."""

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
_answers = sa.Table(
    "answers",
    TABLES,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("person", sa.String(40), nullable=False, server_default=""),
    sa.Column("coverage", sa.String(20), nullable=False),
    sa.Column("mode", sa.String(120), nullable=False),
    sa.Column("prompt", sa.String(20), nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
    sa.Column("milliseconds", sa.Integer, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("withheld", sa.Integer, nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
)
_withheld = sa.Table(
    "withheld",
    TABLES,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
)

_threads = sa.Table(
    "threads",
    TABLES,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("talk_of", sa.String(40), nullable=False),
    sa.Column("talk_before", sa.String(40), nullable=False),
    sa.Column("last_ts", sa.String(40), nullable=False),
)
_feedback = sa.Table(
    "feedback",
    TABLES,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("person", sa.String(40), primary_key=True),
    sa.Column("liked", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
)
_gaps = sa.Table(
    "gaps",
    TABLES,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("nearest", sa.JSON, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
)

_SOMEBODY = "somebody"
"""Who talked in a thread, when they wanted to be forgotten; nobody's id."""
ACCEPTED, ANSWERED, REFUSED = "accepted", "answered", "refused"


@dataclass(frozen=True)
class Accepted:
    """A question that the bot has promised to answer.

    `ts` identifies its message in the channel and `thread_ts` the thread to answer in; `message_id` is the sender's
    own id of the message, where there is one; `edited` is when its text was last changed; `answer_ts` are the messages
    that its answer stands in or is being streamed into, separated by spaces; `unasked` questions were put to the
    channel and not to the bot, which then only speaks when it has an answer; `fresh` ones are answered from the guides
    though a mentor has confirmed an answer.
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
        return f"{self.team}:{self.channel}:{self.ts}"

    @property
    def thread(self) -> str:
        """What tells its thread from every other."""
        return f"{self.team}:{self.channel}:{self.thread_ts}"

    @property
    def is_direct(self) -> bool:
        """Whether it was asked in a direct message."""
        return self.channel.startswith("D")

    @property
    def starts_thread(self) -> bool:
        """Whether its message is the root of its thread."""
        return self.ts == self.thread_ts


@dataclass(frozen=True)
class Thread:
    """A thread that the bot was asked in, as it was before a person's message.

    `paused`: it is told to stay quiet. `talk_of`: who wrote last to somebody else since the bot was last addressed, empty
    when nobody did. `asked`: whether the person has asked the bot in it.
    """

    paused: bool
    talk_of: str
    asked: bool


class Records:
    """The inbox and the receipts. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.drafts = Drafts(database)
        self.channels = Channels(database)
        self.confirmations = Confirmations(database)
        self.deeds = Deeds(database)
        self.handovers = Handovers(database)
        self.weeks = Weeks(database)
        self.shares = Shares(database)

    @classmethod
    async def open(cls, url: str) -> "Records":
        """Connect to the database and create the tables that are missing."""
        return cls(await Database.open(url))

    async def close(self) -> None:
        """Give the connections back."""
        await self._database.close()

    async def accept(self, question: Accepted) -> bool:
        """Write a question to the inbox; False when it is there already."""
        row = asdict(question) | {"key": question.key, "state": ACCEPTED, "reason": "", "accepted_at": now()}
        return await self._write(question, row)

    async def _write(self, question: Accepted, row: dict[str, Any]) -> bool:
        """A row of the inbox and that the bot was addressed in its thread, both or neither."""
        while True:
            try:
                async with self._database.begin() as connection:
                    await connection.execute(sa.insert(_inbox).values(row))
                    await _address(connection, question)
                return True
            except AlreadyThere:
                if await self._is_there(question):
                    return False
                # another process has just written the thread's row, which is there now

    async def _is_there(self, question: Accepted) -> bool:
        same = _inbox.c.key == question.key
        if question.message_id:
            same |= _inbox.c.message_id == question.message_id
        return await self._database.row(sa.select(_inbox.c.key).where(same)) is not None

    async def thread(self, message: Accepted) -> Thread | None:
        """The state of a thread before a message in it, however often that is delivered; None where nobody asked the bot."""
        row = await self._database.row(sa.select(_threads).where(_threads.c.key == message.thread))
        if row is None:
            return None
        place = (_inbox.c.team == message.team) & (_inbox.c.channel == message.channel)
        own = place & (_inbox.c.thread_ts == message.thread_ts) & (_inbox.c.person == message.person)
        asked = await self._database.row(sa.select(_inbox.c.key).where(own).limit(1))
        talk_of = row["talk_before"] if row["last_ts"] == message.ts else row["talk_of"]
        return Thread(row["paused"], talk_of, asked is not None)

    async def overheard(self, message: Accepted) -> None:
        """Note that people talk to each other in a thread that the bot was asked in."""
        newer = (_threads.c.key == message.thread) & (_threads.c.last_ts < message.ts)
        values = {"talk_before": _threads.c.talk_of, "talk_of": message.person, "last_ts": message.ts}
        await self._database.change(sa.update(_threads).where(newer).values(values))

    async def pause(self, thread: str, *, paused: bool) -> None:
        """Have the bot stay quiet in a thread until it is mentioned, or answer follow-ups again."""
        await self._database.change(sa.update(_threads).where(_threads.c.key == thread).values(paused=paused))

    async def known(self, key: str) -> Accepted | None:
        """A question that was accepted at any time."""
        row = await self._database.row(sa.select(_inbox).where(_inbox.c.key == key))
        return _accepted(row) if row else None

    async def reopen(self, key: str, text: str, edited: str) -> Accepted | None:
        """Accept a known question again with its new text; None when it is unknown or this edit was taken already."""
        newer = (_inbox.c.key == key) & (_inbox.c.edited < edited)
        values = {"text": text, "edited": edited, "fresh": False, "state": ACCEPTED, "accepted_at": now()}
        changed = await self._database.change(sa.update(_inbox).where(newer).values(values))
        return await self.known(key) if changed else None

    async def afresh(self, key: str, text: str) -> Accepted | None:
        """Accept an answered question again, to be answered from the guides in place; None when it is not answered."""
        edited = sa.case((_inbox.c.edited == "", _inbox.c.ts), else_=_inbox.c.edited)
        values = {
            "text": text,
            "edited": edited,
            "fresh": True,
            "unasked": False,
            "state": ACCEPTED,
            "accepted_at": now(),
        }
        answered = (_inbox.c.key == key) & (_inbox.c.state == ANSWERED)
        changed = await self._database.change(sa.update(_inbox).where(answered).values(values))
        return await self.known(key) if changed else None

    async def standing(self, question: Accepted, messages: Sequence[str]) -> None:
        """Note the messages, by ts, that a question's answer stands in or is being streamed into."""
        await self._database.change(_update(question).values(answer_ts=" ".join(messages)))

    async def unanswered(self) -> list[Accepted]:
        """The questions accepted and not yet answered, oldest first; what waited too long is refused now."""
        late = (_inbox.c.state == ACCEPTED) & (_inbox.c.accepted_at < now() - TOO_OLD)
        await self._database.change(sa.update(_inbox).where(late).values(_finished(REFUSED, "too old")))
        waiting = sa.select(_inbox).where(_inbox.c.state == ACCEPTED).order_by(_inbox.c.accepted_at)
        return [_accepted(row) for row in await self._database.rows(waiting)]

    async def answered(self, question: Accepted, answer: Answer | None = None) -> None:
        """Mark a question as answered and keep the answer's receipt; the question's text is forgotten."""
        if answer:
            await self.keep_receipt(question.key, question.person, answer)
        await self._database.change(_update(question).values(_finished(ANSWERED)))

    async def posted(self, message: Accepted) -> None:
        """Note an answer that a person had posted as a message of its own: its thread may go on asking."""
        finished = {"key": message.key, "accepted_at": now(), **_finished(ANSWERED)}
        await self._write(message, asdict(message) | finished)

    async def refused(self, question: Accepted, reason: str) -> None:
        """Mark a question as one that cannot be answered; the question's text is forgotten."""
        await self._database.change(_update(question).values(_finished(REFUSED, reason[:200])))

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(_inbox.c.state, sa.func.count().label("number")).group_by(_inbox.c.state)
        return {row["state"]: row["number"] for row in await self._database.rows(query)}

    async def keep_receipt(self, key: str, person: str, answer: Answer) -> None:
        """Keep an answer's receipt in the place of an earlier one; what the guides do not answer is kept as asked, as a gap."""
        async with self._database.begin() as connection:
            for table in (_answers, _gaps, _withheld):
                await connection.execute(sa.delete(table).where(table.c.key == key))
            await connection.execute(sa.insert(_answers).values(_receipt(key, person, answer)))
            for table, rows in ((_gaps, _gap_rows(key, person, answer)), (_withheld, _withheld_rows(key, answer))):
                if rows:
                    await connection.execute(sa.insert(table).values(rows))

    async def copy_receipt(self, key: str, copy: str, person: str) -> bool:
        """Keep an answer's receipt under a second key, as another person's; False where there is none."""
        receipt = await self.receipt(key)
        if receipt is None:
            return False
        await self._database.insert(_answers, dict(receipt) | {"key": copy, "person": person})
        return True

    async def drop_receipt(self, key: str) -> None:
        """Delete a receipt; its answer was not posted."""
        await self._database.change(sa.delete(_answers).where(_answers.c.key == key))

    async def receipt(self, key: str) -> Any:
        """The receipt of one answer as a row, None when there is none."""
        return await self._database.row(sa.select(_answers).where(_answers.c.key == key))

    async def receipts(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """The receipts of all answers, or of those of some time, oldest first, as rows."""
        query = sa.select(_answers).where(*_within(_answers.c.answered_at, since, until))
        return await self._database.rows(query.order_by(_answers.c.answered_at))

    async def gaps(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """The questions that the guides do not answer, of all or of some time, oldest first, as rows."""
        query = sa.select(_gaps).where(*_within(_gaps.c.asked_at, since, until))
        return await self._database.rows(query.order_by(_gaps.c.asked_at, _gaps.c.number))

    async def withheld(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """The sentences of chat models that nobody was shown, and why, of all or of some time, oldest first, as rows."""
        query = sa.select(_withheld).where(*_within(_withheld.c.answered_at, since, until))
        return await self._database.rows(query.order_by(_withheld.c.answered_at, _withheld.c.number))

    async def rated(self, key: str, person: str, *, liked: bool, reason: str = "", text: str = "") -> None:
        """Keep what a person thinks of an answer; a later opinion replaces an earlier one."""
        row = {"key": key, "person": person, "liked": liked, "reason": reason, "text": text, "given_at": now()}
        own = (_feedback.c.key == key) & (_feedback.c.person == person)
        async with self._database.begin() as connection:
            await connection.execute(sa.delete(_feedback).where(own))
            await connection.execute(sa.insert(_feedback).values(row))

    async def ratings(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """Every opinion, or those of some time, oldest first, as rows with the passages of the answer.

        Those are None where the answer's receipt is not there any more.
        """
        query = sa.select(_feedback, _answers.c.passages).outerjoin(_answers, _feedback.c.key == _answers.c.key)
        query = query.where(*_within(_feedback.c.given_at, since, until))
        return await self._database.rows(query.order_by(_feedback.c.given_at))

    async def purge(self, before: dt.datetime) -> None:
        """Forget the texts of questions and of feedback that are older than a moment; what is counted stays."""
        await self._database.change(sa.delete(_gaps).where(_gaps.c.asked_at < before))
        await self._database.change(sa.delete(_withheld).where(_withheld.c.answered_at < before))
        await self._database.change(sa.update(_feedback).where(_feedback.c.given_at < before).values(text=""))
        await self.handovers.purge(before)

    async def forget(self, person: str) -> int:
        """Delete what is kept of a person: questions, receipts of their answers, gaps, opinions and drafts.

        A question of theirs that is being answered is forgotten with its answer. Returns how many questions there were.
        """
        keys = sa.select(_inbox.c.key).where(_inbox.c.person == person)
        async with self._database.begin() as connection:
            own = sa.select(_answers.c.key).where(_answers.c.key.in_(keys) | (_answers.c.person == person))
            await connection.execute(sa.delete(_withheld).where(_withheld.c.key.in_(own)))
            await connection.execute(
                sa.delete(_answers).where(_answers.c.key.in_(keys) | (_answers.c.person == person))
            )
            for table in (_gaps, _feedback):
                await connection.execute(sa.delete(table).where(table.c.person == person))
            for named in (_threads.c.talk_of, _threads.c.talk_before):
                await connection.execute(sa.update(_threads).where(named == person).values({named.name: _SOMEBODY}))
            deleted = await connection.execute(sa.delete(_inbox).where(_inbox.c.person == person))
        await self.drafts.forget(person)
        await self.channels.forget(person)
        await self.confirmations.forget(person)
        await self.deeds.forget(person)
        await self.handovers.forget(person)
        await self.shares.forget(person)
        return int(deleted.rowcount)


def _within(
    moment: sa.Column[dt.datetime], since: dt.datetime | None, until: dt.datetime | None
) -> list[sa.ColumnElement[bool]]:
    """Conditions for a moment in some time; SQLite knows no time zones, so in UTC."""
    after = [moment >= since.astimezone(dt.UTC)] if since else []
    return [*after, *([moment < until.astimezone(dt.UTC)] if until else [])]


async def _address(connection: AsyncConnection, question: Accepted) -> None:
    """Note that the bot was addressed in a thread, unless somebody has spoken there later."""
    own = _threads.c.key == question.thread
    values = {"talk_before": _threads.c.talk_of, "talk_of": "", "last_ts": question.ts}
    newer = sa.update(_threads).where(own & (_threads.c.last_ts < question.ts)).values(values)
    if (await connection.execute(newer)).rowcount:
        return
    if (await connection.execute(sa.select(_threads.c.key).where(own))).first() is None:
        row = {"key": question.thread, "paused": False, "talk_of": "", "talk_before": "", "last_ts": question.ts}
        await connection.execute(sa.insert(_threads).values(row))


def _accepted(row: Any) -> Accepted:
    return Accepted(**{name: row[name] for name in Accepted.__dataclass_fields__})


def _update(question: Accepted) -> sa.Update:
    return sa.update(_inbox).where(_inbox.c.key == question.key)


def _finished(state: str, reason: str = "") -> dict[str, Any]:
    return {"state": state, "reason": reason, "text": "", "finished_at": now()}


def _receipt(key: str, person: str, answer: Answer) -> dict[str, Any]:
    cited = [
        {
            "guide": c.passage.guide.path,
            "edition": c.passage.guide.edition,
            "passage": c.passage.id,
            "hash": c.passage.hash,
        }
        for c in answer.citations
    ]
    receipt = answer.receipt
    return {
        "key": key,
        "person": person,
        "coverage": answer.coverage.value,
        "mode": receipt.mode,
        "prompt": receipt.prompt,
        "passages": cited,
        "milliseconds": receipt.milliseconds,
        "notice": receipt.notice,
        "withheld": len(receipt.withheld),
        "answered_at": now(),
    }


def _gap_rows(key: str, person: str, answer: Answer) -> list[dict[str, Any]]:
    nearest = [" > ".join(citation.passage.heading) for citation in answer.retrieved[:NEAREST]]
    common = {"key": key, "person": person, "nearest": nearest, "asked_at": now()}
    return [common | {"number": number, "text": text} for number, text in enumerate(answer.gaps, 1)]


def _withheld_rows(key: str, answer: Answer) -> list[dict[str, Any]]:
    told = enumerate(answer.receipt.withheld, 1)
    return [{"key": key, "number": n, "text": one.text, "why": one.why, "answered_at": now()} for n, one in told]

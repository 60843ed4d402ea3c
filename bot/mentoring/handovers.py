"""Questions that people hand over to mentors: who asked, whether with their name, who took it, and what became of it.

The texts of a question and its answer are kept only until the answer has gone back and the mentors see that it has.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now

LEASE = dt.timedelta(minutes=5)
"""How long something on its way to Slack is left to the process that sends it; then another one takes it up.

A process may wait minutes for its turn when Slack limits its rate.
"""
CARDS_KEPT = dt.timedelta(days=7)
"""How long after its time the place of a card is kept that still has to say that its question was taken back."""

_handovers = sa.Table(
    "handovers",
    TABLES,
    installation_column(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(120), nullable=False),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("named", sa.Boolean, nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("mentor", sa.String(40), nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("card_channel", sa.String(40), nullable=False),
    sa.Column("card_ts", sa.String(40), nullable=False, index=True),
    sa.Column("card_shows", sa.String(80), nullable=False),
    sa.Column("direct_channel", sa.String(40), nullable=False),
    sa.Column("direct_ts", sa.String(40), nullable=False),
    sa.Column("heard_ts", sa.String(40), nullable=False),
    sa.Column("answer_ts", sa.String(40), nullable=False, server_default=""),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("claimed_at", sa.DateTime(timezone=True)),
    sa.Column("answered_at", sa.DateTime(timezone=True)),
    sa.Column("reminded_at", sa.DateTime(timezone=True)),
    sa.Column("worked_at", sa.DateTime(timezone=True)),
    sa.UniqueConstraint("installation", "key"),
)
_h = _handovers.c
_NOTHING = dict.fromkeys(("person", "question", "answer", "channel", "thread_ts", "direct_channel", "direct_ts"), "")
"""What is left of a question that was taken back."""
_STATE_SHOWN = _h.state + " " + _h.mentor


class HandoverState(StrEnum):
    """What has become of a question that was handed over. `POSTING` is on its way to the mentors, `ANSWERING` on its way back."""

    POSTING = "posting"
    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERING = "answering"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


_WITHDRAWN = _NOTHING | {"key": _h.id, "mentor": "", "state": HandoverState.WITHDRAWN}


@dataclass(frozen=True)
class Handover:
    """A question for the mentors.

    `key` is that of the answer it was asked under. The mentor's answer goes to the thread `thread_ts` of `channel`, or
    without one to the asker's direct messages; `direct_channel` and `direct_ts` are the message there, once it is
    begun. `answer_ts` is the mentor's message that was carried. `named` is whether mentors see who asks. `card_channel` and `card_ts` are its message to the mentors.
    """

    id: str
    key: str
    team: str
    person: str
    question: str
    named: bool
    channel: str = ""
    thread_ts: str = ""
    state: HandoverState = HandoverState.POSTING
    mentor: str = ""
    answer: str = ""
    card_channel: str = ""
    card_ts: str = ""
    direct_channel: str = ""
    direct_ts: str = ""
    answer_ts: str = ""


class Handovers:
    """The table of handovers. Every method raises RecordsUnavailable when the database does not answer.

    Every step is one conditional change: of several who do it at once one is told True, the others False.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, handover: Handover, moment: dt.datetime | None = None) -> bool:
        """Keep a question that is about to be posted; False where its answer was handed over already."""
        moment = moment or now()
        row = {"card_shows": "", "heard_ts": "", "asked_at": moment, "worked_at": moment}
        return await self._database.insert(_handovers, asdict(handover) | row)

    async def find(self, key: str) -> Handover | None:
        """A handover by its id."""
        return await _one(self._database, _h.id == key)

    async def of(self, key: str) -> Handover | None:
        """The handover of an answer, by the answer's key."""
        return await _one(self._database, _h.key == key)

    async def at(self, channel: str, ts: str) -> Handover | None:
        """The handover whose card is this message."""
        return await _one(self._database, (_h.card_channel == channel) & (_h.card_ts == ts))

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(_h.state, sa.func.count().label("number")).group_by(_h.state)
        return {row["state"]: row["number"] for row in await self._database.rows(query)}

    async def all(self) -> Sequence[Any]:
        """Every handover, oldest first, as rows."""
        return await self._database.rows(sa.select(_handovers).order_by(_h.asked_at))

    async def posted(self, key: str, channel: str, ts: str) -> None:
        """Note where the card stands; the question is open, unless it was taken back meanwhile."""
        state = sa.case((_h.state == HandoverState.POSTING, HandoverState.OPEN.value), else_=_h.state)
        shows = f"{HandoverState.OPEN} "
        values = {"card_channel": channel, "card_ts": ts, "card_shows": shows, "state": state, "worked_at": None}
        await self._database.change(sa.update(_handovers).where(_h.id == key).values(values))

    async def claim(self, key: str, mentor: str) -> bool:
        """A mentor takes an open question."""
        values = {"state": HandoverState.CLAIMED, "mentor": mentor, "claimed_at": now(), "reminded_at": None}
        return await _step(self._database, key, HandoverState.OPEN, values)

    async def release(self, key: str, mentor: str) -> bool:
        """The mentor who took a question gives it back."""
        values = {"state": HandoverState.OPEN, "mentor": "", "claimed_at": None, "heard_ts": "", "reminded_at": None}
        return await _step(self._database, key, HandoverState.CLAIMED, values, _h.mentor == mentor)

    async def hear(self, key: str, ts: str, state: HandoverState = HandoverState.CLAIMED) -> bool:
        """Note a message of the mentor's in the card's thread, or an edit; False where it or a later one was noted already."""
        return await _step(self._database, key, state, {"heard_ts": ts}, _h.heard_ts < ts)

    async def answer(self, key: str, mentor: str, text: str, ts: str = "") -> bool:
        """The mentor who took a question sends its answer, which stands in their message with this ts."""
        values = {"state": HandoverState.ANSWERING, "answer": text, "answer_ts": ts, "worked_at": now()}
        return await _step(self._database, key, HandoverState.CLAIMED, values, _h.mentor == mentor)

    async def begun(self, key: str, channel: str, ts: str) -> None:
        """Note the message in the asker's direct messages that the answer is about to be put into."""
        await _step(self._database, key, HandoverState.ANSWERING, {"direct_channel": channel, "direct_ts": ts})

    async def answered(self, key: str) -> bool:
        """The answer stands before the asker."""
        values = {"state": HandoverState.ANSWERED, "answer": "", "answered_at": now(), "worked_at": None}
        return await _step(self._database, key, HandoverState.ANSWERING, values)

    async def unsent(self, key: str) -> bool:
        """The answer cannot reach the asker: the mentor still has the question."""
        values = {
            "state": HandoverState.CLAIMED,
            "answer": "",
            "direct_channel": "",
            "direct_ts": "",
            "worked_at": None,
        }
        return await _step(self._database, key, HandoverState.ANSWERING, values)

    async def drawn(self, shown: Handover) -> bool:
        """Note that the card shows a handover as given; False where that is not how it is by now.

        What is answered or taken back is over then: its texts are forgotten, or all of it.
        """
        same = (_h.id == shown.id) & (_h.state == shown.state) & (_h.mentor == shown.mentor)
        if shown.state is HandoverState.WITHDRAWN:
            return await self._database.change(sa.delete(_handovers).where(same)) > 0
        over = {"question": ""} if shown.state is HandoverState.ANSWERED else {}
        values = {"card_shows": f"{shown.state} {shown.mentor}"} | over
        return await self._database.change(sa.update(_handovers).where(same).values(values)) > 0

    async def take_up(self, handover: Handover, moment: dt.datetime) -> bool:
        """Go on with something that was on its way to Slack when another process was cut off."""
        return await _step(self._database, handover.id, handover.state, {"worked_at": moment}, _is_free(moment))

    async def leave(self, key: str) -> None:
        """Slack did not take something just now: whoever looks next may try again."""
        await self._database.change(sa.update(_handovers).where(_h.id == key).values(worked_at=None))

    async def unfinished(self, moment: dt.datetime) -> list[Handover]:
        """What somebody has to go on with: not posted, not carried back, or not shown to the mentors as it is."""
        under_way = _h.state.in_([HandoverState.POSTING, HandoverState.ANSWERING])
        stale = _h.state.in_([HandoverState.OPEN, HandoverState.CLAIMED, HandoverState.ANSWERED]) & (
            _h.card_shows != _STATE_SHOWN
        )
        gone = _h.state == HandoverState.WITHDRAWN
        return await _several(
            self._database,
            ((under_way | (gone & (_h.card_ts == ""))) & _is_free(moment)) | stale | (gone & (_h.card_ts != "")),
        )

    async def waiting(self, state: HandoverState, before: dt.datetime) -> list[Handover]:
        """The open or claimed questions of which nobody was reminded since a moment."""
        return await _several(self._database, (_h.state == state) & (_since(state) <= _utc(before)))

    async def remind(self, handover: Handover, before: dt.datetime, moment: dt.datetime) -> bool:
        """Note that somebody is being reminded of a question that waits since a moment."""
        values = {"reminded_at": _utc(moment)}
        return await _step(self._database, handover.id, handover.state, values, _since(handover.state) <= _utc(before))

    def purging(self, before: dt.datetime) -> Sequence[sa.Update | sa.Delete]:
        """Changes that take back what nobody has answered since a moment, and delete what was answered before it.

        What was taken back is deleted when its card has had a week to say so.
        """
        old, gone = _h.asked_at < _utc(before), _h.state == HandoverState.WITHDRAWN
        return [
            sa.delete(_handovers).where(old & (_h.state == HandoverState.ANSWERED)),
            sa.delete(_handovers).where(gone & (_h.asked_at < _utc(before) - CARDS_KEPT)),
            sa.update(_handovers).where(old).values(_WITHDRAWN),
        ]

    def forgetting(self, person: str) -> Sequence[sa.Update | sa.Delete]:
        """Changes that delete the texts and the person of what they asked, and a mentor's name from what they took.

        Questions that mentors still see are withdrawn until their cards are gone; what this mentor had taken is open.
        """
        own, theirs = _h.person == person, _h.mentor == person
        released = {"state": HandoverState.OPEN, "mentor": "", "claimed_at": None, "heard_ts": ""}
        shows = sa.case((_h.card_shows == _STATE_SHOWN, _h.state + " "), else_="")
        return [
            sa.update(_handovers).where(_h.card_shows.endswith(f" {person}", autoescape=True)).values(card_shows=shows),
            sa.update(_handovers).where(own).values(_WITHDRAWN),
            sa.update(_handovers).where(theirs & (_h.state == HandoverState.CLAIMED)).values(released),
            sa.update(_handovers).where(theirs).values(mentor=""),
        ]


async def _step(
    database: Database,
    key: str,
    state: HandoverState,
    values: Mapping[str, Any],
    also: sa.ColumnElement[bool] | None = None,
) -> bool:
    """Change a handover if it is in a state; whether it was."""
    where = (_h.id == key) & (_h.state == state)
    where = where if also is None else where & also
    return await database.change(sa.update(_handovers).where(where).values(dict(values))) > 0


async def _one(database: Database, which: sa.ColumnElement[bool]) -> Handover | None:
    row = await database.row(sa.select(_handovers).where(which))
    return _handover(row) if row else None


async def _several(database: Database, which: sa.ColumnElement[bool]) -> list[Handover]:
    query = sa.select(_handovers).where(which).order_by(_h.asked_at)
    return [_handover(row) for row in await database.rows(query)]


def _is_free(moment: dt.datetime) -> sa.ColumnElement[bool]:
    return _h.worked_at.is_(None) | (_h.worked_at <= _utc(moment) - LEASE)


def _since(state: HandoverState) -> sa.ColumnElement[dt.datetime]:
    return sa.func.coalesce(_h.reminded_at, _h.claimed_at if state is HandoverState.CLAIMED else _h.asked_at)


def _utc(moment: dt.datetime) -> dt.datetime:
    """SQLite keeps no time zone; what is written is UTC."""
    return moment.astimezone(dt.UTC)


def _handover(row: Mapping[str, Any]) -> Handover:
    known = {name: row[name] for name in Handover.__dataclass_fields__}
    return Handover(**known | {"state": HandoverState(row["state"])})

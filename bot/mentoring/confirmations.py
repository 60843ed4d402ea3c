"""Answers that mentors confirmed, with the passages that they rest on, and who did what to them when."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.audit_log import audit_entry
from bot.records.binding import installation_column
from bot.records.database import TABLES, AlreadyThere, Database, now
from bot.records.retention import over

CONFIRMED, CORRECTED, WITHDREW, REPLACED, EXPIRED = "confirmed", "corrected", "withdrew", "replaced", "expired"
"""What is noted as done, each once about the confirmation it is done to."""
DRAFTS_KEPT = dt.timedelta(hours=24)
"""A draft that is older can neither be read nor confirmed, and goes with the next purge."""
TITLE = "Confirmed answers"
_MARK = re.compile(r"\s*\[\d+\]")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
_MENTION = re.compile(r"<[@#!][^>]*>")

_confirmations = sa.Table(
    "confirmations",
    TABLES,
    installation_column(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("key", sa.String(120), nullable=False, index=True),
    sa.Column("slot", sa.String(120)),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
    sa.Column("mentor", sa.String(40), nullable=False, index=True),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("corrected", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("instead_of", sa.String(40), nullable=False, server_default=""),
    sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_by", sa.String(40), nullable=False),
    sa.UniqueConstraint("installation", "slot"),
)
_versions = sa.Table(
    "confirmations_version",
    TABLES,
    installation_column(),
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
_ALL = "all"


class ConfirmationState(StrEnum):
    """What has become of a confirmation. `DRAFTED` is one that a mentor has before them in a window."""

    DRAFTED = "drafted"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Basis:
    """A passage that an answer rests on, by id, as it was when that was confirmed: its hash, its guide's path, its heading."""

    passage: str
    hash: str
    guide: str
    place: str = ""


@dataclass(frozen=True)
class Confirmation:
    """An answer that a mentor confirmed, under a question that names nobody.

    `answer` is Markdown that cites `passages` as [1], [2]; `sources` are lines that say where they stand; `key` is that
    of the answer it was made from; `corrected` is whether the mentor changed that answer. `instead_of` is the
    confirmation whose place it is meant to take, if any.
    """

    id: str
    team: str
    key: str
    question: str
    answer: str
    sources: tuple[str, ...]
    passages: tuple[Basis, ...]
    mentor: str
    state: ConfirmationState = ConfirmationState.DRAFTED
    corrected: bool = False
    instead_of: str = ""
    made_at: dt.datetime = field(default_factory=now)
    changed_at: dt.datetime = field(default_factory=now)
    changed_by: str = ""


class Confirmations:
    """The table of confirmations. Every method raises RecordsUnavailable when the database does not answer.

    What is active changes only together with a version number, so that what was decided by looking at all of them is
    done only if they are still as they were.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self, confirmation: Confirmation) -> None:
        """Keep what a mentor has before them, for at most a day."""
        await self._database.insert(_confirmations, _row(confirmation))

    async def find(self, key: str) -> Confirmation | None:
        """A confirmation by its id; None where it is a draft that is over a day old."""
        return _one(
            await self._database.row(sa.select(_confirmations).where(_confirmations.c.id == key, ~_is_over(now())))
        )

    async def of_answer(self, key: str) -> Confirmation | None:
        """The active confirmation of an answer."""
        return _one(await self._database.row(sa.select(_confirmations).where(_confirmations.c.slot == key)))

    async def active(self, team: str = "") -> list[Confirmation]:
        """The active confirmations, of one workspace or of all, newest first."""
        active = _confirmations.c.state == ConfirmationState.ACTIVE
        return await self._several(active & (_confirmations.c.team == team) if team else active)

    async def all(self) -> list[Confirmation]:
        """Every confirmation in whatever state, newest first; without the drafts."""
        return await self._several(_confirmations.c.state != ConfirmationState.DRAFTED)

    async def expired_questions(self) -> list[str]:
        """The questions whose answers rest on passages that have changed, for mentors to look at again."""
        return [one.question for one in await self._several(_confirmations.c.state == ConfirmationState.EXPIRED)]

    async def version(self) -> int:
        """A number that grows whenever it changes which confirmations are active."""
        query = sa.select(_versions.c.number).where(_versions.c.name == _ALL)
        if row := await self._database.row(query):
            return int(row["number"])
        await self._database.insert(_versions, {"name": _ALL, "number": 0})
        return await self.version()

    async def confirm(self, confirmation: Confirmation, instead_of: Iterable[str], seen: int) -> bool:
        """Make a draft active as it is given, in the place of others, if the version is still the one that was `seen`.

        False where it is not, or the draft is none any more; then nothing has changed.
        """
        mentor, moment = confirmation.mentor, now()
        values = _row(confirmation) | {
            "state": ConfirmationState.ACTIVE,
            "slot": confirmation.key,
            "made_at": moment,
            "changed_at": moment,
            "changed_by": mentor,
        }
        try:
            async with self._database.begin() as connection:
                await _raise_version(connection, seen)
                for other in instead_of:
                    if await _move(
                        connection,
                        other,
                        ConfirmationState.REPLACED,
                        mentor,
                        ConfirmationState.ACTIVE,
                        ConfirmationState.EXPIRED,
                    ):
                        await connection.execute(audit_entry(mentor, REPLACED, other))
                drafted = (_confirmations.c.id == confirmation.id) & _is_draft() & ~_is_over(moment)
                made = await connection.execute(sa.update(_confirmations).where(drafted).values(values))
                if not made.rowcount:
                    raise _Overtaken
                await connection.execute(
                    audit_entry(mentor, CORRECTED if confirmation.corrected else CONFIRMED, confirmation.id)
                )
        except (_Overtaken, AlreadyThere):
            return False
        return True

    async def withdraw(self, key: str, person: str) -> bool:
        """Take a confirmation back, also an expired one; False where it is neither active nor expired."""
        return await self._change(
            key, ConfirmationState.WITHDRAWN, person, WITHDREW, ConfirmationState.ACTIVE, ConfirmationState.EXPIRED
        )

    async def expire(self, key: str) -> bool:
        """Let a confirmation end because of what it rests on; False where it is not active."""
        return await self._change(key, ConfirmationState.EXPIRED, "", EXPIRED, ConfirmationState.ACTIVE)

    async def untold(self) -> list[Confirmation]:
        """The expired confirmations whose mentors were not told yet."""
        return await self._several(
            (_confirmations.c.state == ConfirmationState.EXPIRED) & _confirmations.c.told.is_(False)
        )

    async def tell(self, key: str, *, told: bool = True) -> bool:
        """Note that a confirmation's mentor is being told that it expired; of several who do so at once, one gets True."""
        own = (_confirmations.c.id == key) & (_confirmations.c.told.is_(not told))
        return await self._database.change(sa.update(_confirmations).where(own).values(told=told)) > 0

    def purging(self, before: dt.datetime) -> Sequence[sa.Delete]:
        """The change that deletes drafts from before a moment, and those over a day old."""
        return [sa.delete(_confirmations).where(_is_draft() & (_confirmations.c.made_at < over(before, DRAFTS_KEPT)))]

    def forgetting(self, person: str) -> Sequence[sa.Update | sa.Delete]:
        """Changes that keep what was confirmed, but not that this person did it."""
        mine = _confirmations.c
        drafts = (mine.mentor == person) & (mine.state == ConfirmationState.DRAFTED)
        unnamed = [
            sa.update(_confirmations).where(named == person).values({named.name: ""})
            for named in (mine.mentor, mine.changed_by)
        ]
        return [_raised_version(), sa.delete(_confirmations).where(drafts), *unnamed]

    async def _several(self, which: sa.ColumnElement[bool]) -> list[Confirmation]:
        query = sa.select(_confirmations).where(which).order_by(_confirmations.c.made_at.desc(), _confirmations.c.id)
        return [_confirmation(row) for row in await self._database.rows(query)]

    async def _change(
        self, key: str, state: ConfirmationState, person: str, what: str, *before: ConfirmationState
    ) -> bool:
        try:
            async with self._database.begin() as connection:
                await _raise_version(connection)
                if not await _move(connection, key, state, person, *before):
                    raise _Overtaken
                await connection.execute(audit_entry(person, what, key))
        except _Overtaken:
            return False
        return True


class _Overtaken(Exception):
    """Something has changed since it was looked at."""


def _is_draft() -> sa.ColumnElement[bool]:
    return _confirmations.c.state == ConfirmationState.DRAFTED


def _is_over(moment: dt.datetime) -> sa.ColumnElement[bool]:
    return _is_draft() & (_confirmations.c.made_at < moment - DRAFTS_KEPT)


def _raised_version(seen: int | None = None) -> sa.Update:
    own = _versions.c.name == _ALL
    which = own if seen is None else own & (_versions.c.number == seen)
    return sa.update(_versions).where(which).values(number=_versions.c.number + 1)


async def _raise_version(connection: AsyncConnection, seen: int | None = None) -> None:
    raised = await connection.execute(_raised_version(seen))
    if seen is not None and not raised.rowcount:
        raise _Overtaken


async def _move(
    connection: AsyncConnection, key: str, state: ConfirmationState, person: str, *before: ConfirmationState
) -> bool:
    own = (_confirmations.c.id == key) & _confirmations.c.state.in_(before)
    values = {"state": state, "slot": None, "changed_at": now(), "changed_by": person}
    return (await connection.execute(sa.update(_confirmations).where(own).values(values))).rowcount > 0


def _row(confirmation: Confirmation) -> dict[str, Any]:
    passages = [asdict(basis) for basis in confirmation.passages]
    return asdict(confirmation) | {"sources": list(confirmation.sources), "passages": passages}


def _one(row: Any) -> Confirmation | None:
    return _confirmation(row) if row else None


def _confirmation(row: Mapping[str, Any]) -> Confirmation:
    plain = {name: row[name] for name in Confirmation.__dataclass_fields__}
    return Confirmation(
        **plain
        | {
            "sources": tuple(row["sources"]),
            "passages": tuple(Basis(**basis) for basis in row["passages"]),
            "state": ConfirmationState(row["state"]),
            "made_at": _moment(row["made_at"]),
            "changed_at": _moment(row["changed_at"]),
        }
    )


def _moment(told: dt.datetime) -> dt.datetime:
    """SQLite keeps no time zone; what is written is UTC."""
    return told if told.tzinfo else told.replace(tzinfo=dt.UTC)


def day(moment: dt.datetime) -> str:
    """A date as people write it: 24 Nov 2026."""
    return f"{moment.day} {moment:%b %Y}"


def renumbered(answer: str, kept: Sequence[int]) -> str:
    """An answer of whose passages only some are left, given by their numbers: its marks in their new order."""
    places = {number: place for place, number in enumerate(kept, 1)}

    def mark(found: re.Match[str]) -> str:
        place = places.get(int(found[2]))
        return f"{found[1]}[{place}]" if place else ""

    return re.sub(r"(\s*)\[(\d+)\](?!\()", mark, answer)


def as_guide(confirmations: Sequence[Confirmation], edition: dt.datetime) -> str:
    """Confirmed answers as a guide in Markdown: a section each, that names no person."""
    head = f"---\ntitle: {TITLE}\nedition: {edition:%Y-%m}\nsource: Answers that mentors confirmed\n---\n\n# {TITLE}\n"
    return "\n".join([head, *(f"{_section(confirmation)}\n" for confirmation in confirmations)])


def as_objects(confirmations: Iterable[Confirmation]) -> list[dict[str, Any]]:
    """Confirmed answers for scripts, without who asked or confirmed."""
    return [
        {
            "question": confirmation.question,
            "answer": confirmation.answer,
            "sources": list(confirmation.sources),
            "passages": [asdict(basis) for basis in confirmation.passages],
            "confirmed_at": confirmation.made_at.isoformat(),
        }
        for confirmation in confirmations
    ]


def _section(confirmation: Confirmation) -> str:
    question = " ".join(_unnamed(confirmation.question).split()).lstrip("# ")
    answer = _HEADING.sub(r"**\1**", _MARK.sub("", _unnamed(confirmation.answer))).strip()
    sources = "; ".join(_MARK.sub("", source.replace("\u2060", "")) for source in confirmation.sources)
    told = f"*Confirmed by a mentor on {day(confirmation.made_at)}. Sources: {sources}*"
    return f"## {question}\n\n{answer}\n\n{told}"


def _unnamed(text: str) -> str:
    return _MENTION.sub("", text)

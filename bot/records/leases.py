"""Leases: which process answers which question of the inbox, for how long, and in which try.

A process leases a question when it accepts it, and renews the lease while it works on it. What is accepted and leased by
nobody any more (the process died, or handed it back) is claimed by whichever process looks first; a claim is one
conditional update, so that no two processes have the same question. A try counts where the question may have ended it: an
answer failed, or the process was computing for it when it died (of a process on another machine that is not known, so it counts).
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from bot.records.database import Database, now
from bot.records.inbox import (
    ACCEPTED,
    INBOX,
    LEASE,
    REFUSED,
    SET_ASIDE,
    STOPPED,
    TOO_OLD,
    AskedQuestion,
    finished,
    held_by,
    question_of,
    reference_of,
)
from bot.records.worker_identity import WorkerIdentity

UNCLAIMED_SECONDS = 10.0
"""A question leased by this process that nobody here works on, for so long, was left behind."""

MOST_RETRIES = 2
"""Tries after the first one, each because the one before ended a process or an answer, before a question is set aside."""
_COUNTED = {"retries": INBOX.c.retries + 1}
"""The question itself may be to blame that it must be tried again."""


@dataclass(frozen=True)
class Claim:
    """A question that this process has leased again: `retries` because tries before ended a process or an answer; `stopped` by the person who asked."""

    question: AskedQuestion
    retries: int = 0
    stopped: bool = False
    expired: bool = False
    """Whether it has waited for so long that nobody waits for its answer."""

    @property
    def is_suspect(self) -> bool:
        """Whether a process ended while it computed for it, or an answer did: it may be the reason."""
        return self.retries > 0

    @property
    def is_hopeless(self) -> bool:
        """Whether it has had all its tries."""
        return self.retries > MOST_RETRIES


@dataclass(frozen=True)
class SetAside:
    """A question that ended a process or an answer again and again, without its text."""

    reference: str
    key: str
    person: str
    accepted_at: dt.datetime
    reason: str


class Leases:
    """The leases of one process. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database, worker: WorkerIdentity) -> None:
        self._database = database
        self._worker = worker
        self._suspects = asyncio.Lock()

    async def claim(self, most: int) -> AsyncIterator[Claim]:
        """Lease up to so many questions that wait and are leased by nobody; people take turns, first the oldest of each.

        Each is given as soon as it is leased: a process that is killed before it has leased all has begun the first.
        """
        await self._free_those_of_the_gone()
        moment = now()
        turn = sa.func.row_number().over(partition_by=INBOX.c.person, order_by=INBOX.c.accepted_at)
        waiting = sa.select(INBOX).where(_is_free(moment)).order_by(turn, INBOX.c.accepted_at).limit(max(most, 0))
        rows = await self._database.rows(waiting)
        for claim in [self._counted(row, _claim(row, moment)) for row in rows]:
            if await self._take(claim, moment):
                yield claim

    async def renew(self, keys: Collection[str]) -> dict[str, Claim]:
        """Renew the leases of what is worked on; returns all that this process has leased and should be working on.

        What is missing in it is another process's by now, or was deleted.
        """
        moment = now()
        ours = self._ours()
        if keys:
            renewed = sa.update(INBOX).where(ours & INBOX.c.key.in_(keys)).values(leased_until=moment + LEASE)
            await self._database.change(renewed)
        settled = moment + LEASE - dt.timedelta(seconds=UNCLAIMED_SECONDS)
        held = ours & (INBOX.c.key.in_(keys) | (INBOX.c.leased_until < settled))
        rows = await self._database.rows(sa.select(INBOX).where(held))
        return {row["key"]: _claim(row, moment) for row in rows}

    async def holds(self, question: AskedQuestion) -> bool:
        """Whether the question, as it is, is still this process's to answer."""
        query = sa.select(INBOX.c.key).where(held_by(self._worker.name, question))
        return await self._database.row(query) is not None

    def renewing(self, question: AskedQuestion) -> sa.Update:
        """The change that renews the lease of the question, as it is; of no row where it is not this process's any more."""
        return sa.update(INBOX).where(held_by(self._worker.name, question)).values(leased_until=now() + LEASE)

    async def holds_any_wording(self, question: AskedQuestion) -> bool:
        """Whether the question is still this process's to answer, also if its text was changed meanwhile."""
        query = sa.select(INBOX.c.key).where(self._ours() & (INBOX.c.key == question.key))
        return await self._database.row(query) is not None

    def at_work(self, claim: Claim) -> AbstractAsyncContextManager[None]:
        """While this lasts, a question may be to blame if the process ends; not while its task is `waiting`.

        Of those that may have ended a process before, one is at work at a time.
        """
        return self._worker.recorder.at_work(claim.question.key, self._suspects if claim.is_suspect else None)

    async def release(self, question: AskedQuestion, seconds: float, *, counted: bool = False) -> None:
        """Hand a question back, to be claimed by any process after so many seconds; `counted` where the question is to blame."""
        values = _free(now() + dt.timedelta(seconds=seconds)) | (_COUNTED if counted else {})
        await self._database.change(sa.update(INBOX).where(held_by(self._worker.name, question)).values(values))

    async def release_all(self) -> None:
        """Hand back everything, to be claimed by any process at once."""
        await self._database.change(sa.update(INBOX).where(self._ours()).values(_free(now())))

    async def set_aside(self, question: AskedQuestion, reason: str) -> None:
        """Answer a question no more, but keep it for the person who runs the bot."""
        kept = {"state": SET_ASIDE, "reason": reason[:200], "finished_at": now()}
        await self._database.change(sa.update(INBOX).where(held_by(self._worker.name, question)).values(kept))

    async def list_set_aside(self) -> list[SetAside]:
        """The questions that were set aside, the oldest first."""
        query = sa.select(INBOX).where(INBOX.c.state == SET_ASIDE).order_by(INBOX.c.accepted_at)
        names = ("key", "person", "accepted_at", "reason")
        rows = await self._database.rows(query)
        return [SetAside(reference_of(row["key"]), **{name: row[name] for name in names}) for row in rows]

    async def retry(self, key: str) -> bool:
        """Have a question that was set aside answered after all, by whichever process runs; False when there is none."""
        values = {"state": ACCEPTED, "retries": 0, "reason": "", "accepted_at": now(), "finished_at": None}
        return await self._change_set_aside(key, values | _free(now()))

    async def drop(self, key: str) -> bool:
        """Forget a question that was set aside; False when there is none."""
        return await self._change_set_aside(key, finished(REFUSED, "dropped"))

    async def _change_set_aside(self, key: str, values: dict[str, Any]) -> bool:
        there = (INBOX.c.key == key) & (INBOX.c.state == SET_ASIDE)
        return bool(await self._database.change(sa.update(INBOX).where(there).values(values)))

    def _counted(self, row: Any, claim: Claim) -> Claim:
        """A claim with one try more where another process let its lease run out: what became of that, nobody knows."""
        return replace(claim, retries=claim.retries + 1) if row["owner"] not in ("", self._worker.name) else claim

    async def _take(self, claim: Claim, moment: dt.datetime) -> bool:
        values = {"owner": self._worker.name, "leased_until": moment + LEASE, "retries": claim.retries}
        free = (INBOX.c.key == claim.question.key) & _is_free(moment)
        return bool(await self._database.change(sa.update(INBOX).where(free).values(values)))

    async def _free_those_of_the_gone(self) -> None:
        query = sa.select(INBOX.c.owner).where(INBOX.c.state == ACCEPTED).distinct()
        owners = [row["owner"] for row in await self._database.rows(query)]
        for name in owners:
            if name and self._worker.is_gone(name):
                theirs = (INBOX.c.state == ACCEPTED) & (INBOX.c.owner == name)
                blamed = INBOX.c.key.in_(self._worker.at_work(name))
                retries = sa.case((blamed, INBOX.c.retries + 1), else_=INBOX.c.retries)
                await self._database.change(sa.update(INBOX).where(theirs).values(_free(now()) | {"retries": retries}))

    def _ours(self) -> sa.ColumnElement[bool]:
        return (INBOX.c.owner == self._worker.name) & (INBOX.c.state == ACCEPTED)


def _is_free(moment: dt.datetime) -> sa.ColumnElement[bool]:
    nobodys = INBOX.c.leased_until.is_(None) | (INBOX.c.leased_until < moment)
    due = INBOX.c.due_at.is_(None) | (INBOX.c.due_at <= moment)
    return (INBOX.c.state == ACCEPTED) & nobodys & due


def _free(due: dt.datetime) -> dict[str, Any]:
    return {"owner": "", "leased_until": None, "due_at": due}


def _claim(row: Any, moment: dt.datetime) -> Claim:
    accepted = row["accepted_at"].replace(tzinfo=dt.UTC)  # SQLite gives it without its zone
    return Claim(question_of(row), row["retries"], row["reason"] == STOPPED, moment - accepted > TOO_OLD)

"""Everything that survives a restart, behind one handle: the stores of `records` and of `mentoring` on one database."""

import asyncio
import datetime as dt
from pathlib import Path

from bot.mentoring.confirmations import Confirmations
from bot.mentoring.handovers import Handovers
from bot.mentoring.shares import Shares
from bot.mentoring.weekly import WeeklyReports
from bot.records import retention
from bot.records.answer_places import AnswerPlaces
from bot.records.audit_log import AuditLog
from bot.records.channels import Channels
from bot.records.database import Database
from bot.records.drafts import Drafts
from bot.records.feedback import Feedback
from bot.records.inbox import Inbox
from bot.records.installations import Installations
from bot.records.leases import Leases
from bot.records.presence import Presence
from bot.records.promises import Promises
from bot.records.receipts import Receipts
from bot.records.sqlite_file import remove_older, set_aside_before
from bot.records.threads import Threads
from bot.records.worker_identity import WorkerIdentity


class Records:
    """The stores of one installation in a database. Every method raises RecordsUnavailable when it does not answer."""

    def __init__(self, database: Database, worker: WorkerIdentity | None = None) -> None:
        self._database = database
        self._worker = worker or WorkerIdentity()
        self.threads = Threads(database)
        self.inbox = Inbox(database, self.threads, self._worker.name)
        self.answer_places = AnswerPlaces(database)
        self.leases = Leases(database, self._worker)
        self.receipts = Receipts(database)
        self.feedback = Feedback(database)
        self.drafts = Drafts(database)
        self.promises = Promises(database, self._worker)
        self.presence = Presence(database)
        self.channels = Channels(database)
        self.audit_log = AuditLog(database)
        self.confirmations = Confirmations(database)
        self.handovers = Handovers(database)
        self.shares = Shares(database)
        self.weekly_reports = WeeklyReports(database)

    def of(self, installation: str) -> "Records":
        """The same records for another installation's rows; close() closes both."""
        return Records(self._database.of(installation), self._worker)

    @property
    def installation(self) -> str:
        """The id of the installation whose rows these are; empty for that of SLACK_BOT_TOKEN."""
        return self._database.installation

    def installations(self) -> Installations:
        """All installations of the database, where many workspaces have the bot."""
        return Installations(self._database)

    @classmethod
    async def open(cls, url: str, workers: Path | None = None, *, set_aside: bool = False) -> "Records":
        """Connect to the database, with the schema brought forward; see Database.open.

        `workers` is the folder in which processes on this machine tell one another that they live.
        """
        return cls(await Database.open(url, set_aside=set_aside), WorkerIdentity(workers))

    async def ping(self) -> None:
        """Look whether the database answers."""
        await self._database.ping()

    def set_aside(self) -> list[str]:
        """The names of damaged files of SQLite that were set aside and are still there, the oldest first."""
        return [path.name for path in set_aside_before(self._database.file)] if self._database.file else []

    async def close(self) -> None:
        """Give the connections back."""
        await self._database.close()
        self._worker.close()

    async def purge(self, before: dt.datetime) -> None:
        """Delete what is over in every store, all or nothing: at most what is from before a moment, drafts and the like after a day.

        What is counted stays. Questions to mentors that nobody answered are taken back. Copies of SQLite's file go, too.
        """
        stores = (
            self.inbox, self.threads, self.receipts, self.feedback, self.drafts, self.promises, self.confirmations, self.handovers, self.shares,
        )  # fmt: skip
        await retention.purge(self._database, stores, before)
        if self._database.file:
            await asyncio.to_thread(remove_older, self._database.file, before)

    async def forget(self, person: str) -> int:
        """Delete what is kept of a person in every store, all or nothing. Returns how many questions there were.

        A question of theirs that is being answered is forgotten with its answer.
        """
        questions = await self.inbox.count_of(person)
        await retention.forget(
            self._database,
            (
                self.promises,  # first what work under way holds while it writes the rest: see hold_promise and Inbox.note_posted
                self.drafts,
                self.shares,
                self.receipts,  # while the inbox still tells which questions are theirs
                self.feedback,
                self.threads,
                self.inbox,
                self.channels,
                self.confirmations,
                self.audit_log,
                self.handovers,
            ),
            person,
        )
        return questions

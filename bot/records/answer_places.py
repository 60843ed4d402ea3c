"""Where answers stand: the messages that the inbox notes for each question, so that another run finds them."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.records.database import Database
from bot.records.inbox import INBOX, AskedQuestion, question_of, row_of


class AnswerPlaces:
    """The messages of answers, by ts. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, question: AskedQuestion, messages: Sequence[str]) -> None:
        """Note the messages that a question's answer stands in or is being streamed into."""
        await self._database.change(row_of(question).values(answer_ts=" ".join(messages)))

    async def of_others(self, question: AskedQuestion) -> frozenset[str]:
        """The messages of a question's thread that were noted as the answers to other questions in it."""
        place = (INBOX.c.team == question.team) & (INBOX.c.channel == question.channel)
        others = place & (INBOX.c.thread_ts == question.thread_ts) & (INBOX.c.key != question.key)
        rows = await self._database.rows(sa.select(INBOX.c.answer_ts).where(others))
        return frozenset(ts for row in rows for ts in row["answer_ts"].split())

    async def note_remains(self, question: AskedQuestion, ts: str) -> None:
        """Note a message of an answer's that is to be deleted as soon as Slack lets it."""
        more = sa.func.trim(INBOX.c.remains + " " + ts)
        await self._database.change(row_of(question).values(remains=more))

    async def remains(self) -> list[tuple[AskedQuestion, tuple[str, ...]]]:
        """The messages that are to be deleted, with the question that each was an answer to."""
        rows = await self._database.rows(sa.select(INBOX).where(INBOX.c.remains != ""))
        return [(question_of(row), tuple(row["remains"].split())) for row in rows]

    async def remains_cleared(self, question: AskedQuestion) -> None:
        """Nothing of the question's answer is left to be deleted."""
        await self._database.change(row_of(question).values(remains=""))

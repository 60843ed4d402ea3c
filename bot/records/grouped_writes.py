"""Writes that arrive at the same time, in one transaction before all others: the disk is waited for once, not once for each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.database import AlreadyThere, Database
from bot.records.turns import urgently

MOST = 200
"""Writes of one transaction."""

Item = TypeVar("Item")
Write = Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[bool]]]


class GroupedWrites(Generic[Item]):
    """Writes items, those that wait together in one transaction, which is committed before any of their `run` returns.

    `write` writes some of them and returns a result for each, in their order. It may be called again with the same items,
    where another process has written the same rows meanwhile.
    """

    def __init__(self, database: Database, write: Write[Item]) -> None:
        self._database = database
        self._write_items = write
        self._waiting: list[tuple[Item, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def run(self, item: Item) -> bool:
        """The result of the item, when it is on the disk. Raises RecordsUnavailable when the database does not answer."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await done

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                results = await self._write([item for item, _ in group])
            except Exception as error:  # noqa: BLE001  whoever waits for a write gets what it raised
                for _, done in group:
                    if not done.done():
                        done.set_exception(error)
                continue
            for (_, done), result in zip(group, results, strict=True):
                if not done.done():
                    done.set_result(result)

    async def _write(self, items: Sequence[Item]) -> Sequence[bool]:
        while True:
            try:
                with urgently():
                    async with self._database.begin() as connection:
                        return await self._write_items(connection, items)
            except AlreadyThere:  # another process has just written one of the rows, which is there now
                continue

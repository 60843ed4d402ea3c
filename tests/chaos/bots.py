"""The bot as real processes, started by its own command, killed and stopped."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 30.0
CONNECTED = b"Connected to Slack."


class BotProcess:
    """One place where the bot runs: a folder with its data and its log, and a process that is started again and again.

    `ended_alone` counts the processes that ended without having been told to; a supervisor starts those again, too.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "CAREERBOT_HOME": str(folder), "OMP_NUM_THREADS": "1",
            "DATA_DIR": str(folder / "data"), **environment,
        }  # fmt: skip
        self._log = folder / "log"
        self._process: asyncio.subprocess.Process | None = None
        self._supervising: asyncio.Task[None] | None = None
        self._wanted = False
        self._log_from = 0
        self.ended_alone = 0
        self.slowest_stop = 0.0

    async def run(self, *arguments: str) -> None:
        """Run a command of the bot's to its end."""
        process = await self._spawn(arguments)
        if await process.wait():
            raise RuntimeError(f"careerbot {' '.join(arguments)} failed; see {self._log}")

    async def start(self) -> None:
        """Start the bot, and start it again whenever it ends."""
        self._wanted = True
        self._log_from = self._log.stat().st_size if self._log.exists() else 0
        self._process = await self._spawn(["run"])
        self._supervising = asyncio.create_task(self._supervise(self._process))

    @property
    def is_connected(self) -> bool:
        """Whether the process at hand has said that it is connected."""
        with self._log.open("rb") as log:
            log.seek(self._log_from)
            return CONNECTED in log.read()

    def megabytes(self) -> int:
        """The memory that the process at hand holds, 0 where there is none."""
        with suppress(OSError):
            status = Path(f"/proc/{self._process.pid}/status").read_text() if self._process else ""
            return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) // 1024
        return 0

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for a process that does not end by it."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._end(signal.SIGTERM)
        except TimeoutError:
            await self._end(signal.SIGKILL)
        self.slowest_stop = max(self.slowest_stop, time.monotonic() - began)

    async def _end(self, how: signal.Signals) -> None:
        self._wanted = False
        if self._process and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()
        if self._supervising:
            await self._supervising

    async def _supervise(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        while self._wanted:
            self.ended_alone += 1
            await asyncio.sleep(1)
            if self._wanted:
                self._log_from = self._log.stat().st_size
                self._process = await self._spawn(["run"])
                if not self._wanted:  # told to end while it was being started
                    self._process.kill()
                await self._process.wait()

    async def _spawn(self, arguments: Sequence[str]) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", *arguments, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )  # fmt: skip


async def bots_in(folder: Path, processes: int, environment: dict[str, str]) -> list[BotProcess]:
    """Each with a folder of its own, as on machines of their own; one index is made and copied."""
    bots = []
    for number in range(processes):
        place = folder / f"bot-{number}"
        place.mkdir()
        if number and not environment.get("CHROMA_URL"):
            shutil.copytree(folder / "bot-0" / "data" / "index", place / "data" / "index")
        bots.append(BotProcess(place, environment))
        if not number:
            await bots[0].run("index")
    return bots


@asynccontextmanager
async def new_database(server: str, name: str) -> AsyncIterator[str]:
    """A new, empty database on a PostgreSQL server, in the place of one of this name."""
    connection = await asyncpg.connect(server)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await connection.close()
    yield f"{server.rpartition('/')[0]}/{name}"

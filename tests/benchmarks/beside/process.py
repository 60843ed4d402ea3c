"""A contestant's process: asked by lines of JSON, its computing time and the largest memory of it and its children measured from outside."""

import asyncio
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PROC = Path("/proc")
LOOK_SECONDS = 0.2
"""How often memory is looked at while a contestant works."""
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
LONGEST_LINE = 64 * 2**20


class ContestantFailed(Exception):
    """What a contestant said when it could not do what it was asked, or that its process ended."""


@dataclass(frozen=True)
class Spent:
    """What something cost: seconds by the clock, seconds of computing of the process and its children, and their largest memory
    together in MB. None where this system does not tell (it has no /proc).
    """

    seconds: float
    cpu: float | None
    megabytes: float | None


class Contestant:
    """`async with Contestant(name, command, environment) as one:` runs the command; `await one.ask(do=…)` asks it."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._folder = folder
        self._works = asyncio.Event()
        self.peak = 0.0
        """The largest memory until now, in MB."""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL if not os.environ.get("BENCH_SHOW") else None,
            cwd=self._folder,
            env=dict(self._environment),
            limit=LONGEST_LINE,
        )
        self._looking = asyncio.create_task(self._look())
        await self._line("start")
        self._note()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.cancel()
        if self._process.returncode is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """What the contestant answers. Raises ContestantFailed."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write((json.dumps({"do": do, **what}, ensure_ascii=False) + "\n").encode())
            await self._process.stdin.drain()
        except ConnectionError:
            raise ContestantFailed(f"{self.name} ended before {do}; BENCH_SHOW=1 shows what it says.") from None
        return await self._line(do)

    async def _line(self, do: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        self._works.set()
        line = await self._process.stdout.readline()
        self._works.clear()
        if not line:
            raise ContestantFailed(f"{self.name} ended during {do}; BENCH_SHOW=1 shows what it says.")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise ContestantFailed(f"{self.name} cannot {do}: {answer['error']}")
        return answer

    async def spent(self, do: str, **what: Any) -> tuple[dict[str, Any], Spent]:
        """What the contestant answers, and what that cost; the memory is the largest since the process began."""
        started, before = time.perf_counter(), _cpu(self._process.pid)
        answer = await self.ask(do, **what)
        self._note()
        seconds, after = time.perf_counter() - started, _cpu(self._process.pid)
        cpu = None if before is None or after is None else after - before
        return answer, Spent(seconds, cpu, self.peak or None)

    async def _look(self) -> None:
        while True:
            await self._works.wait()
            self._note()
            await asyncio.sleep(LOOK_SECONDS)

    def _note(self) -> None:
        self.peak = max(self.peak, megabytes(_tree(self._process.pid)))


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = [int(p) for t in (PROC / str(pid) / "task").iterdir() for p in (t / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(below for child in children for below in _tree(child))]


def megabytes(tree: Sequence[int]) -> float:
    """The memory of processes together in MB. Where there are several, pages that they share count once."""
    return sum(_shares(pid) if len(tree) > 1 else _resident(pid) for pid in tree) / 2**20


def _resident(pid: int) -> float:
    try:
        return int((PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * PAGE
    except OSError:
        return 0.0


def _shares(pid: int) -> float:
    """Resident bytes, those that others have too counted by this process's share; takes long to tell."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def _cpu(pid: int) -> float | None:
    """Seconds that a process and those below it have computed, with those that have ended."""
    found = [seconds for one in _tree(pid) if (seconds := _cpu_of_one(one)) is not None]
    return sum(found) if found else None


def _cpu_of_one(pid: int) -> float | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return sum(map(int, fields[11:15])) / TICKS

"""Files read in a child process with a limit of time and of memory: one that harms its reader harms nothing else."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from knowledge.documents.worker import TOO_MUCH

SECONDS = 15.0
"""How long a file may take. The slowest of 300 real career documents took two, on a busy machine."""
MEMORY = 450 * 1024 * 1024
"""Bytes of memory that reading may take, beside the programs themselves."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
"""What a child gets of the environment: it reads what strangers wrote, so it gets no key and no token."""


@dataclass(frozen=True)
class _Child:
    process: "subprocess.Popen[bytes]"
    requests: IO[bytes]
    answers: IO[bytes]

    def end(self) -> None:
        """Kill it and leave nothing of it."""
        self.process.kill()
        for pipe in (self.requests, self.answers):
            with suppress(OSError):
                pipe.close()
        self.process.wait()


@dataclass
class ReadingProcess:
    """A child process that reads files one after another; one that is lost is replaced for the next file.

    A context manager: at its end the process is gone.
    """

    seconds: float = SECONDS
    memory: int = MEMORY
    _child: _Child | None = field(default=None, init=False)
    _used: bool = field(default=False, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self, path: Path) -> Mapping[str, Any]:
        """What `knowledge.documents.worker` says of a file: `markdown`, `fields` and `notes`, or `unreadable` with the reason."""
        child = self._running()
        fresh, self._used = not self._used, True
        told = self._told(child, path)
        if told.get("exhausted") and not fresh:  # by what was read before, perhaps
            self._end()
            return self.read(path)
        return told

    def _told(self, child: _Child, path: Path) -> Mapping[str, Any]:
        line = b""
        with suppress(OSError):
            child.requests.write(json.dumps({"path": os.fspath(path)}).encode() + b"\n")
            child.requests.flush()
            line = self._line(child)
        told = dict(json.loads(line)) if line.endswith(b"\n") else {}
        if told and not told.get("exhausted"):
            return told
        timed_out = not told and child.process.poll() is None
        self._end()
        if timed_out:
            return {"unreadable": f"reading it took more than {self.seconds:.0f} s; split it or save it in another format"}  # fmt: skip
        return {"unreadable": TOO_MUCH, "exhausted": True}

    def _running(self) -> _Child:
        if self._child is None or self._child.process.poll() is not None:
            self._end()
            environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
            process = subprocess.Popen(  # noqa: S603  # our own worker, by its own name
                [sys.executable, "-m", "knowledge.documents.worker", str(self.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**environment, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
            )
            if process.stdin is None or process.stdout is None:
                raise OSError("the pipes of a child process are missing")
            self._child = _Child(process, process.stdin, process.stdout)
        return self._child

    def _line(self, child: _Child) -> bytes:
        """The answer of the process, or what came of it until its time was over or it ended."""
        found = bytearray()
        deadline = time.monotonic() + self.seconds
        with selectors.DefaultSelector() as selector:
            selector.register(child.answers, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    break
                part = os.read(child.answers.fileno(), 1 << 20)
                if not part:
                    child.process.wait()
                    break
                found += part
        return bytes(found)

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child, self._used = None, False

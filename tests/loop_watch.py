"""Tells which callbacks hold up an event loop: while one computes, nobody's question is acknowledged."""

import asyncio
import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

LIMIT = 0.05
"""Seconds of computing that one callback may take, on a machine that is not slower than `_USUAL`. Computing time, not the clock's."""
_USUAL = 0.01
"""Seconds that the piece of work by which machines are compared takes on a machine of the year 2022."""
_SAMPLE_SECONDS = 0.01
_FRAMES_OF_OTHERS = ("asyncio", "pytest", "pluggy", "xdist", "execnet", "loop_watch.py")


@dataclass(frozen=True)
class SlowCallback:
    """A callback that computed for so many seconds, and where it was seen at it: files and lines."""

    name: str
    seconds: float
    seen: tuple[str, ...]

    def __str__(self) -> str:
        where = "".join(f"\n    {line}" for line in self.seen)
        return f"{self.name} computed for {self.seconds * 1000:.0f} ms{where}"


@dataclass
class LoopWatch:
    """What was seen of the loops of this thread. Steps of tests themselves are not looked at.

    The garbage collector's rounds do not count: here they go through what the tests keep, too (see `settle_heap`).
    """

    slowness: Callable[[], float]
    slow: list[SlowCallback] = field(default_factory=list)
    _current: tuple[Any, float] | None = None
    _stacks: dict[str, int] = field(default_factory=dict)
    _collecting: float = 0.0
    _collection_began: float = 0.0

    def run(self, handle: asyncio.Handle, original: Any) -> None:
        """Run a callback and note it if it computed for too long."""
        code = _code_of(handle)
        if code is not None and _is_the_tests(code):
            original(handle)
            return
        began, self._collecting = time.thread_time(), 0.0
        self._current = (handle, time.monotonic())
        try:
            original(handle)
        finally:
            self._current = None
            seconds = time.thread_time() - began - self._collecting
            stacks, self._stacks = self._stacks, {}
            if seconds > LIMIT and seconds > LIMIT * self.slowness():  # measured now: other work comes and goes
                name = code.co_qualname if code else repr(handle)
                seen = sorted(stacks, key=lambda place: -stacks[place])
                self.slow.append(SlowCallback(name, seconds, tuple(seen)))

    def collecting(self, phase: str, _: object) -> None:
        """A round of the garbage collector begins or ends."""
        if phase == "start":
            self._collection_began = time.thread_time()
        else:
            self._collecting += time.thread_time() - self._collection_began

    def sample(self, thread: int, ended: threading.Event) -> None:
        """Note now and then where a callback that takes long is."""
        while not ended.wait(_SAMPLE_SECONDS):
            current = self._current
            if current and time.monotonic() - current[1] > LIMIT / 2 and (frame := sys._current_frames().get(thread)):
                for place in _ours(frame):
                    self._stacks[place] = self._stacks.get(place, 0) + 1


def slowness() -> float:
    """How many times longer than usual this machine, as it is loaded, takes for a fixed piece of work; at least once as long."""
    took = []
    for _ in range(5):
        began = time.thread_time()
        sorted(str(number * 7919 % 10007) for number in range(10_000))
        took.append(time.thread_time() - began)
    return max(1.0, max(took) / _USUAL)


@contextmanager
def watching_loops(slowness: Callable[[], float] = slowness) -> Iterator[LoopWatch]:
    """While this lasts, callbacks of event loops in this thread are timed, on a machine that is so many times slower than usual."""
    watch, ended, home = LoopWatch(slowness), threading.Event(), threading.get_ident()
    original = asyncio.Handle._run

    def run(self: asyncio.Handle) -> None:
        if threading.get_ident() == home:
            watch.run(self, original)
        else:
            original(self)

    asyncio.Handle._run = run  # type: ignore[method-assign]
    sampler = threading.Thread(target=watch.sample, args=(home, ended), daemon=True)
    sampler.start()
    gc.callbacks.append(watch.collecting)
    try:
        yield watch
    finally:
        gc.callbacks.remove(watch.collecting)
        asyncio.Handle._run = original  # type: ignore[method-assign]
        ended.set()
        sampler.join()


def _code_of(handle: asyncio.Handle) -> CodeType | None:
    """The code of the task that a callback steps on, or of the function that it is."""
    callback = handle._callback  # type: ignore[attr-defined]
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return getattr(owner.get_coro(), "cr_code", None)
    return getattr(callback, "__code__", None)


def _is_the_tests(code: CodeType) -> bool:
    """Whether it is a test's own or the test servers', which aiohttp runs."""
    return "/tests/" in code.co_filename or code.co_filename.endswith("aiohttp/web_protocol.py")


def _ours(frame: FrameType) -> list[str]:
    return [
        f"{summary.filename.rpartition('/work/')[2]}:{summary.lineno} {summary.name}"
        for summary in traceback.extract_stack(frame)
        if not any(part in summary.filename for part in _FRAMES_OF_OTHERS)
    ][-14:]

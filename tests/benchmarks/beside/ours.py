"""This project, asked in the way of the others: what `careerbot index`, search and answers do, over one folder of guides."""

import asyncio
import os
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from bot.answering.advisor import Advisor
from bot.answering.conversation import Answer, Conversation
from bot.composition import Application
from bot.settings import Settings
from tests.benchmarks.beside.protocol import serve

Asked = Mapping[str, Any]
T = TypeVar("T")


class Ours:
    """The application over a folder that its data are in. Without a model it quotes."""

    def __init__(self, data: str) -> None:
        self._data = Path(data)
        self._loop = asyncio.new_event_loop()

    def index(self, asked: Asked) -> Asked:
        """Make the index of a folder."""
        self._data.mkdir(parents=True, exist_ok=True)
        (self._data / "folder").write_text(asked["folder"], encoding="utf-8")
        return {"passages": self._application().sync(lambda *_: None).passages}

    def open(self, _: Asked) -> Asked:
        """Get the index ready to be searched."""
        self._opened = self._application()
        self._searcher = self._opened.searcher()
        return {"passages": len(self._searcher._reader.snapshot().passages)}

    @cached_property
    def _advisor(self) -> Advisor:
        return self._opened.advisor()

    @cached_property
    def _quoting(self) -> Advisor:
        return self._application(model=False).advisor()

    def search(self, asked: Asked) -> Asked:
        """The best passages for the last turn."""
        hits = self._run(self._searcher.search(asked["turns"][-1], asked["k"]))
        return {"found": [_passage(hit.passage) for hit in hits]}

    def quote(self, asked: Asked) -> Asked:
        """What is answered without a model."""
        answer: Answer = self._run(self._quoting.answer(Conversation.of(asked["turns"])))
        return {"answer": answer.text, "coverage": answer.coverage.value}

    def answer(self, asked: Asked) -> Asked:
        """What is answered with the model, and when its first checked sentence could be shown."""
        started, seen = time.perf_counter(), list[float]()

        async def see(*_: object) -> None:
            seen.append(time.perf_counter())

        answer: Answer = self._run(self._advisor.answer(Conversation.of(asked["turns"]), see))
        first = (seen[0] if seen else time.perf_counter()) - started
        told = {"answer": answer.text, "coverage": answer.coverage.value, "mode": answer.receipt.mode}
        return told | {"first_ms": first * 1000}

    def burst(self, asked: Asked) -> Asked:
        """Answers to many questions, so many at once."""

        async def answered() -> list[Answer]:
            limit = asyncio.Semaphore(asked["at_once"])

            async def one(turns: Sequence[str]) -> Answer:
                async with limit:
                    return await self._advisor.answer(Conversation.of(turns))

            return await asyncio.gather(*map(one, asked["questions"]))

        return {"answers": sum(bool(answer.text) for answer in self._run(answered()))}

    def _application(self, *, model: bool = True) -> Application:
        settings = Settings.load(_env_file=None, data_dir=self._data)
        guides = Path((self._data / "folder").read_text(encoding="utf-8"))
        return Application(
            settings if model and os.environ.get("OPENAI_BASE_URL") else settings.without_model(), guides
        )

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)


def _passage(passage: Any) -> dict[str, str]:
    return {"guide": passage.guide.path, "heading": " > ".join(passage.heading), "text": passage.text}


if __name__ == "__main__":
    ours = Ours(sys.argv[1])
    serve({name: getattr(ours, name) for name in ("index", "open", "search", "quote", "answer", "burst")})

"""`make bench`: what the product costs in time and memory on this machine. It judges nothing; machines differ.

python -m tests.benchmarks [startup] [search] [checking] [model] [slack] [overload] [throughput] [streaming] [index] [beside] [capacity]

`beside` measures what people would pick instead, too, with options of its own (tests/benchmarks/beside/runner.py); `capacity` is
index and search at 100,000 passages, or at `--passages=N`, with the arithmetic of a company (tests/benchmarks/capacity.py). `throughput` needs
a PostgreSQL server whose user may create databases, named by TEST_POSTGRES_URL.
"""

import asyncio
import inspect
import json
import logging
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.answering.checking import Checker
from bot.answering.conversation import Conversation
from bot.answering.model_output import Form, Piece
from bot.answering.quoting import Quoter
from bot.slack.app import SlackBot
from bot.slack.questions.stopped_mark import STOPPED
from knowledge.documents.reading import GuideFolders
from knowledge.index.store import IndexStore
from knowledge.index.syncing import sync
from knowledge.search.encoder import LocalEncoder
from knowledge.search.reader import Reader
from knowledge.search.searcher import Searcher
from tests.benchmarks.beside.runner import beside
from tests.benchmarks.capacity import capacity
from tests.benchmarks.overload import overload
from tests.benchmarks.throughput import throughput
from tests.bot.slack.questions.test_streaming import DUTIES, SENTENCES, Held
from tests.bot.slack.scene import MENTION, MODEL, PAY_SAID, composer_at, running, saying
from tests.building import advisor_over, searcher_over
from tests.evals.__main__ import SHARED
from tests.openai_server import OpenAIServer
from tests.slack_server import SlackServer

ROOT = Path(__file__).parents[2]
OUR_GUIDES = ROOT / "knowledge" / "guides"
QUESTION = "what does a senior backend engineer earn?"


def main(arguments: Sequence[str]) -> None:
    """Run the named benchmarks, or all; options are those of `beside` and `capacity`. What the bot logs under such a load would hide the figures."""
    logging.disable(logging.CRITICAL)
    names = [one for one in arguments if not one.startswith("--")]
    options = [one for one in arguments if one.startswith("--")]
    large = {"beside": lambda: asyncio.run(beside(options)), "capacity": lambda: capacity(options)}
    for name, benchmark in (BENCHMARKS | large).items():
        if not names or name in names:
            print(asyncio.run(benchmark()) if inspect.iscoroutinefunction(benchmark) else benchmark(), flush=True)


def startup() -> str:
    """A question from process start to answer, three times, and the memory of the largest of them."""
    command = [sys.executable, "-m", "bot", "ask", QUESTION]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    seconds = [
        _seconds(lambda: subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)) for _ in range(3)
    ]
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return f"ask, process start to answer: median {statistics.median(seconds):.2f} s, at most {megabytes:.0f} MB"


async def search() -> str:
    """Search, and search with quoting, over the product's guide and over the corpus; the question's vector included."""
    with tempfile.TemporaryDirectory() as folder:
        own = await _searched(
            _searcher(Path(folder)), [QUESTION, "which cities are popular?", "do I need a degree"] * 20
        )
    if not SHARED.is_dir():
        return f"{own}\nsearch over the corpus: skipped, {SHARED} is not on this machine"
    corpus = searcher_over(ROOT / "data" / "benchmark", SHARED / "corpus", LocalEncoder())
    lines = (SHARED / "corpus-questions.jsonl").read_text().splitlines()
    return f"{own}\n{await _searched(corpus, [json.loads(line)['turns'][-1] for line in lines])}"


async def _searched(searcher: Searcher, questions: Sequence[str]) -> str:
    quoter, found, quoted = Quoter(Reader()), list[float](), list[float]()
    quoter.quote(questions[0], await searcher.search(questions[0], 14))
    for question in questions:
        started = time.perf_counter()
        hits = await searcher.search(question, 14)
        found.append((time.perf_counter() - started) * 1000)
        quoter.quote(question, hits)
        quoted.append((time.perf_counter() - started) * 1000)
    passages = len(searcher._reader.snapshot().passages)
    return f"over {passages} passages, search: {_spread(found, 'ms')}; search and quoting: {_spread(quoted, 'ms')}"


async def checking() -> str:
    """A sentence of a model against fourteen passages."""
    encoder = LocalEncoder()
    with tempfile.TemporaryDirectory() as folder:
        passages = [hit.passage for hit in await _searcher(Path(folder)).search(QUESTION, 14)]
    checker, milliseconds = Checker(encoder), list[float]()
    checker.judge(Piece(Form.SENTENCE, SENTENCES[0]), passages)
    for sentence in SENTENCES * 5:
        started = time.perf_counter()
        checker.judge(Piece(Form.SENTENCE, sentence), passages)
        milliseconds.append((time.perf_counter() - started) * 1000)
    return f"checking a sentence: {_spread(milliseconds, 'ms')}"


def index() -> str:
    """The corpus indexed from nothing, and again with nothing changed."""
    if not SHARED.is_dir():
        return f"index: skipped, {SHARED} is not on this machine"
    encoder = LocalEncoder()
    with tempfile.TemporaryDirectory() as folder:
        store = IndexStore(Path(folder))
        first = _seconds(lambda: sync(store, GuideFolders((SHARED / "corpus",)), encoder))
        again = _seconds(lambda: sync(store, GuideFolders((SHARED / "corpus",)), encoder))
    return f"index of the corpus: {first:.0f} s from nothing, {again:.1f} s with nothing changed"


async def model() -> str:
    """Fifty questions at once to a model that takes two seconds for each, and whose sentence stands."""
    with tempfile.TemporaryDirectory() as folder:
        async with OpenAIServer(saying(PAY_SAID), delay=2.0) as server:
            advisor = advisor_over(_searcher(Path(folder)), LocalEncoder(), composer_at(server, 30))
            await advisor.answer(Conversation.of([QUESTION]))
            started = time.perf_counter()
            answers = await asyncio.gather(*(advisor.answer(Conversation.of([QUESTION])) for _ in range(50)))
            seconds = time.perf_counter() - started
    composed = sum(answer.receipt.mode == MODEL for answer in answers)
    return f"50 questions at once, a model of 2 s: all answered in {seconds:.2f} s, {composed} of them by the model"


async def slack() -> str:
    """Two hundred questions through the test Slack server, each delivered twice."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        searcher = _searcher(folder)
        async with SlackServer() as server, running(server, advisor_over(searcher, LocalEncoder()), folder, searcher):
            server.add_channel("C1")

            async def ask_all() -> None:
                for _ in range(200):
                    await server.say("C1", f"{MENTION} {QUESTION}", times=2)
                await server.until(lambda: len(server.answers("C1")) >= 200, seconds=120)

            seconds = await _timed(ask_all)
            await server.settled()
            calls = len(server.calls) / 200
            answers = len(server.answers("C1"))
            late = sum(envelope.attempt > 0 for envelope in server.delivered)
    return (
        f"200 questions in Slack, each delivered twice: {answers} answers in {seconds:.1f} s, {calls:.1f} calls each, "
        f"{late} deliveries again because they were not acknowledged in time"
    )


async def streaming() -> str:
    """How soon the status, the first checked sentence and the effect of the stop button are seen in Slack."""
    status, first, calls = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        searcher = _searcher(folder)
        async with OpenAIServer(saying(*SENTENCES)) as server, SlackServer() as slack:
            slack.add_dm("D1")
            async with running(
                slack, advisor_over(searcher, LocalEncoder(), composer_at(server)), folder, searcher
            ) as bot:
                for _ in range(40):
                    before, complete = len(slack.calls), _first_sentence(server)
                    await slack.say("D1", DUTIES)
                    asked = slack.delivered[-1].at
                    await slack.until(lambda n=before: len(slack.calls) > n)  # type: ignore[misc]
                    await bot.worker.idle(5)
                    made = {call.method: call.at for call in slack.calls[before:]}
                    calls.append(len(slack.calls) - before)
                    status.append((made["assistant.threads.setStatus"] - asked) * 1000)
                    first.append((made["chat.startStream"] - complete.pop()) * 1000)
                stopped = [await _stopped(slack, server, bot) for _ in range(10)]
    return "\n".join(
        [
            f"status after the event: {_spread(status, 'ms')}",
            f"first checked sentence after the model has ended it: {_spread(first, 'ms')}",
            f"calls for a streamed answer of {len(' '.join(SENTENCES).split())} words: {max(calls)} at most",
            f"stop button to the message marked as stopped: {_spread(stopped, 'ms')}",
        ]
    )


def _first_sentence(server: OpenAIServer) -> list[float]:
    """When the model sends what follows on its first sentence, put into a list as it happens."""
    complete: list[float] = []
    ended = False

    async def note(piece: str) -> None:
        nonlocal ended
        if ended and not complete:
            complete.append(time.monotonic())
        ended = piece.rstrip().endswith(".")

    server.before_piece = note
    return complete


async def _stopped(slack: SlackServer, server: OpenAIServer, bot: SlackBot) -> float:
    """Milliseconds from the press of the stop button until the streaming message says that it was stopped."""
    held = Held(server)
    before = len(slack.answers("D1"))
    ts = await slack.say("D1", DUTIES)
    await slack.until(lambda: len(slack.answers("D1")) > before)
    started = time.perf_counter()
    await slack.press_stop("D1", ts)
    await slack.until(lambda: STOPPED in str(slack.answers("D1")[-1]))
    milliseconds = (time.perf_counter() - started) * 1000
    held.go.set()
    await bot.worker.idle(5)
    return milliseconds


def _searcher(folder: Path) -> Searcher:
    return searcher_over(folder / "index", OUR_GUIDES, LocalEncoder())


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


async def _timed(act: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await act()
    return time.perf_counter() - started


def _spread(values: Sequence[float], unit: str) -> str:
    ordered = sorted(values)
    return f"median {statistics.median(ordered):.1f} {unit}, 95th percentile {ordered[int(len(ordered) * 0.95)]:.1f} {unit}"


BENCHMARKS = {
    "startup": startup,
    "search": search,
    "checking": checking,
    "model": model,
    "slack": slack,
    "overload": overload,
    "throughput": throughput,
    "streaming": streaming,
    "index": index,
}


if __name__ == "__main__":
    main(sys.argv[1:])

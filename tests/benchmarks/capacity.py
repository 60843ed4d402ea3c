"""Index and search at 100,000 passages, in a process of its own.

make bench BENCH='capacity [--passages=N] [--index=FOLDER]'; in this module: python -m tests.benchmarks.capacity COUNT [FOLDER]

The passages are made of the statements of a real index, taken anew at random for each: `FOLDER` is one (`data/index`, for example);
without it the project's held-out guides are indexed first. Embedding is one pass
of MiniLM for each passage, so it is measured for some and counted for all; a recombined passage has the vectors of its statements, and
their mean as its own. Everything after it (Chroma, BM25, files) and search are measured with all passages there.
"""

import asyncio
import hashlib
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bot.answering.quoting import Quoter
from bot.settings import Settings
from knowledge.documents.reading import GuideFolders
from knowledge.index.contents import Contents
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.index.writing import writing
from knowledge.passages import Guide, Passage
from knowledge.search.encoder import Encoded, LocalEncoder
from knowledge.search.reader import Reader
from knowledge.search.searcher import Searcher
from knowledge.statements import statements
from tests.benchmarks.company import Company, Costs, load
from tests.evals.__main__ import HELD_OUT

SEED = 20261127
SAMPLE = 60
"""Passages whose embedding is measured."""
PER_GUIDE = 25
QUESTIONS = 60
PASSAGES = 100_000
QUESTION_SECONDS, PROMPT_TOKENS, SLACK_CALLS = 4.0, 2_100.0, 4.0
"""Of an answer by a model that takes some three seconds: how long it is at work, tokens of its prompts, Slack calls (measured by `beside`)."""
MOST_AT_ONCE = int(Settings.model_fields["max_concurrent"].default)
Stock = Sequence[tuple[Passage, str, Any]]
"""Statements with the passages that they are from and their vectors."""


def capacity(options: Sequence[str]) -> str:
    """The figures of a process of its own, and what a company of 100,000 people asks for by them."""
    given = dict(one.removeprefix("--").partition("=")[::2] for one in options if "=" in one)
    command = [sys.executable, "-m", "tests.benchmarks.capacity", given.get("passages", str(PASSAGES))]
    told = subprocess.run(
        [*command, *([given["index"]] if "index" in given else [])], check=True, capture_output=True, text=True
    )
    figures = json.loads(told.stdout)
    asked = load(Company(passages=figures["passages"]), costs_of(figures))
    return f"{told.stdout.strip()}\nA company of {Company().people:,} people: {json.dumps(asdict(asked), indent=2)}"


def costs_of(figures: Mapping[str, float]) -> Costs:
    """The costs of a company's questions from what was measured here; the rest is this version's (docs/capacity.md)."""
    return Costs(
        question_cpu=figures["answer_cpu_ms"] / 1000,
        question_seconds=QUESTION_SECONDS,
        megabytes=figures["megabytes_serving"],
        index_cpu=figures["embedding_cpu_seconds"] + figures["writing_cpu_seconds"],
        prompt_tokens=PROMPT_TOKENS,
        slack_calls=SLACK_CALLS,
        at_once=MOST_AT_ONCE,
    )


def main(arguments: Sequence[str]) -> None:
    """Print the figures as JSON."""
    count = int(arguments[0])
    source = Path(arguments[1]) if len(arguments) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        encoder = LocalEncoder()
        store = IndexStore(source) if source else _held_out(Path(folder, "source"), encoder)
        print(json.dumps(measured(store, encoder, count, Path(folder, "large")), indent=2))


def measured(source: IndexStore, encoder: LocalEncoder, count: int, folder: Path) -> dict[str, float]:
    """Seconds of computing, MB and milliseconds at `count` passages made of those of another index."""
    snapshot = IndexReader(source).snapshot()
    some = snapshot.passages[:: max(1, len(snapshot.passages) // SAMPLE)]
    embedding = _cpu_of(lambda: encoder.encode(some)) / len(some)
    stock = stock_of(snapshot.passages, snapshot.statement_vectors)
    passages, encoded = recombined(stock, count)
    store = IndexStore(folder)
    before = _megabytes()
    with writing(store) as right:
        write = _cpu_of(lambda: store.write(Contents(passages), encoded, encoder.name, None, right))
    written = _megabytes()
    found = _served(folder, [_question(passage) for passage in passages[:: max(1, count // QUESTIONS)]])
    return {
        "passages": count,
        "statements": sum(len(one.statements) for one in encoded),
        "embedding_cpu_ms_a_passage": round(embedding * 1000, 2),
        "embedding_cpu_seconds": round(embedding * count, 1),
        "writing_cpu_seconds": round(write, 1),
        "megabytes_before_writing": round(before),
        "megabytes_after_writing": round(written),
        "disk_megabytes": round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20),
        **found,
    }


def stock_of(passages: Sequence[Passage], vectors: Any) -> Stock:
    """The statements of passages with their vectors, which stand in the same order."""
    told = [(passage, one.text) for passage in passages for one in statements(passage)]
    return [(passage, text, vector) for (passage, text), vector in zip(told, vectors, strict=True)]


def recombined(stock: Stock, count: int) -> tuple[tuple[Passage, ...], list[Encoded]]:
    """Passages of three to eight statements each, taken at random, the same in every run."""
    chance = random.Random(SEED)
    passages, encoded = list[Passage](), list[Encoded]()
    for number in range(count):
        taken = chance.sample(stock, min(len(stock), chance.randint(3, 8)))
        passage = _passage(number, taken)
        own = [vector for _, _, vector in taken][: len(statements(passage))]
        own += [own[-1]] * (len(statements(passage)) - len(own))
        mean = np.mean(own, axis=0)
        passages.append(passage)
        encoded.append(Encoded((mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32), np.array(own)))
    return tuple(passages), encoded


def _passage(number: int, taken: Stock) -> Passage:
    guide = Guide(f"guide-{number // PER_GUIDE:06}.md", f"Guide {number // PER_GUIDE}")
    text = "\n\n".join(text for _, text, _ in taken)
    place = hashlib.sha256(str(number).encode()).hexdigest()
    return Passage(place[:20], guide, (guide.title, *taken[0][0].heading[-1:]), text, number % PER_GUIDE, place)


def _question(passage: Passage) -> str:
    return " ".join(passage.text.split()[:10])


def _served(folder: Path, questions: Sequence[str]) -> dict[str, float]:
    """What `serving` tells, from a process that has done nothing else."""
    code = "import json, sys; from tests.benchmarks.capacity import serving; print(json.dumps(serving(sys.argv[1], sys.argv[2:])))"
    told = subprocess.run(
        [sys.executable, "-c", code, str(folder), *questions], check=True, capture_output=True, text=True
    )
    return dict(json.loads(told.stdout))


def serving(folder: str, questions: Sequence[str]) -> dict[str, float]:
    """Opening, searching and quoting an index: the first question opens it and is told apart."""
    searcher, quoter = Searcher(IndexReader(IndexStore(Path(folder))), LocalEncoder()), Quoter(Reader())
    opening, *rest = [_asked(searcher, quoter, question) for question in questions]
    return {
        "opening_seconds": round(opening[0], 2),
        "search_ms": round(statistics.median(one[0] for one in rest) * 1000, 1),
        "search_cpu_ms": round(statistics.median(one[1] for one in rest) * 1000, 1),
        "answer_cpu_ms": round(statistics.median(one[2] for one in rest) * 1000, 1),
        "megabytes_serving": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _asked(searcher: Searcher, quoter: Quoter, question: str) -> tuple[float, float, float]:
    """Seconds of a search by the clock and of computing, and of computing with the quotes from it."""
    wall, cpu = time.perf_counter(), time.process_time()
    hits = asyncio.run(searcher.search(question, 14))
    found = time.perf_counter() - wall, time.process_time() - cpu
    quoter.quote(question, hits)
    return *found, time.process_time() - cpu


def _held_out(folder: Path, encoder: LocalEncoder) -> IndexStore:
    store = IndexStore(folder)
    sync(
        store,
        GuideFolders(
            (
                HELD_OUT / "hr" / "guides",
                HELD_OUT / "hs" / "guides",
            )
        ),
        encoder,
    )
    return store


def _cpu_of(act: Any) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main(sys.argv[1:])

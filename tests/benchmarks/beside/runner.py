"""`make bench BENCH=beside`: the same documents, weights, questions and model through this project and what people would pick instead.

python -m tests.benchmarks beside [--small] [--part=N] [--write] [--reuse]

Each contestant runs in a process and an environment of its own, which is made at the first run (several gigabytes are fetched: two
recipes need torch). Questions are asked of all in turn, so that other work on the machine slows all alike. It judges nothing.
Without the shared evaluation data the project's own held-out guides are used. `--small` asks few questions over few documents,
`--part=N` those about N files of the corpus over these files alone, `--write` puts the figures into docs, `--reuse` takes the indexes that the last run made, with what they cost then.
"""

import asyncio
import dataclasses
import json
import os
import shutil
import statistics
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from knowledge.minilm.model import tokenizer
from tests.benchmarks.beside import environments, reporting, slack_calls
from tests.benchmarks.beside.figures import OURS, RECIPE, Figures, as_json
from tests.benchmarks.beside.floor import floor
from tests.benchmarks.beside.process import Contestant, Spent
from tests.benchmarks.beside.reading_model import ReadingModel
from tests.benchmarks.beside.subjects import ROOT, Subject, subjects
from tests.evals import measures
from tests.evals.__main__ import MODEL_SETTINGS, SHARED, shared_scorer
from tests.openai_server import KEY, OpenAIServer
from tests.slack_server.workspace import APP_TOKEN, BOT_TOKEN

ADAPTERS = {
    RECIPE: "langchain_recipe",
    "LlamaIndex's starter": "llamaindex_starter",
    "Slack's sample": "slack_sample",
}
SAMPLE = "Slack's sample"
MODELS = ("gpt-5.4-mini", "gpt-4o-mini", "gpt-4.1-mini")
HERE = Path(__file__).parent
K = 8
"""Passages that are looked at for how well is found."""
PACED, BURST, AT_ONCE, IN_SLACK = 20, 40, 8, 5
"""Questions to a model that takes its time, questions at once, how many of them at a time, and questions in Slack."""
DELAY, PACE = 0.5, 0.02
"""Seconds until the model begins, and seconds a word."""


class Beside:
    """One run: the contestants, the model that they ask, and what has been measured of them so far."""

    def __init__(self, server: OpenAIServer, model: ReadingModel, *, reuse: bool) -> None:
        self._server = server
        self._model = model
        self._reuse = reuse

    async def measured(self, subject: Subject) -> dict[str, Figures]:
        """Everything about a subject."""
        figures = {name: Figures() for name in (OURS, *ADAPTERS)}
        for name in figures:
            figures[name] = await self._indexed(name, subject)
            _tell(f"{name}: {subject.name} indexed in {figures[name].index_seconds or 0:.1f} s")
        async with self._opened(subject, figures) as opened:
            await self._searched(subject, opened, figures)
            await self._asked(subject, opened, figures)
            if subject.thorough:
                await self._paced(subject, opened, figures)
                await self._hurried(subject, opened, figures)
        if subject.thorough:
            await self._in_slack(subject, figures)
        return figures

    async def _indexed(self, name: str, subject: Subject) -> Figures:
        """What the index costs, made from nothing in a process of its own."""
        folder = _data(name, subject)
        noted = folder.with_suffix(".json")
        if self._reuse and noted.is_file():
            return Figures(**json.loads(noted.read_text(encoding="utf-8")))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        async with self._contestant(name, subject) as one:
            told, spent = await one.spent("index", folder=str(subject.guides))
        made = _index_figures(told, spent) if told["passages"] else Figures()
        noted.write_text(json.dumps(dataclasses.asdict(made)), encoding="utf-8")
        return made

    @asynccontextmanager
    async def _opened(self, subject: Subject, figures: dict[str, Figures]) -> AsyncIterator[dict[str, Contestant]]:
        """All contestants at once, each started and asked its first question alone."""
        opened = dict[str, Contestant]()
        async with AsyncExitStack() as stack:
            for name in figures:
                started = asyncio.get_running_loop().time()
                one = opened[name] = await stack.enter_async_context(self._contestant(name, subject))
                await one.ask("open")
                await one.ask("search", turns=subject.questions[0]["turns"], k=K)
                seconds = asyncio.get_running_loop().time() - started
                figures[name] = dataclasses.replace(figures[name], start_seconds=seconds)
            yield opened

    async def _searched(self, subject: Subject, opened: Mapping[str, Contestant], figures: dict[str, Figures]) -> None:
        told: dict[str, dict[str, Any]] = {name: {} for name in opened}
        for question in subject.questions:
            for name, one in opened.items():
                told[name][question["id"]] = await one.ask("search", turns=question["turns"], k=K)
        for name, answers in told.items():
            found = measures.retrieval(
                subject.questions, {key: {"retrieved": one["found"]} for key, one in answers.items()}
            )
            figures[name] = dataclasses.replace(
                figures[name],
                search_ms=statistics.median(one["ms"] for one in answers.values()),
                search_cpu_ms=statistics.median(one["cpu_ms"] for one in answers.values()),
                search_megabytes=opened[name].peak or None,
                hit_1=found["hit@1"],
                hit_8=found["hit@8"],
            )
            _tell(f"{name}: {subject.name} searched, {figures[name].search_ms:.1f} ms")

    async def _asked(self, subject: Subject, opened: Mapping[str, Contestant], figures: dict[str, Figures]) -> None:
        """Answers without a model and with it; the model takes no time."""
        quoted: dict[str, dict[str, Any]] = {name: {} for name in opened if name != SAMPLE}
        answered: dict[str, dict[str, Any]] = {name: {} for name in opened}
        for question in subject.questions:
            self._model.questions = [question]
            for name, one in opened.items():
                if name in quoted:
                    quoted[name][question["id"]] = await one.ask("quote", turns=question["turns"])
                self._model.said.clear()
                answer = await one.ask("answer", turns=question["turns"])
                answered[name][question["id"]] = {**answer, **self._prompts(question)}
        for name in opened:
            figures[name] = dataclasses.replace(
                figures[name], **_worth(subject.questions, quoted.get(name, {}), answered[name])
            )
            _tell(f"{name}: {subject.name} answered, usefulness {figures[name].quoted} and {figures[name].answered}")
        _keep(subject, quoted, answered)

    def _prompts(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Of the requests for one answer: how many, their tokens together, whether one held what answers the question."""
        said = self._model.said
        return {
            "calls": len(said),
            "tokens": sum(len(tokenizer().encode(text).ids) for text in said),
            "held": any(self._model.knows(question, text) for text in said),
        }

    async def _paced(self, subject: Subject, opened: Mapping[str, Contestant], figures: dict[str, Figures]) -> None:
        """When the first and when all of an answer is there, of a model that takes half a second and writes 50 words a second."""
        times: dict[str, list[dict[str, Any]]] = {name: [] for name in opened}
        self._server.delay, self._server.pace = DELAY, PACE
        for question in subject.plain[:PACED]:
            self._model.questions = [question]
            for name, one in opened.items():
                times[name].append(await one.ask("answer", turns=question["turns"]))
        self._server.delay = self._server.pace = 0.0
        for name, every in times.items():
            figures[name] = dataclasses.replace(
                figures[name],
                first_ms=statistics.median(one["first_ms"] for one in every),
                whole_ms=statistics.median(one["ms"] for one in every),
            )

    async def _hurried(self, subject: Subject, opened: Mapping[str, Contestant], figures: dict[str, Figures]) -> None:
        """Answers a second where eight are asked for at a time and the model takes no time."""
        asked = (list(subject.plain) * BURST)[:BURST]
        self._model.questions = asked
        for name, one in opened.items():
            told = await one.ask("burst", questions=[question["turns"] for question in asked], at_once=AT_ONCE)
            figures[name] = dataclasses.replace(figures[name], per_second=told["answers"] / (told["ms"] / 1000))

    async def _in_slack(self, subject: Subject, figures: dict[str, Figures]) -> None:
        """Calls of Slack's, of the two that answer there."""
        some = subject.plain[:IN_SLACK]
        ours = await slack_calls.of_ours(subject.guides, _data(OURS, subject), self._server.url, KEY, self._model, some)
        async with slack_calls.SlackWithReactions() as slack, self._contestant(SAMPLE, subject, slack.url) as one:
            theirs = await slack_calls.of_sample(one, slack, self._model, some)
        for name, calls in ((OURS, ours), (SAMPLE, theirs)):
            figures[name] = dataclasses.replace(figures[name], slack_calls=calls)

    def _contestant(self, name: str, subject: Subject, slack: str = "") -> Contestant:
        data = str(_data(name, subject))
        if name == OURS:
            command = [sys.executable, "-m", "tests.benchmarks.beside.ours", data]
        else:
            adapter = ADAPTERS[name]
            command = [str(environments.make(adapter)), str(HERE / f"{adapter}.py"), data]
        return Contestant(name, command, _environment(self._server.url, slack), ROOT)


async def beside(options: Sequence[str] = ()) -> str:
    """Run everything and tell where the figures are."""
    for adapter in ADAPTERS.values():
        environments.make(adapter)
    model = ReadingModel()
    async with OpenAIServer(model.reply, models=MODELS) as server:
        run = Beside(server, model, reuse="--reuse" in options)
        sets = subjects(small="--small" in options, part=_part(options))
        every = {subject.name: await run.measured(subject) for subject in sets}
    main = sets[0]
    figures = every[main.name]
    texts = [
        path.read_text("utf-8", "replace")[:1000] for path in main.guides.rglob("*") if path.suffix in {".md", ".txt"}
    ]
    lowest = floor([question["turns"][-1] for question in main.questions], texts, figures[OURS].passages or 1)
    quality = {name: {who: reporting.quality(told) for who, told in found.items()} for name, found in every.items()}
    result = as_json(figures, lowest, quality, reporting.about(main, options))
    return reporting.reported(result, write="--write" in options)


def _part(options: Sequence[str]) -> int:
    return next((int(one.partition("=")[2]) for one in options if one.startswith("--part=")), 0)


def _index_figures(told: Mapping[str, Any], spent: Spent) -> Figures:
    return Figures(
        passages=told["passages"],
        index_seconds=spent.seconds,
        index_cpu=spent.cpu,
        index_megabytes=spent.megabytes,
    )


def _worth(
    questions: Sequence[Mapping[str, Any]], quoted: Mapping[str, Any], answered: Mapping[str, Any]
) -> dict[str, Any]:
    """What answers are worth (where the shared scorer is there), how long they are, and what their prompts were."""
    judge = shared_scorer().judge if SHARED.is_dir() else None
    known = [one["held"] for q in questions if (one := answered[q["id"]]) and q["kind"] != "unanswerable"]
    return {
        "quoted": measures.usefulness(questions, quoted, judge)["usefulness"] if judge and quoted else None,
        "answered": measures.usefulness(questions, answered, judge)["usefulness"] if judge else None,
        "quoted_words": statistics.median(len(one["answer"].split()) for one in quoted.values()) if quoted else None,
        "quote_cpu_ms": statistics.median(one["cpu_ms"] for one in quoted.values()) if quoted else None,
        "answer_cpu_ms": statistics.median(one["cpu_ms"] for one in answered.values()),
        "prompt_holds": statistics.fmean(known),
        "model_calls": statistics.fmean(one["calls"] for one in answered.values()),
        "prompt_tokens": statistics.fmean(one["tokens"] for one in answered.values()),
    }


def _keep(subject: Subject, quoted: Mapping[str, Any], answered: Mapping[str, Any]) -> None:
    """Write the answers down, so that they can be read."""
    told = {"quoted": quoted, "answered": answered}
    (environments.cache() / "data" / f"{subject.name}-answers.json").write_text(
        json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8"
    )


def _data(name: str, subject: Subject) -> Path:
    return environments.cache() / "data" / subject.name / name.replace(" ", "-").replace("'", "")


def _environment(url: str, slack: str) -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if key not in MODEL_SETTINGS and not key.startswith("SLACK_")
    }
    offline = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "TOKENIZERS_PARALLELISM": "false"}
    # Where other work holds a core, torch's threads would wait for each other by computing, and that would count as theirs.
    offline["OMP_WAIT_POLICY"] = "PASSIVE"
    in_slack = {"SLACK_API_URL": slack, "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN} if slack else {}
    return {**kept, **offline, **in_slack, "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url}


def _tell(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)

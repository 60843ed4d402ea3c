"""Metrics for Prometheus: what is counted, under which names and labels, and the server that /metrics is read from."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.errors import RecordsUnavailable, SettingsError
from bot.meter import Failure, Meter, Place, Step, Tracer

MODES = frozenset({"quoted", "said", "confirmed"})
"""Modes of receipts that are labels as they are; any other names a chat model, and is `composed`."""
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0)
"""Bounds of the histograms in seconds: from a search to an answer of a slow model."""
COUNT_SECONDS = 2.0
"""How long a scrape waits for the database to count the questions that wait."""

Waiting = Callable[[], Awaitable[int]]
"""Counts the questions that are accepted and not answered."""


class PrometheusMeter(Meter):
    """Counts in a registry of its own. Safe to use from several threads."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        super().__init__(tracer)
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._questions = self._counter("questions", "Questions accepted, by where they were asked.", "place")
        self._answers = self._counter(
            "answers", "Answers given, by mode and by how far the guides answer.", "mode", "coverage"
        )
        self._unanswered = self._counter(
            "unanswered", "Questions to which a sentence was said instead of an answer, or nothing."
        )
        self._withheld = self._counter(
            "withheld_sentences", "Sentences of the chat model that were not supported and not shown."
        )
        self._slack = self._counter("slack_errors", "Calls of Slack's Web API that failed, retries included.", "why")
        self._model = self._counter("model_errors", "Replies at which the chat model failed.", "why")
        self._tokens = self._counter("model_tokens", "Tokens, where the chat model's provider tells them.", "direction")
        self._seconds = Histogram(
            "careerbot_step_seconds", "Seconds that a step took.", ["step"], buckets=BUCKETS, registry=self.registry
        )
        self._begin_with_zero()

    def asked(self, place: Place) -> None:
        """A question was accepted."""
        self._questions.labels(place).inc()

    def answered(self, mode: str, coverage: str, withheld: int) -> None:
        """An answer stands."""
        self._answers.labels(mode if mode in MODES else "composed", coverage).inc()
        self._withheld.inc(withheld)

    def unanswered(self) -> None:
        """A sentence was said instead of an answer, or nothing."""
        self._unanswered.inc()

    def took(self, step: Step, seconds: float) -> None:
        """A step was done, or failed, after so many seconds."""
        self._seconds.labels(step).observe(seconds)

    def slack_failed(self, why: Failure) -> None:
        """A call of Slack's Web API failed, its retries included."""
        self._slack.labels(why).inc()

    def model_failed(self, why: Failure) -> None:
        """The chat model failed at a reply."""
        self._model.labels(why).inc()

    def spent(self, sent: int, received: int) -> None:
        """The chat model's provider told how many tokens a reply took."""
        self._tokens.labels("sent").inc(sent)
        self._tokens.labels("received").inc(received)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"careerbot_{name}", told, labels, registry=self.registry)

    def _begin_with_zero(self) -> None:
        """Let every value of short labels be there from the start: a rate needs a first value."""
        for place in Place:
            self._questions.labels(place)
        for step in Step:
            self._seconds.labels(step)
        for why in Failure:
            self._slack.labels(why)
            self._model.labels(why)


class _Queue(Collector):
    """The questions that wait, counted in the event loop when somebody reads; left out while the database does not answer."""

    def __init__(self, waiting: Waiting, loop: asyncio.AbstractEventLoop) -> None:
        self._waiting = waiting
        self._loop = loop

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """The gauge without a value: registering it asks no database."""
        yield GaugeMetricFamily("careerbot_waiting_questions", "")

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauge."""
        counted = asyncio.run_coroutine_threadsafe(_number(self._waiting), self._loop)
        try:
            number = counted.result(COUNT_SECONDS)
        except (RecordsUnavailable, TookTooLong):
            counted.cancel()
            return
        yield GaugeMetricFamily(
            "careerbot_waiting_questions", "Questions of all processes that are accepted and not answered.", number
        )


async def _number(waiting: Waiting) -> int:
    return await waiting()


@asynccontextmanager
async def served(meter: PrometheusMeter, host: str, port: int, waiting: Waiting) -> AsyncIterator[int]:
    """Serve /metrics over HTTP while this lasts, in a thread: also while the event loop is busy. The port it is served on.

    Raises SettingsError where that address cannot be listened on.
    """
    queue = _Queue(waiting, asyncio.get_running_loop())
    try:
        server, thread = start_http_server(port, host, meter.registry)
    except OSError:
        raise SettingsError(
            f"Nothing can listen on {host}:{port}; set METRICS_HOST and METRICS_PORT to an address of this machine whose port is free."
        ) from None
    meter.registry.register(queue)
    try:
        yield server.server_port
    finally:
        meter.registry.unregister(queue)
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        thread.join()

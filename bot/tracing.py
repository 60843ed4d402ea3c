"""Traces for OpenTelemetry: a span for each step of a question, sent to a collector by OTLP over HTTP from a thread of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from urllib.parse import urlsplit, urlunsplit

import httpx
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span as OpenedSpan
from opentelemetry.trace import Status, StatusCode, use_span

from bot.meter import Span, Step, Tracer
from knowledge.threads import in_thread_of_its_own

PATH = "/v1/traces"
"""Where a collector takes traces, where its address does not say."""
EXPORT_SECONDS = 5.0
"""How long the sending thread waits for the collector to take one batch; answers do not wait for it."""
EVERY_SECONDS = 2.0
"""Seconds after which finished spans are sent."""
MOST_WAITING = 2048
"""Spans that wait to be sent, of some 150 questions; more are dropped, the oldest first."""
LEAVE_SECONDS = 1.5
"""How long a stop waits for the last spans to be taken."""
STANDARD = {
    "model": "gen_ai.request.model",
    "sent": "gen_ai.usage.input_tokens",
    "received": "gen_ai.usage.output_tokens",
}
"""Facts that OpenTelemetry has names for; the others are named careerbot.…"""

log = logging.getLogger(__name__)


class Traces(Tracer):
    """Makes spans and has them sent. With `texts` what people and models wrote is in them. Safe to use from several threads."""

    def __init__(self, exporter: SpanExporter, version: str, *, texts: bool = False) -> None:
        about = Resource.create({SERVICE_NAME: "careerbot", SERVICE_VERSION: version})
        self._provider = TracerProvider(resource=about, shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                exporter, max_queue_size=MOST_WAITING, schedule_delay_millis=EVERY_SECONDS * 1000,
                export_timeout_millis=EXPORT_SECONDS * 1000,
            )
        )  # fmt: skip
        self._tracer = self._provider.get_tracer("careerbot")
        self._texts = texts

    @contextmanager
    def span(self, step: Step, *, aside: bool = False) -> Iterator[Span]:
        """A step as a span of its name; each whole question begins a trace. A failure is told by its type alone."""
        opened = self._tracer.start_span(step, context=Context() if step is Step.WHOLE else None)
        with nullcontext() if aside else use_span(opened, record_exception=False, set_status_on_exception=False):
            try:
                yield _Traced(opened, texts=self._texts)
            except BaseException as error:
                opened.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
            finally:
                opened.end()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Send what is traced while this lasts, and at its end what is left, as far as the collector takes it soon."""
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await in_thread_of_its_own(self._provider.shutdown, "traces-end")


class _Traced(Span):
    def __init__(self, opened: OpenedSpan, *, texts: bool) -> None:
        self._opened = opened
        self._texts = texts

    def tell(self, **facts: str | int) -> None:
        """Facts as attributes."""
        self._opened.set_attributes({STANDARD.get(name, f"careerbot.{name}"): value for name, value in facts.items()})

    def quote(self, **texts: str) -> None:
        """Texts as attributes, where a setting says so."""
        if self._texts:
            self.tell(**texts)


class Collector(SpanExporter):
    """Hands spans over to a collector, and tells in the log, once each, that it takes none and that it takes them again."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self._client = httpx.Client(
            timeout=EXPORT_SECONDS, headers={**headers, "Content-Type": "application/x-protobuf"}
        )
        self._endpoint = endpoint(address)
        self._away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand spans over; what is not taken is dropped."""
        why = self._refused(encode_spans(spans).SerializeToString())
        if bool(why) != self._away:
            self._away = bool(why)
            if why:
                log.warning("The collector of TRACES_URL takes no traces (%s); they are dropped until it does.", why)
            else:
                log.info("The collector of TRACES_URL takes traces again.")
        return SpanExportResult.FAILURE if why else SpanExportResult.SUCCESS

    def _refused(self, encoded: bytes) -> str:
        """Why encoded spans were not taken, without the address; empty where they were."""
        try:
            response = self._client.post(self._endpoint, content=encoded)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return type(error).__name__
        return "" if response.is_success else f"status {response.status_code}"

    def shutdown(self) -> None:
        """Let go of the connection."""
        self._client.close()


def endpoint(address: str) -> str:
    """Where a collector at an address takes traces: as it is where it has a path, otherwise at OTLP's own."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=parts.path if parts.path.strip("/") else PATH))

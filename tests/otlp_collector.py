"""A collector of traces: takes OTLP over HTTP as the real one does, and refuses what that refuses."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class Taken:
    """A span as it arrived."""

    name: str
    trace: str
    id: str
    parent: str
    failed: str
    facts: dict[str, Any] = field(default_factory=dict)


class OtlpCollector:
    """`async with OtlpCollector() as collector:` serves on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self.spans: list[Taken] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.resource: dict[str, Any] = {}
        self.status = 200
        self.silent = False
        self.released = asyncio.Event()
        self.refused = 0
        self._heard = asyncio.Condition()
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/traces", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.released.set()
        await self._runner.cleanup()

    async def until(self, name: str, times: int = 1) -> None:
        """Wait until so many spans of a name have arrived."""
        async with asyncio.timeout(20), self._heard:
            await self._heard.wait_for(lambda: len(self.named(name)) >= times)

    async def until_refused(self) -> None:
        """Wait until spans were refused."""
        async with asyncio.timeout(20), self._heard:
            await self._heard.wait_for(lambda: self.refused > 0)

    def named(self, name: str) -> list[Taken]:
        """The spans of a name, in the order of their arrival."""
        return [span for span in self.spans if span.name == name]

    def parents(self, span: Taken) -> Iterator[str]:
        """The names of the spans that a span is part of, innermost first."""
        known = {one.id: one for one in self.spans}
        while span.parent:
            span = known[span.parent]
            yield span.name

    async def _take(self, request: web.Request) -> web.Response:
        if self.silent:
            await self.released.wait()
        response = await self._answer(request)
        async with self._heard:
            self.refused += response.status != 200
            self._heard.notify_all()
        return response

    async def _answer(self, request: web.Request) -> web.Response:
        if request.content_type != "application/x-protobuf":
            return web.Response(status=415, text="unsupported media type, supported: application/x-protobuf")
        if self.status != 200:
            return web.Response(status=self.status)
        body = await request.read()
        try:
            told = ExportTraceServiceRequest.FromString(body)
        except DecodeError:
            return web.Response(status=400)
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        for of_resource in told.resource_spans:
            self.resource = dict(_facts(of_resource.resource.attributes))
            for scope in of_resource.scope_spans:
                self.spans.extend(_taken(span) for span in scope.spans)
        body = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=body, content_type="application/x-protobuf")


def _taken(span: Any) -> Taken:
    failed = span.status.message if span.status.code == 2 else ""
    return Taken(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        failed,
        dict(_facts(span.attributes)),
    )


def _facts(attributes: Any) -> Iterator[tuple[str, Any]]:
    for one in attributes:
        kind = one.value.WhichOneof("value")
        yield one.key, getattr(one.value, kind)

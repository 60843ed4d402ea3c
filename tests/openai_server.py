"""A server of ours that speaks OpenAI's protocol: chat completions and responses, streamed or whole, and embeddings."""

import asyncio
import base64
import hashlib
import json
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

KEY = "sk-test-key"
DIMENSIONS = 64


@dataclass(frozen=True)
class ToolCall:
    """A reply that calls a tool instead of saying something; not streamed."""

    name: str
    arguments: Mapping[str, Any]


Script = Callable[[Mapping[str, Any]], str | ToolCall]
"""What the model says to a request."""


@dataclass
class Fault:
    """What goes wrong with one request: an HTTP status, a stream cut after some pieces, malformed data, silence, or another
    reason to finish than having said everything.
    """

    status: int = 200
    code: str = ""
    cut_after: int | None = None
    malformed: bool = False
    silent: bool = False
    finish_reason: str = "stop"


class OpenAIServer:
    """`async with OpenAIServer(["first reply", "second"]) as model:` serves on a free port of 127.0.0.1.

    Replies come in order, the last one for ever; or a function makes them of the request. `delay` is the number of
    seconds before the first piece. A local server needs no key (`needs_key`); some models refuse parameters (`refuses`).
    """

    def __init__(
        self,
        replies: Sequence[str] | Script = ("OK",),
        delay: float = 0.0,
        models: Sequence[str] = ("gpt-5.4-mini", "text-embedding-3-small"),
        *,
        needs_key: bool = True,
        refuses: Sequence[str] = (),
    ) -> None:
        self._replies = replies if callable(replies) else None
        self._listed = [] if callable(replies) else list(replies)
        self.delay = delay
        self.pace = 0.0
        """Seconds that each piece of a reply takes, streamed or not."""
        self.models = models
        self._needs_key = needs_key
        self._refuses = refuses
        self.names_refused = True
        """Whether a refusal names the parameter; some servers just refuse."""
        self.tells_usage_always = False
        """Whether each piece of a stream tells the tokens so far, as some servers do, and not only the last one."""
        self.requests: list[dict[str, Any]] = []
        self.said: list[str] = []
        """The replies, in order."""
        self.faults: list[Fault] = []
        self.released = asyncio.Event()
        self.before_reply: Callable[[], Awaitable[object]] | None = None
        """Awaited before each reply, so that a test can hold replies back."""
        self.before_piece: Callable[[str], Awaitable[object]] | None = None
        """Awaited with each piece of a streamed chat reply before it is sent."""
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=10 * 2**20, middlewares=[self._authorised])
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/responses", self._responses)
        app.router.add_post("/v1/embeddings", self._embeddings)
        app.router.add_get("/v1/models", self._list_models)
        app.router.add_get("/v1/models/{model}", self._show_model)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.released.set()
        await self._runner.cleanup()

    def say(self, reply: str) -> None:
        """From now on the model says this."""
        self._replies, self._listed = None, [reply]

    def reply_with(self, script: Script) -> None:
        """From now on the model says what a function makes of the request."""
        self._replies = script

    def prompts(self) -> list[str]:
        """The whole text of every chat request, in order."""
        return ["\n".join(str(m["content"]) for m in r["messages"]) for r in self.requests if "messages" in r]

    @web.middleware
    async def _authorised(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        if self._needs_key and request.headers.get("Authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_api_key", "Incorrect API key provided")
        return await handler(request)  # type: ignore[no-any-return]

    async def _list_models(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [_model(name) for name in self.models]})

    async def _show_model(self, request: web.Request) -> web.Response:
        name = request.match_info["model"]
        return (
            web.json_response(_model(name)) if name in self.models else _error(404, "model_not_found", "no such model")
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await self._read(request)
        if isinstance(body, web.Response):
            return body
        if not body.get("messages"):
            return _error(400, "invalid_request_error", "messages must not be empty")
        fault, reply = await self._next(body)
        if fault.status != 200:
            return _error(fault.status, fault.code or "server_error", "the scripted fault")
        if refused := next((name for name in self._refuses if body.get(name) is not None), ""):
            return _unsupported(refused) if self.names_refused else _error(400, "", "Bad request")
        if body.get("stream_options") is not None and not body.get("stream"):
            return _only_with_stream()
        if isinstance(reply, ToolCall):
            return web.json_response(_completion(str(body["model"]), "chat.completion") | _calling(body, reply))
        if body.get("stream"):
            return await _streamed(request, self._chat_events(reply, body, fault.finish_reason), fault)
        await asyncio.sleep(self.pace * len(_pieces(reply)))
        message = {"role": "assistant", "content": reply}
        choice = {"index": 0, "message": message, "finish_reason": fault.finish_reason}
        return web.json_response(
            _completion(str(body["model"]), "chat.completion") | {"choices": [choice], "usage": _usage(body, reply)}
        )

    async def _chat_events(self, reply: str, body: Mapping[str, Any], finish_reason: str) -> AsyncIterator[str]:
        head = _completion(str(body["model"]), "chat.completion.chunk")
        tells = bool((body.get("stream_options") or {}).get("include_usage"))
        said: list[str] = []

        def choice(delta: Mapping[str, str], reason: str | None = None) -> str:
            told = {"usage": _usage(body, "".join(said)) if self.tells_usage_always else None} if tells else {}
            return _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]} | told)

        yield choice({"role": "assistant", "content": ""})
        for piece in _pieces(reply):
            if self.before_piece:
                await self.before_piece(piece)
            await asyncio.sleep(self.pace)
            said.append(piece)
            yield choice({"content": piece})
        yield choice({}, finish_reason)
        if tells:
            yield _event(head | {"choices": [], "usage": _usage(body, reply)})
        yield "data: [DONE]\n\n"

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        body = await self._read(request)
        if isinstance(body, web.Response):
            return body
        fault, reply = await self._next(body)
        if fault.status != 200:
            return _error(fault.status, fault.code or "server_error", "the scripted fault")
        assert isinstance(reply, str), "tools are called in chat completions"
        if body.get("stream"):
            return await _streamed(request, _response_events(str(body["model"]), reply), fault)
        return web.json_response(_response(str(body["model"]), reply))

    async def _embeddings(self, request: web.Request) -> web.StreamResponse:
        body = await self._read(request)
        if isinstance(body, web.Response):
            return body
        fault, _ = await self._next(body)
        if fault.status != 200:
            return _error(fault.status, fault.code or "server_error", "the scripted fault")
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        if not all(isinstance(text, str) for text in texts):
            return _error(400, "invalid_request_error", "this server takes texts, not tokens")
        data = [
            {"object": "embedding", "index": n, "embedding": _encoded(vector(text), body.get("encoding_format"))}
            for n, text in enumerate(texts)
        ]
        return web.json_response(
            {"object": "list", "model": body["model"], "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        )

    async def _read(self, request: web.Request) -> dict[str, Any] | web.Response:
        try:
            body = dict(await request.json())
        except ValueError:
            return _error(400, "invalid_request_error", "the body is not JSON")
        if body.get("model") not in self.models:
            return _error(404, "model_not_found", f"The model {body.get('model')} does not exist")
        return body

    async def _next(self, body: dict[str, Any]) -> tuple[Fault, str | ToolCall]:
        self.requests.append(body)
        fault = self.faults.pop(0) if self.faults else Fault()
        if fault.silent:
            await self.released.wait()
        if self.before_reply:
            await self.before_reply()
        await asyncio.sleep(self.delay)
        reply = self._reply(body)
        self.said.append(reply if isinstance(reply, str) else "")
        return fault, reply

    def _reply(self, body: Mapping[str, Any]) -> str | ToolCall:
        if self._replies:
            return self._replies(body)
        return self._listed.pop(0) if len(self._listed) > 1 else self._listed[0]


def vector(text: str) -> list[float]:
    """A vector of the words of a text, the same each time; texts that share words are near each other."""
    found = [0.0] * DIMENSIONS
    for word in text.lower().split():
        digest = hashlib.sha256(word.strip(".,?!:;").encode()).digest()
        found[digest[0] % DIMENSIONS] += 1.0
    length = sum(x * x for x in found) ** 0.5 or 1.0
    return [x / length for x in found]


def _encoded(found: Sequence[float], encoding: str | None) -> Any:
    return base64.b64encode(struct.pack(f"<{len(found)}f", *found)).decode() if encoding == "base64" else found


async def _streamed(request: web.Request, events: AsyncIterator[str], fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    try:
        await response.prepare(request)
    except ConnectionResetError:  # the client waited no longer
        return response
    sent = 0
    async for event in events:
        if fault.cut_after is not None and sent >= fault.cut_after:
            if request.transport:
                request.transport.abort()
            return response
        try:
            await response.write((event if not fault.malformed else "data: {not json\n\n").encode())
        except ConnectionResetError:  # the client has heard enough
            return response
        sent += 1
    return response


def _pieces(reply: str) -> list[str]:
    words = reply.split(" ")
    return [word if n == 0 else f" {word}" for n, word in enumerate(words)]


async def _response_events(model: str, reply: str) -> AsyncIterator[str]:
    whole = _response(model, reply)
    item = whole["output"][0]
    number = 0

    def event(kind: str, **body: Any) -> str:
        nonlocal number
        number += 1
        return f"event: {kind}\n" + _event({"type": kind, "sequence_number": number, **body})

    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    yield event("response.created", response=whole | {"status": "in_progress", "output": []})
    yield event("response.output_item.added", output_index=0, item=item | {"status": "in_progress", "content": []})
    yield event("response.content_part.added", **place, part={"type": "output_text", "text": "", "annotations": []})
    for piece in _pieces(reply):
        yield event("response.output_text.delta", **place, delta=piece, logprobs=[])
    yield event("response.output_text.done", **place, text=reply, logprobs=[])
    yield event("response.output_item.done", output_index=0, item=item)
    yield event("response.completed", response=whole)


def _response(model: str, reply: str) -> dict[str, Any]:
    text = {"type": "output_text", "text": reply, "annotations": []}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    usage = {
        "input_tokens": 1, "output_tokens": 1, "total_tokens": 2,
        "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    head = {"id": "resp_1", "object": "response", "created_at": int(time.time()), "model": model, "status": "completed"}
    rest = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "error": None}
    return head | rest | {"output": [message], "usage": usage}


def _completion(model: str, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": int(time.time()), "model": model}


def _calling(body: Mapping[str, Any], call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }
    return {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}], "usage": _usage(body, "")}


def _usage(body: Mapping[str, Any], reply: str) -> dict[str, int]:
    """Tokens of a request and its reply: a word is one."""
    asked = sum(len(str(message["content"]).split()) for message in body["messages"])
    said = len(reply.split())
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _event(body: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(body)}\n\n"


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "test"}


def _error(status: int, code: str, message: str) -> web.Response:
    headers = {"Retry-After": "0"} if status == 429 else {}
    return web.json_response(
        {"error": {"message": message, "type": code, "code": code}}, status=status, headers=headers
    )


def _unsupported(parameter: str) -> web.Response:
    message = f"Unsupported value: '{parameter}' does not support this value with this model."
    body = {"message": message, "type": "invalid_request_error", "param": parameter, "code": "unsupported_value"}
    return web.json_response({"error": body}, status=400)


def _only_with_stream() -> web.Response:
    message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    body = {"message": message, "type": "invalid_request_error", "param": "stream_options", "code": None}
    return web.json_response({"error": body}, status=400)

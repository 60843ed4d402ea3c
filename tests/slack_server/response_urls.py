"""response_url: answers to a command, a shortcut or a press, posted to an address of their own."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.slack_server.blocks import problem
from tests.slack_server.http_mode import HttpMode
from tests.slack_server.workspace import Call, connection_of, flag

MOST_USES = 5
LIFETIME = 30 * 60
LIMITED = 429


@dataclass
class ResponseUrl:
    """Where the app may answer a person; `original` is the message that was pressed."""

    channel: str
    user: str
    original: dict[str, Any] | None
    made: float
    uses: int = 0


class ResponseUrls(HttpMode):
    """The addresses that were given out, and what is posted to them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._response_urls: dict[str, ResponseUrl] = {}
        self._response_faults: list[tuple[int, str]] = []

    def fail_response(self, status: int, error: str = "", times: int = 1) -> None:
        """The next posts to a response_url are refused with an HTTP status, and with Slack's word for why."""
        self._response_faults += [(status, error)] * times

    def expire_response_urls(self) -> None:
        """Let 30 minutes pass for every response_url given out so far."""
        for url in self._response_urls.values():
            url.made -= LIFETIME + 1

    def _response_url(self, channel: str, user: str, original: dict[str, Any] | None = None) -> str:
        token = uuid.uuid4().hex
        self._response_urls[token] = ResponseUrl(channel, user, original, time.monotonic())
        return f"http://{self._address}/response/{token}"

    async def _respond(self, request: web.Request) -> web.Response:
        body = dict(await request.json())
        self.calls.append(Call("response_url", body, time.monotonic(), connection_of(request)))
        if self._response_faults:
            await self._tell()
            return _failed(*self._response_faults.pop(0))
        url = self._response_urls.get(request.match_info["token"])
        error, status = self._response_problem(url, body)
        if error is None and url is not None:
            url.uses += 1
            self._apply_response(url, body)
        await self._tell()
        return _no(error, status) if error else web.Response(text="ok")

    def _response_problem(self, url: ResponseUrl | None, body: Mapping[str, Any]) -> tuple[str | None, int]:
        if url is None or time.monotonic() - url.made > LIFETIME:
            return "expired_url", 404
        if url.uses >= MOST_USES:
            return "used_url", 404
        if flag(body.get("delete_original")):
            return (None, 200) if url.original else ("message_not_found", 404)
        place = self.channels.get(url.channel)
        thread = str(body.get("thread_ts") or "")
        if thread and (place is None or thread not in place.messages):
            return "thread_not_found", 404
        if any(map(self.refused_block, body.get("blocks") or [])):
            return "invalid_blocks", 400
        return problem(body), 400

    def _apply_response(self, url: ResponseUrl, body: Mapping[str, Any]) -> None:
        if flag(body.get("delete_original")):
            self._remove(url)
        elif flag(body.get("replace_original")) and url.original and _replaceable(url.original):
            self._replace(url.original, body)
        else:
            self._say_back(url.channel, url.user, body, response_url=True)

    def _say_back(self, channel: str, user: str, body: Mapping[str, Any], **mark: Any) -> None:
        """To the person alone, or to everybody where the app asks for that."""
        if body.get("response_type") == "in_channel":
            place = self.channels[channel]
            message = self._post(place, body, **mark)
            if place.member:
                self._spawn(self._echo(place, message))
        else:
            self._whisper(channel, user, body, **mark)

    def _remove(self, url: ResponseUrl) -> None:
        self.ephemeral = [message for message in self.ephemeral if message is not url.original]
        if url.original and not url.original.get("is_ephemeral") and _replaceable(url.original):
            self.channels[url.channel].messages.pop(url.original["ts"], None)

    def _replace(self, original: dict[str, Any], body: Mapping[str, Any]) -> None:
        """At Slack a replaced ephemeral message leaves its thread unless the thread is named again."""
        original |= {"text": str(body.get("text") or ""), "blocks": body.get("blocks") or []}
        if original.get("is_ephemeral"):
            original.pop("thread_ts", None)
            if thread := body.get("thread_ts"):
                original["thread_ts"] = thread


def _replaceable(message: Mapping[str, Any]) -> bool:
    return bool(message.get("is_ephemeral")) or bool(message.get("bot_id"))


def _failed(status: int, error: str) -> web.Response:
    """At Slack the word stands alone; what a proxy in between says is its own."""
    return web.Response(status=status, text=error, headers={"Retry-After": "1"} if status == LIMITED else {})


def _no(error: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)

"""What agents use: streamed messages, statuses, suggested prompts, sessions."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.slack_server.blocks import blocks_problem
from tests.slack_server.socket_mode import SocketMode
from tests.slack_server.workspace import accepted, parsed, posting_problem, refused

LONGEST_PIECE = 12_000
LONGEST_TITLE = 256
MOST_LOADING_MESSAGES = 10
SESSION_STATUSES = frozenset({"processing", "active", "suspended", "closed"})
TASK_STATUSES = frozenset({"pending", "in_progress", "complete", "error"})


@dataclass
class Stream:
    """A message that grows. `mode` is what it was opened with: Slack takes nothing else afterwards."""

    started: float
    mode: str = ""
    stopped_by_user: bool = False


class AgentApi(SocketMode):
    """Streams and what Slack shows around an agent's thread."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._streams: dict[str, Stream] = {}

    # What people and Slack itself do

    async def press_stop(self, channel: str, thread_ts: str, user: str = "U0ANNA") -> None:
        """A person presses the stop button of a session; what streams in its thread takes nothing more."""
        stopped = [m for m in self.messages(channel, thread_ts) if m.pop("streaming", None)]
        for message in stopped:
            self._streams[message["ts"]].stopped_by_user = True
        place = {"channel": channel, "thread_ts": thread_ts, "user": self._person(user).id}
        ended = {"streaming_message_ts": [message["ts"] for message in stopped]}
        await self.send_event({"type": "agent_session_stopped", **place, **ended})

    def expire_streams(self) -> None:
        """Slack closes streams that are too old."""
        for place in self.channels.values():
            for message in place.messages.values():
                message.pop("streaming", None)

    # Web API

    def _chat_startStream(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        thread = str(arguments.get("thread_ts") or "")
        if error := posting_problem(place, thread):
            return refused(error)
        assert place is not None
        if thread not in place.messages:
            return refused("thread_not_found" if thread else "invalid_arguments")
        for wanted in ("recipient_user_id", "recipient_team_id"):
            if place.kind != "im" and not arguments.get(wanted):
                return refused(f"missing_{wanted}")
        stream = Stream(time.monotonic())
        if error := _piece_problem(arguments, stream):
            return refused(error)
        message = self._post(place, {"thread_ts": thread}, streaming=True)
        self._streams[message["ts"]] = stream
        _grow(message, arguments, stream)
        return accepted(channel=place.id, ts=message["ts"])

    def _chat_appendStream(self, arguments: Mapping[str, Any]) -> web.Response:
        message = self._streaming(arguments)
        if isinstance(message, web.Response):
            return message
        if not (arguments.get("markdown_text") or parsed(arguments.get("chunks"))):
            return refused("no_text")
        _grow(message, arguments, self._streams[message["ts"]])
        return accepted(channel=str(arguments["channel"]), ts=message["ts"])

    def _chat_stopStream(self, arguments: Mapping[str, Any]) -> web.Response:
        message = self._streaming(arguments)
        if isinstance(message, web.Response):
            return message
        blocks = parsed(arguments.get("blocks")) or []
        if blocks and (error := blocks_problem(blocks)):
            return refused(error)
        status = arguments.get("session_status")
        if status is not None and status not in SESSION_STATUSES:
            return refused("invalid_arguments")
        _grow(message, arguments, self._streams[message["ts"]])
        del message["streaming"]
        message["blocks"] = [*_as_rich_text(message["text"]), *message["blocks"], *blocks]
        message["metadata"] = parsed(arguments.get("metadata")) or {}
        if status:
            session = self.sessions.setdefault((str(arguments["channel"]), message["thread_ts"]), {})
            session["status"] = status
        return accepted(channel=str(arguments["channel"]), ts=message["ts"], message=message)

    def _streaming(self, arguments: Mapping[str, Any]) -> dict[str, Any] | web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        message = place.messages.get(str(arguments.get("ts"))) if place else None
        if message is None:
            return refused("message_not_found")
        stream = self._streams.get(message["ts"])
        if stream and stream.stopped_by_user:
            return refused("stopped_by_user")
        if stream and time.monotonic() - stream.started >= self.stream_seconds:
            message.pop("streaming", None)
        if stream is None or not message.get("streaming"):
            return refused("message_not_in_streaming_state")
        error = _piece_problem(arguments, stream)
        return refused(error) if error else message

    def _agents_sessions_setStatus(self, arguments: Mapping[str, Any]) -> web.Response:
        if arguments.get("status") not in SESSION_STATUSES or len(str(arguments.get("title", ""))) > 200:
            return refused("invalid_arguments")
        place = self.channels.get(str(arguments.get("channel_id")))
        if place is None or arguments.get("thread_ts") not in place.messages:
            return refused("thread_not_found" if place else "channel_not_found")
        self.sessions.setdefault((place.id, str(arguments["thread_ts"])), {}).update(arguments)
        return accepted()

    def _assistant_threads_setStatus(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel_id")))
        if place is None:
            return refused("channel_not_found")
        thread, lines = str(arguments.get("thread_ts")), parsed(arguments.get("loading_messages")) or []
        if thread not in place.messages:
            return refused("thread_not_found")
        fine = isinstance(lines, list) and all(isinstance(line, str) and line for line in lines)
        if not fine or len(lines) > MOST_LOADING_MESSAGES or not isinstance(arguments.get("status"), str):
            return refused("invalid_arguments")
        self.statuses.pop((place.id, thread), None)
        if arguments["status"]:
            self.statuses[place.id, thread] = arguments["status"]
        return accepted()

    def _assistant_threads_setSuggestedPrompts(self, arguments: Mapping[str, Any]) -> web.Response:
        prompts = parsed(arguments.get("prompts")) or []
        if arguments.get("thread_ts") or not 0 < len(prompts) <= 4:
            return refused("invalid_arguments")
        self.prompts[str(arguments.get("channel_id"))] = prompts
        return accepted()


def _piece_problem(arguments: Mapping[str, Any], stream: Stream) -> str | None:
    text, chunks = str(arguments.get("markdown_text") or ""), parsed(arguments.get("chunks")) or []
    if not isinstance(chunks, list) or any(not _is_chunk(chunk) for chunk in chunks):
        return "invalid_arguments"
    if stream.mode and (text or chunks) and stream.mode != _mode(text):
        return "streaming_mode_mismatch"
    if text and chunks:
        return "invalid_arguments"
    said = text + "".join(chunk["text"] for chunk in chunks if chunk["type"] == "markdown_text")
    if len(said) > LONGEST_PIECE:
        return "msg_too_long"
    blocks = [block for chunk in chunks if chunk["type"] == "blocks" for block in chunk["blocks"]]
    return blocks_problem(blocks) if blocks else None


def _mode(text: str) -> str:
    return "markdown_text" if text else "chunks"


def _is_chunk(chunk: Any) -> bool:
    match chunk:
        case {"type": "markdown_text", "text": str(text)}:
            return bool(text)
        case {"type": "task_update", "id": str(), "title": str(title), "status": status}:
            texts = [title, chunk.get("details") or "", chunk.get("output") or ""]
            return status in TASK_STATUSES and bool(title) and all(len(text) <= LONGEST_TITLE for text in texts)
        case {"type": "plan_update", "title": str(title)}:
            return 0 < len(title) <= LONGEST_TITLE
        case {"type": "blocks", "blocks": list(blocks)}:
            return bool(blocks)
    return False


def _grow(message: dict[str, Any], arguments: Mapping[str, Any], stream: Stream) -> None:
    text, chunks = str(arguments.get("markdown_text") or ""), parsed(arguments.get("chunks")) or []
    if text or chunks:
        stream.mode = stream.mode or _mode(text)
    message["text"] += text
    for chunk in chunks:
        match chunk["type"]:
            case "markdown_text":
                message["text"] += chunk["text"]
            case "task_update":
                message.setdefault("tasks", {}).setdefault(chunk["id"], {}).update(chunk)
            case "plan_update":
                message["plan"] = chunk["title"]
            case "blocks":
                message["blocks"] = [*message["blocks"], *chunk["blocks"]]


def _as_rich_text(text: str) -> list[dict[str, Any]]:
    """Slack turns what was streamed into rich text; here it is one run of it, with the Markdown left as it came."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "elements": [section]}] if text else []

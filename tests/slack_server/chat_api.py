"""The methods chat.* for whole messages: posting, editing, deleting, whispering, linking."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.slack_server.blocks import problem
from tests.slack_server.socket_mode import SocketMode
from tests.slack_server.workspace import accepted, is_in, parsed, place_problem, posting_problem, refused

UPDATE_BYTES = 4_000


class ChatApi(SocketMode):
    """Messages of the bot."""

    def _chat_postMessage(self, arguments: Mapping[str, Any]) -> web.Response:
        channel = str(arguments.get("channel"))
        if channel in self.people and self.people[channel].bot:
            return refused("cannot_dm_bot")
        place = self._place(channel)
        thread = str(arguments.get("thread_ts") or "")
        if error := posting_problem(place, thread) or problem(arguments):
            return refused(error)
        assert place is not None
        if thread and thread not in place.messages:
            return refused("thread_not_found")
        message = self._post(place, arguments)
        self._spawn(self._echo(place, message))
        return accepted(channel=place.id, ts=message["ts"], message=message)

    def _chat_update(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        if error := place_problem(place):
            return refused(error)
        assert place is not None
        message = place.messages.get(str(arguments.get("ts")))
        if message is None:
            return refused("message_not_found")
        if message.get("bot_id") != self.bot_id:
            return refused("cant_update_message")
        if message.get("streaming"):
            return refused("streaming_state_conflict")
        text = str(arguments.get("text") or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if len(text.encode()) > UPDATE_BYTES:
            return refused("msg_too_long")
        if error := problem(arguments):
            return refused(error)
        message |= {"text": str(arguments.get("text") or ""), "blocks": parsed(arguments.get("blocks")) or []}
        if "metadata" in arguments:
            message["metadata"] = parsed(arguments["metadata"])
        return accepted(channel=place.id, ts=message["ts"])

    def _chat_delete(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        message = place.messages.get(str(arguments.get("ts"))) if place else None
        if place is None or message is None:
            return refused("message_not_found")
        if message.get("bot_id") != self.bot_id:
            return refused("cant_delete_message")
        if message.get("streaming"):
            return refused("streaming_state_conflict")
        del place.messages[str(arguments["ts"])]
        return accepted()

    def _chat_postEphemeral(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        if error := place_problem(place) or problem(arguments):
            return refused(error)
        assert place is not None
        user, thread = str(arguments.get("user") or ""), str(arguments.get("thread_ts") or "")
        if not user or not is_in(place, user) or (place.kind == "im" and place.user not in {"", user}):
            return refused("user_not_in_channel")
        if thread and thread not in place.messages:
            return refused("thread_not_found")
        return accepted(message_ts=self._whisper(place.id, user, arguments)["ts"])

    def _chat_getPermalink(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        if place is None:
            return refused("channel_not_found")
        message = place.messages.get(str(arguments.get("message_ts")))
        if message is None:
            return refused("message_not_found")
        link = f"https://test.slack.com/archives/{place.id}/p{message['ts'].replace('.', '')}"
        if message.get("thread_ts"):
            link += f"?thread_ts={message['thread_ts']}&cid={place.id}"
        return accepted(channel=place.id, permalink=link)

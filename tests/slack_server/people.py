"""What people do with messages: say, edit, delete, press, choose, command, use a shortcut."""

import uuid
from collections.abc import Mapping
from typing import Any

from tests.slack_server.blocks import problem
from tests.slack_server.elements import chosen, element, pressed
from tests.slack_server.modals import Modals
from tests.slack_server.typed import rich_text
from tests.slack_server.workspace import APP_ID, Channel, Envelope, is_in

MENTIONING = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages for which Slack sends app_mention, too."""
WITH_MENTIONS = frozenset({"channel", "group"})
"""Kinds of channels in which it does; in group direct messages it was reported to come and not to come (cli-jaw#651, openclaw#115463)."""


class People(Modals):
    """People of the workspace. Each of them can do only what Slack's client lets them do."""

    async def say(
        self,
        channel: str,
        text: str,
        *,
        user: str = "U0ANNA",
        thread_ts: str | None = None,
        times: int = 1,
        deliver: bool = True,
        **extra: Any,
    ) -> str:
        """A person posts a message; what Slack delivers for it is delivered `times` times. Returns its ts."""
        place = self.channels[channel]
        if "bot_id" not in extra and "subtype" not in extra:
            self._enter(place, user)
        message = {"type": "message", "user": user, "text": text, "ts": self._next_ts(), **self._teams(user), **extra}
        if extra.get("files"):
            message |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
        if "bot_id" not in extra and "subtype" not in extra:
            message.setdefault("client_msg_id", str(uuid.uuid4()))
        if text:
            message.setdefault("blocks", rich_text(text))
        if thread_ts:
            message["thread_ts"] = thread_ts
        place.messages[message["ts"]] = message
        if deliver:
            for _ in range(times):
                await self._deliver_message(place, message)
        return str(message["ts"])

    def _names_bot(self, message: Mapping[str, Any]) -> bool:
        return f"<@{self.bot_user}" in str(message["text"])

    def _teams(self, user: str) -> dict[str, str]:
        """In channels shared between workspaces an event names the writer's."""
        team = self.people[user].team if user in self.people else self.team
        return {"team": team} if team in self.workspaces else {"team": team, "user_team": team, "source_team": team}

    async def _deliver_message(self, place: Channel, message: Mapping[str, Any]) -> None:
        common = {**message, "channel": place.id, "event_ts": message["ts"]}
        as_message = {**common, "channel_type": place.kind}
        names_bot = place.kind in WITH_MENTIONS and self._names_bot(message) and message.get("subtype") in MENTIONING
        events = [as_message] if place.member else []
        if names_bot:
            events.append({**common, "type": "app_mention"})
        self._turn += 1
        if self._turn % 2:  # Slack promises no order
            events.reverse()
        for event in events:
            await self.send_event(event)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """A person edits a message."""
        place = self.channels[channel]
        old = dict(place.messages[ts])
        edited = {"user": old["user"], "ts": self._next_ts()}
        new = {**old, "text": text, "blocks": rich_text(text), "edited": edited}
        place.messages[ts] = new
        if place.kind in WITH_MENTIONS and self._names_bot(new) and not self._names_bot(old):
            await self.send_event({**new, "type": "app_mention", "channel": channel, "event_ts": edited["ts"]})
        await self._about(channel, "message_changed", {"message": new, "previous_message": old, "ts": self._next_ts()})

    async def unfurl(self, channel: str, ts: str, attachment: Mapping[str, Any]) -> None:
        """Slack shows below a message what a link in it leads to."""
        old = dict(self.channels[channel].messages[ts])
        new = {**old, "attachments": [*old.get("attachments", []), attachment]}
        self.channels[channel].messages[ts] = new
        await self._about(channel, "message_changed", {"message": new, "previous_message": old, "ts": self._next_ts()})

    async def delete(self, channel: str, ts: str) -> None:
        """A person deletes a message; where people have replied to it, a tombstone stays and Slack calls it a change."""
        messages = self.channels[channel].messages
        old = messages.pop(ts)
        if any(message.get("thread_ts") == ts for message in messages.values()):
            stone = {"subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": True}
            messages[ts] = {"type": "message", "ts": ts, "thread_ts": ts, **stone}
            body = {"message": messages[ts], "previous_message": old, "ts": self._next_ts()}
            return await self._about(channel, "message_changed", body)
        body = {"deleted_ts": ts, "previous_message": old, "ts": self._next_ts()}
        return await self._about(channel, "message_deleted", body)

    async def _about(self, channel: str, subtype: str, body: Mapping[str, Any]) -> None:
        kind = self.channels[channel].kind
        head = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel, "channel_type": kind}
        await self.send_event({**head, **body, "event_ts": body["ts"]})

    async def press(
        self, channel: str, ts: str, action_id: str, user: str = "U0ANNA", value: str = "", nth: int = 0
    ) -> None:
        """A person presses a button under a message; of two halves the one with `value`'s beginning."""
        message = self._seen(channel, ts, user)
        await self._act(message, channel, pressed(element(message["blocks"], action_id, user, nth), value), user)

    async def select(self, channel: str, ts: str, action_id: str, value: str, user: str = "U0ANNA") -> None:
        """A person chooses in a menu of a message."""
        message = self._seen(channel, ts, user)
        await self._act(message, channel, chosen(element(message["blocks"], action_id, user), value), user)

    async def _act(self, message: dict[str, Any], channel: str, action: dict[str, Any], user: str) -> None:
        """At Slack a press on an ephemeral message comes without the message."""
        place = self.channels[channel]
        private = bool(message.get("is_ephemeral"))
        container: dict[str, Any] = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel,
            "is_ephemeral": private,
        }
        if thread := message.get("thread_ts"):
            container["thread_ts"] = thread
        payload = {
            "type": "block_actions",
            "actions": [{**action, "action_ts": self._next_ts()}],
            "channel": {"id": channel, "name": _name(place)},
            "container": container,
            "response_url": self._response_url(channel, user, message),
            "state": {"values": {}},
        }
        await self._interact(payload if private else {**payload, "message": message}, user)

    def _seen(self, channel: str, ts: str, user: str) -> dict[str, Any]:
        """The message that a person has before them."""
        for message in self.ephemeral:
            if message["ts"] == ts and message["channel"] == channel:
                assert message["user"] == user, f"{user} does not see what only {message['user']} sees"
                assert message["shown"], "an ephemeral message in a thread without replies is not shown"
                return message
        self._enter(self.channels[channel], user)
        return self.channels[channel].messages[ts]

    async def open_tab(self, tab: str, channel: str, user: str = "U0ANNA") -> None:
        """A person opens the app's Home or Messages tab."""
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": self._person(user).id,
            "channel": channel,
            "tab": tab,
        }
        if tab == "home" and user in self.homes:
            event["view"] = self.homes[user]
        await self.send_event(event)

    async def command(self, channel: str, command: str, text: str = "", *, user: str = "U0ANNA") -> None:
        """A person gives a slash command; it works in channels that the bot is not in, and needs scope `commands`."""
        place = self.channels[channel]
        self._enter(place, user)
        payload = {
            "token": "verification",
            "command": command,
            "text": text,
            "user_id": user,
            "user_name": self.people[user].name,
            "channel_id": channel,
            "channel_name": _name(place),
            "team_id": self.team,
            "team_domain": "test",
            "api_app_id": APP_ID,
            "is_enterprise_install": str(bool(self.organisation)).lower(),
            **({"enterprise_id": self.organisation, "enterprise_name": "Grid"} if self.organisation else {}),
            "trigger_id": self._new_trigger(user),
            "response_url": self._response_url(channel, user),
        }
        if self._granted("commands"):
            answered = lambda said: self._command_answered(channel, user, said)  # noqa: E731
            await self._deliver(Envelope(payload, kind="slash_commands", answered=answered))

    def _command_answered(self, channel: str, user: str, said: Mapping[str, Any]) -> None:
        if not said:
            return
        if error := problem(said):
            self.problems.append(f"the acknowledgement of a command: {error}")
        else:
            self._say_back(channel, user, said, acknowledgement=True)

    async def shortcut(self, callback_id: str, channel: str = "", ts: str = "", *, user: str = "U0ANNA") -> None:
        """A person uses a shortcut on a message, or without a channel a global one. Needs scope `commands`."""
        payload: dict[str, Any] = {"type": "shortcut", "callback_id": callback_id, "action_ts": self._next_ts()}
        if channel:
            place = self.channels[channel]
            self._enter(place, user)
            message = place.messages[ts]
            payload |= {
                "type": "message_action",
                "message_ts": ts,
                "message": message,
                "channel": {"id": channel, "name": _name(place)},
                "response_url": self._response_url(channel, user, message),
            }
        if self._granted("commands"):
            await self._interact(payload, user)

    def _enter(self, place: Channel, user: str) -> None:
        """A person is where they act; a direct message without a person becomes theirs."""
        assert is_in(place, user), f"{user} is not in {place.id}"
        assert not self._person(user).deactivated, f"{user} cannot sign in any more"
        if place.kind == "im" and not place.user:
            place.user = user


def _name(place: Channel) -> str:
    return {"im": "directmessage", "group": "privategroup"}.get(place.kind, place.name)

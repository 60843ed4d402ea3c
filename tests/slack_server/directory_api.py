"""Who and what there is: users, user groups, conversations and their threads, and files."""

import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.slack_server.blocks import problem
from tests.slack_server.socket_mode import SocketMode
from tests.slack_server.workspace import (
    SCOPE_OF_KIND,
    Channel,
    Person,
    accepted,
    flag,
    is_in,
    parsed,
    place_problem,
    refused,
)

TYPES = {"png": "image/png", "md": "text/markdown", "txt": "text/plain", "csv": "text/csv", "pdf": "application/pdf"}
KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
"""What users.conversations calls the kinds of channels."""


class DirectoryApi(SocketMode):
    """users.*, usergroups.*, conversations.*, files.*."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._uploads: dict[str, dict[str, Any]] = {}

    def _auth_test(self, _: Mapping[str, Any]) -> web.Response:
        body = {"ok": True, "url": self.url, "team": "Test", "team_id": self.organisation or self.team}
        grid = {"enterprise_id": self.organisation, "is_enterprise_install": True} if self.organisation else {}
        me = {"user": "bot", "user_id": self.bot_user, "bot_id": self.bot_id, **grid}
        return web.json_response({**body, **me}, headers={"x-oauth-scopes": self.scopes})

    def _users_info(self, arguments: Mapping[str, Any]) -> web.Response:
        person = self.people.get(str(arguments.get("user")))
        if person is None:
            return refused("user_not_found")
        return accepted(user=self._user(person, with_locale=flag(arguments.get("include_locale"))))

    def _people_of(self, arguments: Mapping[str, Any]) -> list[Person]:
        """Everybody, or in an organisation those of the workspace that is asked for."""
        team = str(arguments.get("team_id") or "") if self.organisation else ""
        return [person for person in self.people.values() if team in {"", person.team}]

    def _home_of(self, person: Person) -> str:
        """The workspace by which it is told whether somebody is of another organisation: all of this one's are at home."""
        return person.team if person.team in self.workspaces else self.team

    def _auth_teams_list(self, _: Mapping[str, Any]) -> web.Response:
        found = [{"id": team, "name": team.lower()} for team in sorted(self.workspaces)]
        return accepted(teams=found, response_metadata={"next_cursor": ""})

    def _user(self, person: Person, *, with_locale: bool) -> dict[str, Any]:
        home = self._home_of(person)
        ours = {"id": person.id, "enterprise_id": self.organisation, "teams": [person.team]}
        shown = {
            "id": person.id,
            "team_id": person.team,
            "name": person.name.lower().replace(" ", "."),
            "real_name": person.name,
            "deleted": person.deactivated,
            "tz": person.tz,
            "tz_label": person.tz,
            "tz_offset": person.tz_offset,
            "is_admin": person.admin,
            "is_owner": False,
            "is_bot": person.bot,
            "is_restricted": person.guest,
            "is_ultra_restricted": False,
            **({"is_stranger": True} if person.team != home else {}),
            **({"enterprise_user": ours} if self.organisation and home == person.team else {}),
            "profile": {"real_name": person.name, "display_name": person.name, "team": home},
        }
        return {**shown, "locale": person.locale} if with_locale else shown

    def _users_list(self, arguments: Mapping[str, Any]) -> web.Response:
        limit, start = min(int(arguments.get("limit") or 1000), 1000), int(arguments.get("cursor") or 0)
        found = [self._user(person, with_locale=False) for person in self._people_of(arguments)]
        more = str(start + limit) if start + limit < len(found) else ""
        return accepted(members=found[start : start + limit], response_metadata={"next_cursor": more})

    def _usergroups_users_list(self, arguments: Mapping[str, Any]) -> web.Response:
        users = self.usergroups.get(str(arguments.get("usergroup")))
        return refused("no_such_subteam") if users is None else accepted(users=users)

    def _conversations_open(self, arguments: Mapping[str, Any]) -> web.Response:
        users = [user for user in str(arguments.get("users") or "").split(",") if user]
        if arguments.get("channel"):
            place = self.channels.get(str(arguments["channel"]))
            found = place is not None and place.kind == "im"
            return accepted(channel={"id": arguments["channel"]}) if found else refused("channel_not_found")
        if not users:
            return refused("users_list_not_supplied")
        if len(users) > 1:
            return refused("missing_scope", needed="mpim:write", provided=self.scopes)
        person = self.people.get(users[0])
        if person is None:
            return refused("user_not_found")
        if person.bot:
            return refused("cannot_dm_bot")
        existing = any(place.kind == "im" and place.user == person.id for place in self.channels.values())
        place = self._dm_of(person.id)
        assert place is not None
        channel = {"id": place.id, "is_im": True, "user": person.id} if flag(arguments.get("return_im")) else None
        return accepted(channel=channel or {"id": place.id}, no_op=existing, already_open=existing)

    def _conversations_info(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self._visible(arguments)
        if place is None:
            return refused("channel_not_found")
        body: dict[str, Any] = {"id": place.id, "is_im": place.kind == "im", "is_archived": place.archived}
        if place.kind == "im":
            body |= {"user": place.user, "is_channel": False, "is_group": False}
            return accepted(channel=body)
        private = place.kind != "channel"
        body |= {"is_mpim": place.kind == "mpim"}
        body |= {"name": place.name, "name_normalized": place.name, "creator": place.creator, "is_group": False}
        body |= {"is_channel": True, "is_private": private, "is_member": place.member}
        body |= {"is_shared": place.shared, "is_ext_shared": place.shared}
        if flag(arguments.get("include_num_members")):
            body["num_members"] = len(self._in_channel(place))
        return accepted(channel=body)

    def _users_conversations(self, arguments: Mapping[str, Any]) -> web.Response:
        kinds = {KINDS.get(kind.strip()) for kind in str(arguments.get("types") or "public_channel").split(",")}
        if None in kinds:
            return refused("invalid_types")
        for kind in kinds:
            if not self._granted(scope := f"{SCOPE_OF_KIND[str(kind)]}:read"):
                return refused("missing_scope", needed=scope, provided=self.scopes)
        limit, start = min(int(arguments.get("limit") or 100), 999), int(arguments.get("cursor") or 0)
        archived = not flag(arguments.get("exclude_archived"))
        there = [p for p in self.channels.values() if p.kind in kinds and p.member and (archived or not p.archived)]
        found = [
            {"id": p.id, "is_im": p.kind == "im", "is_mpim": p.kind == "mpim"}
            for p in there
            if p.kind != "im" or p.user
        ]
        more = str(start + limit) if start + limit < len(found) else ""
        return accepted(channels=found[start : start + limit], response_metadata={"next_cursor": more})

    def _conversations_members(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self._visible(arguments)
        if place is None:
            return refused("channel_not_found")
        limit, start = min(int(arguments.get("limit") or 100), 1000), int(arguments.get("cursor") or 0)
        found = self._in_channel(place)
        more = str(start + limit) if start + limit < len(found) else ""
        return accepted(members=found[start : start + limit], response_metadata={"next_cursor": more})

    def _in_channel(self, place: Channel) -> list[str]:
        people = [user for user in self.people if user != self.bot_user and is_in(place, user)]
        if place.kind == "im":
            people = [place.user] if place.user else []
        return [*people, *([self.bot_user] if place.member else [])]

    def _visible(self, arguments: Mapping[str, Any]) -> Channel | None:
        """A private channel that the bot is not in does not exist for it."""
        place = self.channels.get(str(arguments.get("channel")))
        return None if place is None or (place.kind in {"group", "mpim"} and not place.member) else place

    def _conversations_replies(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self._visible(arguments)
        if place is None:
            return refused("channel_not_found")
        if not place.member:
            return refused("not_in_channel")
        root = str(arguments.get("ts"))
        if root not in place.messages:
            return refused("thread_not_found")
        limit = min(int(arguments.get("limit") or 1000), 1000, self.history_page + 1)
        start = int(arguments.get("cursor") or 0)
        found = sorted(self.messages(place.id, root), key=lambda message: float(message["ts"]))
        found = [message for message in found if message["ts"] == root or _within(message, arguments)]
        page = [dict(message) for message in found[start : start + limit]]
        if not flag(arguments.get("include_all_metadata")):
            page = [{key: value for key, value in message.items() if key != "metadata"} for message in page]
        more = start + limit < len(found)
        cursor = {"next_cursor": str(start + limit) if more else ""}
        return accepted(messages=page, has_more=more, response_metadata=cursor)

    def _conversations_history(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self._visible(arguments)
        if place is None:
            return refused("channel_not_found")
        if not place.member:
            return refused("not_in_channel")
        tops = [m for m in place.messages.values() if _is_top(m) and _within(m, arguments)]
        newest = sorted(tops, key=lambda message: -float(message["ts"]))
        limit, start = min(int(arguments.get("limit") or 100), self.history_page), int(arguments.get("cursor") or 0)
        page = [{**message, **self._replies_to(place, message)} for message in newest[start : start + limit]]
        if not flag(arguments.get("include_all_metadata")):
            page = [{key: value for key, value in message.items() if key != "metadata"} for message in page]
        more = start + limit < len(newest)
        cursor = {"next_cursor": str(start + limit) if more else ""}
        return accepted(messages=page, has_more=more, response_metadata=cursor)

    def _replies_to(self, place: Channel, root: Mapping[str, Any]) -> dict[str, Any]:
        """What Slack tells of a thread with its first message."""
        replies = [m for m in self.messages(place.id, root["ts"]) if m["ts"] != root["ts"]]
        if not replies:
            return {}
        people = list(dict.fromkeys(str(m.get("user")) for m in replies))
        latest = max((str(m["ts"]) for m in replies), key=float)
        return {"thread_ts": root["ts"], "reply_count": len(replies), "reply_users": people[:5], "latest_reply": latest}

    # Files

    def _files_getUploadURLExternal(self, arguments: Mapping[str, Any]) -> web.Response:
        name, length = str(arguments.get("filename") or ""), str(arguments.get("length") or "")
        if not name or not length.isdigit() or not int(length):
            return refused("invalid_arguments")
        file_id = f"F{uuid.uuid4().hex[:10].upper()}"
        self._uploads[file_id] = {"name": name, "length": int(length), "alt_txt": arguments.get("alt_txt")}
        return accepted(upload_url=f"http://{self._address}/upload/{file_id}", file_id=file_id)

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self._uploads.get(request.match_info["file"])
        content = await request.read()
        if upload is None or len(content) != upload["length"]:
            return web.Response(status=400 if upload else 404, text="not ok")
        self.file_contents[request.match_info["file"]] = content
        return web.Response(text=f"OK - {len(content)}")

    def _files_completeUploadExternal(self, arguments: Mapping[str, Any]) -> web.Response:
        given = parsed(arguments.get("files")) or []
        if not given:
            return refused("invalid_arguments")
        if any(file.get("id") not in self.file_contents or file["id"] not in self._uploads for file in given):
            return refused("file_not_found")
        channels = [c for c in str(arguments.get("channels") or arguments.get("channel_id") or "").split(",") if c]
        thread = str(arguments.get("thread_ts") or "")
        for channel in channels:
            if error := self._file_problem(channel, thread, arguments):
                return refused(error)
        files = [self._complete(file) for file in given]
        for channel in channels:
            self._share(self.channels[channel], files, arguments)
        return accepted(files=files)

    def _file_problem(self, channel: str, thread: str, arguments: Mapping[str, Any]) -> str | None:
        place = self.channels.get(channel)
        if error := place_problem(place):
            return error
        assert place is not None
        if thread and thread not in place.messages:
            return "thread_not_found"
        blocks = parsed(arguments.get("blocks"))
        return problem({"blocks": blocks}) if blocks else None

    def _complete(self, file: Mapping[str, Any]) -> dict[str, Any]:
        upload = self._uploads.pop(file["id"])
        ending = str(upload["name"]).rpartition(".")[2].lower()
        made = {
            "id": file["id"],
            "name": upload["name"],
            "title": file.get("title") or upload["name"],
            "filetype": ending,
            "mimetype": TYPES.get(ending, "application/octet-stream"),
            "size": upload["length"],
            "user": self.bot_user,
            "alt_txt": upload["alt_txt"] or "",
            "permalink": f"https://test.slack.com/files/{self.bot_user}/{file['id']}/{upload['name']}",
        }
        self.files[file["id"]] = made
        return made

    def _share(self, place: Channel, files: list[dict[str, Any]], arguments: Mapping[str, Any]) -> None:
        body = {"text": arguments.get("initial_comment"), "thread_ts": arguments.get("thread_ts")}
        message = self._post(place, body | {"blocks": arguments.get("blocks")}, subtype="file_share", files=files)
        self._spawn(self._echo(place, message))


def _is_top(message: Mapping[str, Any]) -> bool:
    """Whether a message stands in the channel and not only in a thread."""
    broadcast = message.get("subtype") == "thread_broadcast"
    return broadcast or message.get("thread_ts", message["ts"]) == message["ts"]


def _within(message: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether a message lies between `oldest` and `latest`."""
    ts, oldest, latest = (
        float(message["ts"]),
        float(arguments.get("oldest") or 0),
        float(arguments.get("latest") or 1e12),
    )
    return oldest <= ts <= latest if flag(arguments.get("inclusive")) else oldest < ts < latest

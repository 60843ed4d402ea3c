"""What the doctor asks of Slack: are the tokens good, are the scopes granted, does Socket Mode open."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.clients import open_session
from bot.slack.api.errors import TOO_MANY, code
from bot.slack.api.limits import CONNECTIONS
from bot.slack.api.mentors import MentorSettings
from bot.slack.api.scopes import scopes
from bot.slack.api.web_server import READY

_REMEDIES = {
    "invalid_auth": "Slack does not know this token; copy it again from the app's settings",
    "not_authed": "Slack does not know this token; copy it again from the app's settings",
    "token_revoked": "the token was revoked; install the app to the workspace again",
    "account_inactive": "the app was removed from the workspace; install it again",
    "not_allowed_token_type": "this is the wrong kind of token; see the README for which goes where",
    "missing_scope": "the app-level token lacks connections:write; make a new one with it",
    "channel_not_found": "there is no such channel, or it is private and I am not in it; invite me there",
    "no_such_subteam": "there is no such user group; its id begins with S",
}

USED_UP = f"the app's {CONNECTIONS} connections are in use; lower SOCKET_CONNECTIONS or end bots that nobody needs. Those of a network that broke Slack forgets after a while"
CONNECTING_SECONDS = 10.0
AT_ONCE = aiohttp.ClientWSTimeout(ws_close=1.0)
"""How long Slack's part of a close is waited for, in seconds: what it delivers to the doctor nobody answers."""
LISTENING = aiohttp.ClientTimeout(total=5)
"""For what listens on this machine, in seconds."""

Finding = tuple[str, bool, str]
"""What was looked at, whether it is well, and what was found or what to do."""


async def findings(tokens: tuple[str, str], api_url: str, mentor_settings: MentorSettings) -> AsyncIterator[Finding]:
    """Every check of Slack in order; Socket Mode is tried where the second token, the app's, is not empty."""
    async with open_session() as session:
        client = AsyncWebClient(token=tokens[0], base_url=api_url, session=session)
        async for finding in _tokens(client, session, tokens[1]):
            yield finding
        async for finding in _mentors(client, mentor_settings):
            yield finding


async def listening(host: str, port: int) -> Finding:
    """Whether a bot listens at an address of this machine, and is ready; one that is not started yet is well."""
    url = f"http://[{host}]:{port}/readyz" if ":" in host else f"http://{host}:{port}/readyz"  # IPv6 in brackets
    try:
        async with aiohttp.ClientSession(timeout=LISTENING) as session, session.get(url) as answer:
            status, told = answer.status, (await answer.text()).strip()
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
        if isinstance(error, aiohttp.ClientConnectorError):
            return "listening", True, f"nobody listens on {host}:{port} as long as the bot is not running"
        return "listening", False, f"what listens on {host}:{port} does not answer; end it, or set HTTP_PORT"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "listening", False, f"the bot on {host}:{port} is not ready: {told[:200]}"
    if (status, told) != (HTTPStatus.OK, READY.strip()):
        return "listening", False, f"something else than the bot listens on {host}:{port}; end it, or set HTTP_PORT"
    return "listening", True, f"the bot on {host}:{port} is ready"


async def _tokens(client: AsyncWebClient, session: aiohttp.ClientSession, app_token: str) -> AsyncIterator[Finding]:
    try:
        said = await client.auth_test()
        yield "SLACK_BOT_TOKEN", True, f"the bot is {said['user']} in {said['team']}"
        granted = set(str(said.headers.get("x-oauth-scopes") or "").split(","))
        missing = {scope: why for scope, why in scopes().items() if scope not in granted}
        needed = "; ".join(f"{scope} for {why}" for scope, why in missing.items())
        told = f"missing: {needed}. Paste manifest.json into the app's settings and install it again"
        yield "scopes", not missing, told if missing else "all that are needed are granted"
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        yield "SLACK_BOT_TOKEN", False, _told(error)
    if app_token:
        try:
            ticket = (await client.apps_connections_open(app_token=app_token))["url"]
            yield "Socket Mode", *(await _socket_mode(session, ticket, client.proxy))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            yield "Socket Mode", False, _told(error)


async def _socket_mode(session: aiohttp.ClientSession, ticket: str, proxy: str | None) -> tuple[bool, str]:
    """Whether Slack takes a further connection, by opening one until the first thing is said over it."""
    try:
        async with (
            asyncio.timeout(CONNECTING_SECONDS),
            session.ws_connect(ticket, proxy=proxy, timeout=AT_ONCE) as connection,
        ):
            said = json.loads((await connection.receive()).data or "{}")
    except (aiohttp.ClientError, TimeoutError, ValueError, TypeError):
        return False, "its WebSockets cannot be reached; have the network and the proxy let them through"
    if said.get("type") == "hello":
        others = int(said.get("num_connections") or 1) - 1
        return True, f"it opens; {others} of the app's {CONNECTIONS} connections are in use"
    if said.get("reason") == TOO_MANY:
        return False, USED_UP
    return False, f"Slack ends the connection ({said.get('reason')}); see that Socket Mode is on in the app's settings"


async def _mentors(client: AsyncWebClient, mentor_settings: MentorSettings) -> AsyncIterator[Finding]:
    """Whether the mentors' channel and user group can be used, where they are set."""
    if mentor_settings.channel:
        try:
            channel = (await client.conversations_info(channel=mentor_settings.channel))["channel"]
            told = "I am in it" if channel.get("is_member") else "I am not in it; invite me there with /invite"
            yield "MENTORS_CHANNEL", bool(channel.get("is_member")), told
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            yield "MENTORS_CHANNEL", False, _told_of_mentors(error)
    if mentor_settings.group:
        try:
            members = (await client.usergroups_users_list(usergroup=mentor_settings.group))["users"]
            yield "MENTOR_GROUP", bool(members), f"{len(members)} mentors"
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            yield "MENTOR_GROUP", False, _told_of_mentors(error)


def _told_of_mentors(error: Exception) -> str:
    scopeless = isinstance(error, SlackApiError) and code(error) == "missing_scope"
    return "a scope is missing; see the line about scopes" if scopeless else _told(error)


def _told(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return _REMEDIES.get(code(error), f"Slack says {code(error) or 'nothing it should'}; see its documentation")
    return "Slack cannot be reached; check the network, the proxy and SLACK_API_URL"

"""Several workspaces behind one address, as slack.com is, and OAuth: who installs the app, which tokens that gives, how it ends."""

import math
import time
import uuid
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import aiohttp
from aiohttp import web

from tests.slack_server.server import ALL_SCOPES, MENTOR_SCOPES, SlackServer
from tests.slack_server.workspace import APP_ID, refused

CLIENT_ID, CLIENT_SECRET = "2141029472.691202649728", "e1b9e11dfcd19c1982d5de12921e17e8"
TOKEN_SECONDS = 43_200
"""For how long a token is good where the app has token rotation on."""


class SlackCloud:
    """`async with SlackCloud(workspace, …) as cloud:` serves Web API and OAuth of all of them at `cloud.url`; tokens tell which is meant."""

    def __init__(self, *workspaces: SlackServer, rotates: bool = True) -> None:
        self.workspaces = workspaces
        self.rotates = rotates
        self.exchanges: list[dict[str, Any]] = []
        """What was asked of oauth.v2.access, without secrets that were right."""
        self.url = ""
        self._codes: dict[str, SlackServer] = {}
        self._refresh: dict[str, SlackServer] = {}

    async def __aenter__(self) -> Self:
        for workspace in self.workspaces:
            workspace.tokens.clear()
            await workspace.__aenter__()
        app = web.Application(client_max_size=10 * 2**20)
        app.router.add_route("*", "/api/{method}", self._web_api)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        for workspace in self.workspaces:
            await workspace.__aexit__()

    async def begin(self, address: str) -> tuple[str, str]:
        """Somebody opens the bot's page and clicks; the state that Slack is given, and the cookie that the browser has."""
        async with aiohttp.ClientSession() as browser, browser.get(f"{address}/slack/install") as page:
            assert page.status == 200, await page.text()
            cookie = page.headers["Set-Cookie"].partition(";")[0]
            (link,) = [part for part in (await page.text()).split('"') if "oauth/v2/authorize" in part]
        return self._allowed(link), cookie

    async def install(self, workspace: SlackServer, address: str) -> int:
        """Somebody of a workspace opens the bot's page, allows it and comes back; the status of the page that they see last."""
        state, cookie = await self.begin(address)
        return await self.come_back(address, {"code": self.code_for(workspace), "state": state}, cookie)

    def code_for(self, workspace: SlackServer) -> str:
        """What Slack gives to the browser of somebody of a workspace who allows it."""
        code = uuid.uuid4().hex
        self._codes[code] = workspace
        return code

    async def come_back(self, address: str, query: Mapping[str, str], cookie: str = "") -> int:
        """A browser comes to the redirect URL."""
        url = f"{address}/slack/oauth_redirect"
        async with aiohttp.ClientSession() as browser, browser.get(url, params=query, headers={"Cookie": cookie}) as page:  # fmt: skip
            await page.text()
            return page.status

    async def uninstall(self, workspace: SlackServer) -> None:
        """An admin removes the app: its tokens are good no more, and the app hears of it twice."""
        workspace.tokens.clear()
        self._refresh = {token: one for token, one in self._refresh.items() if one is not workspace}
        await workspace.send_event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [workspace.bot_user]}})
        await workspace.send_event({"type": "app_uninstalled"})

    def expire_soon(self, workspace: SlackServer, seconds: float) -> None:
        """Let time pass: the tokens of a workspace are good for so long and no longer."""
        workspace.tokens = dict.fromkeys(workspace.tokens, time.time() + seconds)

    def _allowed(self, link: str) -> str:
        """What a person who clicks the link allows, checked as Slack checks it; the state that comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link.replace("&amp;", "&")).query).items()}
        assert asked["client_id"] == CLIENT_ID, "invalid_client_id"
        assert set(asked["scope"].split(",")) <= set(f"{ALL_SCOPES},{MENTOR_SCOPES}".split(",")), "invalid_scope"
        return asked["state"]

    async def _web_api(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "oauth.v2.access":
            return self._access(dict(request.query) | dict(await request.post()), request.headers)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        meant = next((one for one in self.workspaces if token in one.tokens), None)
        if meant is None:
            return refused("invalid_auth" if token else "not_authed")
        return await meant._web_api(request)

    def _access(self, asked: dict[str, Any], headers: Mapping[str, str]) -> web.Response:
        credentials = aiohttp.BasicAuth(str(asked.pop("client_id", "")), str(asked.pop("client_secret", "")))
        if "Authorization" in headers:
            credentials = aiohttp.BasicAuth.decode(headers["Authorization"])
        if (credentials.login, credentials.password) != (CLIENT_ID, CLIENT_SECRET):
            return refused("bad_client_secret")
        self.exchanges.append(asked)
        if asked.get("grant_type") == "refresh_token":
            workspace = self._refresh.pop(str(asked.get("refresh_token")), None)  # it is good for one time
            return self._granted(workspace) if workspace else refused("invalid_refresh_token")
        workspace = self._codes.pop(str(asked.get("code")), None)
        return self._granted(workspace) if workspace else refused("invalid_code")

    def _granted(self, workspace: SlackServer) -> web.Response:
        token, expiring = f"xoxb-{uuid.uuid4().hex}", {}
        if self.rotates:
            token, refresh = f"xoxe.{token}", f"xoxe-1-{uuid.uuid4().hex}"
            self._refresh[refresh] = workspace
            expiring = {"refresh_token": refresh, "expires_in": TOKEN_SECONDS}
        workspace.tokens[token] = time.time() + TOKEN_SECONDS if self.rotates else math.inf
        whole = bool(workspace.organisation)
        return web.json_response(
            {
                "ok": True,
                "app_id": APP_ID,
                "authed_user": {"id": "U0INSTALLER"},
                "scope": workspace.scopes,
                "token_type": "bot",
                "access_token": token,
                "bot_user_id": workspace.bot_user,
                "team": None if whole else {"id": workspace.team, "name": workspace.team.lower()},
                "enterprise": {"id": workspace.organisation, "name": "Grid"} if whole else None,
                "is_enterprise_install": whole,
                **expiring,
            }
        )

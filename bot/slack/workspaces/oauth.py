"""Installing the bot into a workspace by OAuth, and tokens that expire: Bolt's flow and slack_sdk's stores, in the records' database."""

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from slack_bolt import BoltResponse
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.records.installations import Installations, Installed
from bot.slack.api.clients import open_session
from bot.slack.api.scopes import scopes
from bot.slack.api.seldom import Seldom
from bot.slack.workspaces.endings import NOT_NOW, Ending, code_of, ending

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
STATE_SECONDS = 600
"""How long somebody may take from the one to the other."""
ROTATION = dt.timedelta(hours=2)
"""A token that expires within this time is replaced; Slack's are good for twelve hours."""

log = logging.getLogger(__name__)
_silent = logging.Logger("oauth", logging.CRITICAL + 1)
"""For the libraries, which would log codes of installations."""


@dataclass(frozen=True)
class OAuthApp:
    """The Slack app that workspaces install: how it names itself to Slack, and where Slack's Web API is."""

    client_id: str
    client_secret: str
    api_url: str


class OAuth:
    """Serves the two pages of an installation, and gets new tokens. Made within a running event loop; close() ends it.

    `installed` is told of the id of each workspace or organisation that has just installed the bot.
    """

    def __init__(self, app: OAuthApp, installations: Installations) -> None:
        self._installations = installations
        self._session = open_session()
        client = AsyncWebClient(base_url=app.api_url, session=self._session, logger=_silent)
        self._store = AsyncSQLAlchemyInstallationStore(app.client_id, installations.engine, logger=_silent)
        states = _States(STATE_SECONDS, installations.engine, logger=_silent)
        settings = AsyncOAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            scopes=list(scopes()),
            user_scopes=[],
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            installation_store=self._store,
            installation_store_bot_only=True,
            state_store=states,
            state_expiration_seconds=STATE_SECONDS,
            callback_options=AsyncCallbackOptions(_succeeded, self._failed),
            logger=_silent,
        )
        self._flow = _BotOnlyFlow(client=client, settings=settings, logger=_silent)
        self._rotator = AsyncTokenRotator(client_id=app.client_id, client_secret=app.client_secret, client=client)
        self._refusals, self._failures = Seldom(), Seldom()
        self.installed: Callable[[str], Awaitable[None]] = _nobody_listens
        self.routes = (web.get(INSTALL_PATH, self._install), web.get(REDIRECT_PATH, self._redirect))

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def rotate(self, installed: Installed) -> None:
        """Get a new token for an installation, unless another process is at it. Raises what Slack or the database raises.

        An old token is good for a while beside the new one; a refresh token for one time, so one process uses it.
        """
        if not await self._installations.claim_rotation(installed.id):
            return
        bot = await self._store.async_find_bot(
            enterprise_id=installed.enterprise,
            team_id=installed.team,
            is_enterprise_install=installed.is_organisation,
        )
        try:
            soon = int(ROTATION.total_seconds() / 60)
            rotated = self._rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=soon) if bot else None
            if rotated and (fresh := await rotated):
                await self._store.async_save_bot(fresh)
        except SlackTokenRotationError as error:
            raise error.api_error from None

    async def _install(self, request: web.Request) -> web.Response:
        async def page(asked: AsyncBoltRequest) -> BoltResponse:
            await self._installations.drop_old_states()
            return await self._flow.handle_installation(asked)

        return await self._served(request, page)

    async def _redirect(self, request: web.Request) -> web.Response:
        async def page(asked: AsyncBoltRequest) -> BoltResponse:
            response = await self._flow.handle_callback(asked)
            if key := asked.context.get(_KEY):
                await self.installed(str(key))
            return response

        return await self._served(request, page)

    async def _served(
        self, request: web.Request, page: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> web.Response:
        cookies: dict[str, str | Sequence[str]] = {"Cookie": request.headers.getall("Cookie", [])}
        try:  # without the body, which a browser has none of and anybody else need not end
            shown = await to_aiohttp_response(
                await page(AsyncBoltRequest(body="", query=request.query_string, headers=cookies))
            )
        except Exception as error:  # whatever it is, the page says so and the log nothing of the request
            if self._failures.is_due():
                log.error("An installation could not be done.", exc_info=error)
            shown = await to_aiohttp_response(_page(NOT_NOW))
        shown.charset = "utf-8"
        shown.headers["Cache-Control"] = "no-store"
        for cookie in shown.cookies.values():
            cookie["samesite"] = "Lax"
        return shown

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        """The page of an installation that ended, whose state is good no more."""
        if self._refusals.is_due():
            log.warning("An installation ended: %s", code_of(args.reason) or "for another reason")
        shown = _page(ending(args.reason, INSTALL_PATH))
        states = args.settings.state_utils
        state = args.request.query.get("state", [""])[0]
        if states.is_valid_browser(state, dict(args.request.headers)):
            await args.settings.state_store.async_consume(state)
            shown.headers["set-cookie"] = [states.build_set_cookie_for_deletion()]
        return shown


_KEY = "installed"


class _States(AsyncSQLAlchemyOAuthStateStore):
    """Lets each state be used once, also by two requests at the same moment; a database that fails is told as that."""

    async def async_consume(self, state: str) -> bool:
        kept = self.oauth_states.c
        good = (kept.state == state) & (kept.expire_at > dt.datetime.now(dt.UTC).replace(tzinfo=None))
        async with self.engine.begin() as connection:
            return (await connection.execute(self.oauth_states.delete().where(good))).rowcount > 0


class _BotOnlyFlow(AsyncOAuthFlow):
    """Keeps the bot's token and nothing of the person who installed it."""

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        await self.settings.installation_store.async_save_bot(installation.to_bot())
        whole = installation.is_enterprise_install
        request.context[_KEY] = installation.enterprise_id if whole else installation.team_id


def _page(shown: Ending) -> BoltResponse:
    return BoltResponse(status=shown.status, body=shown.html, headers={"Content-Type": "text/html; charset=utf-8"})


async def _succeeded(args: AsyncSuccessArgs) -> BoltResponse:
    return await args.default.success(args)


async def _nobody_listens(_: str) -> None:
    return None

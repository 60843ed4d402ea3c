"""The bot in Slack: what it reacts to, and its life from connecting to a graceful stop."""

import asyncio
import logging
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.advisor import Advisor
from bot.errors import SettingsError
from bot.records import Records
from bot.slack.actions import Library, data_deleted, example_asked, home_opened, passage_shown, rated, reason_given
from bot.slack.agent_session_stopped import session_stopped
from bot.slack.app_mention import app_mentioned
from bot.slack.blocks import FEEDBACK, SHOW_PASSAGE
from bot.slack.desk import Desk
from bot.slack.failures import code
from bot.slack.inbox import accepting
from bot.slack.message import message_posted
from bot.slack.views import ASK_EXAMPLE, DELETE_DATA, REASON_VIEW

RATE_LIMIT_TRIES = 5
STOP_SECONDS = 10.0
"""How long a stop waits for answers being composed; what is not ready is answered after the next start."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How long a question may be, in characters, and how many are answered at the same time."""

    longest_question: int
    questions_at_once: int


@dataclass(frozen=True)
class Workspace:
    """How to reach a workspace: its two tokens and the address of Slack's Web API."""

    bot_token: str
    app_token: str
    api_url: str


class SlackBot:
    """The bot connected to one workspace through Socket Mode."""

    def __init__(
        self,
        advisor: Advisor,
        library: Library,
        records: Records,
        workspace: Workspace,
        limits: Limits,
    ) -> None:
        self._app_token = workspace.app_token
        self._library = library
        self._mode = (
            "Answers are composed by a language model and checked."
            if advisor.streams
            else "Answers are taken word for word from the guides."
        )
        self._client = open_client(workspace.bot_token, workspace.api_url)
        self._records = records
        self.desk = Desk(advisor, records, self._client, limits.longest_question, limits.questions_at_once)
        self._handler: AsyncSocketModeHandler | None = None

    async def start(self) -> None:
        """Take up what was accepted and not answered, then connect. Raises SettingsError when Slack refuses a token."""
        with _refusal_told():
            me = await self._client.auth_test()
            self.desk.bot_user = str(me["user_id"])
            for question in await self._records.unanswered():
                self.desk.take(question, again=True)
            app = build_app(self._client, me, self._records, self.desk)
            listen_to_buttons(app, self._records, self._library, self._mode)
            self._handler = AsyncSocketModeHandler(app, self._app_token, web_client=self._client)
            await self._handler.client.connect_to_new_endpoint()  # connect() would try a refused token for ever

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Take nothing new, finish what is being answered, and leave the rest to the inbox."""
        if self._handler:
            await self._handler.close_async()  # type: ignore[no-untyped-call]
        await self.desk.idle(seconds)
        await self.desk.leave()


@contextmanager
def _refusal_told() -> Iterator[None]:
    try:
        yield
    except SlackApiError as error:
        raise SettingsError(f"Slack refused to connect ({code(error)}); run `careerbot doctor`.") from None
    except (aiohttp.ClientError, TimeoutError):
        raise SettingsError("Slack cannot be reached; check the network, the proxy and SLACK_API_URL.") from None


def open_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that waits as long as Slack says when it is rate limited.

    It does not repeat calls whose outcome is unknown: a message might be posted twice.
    """
    waiting = AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_TRIES)
    return AsyncWebClient(token=token, base_url=api_url, retry_handlers=[waiting])


def build_app(client: AsyncWebClient, me: AsyncSlackResponse, records: Records, desk: Desk) -> AsyncApp:
    """Everything the bot reacts to. `me` is Slack's answer to auth.test, which Bolt would ask for with every event."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult.from_auth_test_response(auth_test_response=me, bot_token=client.token)

    plain = AsyncWebClient(base_url=client.base_url)  # with a token in it Bolt warns that the token is not used
    app = AsyncApp(client=plain, authorize=authorize, raise_error_for_unhandled_request=False)
    app.middleware(accepting(records))
    app.event("app_mention")(app_mentioned(desk))
    app.event("message")(message_posted(desk, records))
    app.event("agent_session_stopped")(session_stopped(desk))
    return app


def listen_to_buttons(app: AsyncApp, records: Records, library: Library, mode: str) -> None:
    """Everything that people press, and the tabs that they open."""
    app.event("app_home_opened")(home_opened(library, mode))
    app.action(SHOW_PASSAGE)(passage_shown(records, library))
    app.action(FEEDBACK)(rated(records))
    app.view(REASON_VIEW)(reason_given(records))
    app.action(DELETE_DATA)(data_deleted(records))
    app.action(re.compile(f"^{ASK_EXAMPLE}_"))(example_asked)


async def serve(advisor: Advisor, library: Library, records: Records, workspace: Workspace, limits: Limits) -> None:
    """Run until the process is told to stop (SIGTERM or SIGINT), then stop gracefully."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for told in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(told, stopping.set)
    bot = SlackBot(advisor, library, records, workspace, limits)
    await bot.start()
    log.info("Connected to Slack.")
    await stopping.wait()
    log.info("Stopping.")
    await bot.stop()
    await records.close()

"""The bot in Slack: what it reacts to, and its life from connecting to a graceful stop."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from aiohttp import web
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.answering.advisor import Advisor
from bot.answering.same_question import SameQuestions
from bot.errors import ConnectionLost, SettingsError
from bot.mentoring.confirmed_answers import ConfirmedAnswers
from bot.mentoring.guides import GuideIndex
from bot.meter import Meter
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import code
from bot.slack.api.handed_on import HandedOn
from bot.slack.api.http_mode import HttpEndpoint, HttpReceiver
from bot.slack.api.kept_connection import Refused, SocketTimes
from bot.slack.api.mentors import Mentors, MentorSettings
from bot.slack.api.people import People
from bot.slack.api.socket_mode import SocketModeConnections, patiently
from bot.slack.api.web_server import WebServer
from bot.slack.context import AppContext
from bot.slack.error_handler import handle_error
from bot.slack.home.listeners import listen_at_home
from bot.slack.installation import of_the_installation
from bot.slack.mentors.confirming.listeners import listen_to_confirming
from bot.slack.mentors.handover.listeners import answer_written, listen_to_handovers, offer_to_ask
from bot.slack.mentors.proposing import listen_to_proposals
from bot.slack.mentors.sharing.listeners import listen_to_sharing
from bot.slack.periodic_jobs import JobSchedule, PeriodicJobs, periodic_jobs_of
from bot.slack.private.channel_settings import SettingsForm
from bot.slack.private.drafting import Drafting, DraftPosting
from bot.slack.private.listeners import listen_to_private
from bot.slack.private.private_answers import PrivateAnswers
from bot.slack.questions.button_listeners import listen_to_answer_buttons
from bot.slack.questions.buttons import AnswerButtons
from bot.slack.questions.events import listen_to_questions
from bot.slack.questions.inbox import accepting
from bot.slack.questions.missed import Hear, MissedLimits, MissedQuestions
from bot.slack.questions.pauses import Pauses
from bot.slack.questions.replying import Replies
from bot.slack.questions.worker import QuestionWorker
from bot.slack.readiness import Phase, Readiness
from bot.storage import Records
from bot.watchdog import end_within

STOP_SECONDS = 4.0
"""How long a stop waits for what is being done; what is not ready is handed back, for another process or the next start."""

REFUSED = "Slack refused to connect ({code}); run `careerbot doctor`."
COMPOSED = "A language model writes my answers, and every sentence is checked against the guides before you see it."
QUOTED = "My answers are quotes from the guides, without a language model."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How long a question may be, in characters, how many are answered at the same time, when they are tried again, and how far missed ones are looked for."""

    longest_question: int
    questions_at_once: int
    pauses: Pauses = field(default_factory=Pauses)
    missed: MissedLimits = field(default_factory=MissedLimits)


@dataclass(frozen=True)
class Workspace:
    """How to reach a workspace: its tokens and the address of Slack's Web API, and who has which rights in it.

    Slack delivers over so many `connections` of Socket Mode where there is an `app_token`, else to `http`, which may serve health
    alone; where many workspaces share an address, that hands on to `delivery`.
    `admins` may change channel settings, `mentor_settings` tells who the mentors are.
    `answers_outsiders`: whether people of other organisations and guests are answered.
    """

    bot_token: str
    app_token: str
    api_url: str
    admins: frozenset[str] = frozenset()
    mentor_settings: MentorSettings = field(default_factory=MentorSettings)
    answers_outsiders: bool = False
    http: HttpEndpoint | None = None
    delivery: HandedOn | None = None
    connections: int = 1


class SlackBot:
    """The bot connected to one workspace, through Socket Mode or HTTP."""

    def __init__(
        self,
        advisor: Advisor,
        guide_index: GuideIndex,
        records: Records,
        workspace: Workspace,
        limits: Limits,
        *,
        same: SameQuestions | None = None,
        schedule: JobSchedule | None = None,
        times: SocketTimes | None = None,
        index_trouble: Callable[[], str] = str,
        meter: Meter | None = None,
    ) -> None:
        self._advisor = advisor
        self._index_trouble = index_trouble
        self._guide_index = guide_index
        self._records = records
        self._workspace = workspace
        self._limits = limits
        self._clients = SlackClients(
            workspace.bot_token, workspace.api_url, everybody=workspace.answers_outsiders, meter=meter
        )
        self._people = People(self._clients.single_try)
        mentors = Mentors(self._clients.single_try, workspace.mentor_settings)
        buttons = AnswerButtons(mentors.exist, bool(mentors.channel))
        confirmed = ConfirmedAnswers(records.confirmations, guide_index, same)
        longest, audience = limits.longest_question, self._clients.audience
        self.worker = self._worker(
            Replies(advisor, records, self._people, confirmed, buttons=buttons, longest=longest, audience=audience)
        )
        self.ctx = AppContext(records, guide_index, self._clients, self.worker, mentors, confirmed, same)
        self._private = PrivateAnswers(self._clients, records, Drafting(advisor, records, longest, self._clients.meter))
        self.periodic_jobs = PeriodicJobs(periodic_jobs_of(self.ctx, schedule or JobSchedule(), self._private))
        self._times = times or SocketTimes()
        self._connection = connection = _connection_of(workspace, self._clients, self._times)
        self._readiness = Readiness(records, guide_index, lambda: connection.is_open)
        self.web = _web_server(workspace.http, self._readiness, connection)
        self._missed: MissedQuestions | None = None

    def _worker(self, replies: Replies) -> QuestionWorker:
        streams, limits = self._advisor.streams, self._limits
        most = limits.questions_at_once
        return QuestionWorker(
            self._records,
            self._clients,
            replies,
            streams=streams,
            most=most,
            pauses=limits.pauses,
            meter=self._clients.meter,
        )

    async def start(self) -> None:
        """Take up what was accepted and not answered, and connect; while Slack cannot be reached, wait for it.

        Raises SettingsError when Slack refuses a token, or where its HTTP address cannot be listened on.
        """
        if self.web:
            await self.web.open()
        try:
            me = await patiently(self._clients.retrying.auth_test, self._times)
            self._clients.bot_user = str(me["user_id"])
            self._clients.audience.team = self._records.installation or str(me["team_id"])
            self._clients.audience.organisation = str(me.get("enterprise_id") or "")
            await self._clients.audience.begin()
            await self.worker.begin()
            self.periodic_jobs.begin()
            app = self._app(me)
            await self._connection.begin(app)
        except SlackApiError as error:
            raise SettingsError(REFUSED.format(code=code(error))) from None
        except Refused as error:
            raise SettingsError(REFUSED.format(code=error.code)) from None
        arrives = lambda: self._connection.is_open  # noqa: E731
        self._missed = MissedQuestions(self._records, self._clients, hearing(app), self._limits.missed, arrives)
        self._missed.begin()
        self._readiness.phase = Phase.RUNNING

    async def run(self) -> None:
        """Start, and work until this is cancelled. Raises ConnectionLost when Slack's events do not come any more."""
        await self.start()
        await self._connection.lost()
        raise ConnectionLost("The connection to Slack cannot be brought back; start the bot anew.")

    def _app(self, me: AsyncSlackResponse) -> AsyncApp:
        """Everything the bot reacts to."""
        app = build_app(self._clients.retrying, me)
        mode = COMPOSED if self._advisor.streams else QUOTED
        settings = SettingsForm(self._records, self._people, self._guide_index, self._workspace.admins)
        app.middleware(self._answer_over_the_pool)
        app.middleware(of_the_installation(self._clients.audience, self._clients.channel_kinds))
        app.middleware(accepting(self._records, self._people, self._clients.audience, self._advisor))
        listen_to_questions(app, self.worker, answer_written(self.ctx))
        listen_to_answer_buttons(app, self._records, self._guide_index, offer_to_ask(self.ctx), self._clients.audience)
        posting = DraftPosting(self._clients.retrying, self._records)
        listen_to_private(app, self._records, self._private, posting, settings)
        listen_to_sharing(app, self.ctx)
        listen_to_confirming(app, self.ctx)
        listen_to_handovers(app, self.ctx)
        listen_to_proposals(app, self.ctx)
        listen_at_home(app, self.ctx, mode, self._trouble)
        return app

    def _trouble(self) -> str:
        """What mentors are told to pass on: why the chat model is not asked, why the guides' index is an old one."""
        return " ".join(filter(None, [self._advisor.model_trouble, self._index_trouble()]))

    async def _answer_over_the_pool(
        self, context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """A middleware: Bolt's own ways to Slack open a connection for each message, and do not look at what goes out."""
        context["client"] = self._clients.retrying
        context["respond"] = self._clients.respond(context.response_url)
        return await next_()

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Take nothing new, finish what is being done if it does not take longer than that, and hand back the rest."""
        self._readiness.phase = Phase.STOPPING
        if self._missed:
            await self._missed.leave()
        await self._connection.close()
        await asyncio.gather(
            self.worker.finish(seconds), self._private.leave(seconds), self.periodic_jobs.leave(seconds)
        )
        await self._clients.close()
        if self.web:
            await self.web.close()  # last: until then it tells why nothing is taken


def _connection_of(
    workspace: Workspace, clients: SlackClients, times: SocketTimes
) -> SocketModeConnections | HttpReceiver | HandedOn:
    """The way over which Slack delivers."""
    if workspace.delivery:
        return workspace.delivery
    if workspace.app_token or workspace.http is None:
        return SocketModeConnections(clients, workspace.app_token, workspace.connections, times)
    return HttpReceiver(workspace.http.signing_secret)


def _web_server(
    endpoint: HttpEndpoint | None, readiness: Readiness, connection: SocketModeConnections | HttpReceiver | HandedOn
) -> WebServer | None:
    if endpoint is None:
        return None
    routes = connection.routes if isinstance(connection, HttpReceiver) else ()
    return WebServer(endpoint.host, endpoint.port, readiness.unready, routes)


async def check_address(host: str, port: int) -> None:
    """Listen for a moment, not ready. Raises SettingsError where that address cannot be listened on."""

    async def unready() -> str:
        return "The bot is starting."

    web_server = WebServer(host, port, unready)
    await web_server.open()
    await web_server.close()


@dataclass(frozen=True)
class Front:
    """The address that many workspaces share: what takes Slack's requests there, whether it can answer, and the server."""

    receiver: HttpReceiver
    readiness: Readiness
    web: WebServer


def front_at(
    endpoint: HttpEndpoint, records: Records, guide_index: GuideIndex, routes: Iterable[web.AbstractRouteDef]
) -> Front:
    """The front at an address, with more to serve there."""
    receiver = HttpReceiver(endpoint.signing_secret)
    readiness = Readiness(records, guide_index, lambda: receiver.is_open)
    served = WebServer(endpoint.host, endpoint.port, readiness.unready, (*receiver.routes, *routes))
    return Front(receiver, readiness, served)


def hearing(app: AsyncApp) -> Hear:
    """What gives an event to the app as if Slack had delivered it."""

    async def hear(event: Mapping[str, Any]) -> bool:
        body = {"type": "event_callback", "event": dict(event)}
        response = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        return response.status == HTTPStatus.OK

    return hear


def build_app(client: AsyncWebClient, me: AsyncSlackResponse) -> AsyncApp:
    """Bolt's app without listeners. `me` is Slack's answer to auth.test, which Bolt would ask for with every event."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult.from_auth_test_response(auth_test_response=me, bot_token=client.token)

    # with a token in it Bolt warns that the token is not used
    plain = AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=client.retry_handlers)
    # requests are verified before Bolt parses them; its own look comes after that, and logs what it refuses
    app = AsyncApp(client=plain, authorize=authorize, raise_error_for_unhandled_request=False, request_verification_enabled=False)  # fmt: skip
    app.error(handle_error)
    return app


class Service(Protocol):
    """What a process does until it is told to stop: the bot of one workspace, or of many."""

    async def run(self) -> None:
        """Work until this is cancelled."""
        ...

    async def stop(self) -> None:
        """Stop gracefully."""
        ...


async def serve(bot: Service) -> None:
    """Run until the process is told to stop (SIGTERM or SIGINT), also while it is connecting; then stop gracefully.

    From then on the process ends within seconds, whatever holds it up.
    Raises SettingsError when Slack refuses a token, ConnectionLost when its events do not come any more.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(asked, stopping.set)
    tasks = [asyncio.create_task(bot.run()), asyncio.create_task(stopping.wait())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await done.pop()
        log.info("Stopping.")
    finally:
        end_within()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await bot.stop()

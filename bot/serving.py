"""Answering in Slack until the process is told to stop: in one workspace, or in all that install the bot."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.composition import Application, kept_fresh, opened_records, slack_bot, workspace_of
from bot.disk import trouble_of
from bot.errors import SettingsError
from bot.meter import Meter
from bot.records.binding import OWN
from bot.settings import Settings
from bot.slack_settings import secret_text
from bot.watchdog import settle_heap, watched
from bot.workspace_settings import check_common, guides_of, of_workspace

if TYPE_CHECKING:
    from bot.answering.advisor import Advisor
    from bot.metrics import PrometheusMeter
    from bot.records.installations import Installed
    from bot.slack.api.handed_on import HandedOn
    from bot.slack.app import Service, SlackBot
    from bot.slack.workspaces.bots import LookTimes
    from bot.slack.workspaces.service import ManyWorkspaces
    from bot.storage import Records
    from knowledge.search.searcher import Searcher

log = logging.getLogger(__name__)


async def check_start(settings: Settings, application: Application) -> None:
    """Look at what keeps the bot from starting and is known soon, before the guides are indexed, which takes minutes.

    Raises SettingsError or RecordsUnavailable: for a folder that cannot be written, and where the bot answers in Slack for
    addresses that cannot be listened on, records that do not open, or settings that are not for many workspaces.
    """
    if trouble := trouble_of(settings.data_dir):
        raise SettingsError(f"{trouble}.")
    if not settings.slack_mode:
        return
    if settings.many_workspaces:
        check_common(settings)
    if settings.listening_port:
        from bot.slack.app import check_address

        await check_address(settings.http_host, settings.listening_port)
    async with (
        opened_records(settings, set_aside=True) as records,
        metrics_served(settings, application.meter, records),
    ):
        pass


async def serve_slack(settings: Settings, application: Application) -> None:
    """Answer in Slack until the process is told to stop."""
    from bot.slack.app import serve

    advisor = application.advisor()
    async with (
        watched(),
        traced(settings, application.meter),
        opened_records(settings, set_aside=True) as records,
        kept_fresh(application) as index_trouble,
        warming_up(advisor),
    ):
        if settings.many_workspaces:
            service: Service = many_workspaces(settings, application, records, index_trouble)
        else:
            service = slack_bot(
                settings,
                application,
                advisor,
                records=records,
                workspace=workspace_of(settings),
                index_trouble=index_trouble,
            )
        settle_heap()
        async with metrics_served(settings, application.meter, records):
            await serve(service)


@asynccontextmanager
async def warming_up(advisor: "Advisor") -> AsyncIterator[None]:
    """Load beside everything else what the first answer would wait for."""
    loading = asyncio.create_task(advisor.warm_up())
    try:
        yield
    finally:
        loading.cancel()
        for error in await asyncio.gather(loading, return_exceptions=True):
            if isinstance(error, Exception):
                log.warning("Nothing was loaded before the first question: %s", type(error).__name__)


def many_workspaces(
    settings: Settings,
    application: Application,
    records: "Records",
    index_trouble: Callable[[], str],
    times: "LookTimes | None" = None,
) -> "ManyWorkspaces":
    """The bot for all workspaces that install it, each with its own settings and, where it has some, its own guides.

    Raises SettingsError where a setting for all names people of one workspace.
    """
    from bot.slack.api.http_mode import HttpEndpoint
    from bot.slack.app import front_at
    from bot.slack.workspaces.bots import InstalledBots, LookTimes
    from bot.slack.workspaces.oauth import OAuth, OAuthApp
    from bot.slack.workspaces.service import ManyWorkspaces

    s = settings
    check_common(s)
    installations = records.installations()
    oauth = OAuth(OAuthApp(s.slack_client_id, secret_text(s.slack_client_secret), s.slack_api_url), installations)

    @asynccontextmanager
    async def opened(installed: "Installed", delivery: "HandedOn") -> "AsyncIterator[SlackBot]":
        own, guides = of_workspace(s, installed.id), guides_of(s, installed.id)
        of_its_own = WorkspaceApplication(own, application, installed.id, guides)
        workspace = replace(workspace_of(own), bot_token=installed.token, http=None, delivery=delivery)
        async with _indexed(of_its_own) if guides else nullcontext(index_trouble) as trouble:
            advisor = await asyncio.to_thread(
                of_its_own.advisor
            )  # which reads prompts, and perhaps an index, while others are answered
            yield slack_bot(
                own, of_its_own, advisor, records=records.of(installed.id), workspace=workspace, index_trouble=trouble
            )

    endpoint = HttpEndpoint(s.http_host, s.listening_port or 0, secret_text(s.slack_signing_secret))
    bots = InstalledBots(installations, oauth, opened, times or LookTimes())
    return ManyWorkspaces(front_at(endpoint, records, application.searcher(), oauth.routes), bots, oauth)


@asynccontextmanager
async def _indexed(application: Application) -> "AsyncIterator[Callable[[], str]]":
    """Index an application's guides, and keep the index fresh while this lasts; gives what `kept_fresh` gives."""
    await asyncio.to_thread(application.sync, lambda _done, _of: None)
    async with kept_fresh(application) as trouble:
        yield trouble


class WorkspaceApplication(Application):
    """The bot for one of many workspaces, by its settings. What all can share is `shared`: the guides, too, unless it has own `guides`."""

    def __init__(self, settings: Settings, shared: Application, key: str, guides: Path | None) -> None:
        super().__init__(settings, guides, meter=shared.meter)
        self._shared = shared
        self._key = key
        self._composer_or_fault = shared._composer_or_fault
        self.local_models = shared.local_models
        self.encoder = shared.encoder

    def _index_folder(self) -> Path:
        return self._settings.data_dir / "workspaces" / self._key / "index" if self._guides else super()._index_folder()

    def searcher(self) -> "Searcher":
        """Search over its own guides, or those of all."""
        return super().searcher() if self._guides else self._shared.searcher()


@asynccontextmanager
async def records_of(settings: Settings, workspace: str) -> "AsyncIterator[Records]":
    """The records of a workspace, for a command; of the one that there is where none is said.

    Raises SettingsError where it does not have the bot, or several have and none is said.
    """
    async with opened_records(settings) as records:
        there = [one.id for one in await records.installations().all()] if settings.many_workspaces else [OWN]
        if workspace not in there and (workspace or len(there) != 1):
            told = ", ".join(there) if there != [OWN] else ""
            raise SettingsError(
                f"Say of which workspace with --workspace; those that have the bot: {told or 'none by an installation'}."
            )
        yield records.of(workspace or there[0])


def application_of(settings: Settings, shared: Application, key: str) -> Application:
    """The application of an installation, by its id; that of SLACK_BOT_TOKEN has an empty one."""
    if key == OWN:
        return shared
    return WorkspaceApplication(of_workspace(settings, key), shared, key, guides_of(settings, key))


@asynccontextmanager
async def traced(settings: Settings, meter: Meter) -> AsyncIterator[None]:
    """Trace what a meter is told while this lasts, and have it sent, where TRACES_URL is set."""
    if not settings.traces_url:
        yield
        return
    from importlib.metadata import version

    from bot.tracing import Collector, Traces

    collector = Collector(settings.traces_url, settings.collector_headers)
    meter.tracer = traces = Traces(collector, version("career-advice-bot"), texts=settings.traces_texts)
    async with traces.kept():
        yield


@asynccontextmanager
async def metrics_served(settings: Settings, meter: Meter, records: "Records") -> AsyncIterator[None]:
    """Serve /metrics while this lasts, where METRICS_PORT is set. Raises SettingsError where it cannot be listened on."""
    if settings.metrics_port is None:
        yield
        return
    from bot.metrics import served
    from bot.records.binding import EVERY
    from bot.records.inbox import ACCEPTED

    async def waiting() -> int:
        return (await records.of(EVERY).inbox.counts()).get(ACCEPTED, 0)

    async with served(cast("PrometheusMeter", meter), settings.metrics_host, settings.metrics_port, waiting):
        yield

"""Builds the application once: the only place where concrete parts are chosen and joined."""

import hashlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from bot.meter import Meter
from bot.settings import Settings
from bot.slack_settings import secret_text

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler

    from bot.answering.advisor import Advisor
    from bot.answering.checking import Checker
    from bot.answering.composing import Composer
    from bot.answering.hearing import Sayings
    from bot.answering.same_question import SameQuestions
    from bot.slack.app import SlackBot, Workspace
    from bot.storage import Records
    from knowledge.documents.reading import GuideFolders
    from knowledge.index.freshness import Freshness
    from knowledge.index.store import IndexReader, IndexStore
    from knowledge.index.syncing import SyncReport
    from knowledge.search.encoder import Encoder, LocalEncoder
    from knowledge.search.reader import Reader
    from knowledge.search.searcher import Searcher
    from knowledge.sources.copied_guides import CopiedGuides


class LocalModels:
    """MiniLM on this machine, each of its tasks loaded when it is first used."""

    @cached_property
    def encoder(self) -> "LocalEncoder":
        """What makes vectors of texts."""
        from knowledge.search.encoder import LocalEncoder

        return LocalEncoder()

    @cached_property
    def reader(self) -> "Reader":
        """What tells which statement answers a question."""
        from knowledge.search.reader import Reader

        return Reader()

    @cached_property
    def checker(self) -> "Checker":
        """What tells whether a sentence of a chat model is supported."""
        from bot.answering.checking import Checker

        return Checker(self.encoder)


class Application:
    """The bot for one set of settings, each part built when it is first asked for.

    `guides` stands for answering from one folder alone, with an index kept apart; `prompts` for another folder of prompts.
    """

    def __init__(self, settings: Settings, guides: Path | None = None, prompts: Path | None = None, meter: Meter | None = None) -> None:  # fmt: skip
        self._settings = settings
        self._prompts = prompts
        self.local_models = LocalModels()
        self._guides = Path(os.path.realpath(guides)) if guides else None
        self._searcher: Searcher | None = None
        self.meter = meter or _open_meter(settings)

    @property
    def mode(self) -> str:
        """How answers are made, for the person who started the bot."""
        if self.faulty_prompts:
            return f"{self.faulty_prompts} Answers are quoted from the guides."
        if self._settings.has_model:
            return f"Answers are composed by {self._settings.chat_model} and checked against the guides."
        return "No chat model is set, so answers are quoted from the guides."

    @property
    def folders(self) -> "GuideFolders":
        """Where guides are read from."""
        from knowledge.documents.reading import GuideFolders

        own_data = self._settings.data_dir
        if self._guides:
            return GuideFolders((self._guides,), own_data)
        ours = Path(str(resources.files("knowledge"))) / "guides"
        own = self._settings.knowledge_dir
        return GuideFolders((ours, *(source.folder for source in self.sources), *([own] if own else [])), own_data)

    @cached_property
    def sources(self) -> "Sequence[CopiedGuides]":
        """The guides that come from elsewhere, where that is set."""
        return () if self._guides else _open_sources(self._settings)

    def store(self) -> "IndexStore":
        """Where the index is kept."""
        from knowledge.index.store import IndexStore

        return IndexStore(self._index_folder(), "" if self._guides else self._settings.chroma_url)

    def _index_folder(self) -> Path:
        if not self._guides:
            return self._settings.data_dir / "index"
        return self._settings.data_dir / "evaluations" / hashlib.sha256(str(self._guides).encode()).hexdigest()[:16]

    def is_indexed(self) -> bool:
        """Whether there is an index to answer from, made with the embedding model of the settings."""
        from knowledge.errors import IndexDamaged, IndexMissing, IndexUnreachable

        try:
            return self.store().current().embeddings == self.encoder.name
        except IndexUnreachable:
            raise
        except (IndexMissing, IndexDamaged):
            return False

    @cached_property
    def encoder(self) -> "Encoder":
        """What makes the vectors of the index."""
        from knowledge.search.encoder import open_encoder

        s = self._settings
        return open_encoder(s.embeddings, self.local_models.encoder, s.openai_key, s.openai_base_url)

    def sync(self, progress: Callable[[int, int], None], *, replace: bool = False) -> "SyncReport":
        """Bring the index in line with the guides; `progress` gets how many passages are done, and of how many.

        Another installation's index on a server is put aside only if it is to be `replace`d.
        """
        from knowledge.index.syncing import sync

        return sync(self.store(), self.folders, self.encoder, progress, replace=replace)

    def index(self) -> "IndexReader":
        """The index as it is read."""
        from knowledge.index.store import IndexReader

        return IndexReader(self.store(), self.encoder.name)

    def searcher(self) -> "Searcher":
        """Search over the current index."""
        from knowledge.search.searcher import Searcher

        if self._searcher is None:
            self._searcher = Searcher(self.index(), self.encoder)
        return self._searcher

    def advisor(self) -> "Advisor":
        """The advisor over the current index."""
        from bot.answering.advisor import Advisor
        from bot.answering.interpreting import Interpreter
        from bot.answering.quoted_answers import QuotedAnswers
        from bot.answering.quoting import Quoter
        from bot.answering.writing import Writer

        sayings = self.sayings()
        return Advisor(
            self.searcher(),
            Interpreter(self.local_models.encoder),
            QuotedAnswers(Quoter(self.local_models.reader), sayings, self._settings.contact),
            sayings,
            Writer(self.composer, self.local_models.checker, self.meter) if self.composer else None,
            lacking_writer=self.faulty_prompts,
            meter=self.meter,
        )

    def same_questions(self) -> "SameQuestions":
        """What tells whether two questions ask for the same."""
        from bot.answering.same_question import SameQuestions

        return SameQuestions(self.local_models.encoder)

    @property
    def composer(self) -> "Composer | None":
        """What asks the chat model, if one is set and its prompts can be used."""
        return self._composer_or_fault[0]

    @property
    def faulty_prompts(self) -> str:
        """Why the chat model cannot be asked though one is set: what is wrong with its prompts; empty where nothing is."""
        return self._composer_or_fault[1]

    @cached_property
    def _composer_or_fault(self) -> "tuple[Composer | None, str]":
        return _open_composer(self._settings, self._prompts, self.meter)

    def sayings(self) -> "Sayings":
        """What is said to messages that are no question. Raises SettingsError where prompts/people.md cannot be used."""
        from bot.answering.hearing import Sayings
        from bot.answering.prompts import Prompt

        s = self._settings
        guides = self.searcher().guides() if self.is_indexed() else ()
        roles = list(dict.fromkeys(guide.role for guide in guides if guide.role))
        titles = [guide.title for guide in guides]
        return Sayings.of(
            Prompt.load("people", self._prompts), contact=s.contact, emergency=s.emergency, composed=self.composer is not None,
            days=s.retention_days, roles=roles, titles=titles,
        )  # fmt: skip


def _open_sources(settings: Settings) -> "Sequence[CopiedGuides]":
    """The guides from elsewhere that the settings name: where two hold a file of the same name, the later one's counts."""
    from knowledge.sources.copied_guides import CopiedGuides

    s, place = settings, settings.data_dir / "sources"
    opened = []
    if s.knowledge_git is not None:
        from knowledge.sources.git_address import GitAddress
        from knowledge.sources.git_guides import GitGuides

        repository = GitGuides(GitAddress.of(secret_text(s.knowledge_git)), s.knowledge_git_folder)
        opened.append(CopiedGuides(repository, place, s.knowledge_git_minutes))
    if s.knowledge_https is not None:
        from knowledge.sources.https_address import HttpsAddress
        from knowledge.sources.https_guides import HttpsGuides

        guides = HttpsGuides(HttpsAddress.of(secret_text(s.knowledge_https)))
        opened.append(CopiedGuides(guides, place, s.knowledge_https_minutes))
    return opened


def fetch_guides(application: Application, *, if_due: bool = False) -> str:
    """Fetch an application's guides that come from elsewhere, or only if that is due; what kept that from succeeding, in
    sentences, empty where nothing did.

    Raises SourceUnavailable where there is no copy of them yet.
    """
    for source in application.sources:
        source.pull(if_due=if_due)
    return _trouble(application)


def _trouble(application: Application) -> str:
    return " ".join(filter(None, (source.trouble for source in application.sources)))


def _open_meter(settings: Settings) -> Meter:
    """What hears what is to be counted; it counts where METRICS_PORT is set."""
    if settings.metrics_port is None:
        return Meter()
    from bot.metrics import PrometheusMeter

    return PrometheusMeter()


def _open_composer(settings: Settings, prompts: Path | None, meter: Meter) -> "tuple[Composer | None, str]":
    """What asks the chat model, with the prompts of a folder; or why there is none though one is set."""
    if not settings.has_model:
        return None, ""
    from bot.answering.chat_model import open_chat_model
    from bot.answering.composing import Composer
    from bot.answering.prompts import Prompts

    s = settings
    callbacks = _langsmith(s)
    model = open_chat_model(s.chat_model, s.openai_key, s.openai_base_url, s.chat_timeout, meter, callbacks=callbacks)
    try:
        return Composer(model, Prompts.load(prompts)), ""
    except SettingsError as error:
        return None, f"The chat model is not asked: {error}"


def _langsmith(settings: Settings) -> "Sequence[BaseCallbackHandler]":
    """What sends the chat model's calls to LangSmith, where TRACES_LANGSMITH says so."""
    if not settings.traces_langsmith:
        return ()
    from bot.answering.langsmith import open_langsmith

    s = settings
    return [open_langsmith(secret_text(s.langsmith_api_key), s.langsmith_endpoint, s.langsmith_project)]


@asynccontextmanager
async def kept_fresh(application: Application) -> "AsyncIterator[Callable[[], str]]":
    """Fetch an application's guides on schedule and index them anew when they change, while this lasts.

    Gives what tells, in sentences, why answers may be from guides as they were before.
    """
    freshness = freshness_of(application)
    async with freshness.kept(), AsyncExitStack() as sources:
        for source in application.sources:
            await sources.enter_async_context(source.kept())
        yield lambda: " ".join(filter(None, (freshness.told, _trouble(application))))


def freshness_of(application: Application) -> "Freshness":
    """What indexes an application's guides anew when they change."""
    from knowledge.index.freshness import Freshness, Upkeep
    from knowledge.index.syncing import is_fresh

    def fresh() -> bool:
        return is_fresh(application.store(), application.folders, application.encoder.name)

    return Freshness(Upkeep(application.folders, fresh, application.sync))


def slack_bot(
    settings: Settings,
    application: Application,
    advisor: "Advisor",
    *,
    records: "Records",
    workspace: "Workspace",
    index_trouble: Callable[[], str],
) -> "SlackBot":
    """The bot of one workspace."""
    from bot.slack.app import Limits, SlackBot
    from bot.slack.periodic_jobs import JobSchedule
    from bot.slack.questions.missed import MissedLimits

    missed = MissedLimits(hours=settings.answer_missed_hours)
    return SlackBot(
        advisor,
        application.searcher(),
        records,
        workspace,
        Limits(settings.max_question_chars, settings.max_concurrent, missed=missed),
        same=application.same_questions(),
        schedule=JobSchedule(settings.remind_hours, settings.weekly_report, settings.retention_days),
        index_trouble=index_trouble,
        meter=application.meter,
    )


def workspace_of(settings: Settings) -> "Workspace":
    """How the workspace is reached."""
    from bot.slack.api.http_mode import HttpEndpoint
    from bot.slack.api.mentors import MentorSettings
    from bot.slack.app import Workspace

    s = settings
    port = s.listening_port
    return Workspace(
        secret_text(s.slack_bot_token),
        secret_text(s.slack_app_token),
        s.slack_api_url,
        s.admins,
        MentorSettings(s.mentor_ids, s.mentor_group, s.mentors_channel),
        s.answer_outsiders,
        HttpEndpoint(s.http_host, port, secret_text(s.slack_signing_secret)) if port else None,
        connections=s.socket_connections,
    )


@asynccontextmanager
async def opened_records(settings: Settings, *, set_aside: bool = False) -> "AsyncIterator[Records]":
    """The records where the settings say, while this lasts; SQLite's file, if it is damaged and may be `set_aside`, gives way to a new one.

    Raises RecordsUnavailable when the database does not answer, SettingsError when its address is wrong.
    """
    from bot.records.database import database_url
    from bot.storage import Records

    address = database_url(settings.database_url, settings.data_dir)
    records = await Records.open(address, settings.data_dir / "workers", set_aside=set_aside)
    try:
        yield records
    finally:
        await records.close()

"""Checks what a first installation gets wrong, a line each with the remedy, in groups that fit a terminal."""

import asyncio
import shutil
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bot.cli.commands import as_typed
from bot.composition import Application, opened_records
from bot.disk import trouble_of
from bot.errors import CareerBotError, SettingsError
from bot.logs import trace
from bot.mentoring.report import counted
from bot.private_files import mend_rights
from bot.settings import ENV_FILE, Settings, home
from bot.slack_settings import secret_text
from knowledge.errors import KnowledgeError

NEWEST_NEEDED = (3, 11)
WIDTH = 80
"""Characters of a line."""
SIMILAR = 85.0
"""From this similarity on (0 to 100) an unknown name in .env is taken for a misspelt setting."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is well, and what was found or what to do."""

    name: str
    well: bool
    told: str

    def line(self) -> str:
        """The check as lines of the report."""
        line = f"{'ok  ' if self.well else 'FAIL'}  {self.name}: {as_typed(self.told)}"
        return textwrap.fill(line, WIDTH, subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False)


async def diagnose(say: Callable[[str], object]) -> bool:
    """Look at everything, saying a line for each under the heading of its group; whether all is well."""
    well, last = True, ""
    async for group, check in _checks():
        if group != last:
            say(f"{group}" if not last else f"\n{group}")
            last = group
        say(check.line())
        well = well and check.well
    say("\nAll is well." if well else "\nMend what failed, then run this again.")
    return well


async def _checks() -> AsyncIterator[tuple[str, Check]]:
    """Every check with its group."""
    async for looked in _guarded("This computer", "Python", _one(_python)):
        yield looked
    async for looked in _guarded("Settings", ENV_FILE, _misspelt()):
        yield looked
    try:
        settings = Settings.load()
    except CareerBotError as error:
        yield "Settings", Check("settings", False, str(error))
        return
    application = Application(settings)
    for group, name, checks in (
        ("Settings", "settings", _one(_complete)),
        ("Data", "disk and records", _stored(settings)),
        ("Data", "privacy", _one(partial(_privacy, settings.data_dir))),
        ("Guides", "guides", _sources(application)),
        ("Guides", "index", _index(application)),
        ("Answers", "prompts", _one(partial(_prompts, application))),
        ("Answers", "chat model", _model(settings, application)),
        ("Slack", "Slack", _slack(settings)),
    ):
        async for looked in _guarded(group, name, checks):
            yield looked


async def _guarded(group: str, name: str, checks: AsyncIterator[Check]) -> AsyncIterator[tuple[str, Check]]:
    """The checks with their group; one that raises is a failed check with where it happened, so that the next ones are made."""
    try:
        async for check in checks:
            yield group, check
    except Exception as error:  # noqa: BLE001  # whatever it is: the rest is looked at
        told = f"this could not be looked at, for a reason that nobody foresaw: {trace(error)}"
        yield group, Check(name, False, told)


async def _one(look: Callable[[], Check]) -> AsyncIterator[Check]:
    yield look()


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    well = sys.version_info[:2] >= NEWEST_NEEDED
    return Check("Python", well, version if well else f"{version} is too old; install Python 3.11 or newer")


async def _misspelt() -> AsyncIterator[Check]:
    """Names in .env that look like a setting but are none."""
    from dotenv import dotenv_values
    from rapidfuzz import fuzz, process

    known = [name.upper() for name in Settings.model_fields]
    file = home() / ENV_FILE
    unknown = [name for name in dotenv_values(file) if name.upper() not in known] if file.is_file() else []
    near = {name: process.extractOne(name.upper(), known, scorer=fuzz.ratio, score_cutoff=SIMILAR) for name in unknown}
    for name, hit in near.items():
        if hit:
            yield Check(ENV_FILE, False, f"{name} is no setting; did you mean {hit[0]}?")


def _complete() -> Check:
    file = home() / ENV_FILE
    return Check("settings", True, f"complete, with those in {file}" if file.is_file() else f"complete, without {file}")


def _disk(folder: Path) -> Check:
    if trouble := trouble_of(folder):
        return Check("disk", False, trouble)
    return Check("disk", True, f"{folder} can be written, {shutil.disk_usage(folder).free >> 20:,} MB are free")


def _privacy(folder: Path) -> Check:
    open_to_others = mend_rights(folder)
    if not open_to_others:
        return Check("privacy", True, "what is kept can be read by its owner alone")
    some = f"{open_to_others[0]} and {len(open_to_others) - 1} more" if open_to_others[1:] else f"{open_to_others[0]}"
    return Check("privacy", False, f"others may read {some}, which belong to another user; run chown, or delete them")


async def _sources(application: Application) -> AsyncIterator[Check]:
    """Whether the guides that come from elsewhere can be fetched; they are, by that."""
    for source in application.sources:
        try:
            await asyncio.to_thread(source.pull)
            trouble = source.trouble
        except KnowledgeError as error:
            trouble = str(error)
        yield Check(source.kind, not trouble, trouble or source.told)


async def _index(application: Application) -> AsyncIterator[Check]:
    from knowledge.documents.reading import find_files
    from knowledge.index.damage import DAMAGED
    from knowledge.index.syncing import is_fresh
    from knowledge.index.writing import is_whole

    files = find_files(application.folders)
    yield Check("guides", bool(files), f"{len(files)} found" if files else "none found; put some into KNOWLEDGE_DIR")
    try:
        encoder = application.encoder
        await encoder.question("ready?")
        store = application.store()
        whole = is_whole(store, store.current())
        snapshot = application.index().snapshot()
        fresh = is_fresh(store, application.folders, encoder.name)
    except KnowledgeError as error:
        yield Check("index", False, str(error))
        return
    if not whole:
        yield Check("index", False, DAMAGED)
        return
    size = f"{counted(len(snapshot.passages), 'passage')} of {counted(len(snapshot.guides), 'guide')}"
    told = size if fresh else f"{size}, but guides have changed since; run `careerbot index`"
    yield Check("embeddings", True, encoder.name)
    yield Check("index", fresh, told)
    for skip in snapshot.skipped:
        yield Check("guides", False, str(skip))


def _prompts(application: Application) -> Check:
    faulty = application.faulty_prompts
    try:
        application.sayings()
    except SettingsError as error:
        faulty = " ".join([str(error), faulty]).strip()
    except KnowledgeError:
        pass  # told of the index
    return Check("prompts", not faulty, faulty or "each can be rendered")


async def _model(settings: Settings, application: Application) -> AsyncIterator[Check]:
    if not settings.has_model:
        yield Check("chat model", True, "none, answers are quoted; set OPENAI_API_KEY to have them composed")
        return
    try:
        if (composer := application.composer) is None:
            yield Check("chat model", False, "not asked before its prompts are mended")
            return
        await composer.check()
    except CareerBotError as error:
        yield Check("chat model", False, str(error))
        return
    yield Check("chat model", True, f"{settings.chat_model} answers")


async def _stored(settings: Settings) -> AsyncIterator[Check]:
    disk = _disk(settings.data_dir)
    yield disk
    if disk.well or settings.database_url:  # what the disk keeps SQLite from has been told
        async for check in _records(settings):
            yield check


async def _records(settings: Settings) -> AsyncIterator[Check]:
    from bot.records.binding import EVERY
    from bot.records.inbox import ACCEPTED, SET_ASIDE

    try:
        async with opened_records(settings) as records:
            counts = await records.of(EVERY).inbox.counts()
            aside = records.set_aside()
    except CareerBotError as error:
        yield Check("records", False, str(error))
        return
    waiting = counts.get(ACCEPTED, 0)
    told = f"{counted(waiting, 'question')} waiting for an answer" if waiting else "nothing waits for an answer"
    yield Check("records", True, told)
    if failed := counts.get(SET_ASIDE, 0):
        yield Check("records", False, f"{counted(failed, 'question')} set aside, see `careerbot inbox`")
    for name in aside:
        remedy = "stop the bot and put a backup in the place of records.sqlite3, or delete this file"
        yield Check("records", False, f"an earlier file was damaged and is kept as {name}; {remedy}")


async def _slack(settings: Settings) -> AsyncIterator[Check]:
    if not settings.slack_mode:
        half = settings.half_set_up
        yield Check("Slack", not half, half or "not set up, the bot answers in the terminal")
        return
    yield _delivery(settings)
    from bot.slack.api.diagnosis import listening

    if settings.listening_port:
        yield Check(*await listening(settings.http_host, settings.listening_port))
    if not settings.many_workspaces:
        tokens = secret_text(settings.slack_bot_token), secret_text(settings.slack_app_token)
        async for check in _workspace(settings, tokens):
            yield check
        return
    async for check in _workspaces(settings):
        yield check


async def _workspace(settings: Settings, tokens: tuple[str, str]) -> AsyncIterator[Check]:
    """What Slack says of a workspace, by the tokens of the bot and of the app."""
    from bot.slack.api.diagnosis import findings
    from bot.slack.api.mentors import MentorSettings

    mentor_settings = MentorSettings(settings.mentor_ids, settings.mentor_group, settings.mentors_channel)
    async for name, well, told in findings(tokens, settings.slack_api_url, mentor_settings):
        yield Check(name, well, told)


async def _workspaces(settings: Settings) -> AsyncIterator[Check]:
    """The same of each workspace that has installed the bot, with its id."""
    from bot.workspace_settings import check_common, faults, of_workspace

    wrong = faults(settings)
    for name, told in wrong.items():
        yield Check(name, False, told)
    try:
        check_common(settings)
        async with opened_records(settings) as records:
            there = await records.installations().all()
    except CareerBotError as error:
        yield Check("workspaces", False, str(error))
        return
    yield Check("workspaces", True, f"{counted(len(there), 'workspace')} installed the bot, at /slack/install")
    for one in there:
        if one.id not in wrong:
            async for check in _workspace(of_workspace(settings, one.id), (one.token, "")):
                yield replace(check, name=f"{one.id} {'token' if check.name == 'SLACK_BOT_TOKEN' else check.name}")


def _delivery(settings: Settings) -> Check:
    """Over which way Slack delivers, and what there is to do for it."""
    if settings.slack_mode == "HTTP mode":
        from bot.slack.api.http_mode import PATH

        where = f"http://{settings.http_host}:{settings.listening_port}{PATH}"
        told = f"HTTP mode; Slack's request URLs must lead to {where}, and Socket Mode be off in the app's settings"
    else:
        ignored = "; SLACK_SIGNING_SECRET is not used" if settings.slack_signing_secret else ""
        told = f"Socket Mode, as SLACK_APP_TOKEN is set{ignored}"
    return Check("events", True, told)

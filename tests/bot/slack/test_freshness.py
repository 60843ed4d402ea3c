"""Guides that change while the bot runs: what people are answered in Slack afterwards."""

import asyncio
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.composition import Application, fetch_guides, freshness_of, kept_fresh
from bot.settings import Settings
from knowledge.documents.reading import GuideFolders
from knowledge.errors import KnowledgeError
from knowledge.index.freshness import Freshness, Upkeep
from knowledge.index.syncing import SyncReport
from tests.bot.slack.scene import ANNA, DORA, MENTORS, Scripted, running
from tests.git_repository import Repository
from tests.https_server import HAS_OPENSSL, Reply, certificate_in, web_folder
from tests.slack_server import SlackServer

BAKER = "# Baker\n\n## Pay\n\nA baker earns {pay} a year on average.\n"
FERRYMAN = "# Ferryman\n\n## Pay\n\nA ferryman earns $41,300 a year on average.\n"
BAKERS_PAY, FERRYMANS_PAY = "What does a baker earn?", "What does a ferryman earn?"
MINUTE = 60


@pytest.fixture
def guides(tmp_path: Path) -> Path:
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "baker.md").write_text(BAKER.format(pay="$30,100"))
    return folder


class Rounds:
    """An index that is always fresh and counts how often it was looked at."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._looked = asyncio.Event()

    def is_fresh(self) -> bool:
        self._loop.call_soon_threadsafe(self._looked.set)
        return True

    async def another(self) -> None:
        """Return after one more look, within a minute."""
        self._looked.clear()
        async with asyncio.timeout(MINUTE):
            await self._looked.wait()


class BreakingOnce(GuideFolders):
    """Folders of which the first question where they are is at fault."""

    _asked = False

    def __getattribute__(self, name: str) -> object:
        if name == "paths" and not BreakingOnce._asked:
            BreakingOnce._asked = True
            raise ZeroDivisionError
        return super().__getattribute__(name)


def _never(_progress: object) -> SyncReport:
    raise AssertionError("nothing changed")


@asynccontextmanager
async def bot_over(slack: SlackServer, guides: Path, folder: Path) -> AsyncIterator[Freshness]:
    """The whole bot over a folder of guides, indexed and then watched, as `careerbot run` does it."""
    application = Application(Settings.load(_env_file=None, knowledge_dir=guides, data_dir=folder / "data"))
    application.sync(lambda done, of: None)
    async with (
        freshness_of(application).kept() as freshness,
        running(slack, application.advisor(), folder, application.searcher()),
    ):
        yield freshness


async def answered(slack: SlackServer, question: str) -> str:
    """What the bot says to a question in direct messages."""
    before = len(slack.answers("D1"))
    await slack.say("D1", question)
    await slack.until(lambda: len(slack.answers("D1")) > before)
    return str(slack.answers("D1")[-1])


async def until_answered(slack: SlackServer, question: str, part: str) -> None:
    """Ask again and again, for a minute at most, until the answer holds something."""
    async with asyncio.timeout(MINUTE):
        while part not in await answered(slack, question):
            pass


async def test_a_changed_an_added_and_a_removed_guide_are_in_the_answers_without_a_restart(
    slack: SlackServer, guides: Path, tmp_path: Path
) -> None:
    async with bot_over(slack, guides, tmp_path):
        assert "$30,100" in await answered(slack, BAKERS_PAY)
        (guides / "baker.md").write_text(BAKER.format(pay="$33,700"))
        await until_answered(slack, BAKERS_PAY, "$33,700")
        (guides / "ferryman.md").write_text(FERRYMAN)
        await until_answered(slack, FERRYMANS_PAY, "$41,300")
        (guides / "ferryman.md").unlink()
        async with asyncio.timeout(MINUTE):
            while "$41,300" in await answered(slack, FERRYMANS_PAY):
                pass
        assert "$33,700" in await answered(slack, BAKERS_PAY)


async def test_a_folder_that_is_gone_empties_no_answer_is_told_and_is_taken_up_again(
    slack: SlackServer, guides: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with bot_over(slack, guides, tmp_path) as freshness:
        shutil.move(guides, tmp_path / "elsewhere")
        freshness.look()
        assert "$30,100" in await answered(slack, BAKERS_PAY)
        assert "is not there any more" in freshness.trouble
        assert "The index was not brought up to date" in caplog.text
        shutil.move(tmp_path / "elsewhere", guides)
        (guides / "baker.md").write_text(BAKER.format(pay="$33,700"))
        await until_answered(slack, BAKERS_PAY, "$33,700")
        assert not freshness.trouble


async def test_a_file_whose_old_time_was_put_back_is_noticed(slack: SlackServer, guides: Path, tmp_path: Path) -> None:
    async with bot_over(slack, guides, tmp_path):
        old = (guides / "baker.md").stat()
        (guides / "baker.md").write_text(BAKER.format(pay="$33,700"))
        os.utime(guides / "baker.md", ns=(old.st_atime_ns, old.st_mtime_ns))
        await until_answered(slack, BAKERS_PAY, "$33,700")


async def test_an_unreadable_guide_keeps_the_others_answering_and_is_named(
    slack: SlackServer, guides: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with bot_over(slack, guides, tmp_path):
        (guides / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
        (guides / "ferryman.md").write_text(FERRYMAN)
        await until_answered(slack, FERRYMANS_PAY, "$41,300")
        assert "$30,100" in await answered(slack, BAKERS_PAY)
    assert "A guide was left out: broken.pdf" in caplog.text


def test_what_cannot_be_indexed_is_told_once_and_not_tried_again_at_once(
    guides: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def failing(progress: object) -> None:
        tries.append(progress)
        raise KnowledgeError("The disk is full.")

    freshness = Freshness(Upkeep(GuideFolders((guides,)), lambda: False, failing))  # type: ignore[arg-type]
    freshness.look()
    freshness.look()
    assert len(tries) == 1
    (guides / "baker.md").write_text("# Baker\n\nOther text.\n")
    freshness.look()
    assert len(tries) == 2
    assert caplog.text.count("The disk is full.") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="names of other bytes than UTF-8")
async def test_a_name_that_is_not_utf_8_does_not_end_the_watching(
    guides: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rounds = Rounds()
    async with Freshness(
        Upkeep(GuideFolders((guides,)), rounds.is_fresh, _never, look_seconds=0.5)
    ).kept() as freshness:
        for _ in range(2):  # the first comes before the watching
            await rounds.another()
        (guides / os.fsdecode(b"Geh\xe4lter.md")).write_text("# Pay\n\nText.")
        for _ in range(3):
            await rounds.another()
        assert not freshness.trouble
    assert "WatchfilesRustInternalError" in caplog.text


async def test_watching_that_breaks_off_is_told_and_goes_on(guides: Path, caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds()
    folders = BreakingOnce((guides,))
    freshness = Freshness(Upkeep(folders, rounds.is_fresh, _never, look_seconds=0.1))
    async with freshness.kept():
        await rounds.another()
    assert "looking for changes was broken off (ZeroDivisionError)" in caplog.text


def test_a_fault_that_nobody_foresaw_is_told_until_a_look_goes_well(guides: Path) -> None:
    faults = [ZeroDivisionError()]

    def is_fresh() -> bool:
        if faults:
            raise faults.pop()
        return True

    freshness = Freshness(Upkeep(GuideFolders((guides,)), is_fresh, _never))
    freshness.look()
    assert "nobody foresaw (ZeroDivisionError)" in freshness.told
    (guides / "baker.md").write_text("# Baker\n\nOther text.\n")
    freshness.look()
    assert not freshness.told


async def test_guides_from_a_repository_are_in_the_answers_after_they_were_fetched_again(
    slack: SlackServer, tmp_path: Path
) -> None:
    repository = Repository.made(tmp_path / "repository", {"baker.md": BAKER.format(pay="$30,100")})
    settings = Settings.load(_env_file=None, knowledge_git=repository.address, data_dir=tmp_path / "data")
    application = Application(settings)
    fetch_guides(application)
    application.sync(lambda done, of: None)
    async with (
        kept_fresh(application) as trouble,
        running(slack, application.advisor(), tmp_path, application.searcher()),
    ):
        assert "$30,100" in await answered(slack, BAKERS_PAY)
        repository.commit({"baker.md": BAKER.format(pay="$33,700")})
        await asyncio.to_thread(fetch_guides, application)
        await until_answered(slack, BAKERS_PAY, "$33,700")
        assert not trouble()
        shutil.rmtree(repository.folder)
        await asyncio.to_thread(fetch_guides, application)
        assert "were not fetched" in trouble()
        assert "$33,700" in await answered(slack, BAKERS_PAY)


@pytest.mark.skipif(not HAS_OPENSSL, reason="openssl makes the certificate of the server")
async def test_guides_from_a_web_server_are_in_the_answers_after_they_were_fetched_again(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_in(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with web_folder(certificate, tmp_path / "web") as web:
        web.write({"pay/baker.md": BAKER.format(pay="$30,100")})
        application = Application(
            Settings.load(_env_file=None, knowledge_https=web.address, data_dir=tmp_path / "data")
        )
        await asyncio.to_thread(fetch_guides, application)
        application.sync(lambda done, of: None)
        async with (
            kept_fresh(application) as trouble,
            running(slack, application.advisor(), tmp_path, application.searcher()),
        ):
            assert "$30,100" in await answered(slack, BAKERS_PAY)
            web.write({"pay/baker.md": BAKER.format(pay="$33,700")})
            await asyncio.to_thread(fetch_guides, application)
            await until_answered(slack, BAKERS_PAY, "$33,700")
            assert not trouble()
            web.replies["/pay/"] = Reply(503)
            await asyncio.to_thread(fetch_guides, application)
            assert "were not fetched: `pay/`: the server answers with status 503. The copy of 20" in trouble()
            assert "$33,700" in await answered(slack, BAKERS_PAY)


async def test_mentors_see_in_the_home_tab_why_answers_are_from_before(
    slack: SlackServer, guides: Path, tmp_path: Path
) -> None:
    told = "The disk is full."
    async with running(slack, Scripted(), tmp_path, mentor_settings=MENTORS, index_trouble=lambda: told):
        await slack.open_tab("home", "D1", user=DORA)
        await slack.until(lambda: told in str(slack.homes.get(DORA)))
        await slack.open_tab("home", "D1")
        await slack.until(lambda: ANNA in slack.homes)
    assert told not in str(slack.homes[ANNA])

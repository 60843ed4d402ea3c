"""The doctor, with both test servers: what it finds and the remedy it gives."""

import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.doctor import diagnose
from bot.composition import Application, opened_records
from bot.records.inbox import AskedQuestion
from bot.settings import HOME, Settings
from bot.slack.api.web_server import WebServer
from tests.openai_server import KEY, Fault, OpenAIServer
from tests.slack_server import SlackServer
from tests.slack_server.http_mode import SIGNING_SECRET
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        for name, value in {"BOT_TOKEN": BOT_TOKEN, "APP_TOKEN": APP_TOKEN, "API_URL": server.url}.items():
            monkeypatch.setenv(f"SLACK_{name}", value)
        yield server


@pytest.fixture
async def model(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


async def screen() -> tuple[bool, str]:
    """Whether all is well, and what is printed."""
    lines: list[str] = []
    well = await diagnose(lines.append)
    return well, "\n".join(lines)


async def report() -> tuple[bool, str]:
    """Whether all is well, and what is printed, with each check in one line."""
    well, printed = await screen()
    return well, printed.replace("\n      ", " ")


async def test_checks_stand_in_groups_and_every_line_fits_the_terminal(
    slack: SlackServer, model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack.scopes = "im:history"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
    _, printed = await screen()
    headings = [line for line in printed.splitlines() if line and not line.startswith(("ok  ", "FAIL", " "))]
    assert headings[:-1] == ["This computer", "Settings", "Data", "Guides", "Answers", "Slack"]
    too_long = [line for line in printed.splitlines() if len(line) > 80]
    assert all(len(line.split()) == 1 for line in too_long)  # a folder's name is never cut


async def test_one_of_a_kind_is_told_as_one() -> None:
    application = Application(Settings.load())
    application.sync(lambda *_: None)
    async with opened_records(Settings.load()) as records:
        await records.inbox.accept(AskedQuestion("T1", "C1", "1.0", "1.0", "U1", "?"))
    well, told = await report()
    assert well
    assert "passages of 1 guide\n" in told
    assert "ok    records: 1 question waiting for an answer" in told


async def test_an_index_that_is_not_there_is_the_first_thing_to_mend() -> None:
    well, told = await report()
    assert not well
    assert "FAIL  index: There is no index of the guides yet; run `careerbot index`." in told
    assert "ok    Slack: not set up" in told


async def test_good_tokens_and_a_good_key_are_said_to_be_well(slack: SlackServer, model: OpenAIServer) -> None:
    _, told = await report()
    for line in ("ok    SLACK_BOT_TOKEN", "ok    scopes", "ok    Socket Mode", "ok    chat model", "ok    disk"):
        assert line in told


async def test_missing_scopes_are_listed_with_what_they_are_for(slack: SlackServer) -> None:
    slack.scopes = "chat:write,im:history"
    well, told = await report()
    assert not well
    assert "FAIL  scopes: missing: app_mentions:read for app_mention" in told
    assert "Paste manifest.json" in told


async def test_a_wrong_bot_token_is_named_without_showing_it(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong-secret")
    _, told = await report()
    assert "FAIL  SLACK_BOT_TOKEN: Slack does not know this token" in told
    assert "wrong-secret" not in told


async def test_a_wrong_app_token_is_named(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-wrong")
    _, told = await report()
    assert "FAIL  Socket Mode: Slack does not know this token" in told


async def test_how_many_connections_the_app_has_is_told_and_that_they_are_used_up(slack: SlackServer) -> None:
    assert "ok    Socket Mode: it opens; 0 of the app's 10 connections are in use" in (await report())[1]
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(10):
            url = (await AsyncWebClient(base_url=slack.url).apps_connections_open(app_token=APP_TOKEN))["url"]
            sockets.append(await session.ws_connect(url))
        await slack.until(lambda: slack.connections == 10)
        told = (await report())[1]
    assert "FAIL  Socket Mode: the app's 10 connections are in use; lower SOCKET_CONNECTIONS" in told


async def test_a_network_that_lets_no_websocket_through_is_told(slack: SlackServer) -> None:
    slack.gateway = "refusing"
    assert "FAIL  Socket Mode: its WebSockets cannot be reached" in (await report())[1]


async def test_one_token_without_the_other_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    _, told = await report()
    assert "FAIL  Slack: SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET for HTTP mode, is not set" in told


async def test_the_mode_is_told_with_what_there_is_to_do_for_it(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SIGNING_SECRET)
    _, told = await report()
    assert "ok    events: Socket Mode, as SLACK_APP_TOKEN is set; SLACK_SIGNING_SECRET is not used" in told
    monkeypatch.delenv("SLACK_APP_TOKEN")
    monkeypatch.setenv("HTTP_PORT", "8080")
    _, told = await report()
    assert "ok    events: HTTP mode; Slack's request URLs must lead to http://127.0.0.1:8080/slack/events" in told
    assert "ok    SLACK_BOT_TOKEN" in told
    assert "Socket Mode:" not in told
    assert SIGNING_SECRET not in told


async def test_each_workspace_that_installed_the_bot_is_looked_at_with_its_own_settings(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    monkeypatch.delenv("SLACK_APP_TOKEN")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SIGNING_SECRET)
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    _, told = await report()
    assert "FAIL  Slack: SLACK_CLIENT_SECRET is not set" in told
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "private-secret")
    (tmp_path / "workspaces" / "T2").mkdir(parents=True)
    (tmp_path / "workspaces" / "T2" / ".env").write_text("CHAT_MODEL=mine", encoding="utf-8")
    monkeypatch.setenv("WORKSPACES_DIR", str(tmp_path / "workspaces"))
    settings = Settings.load()
    async with opened_records(settings) as records:
        store = AsyncSQLAlchemyInstallationStore("1.2", records.installations().engine)
        for team, token in (("T1", BOT_TOKEN), ("T2", BOT_TOKEN), ("T3", "xoxb-dead")):
            await store.async_save_bot(Bot(app_id="A1", team_id=team, bot_token=token, bot_id="B1", bot_user_id="U1", installed_at=1.0))  # fmt: skip
    well, told = await report()
    assert not well
    assert "ok    workspaces: 3 workspaces installed the bot" in told
    assert "ok    T1 token: the bot is bot in Test" in told
    assert "ok    T1 scopes" in told
    assert "FAIL  T2: CHAT_MODEL cannot be set for one workspace" in told
    assert "FAIL  T3 token: Slack does not know this token" in told
    assert not any(secret in told for secret in ("xoxb-dead", "private-secret", BOT_TOKEN))


async def test_every_folder_of_a_workspace_is_read_before_that_workspace_has_the_bot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = {"T1": "RETENTION_DAYS=3\n", "T2": "MENTORS=anna\n", "T3": "CONTACT=#mentors\n", "acme": "MENTORS=U1\n"}
    for name, text in wrong.items():
        (tmp_path / "workspaces" / name).mkdir(parents=True)
        (tmp_path / "workspaces" / name / ".env").write_text(text)
    of_many = {"CLIENT_ID": "1.2", "CLIENT_SECRET": "secret", "SIGNING_SECRET": SIGNING_SECRET}
    for name, text in of_many.items():
        monkeypatch.setenv(f"SLACK_{name}", text)
    monkeypatch.setenv("WORKSPACES_DIR", str(tmp_path / "workspaces"))
    well, told = await report()
    assert not well
    assert "FAIL  T1: RETENTION_DAYS cannot be set for one workspace" in told
    assert "FAIL  T2: Some settings are wrong. MENTORS: only ids of people give rights" in told
    assert "T3" not in told
    assert "FAIL  acme: it is no id of a workspace" in told
    assert "ok    workspaces: 0 workspaces installed the bot" in told


async def test_whether_the_bot_listens_and_is_ready_is_looked_at(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = ""

    async def unready() -> str:
        return trouble

    web = WebServer("127.0.0.1", 0, unready)
    await web.open()
    place = f"127.0.0.1:{web.port}"
    monkeypatch.setenv("HTTP_PORT", str(web.port))
    assert f"ok    listening: the bot on {place} is ready" in (await report())[1]
    trouble = "The records cannot be reached."
    assert f"FAIL  listening: the bot on {place} is not ready: The records cannot be reached." in (await report())[1]
    await web.close()
    assert f"ok    listening: nobody listens on {place} as long as the bot is not running" in (await report())[1]
    monkeypatch.setenv("HTTP_PORT", slack.url.split(":")[2].split("/")[0])
    assert "FAIL  listening: something else than the bot listens on 127.0.0.1:" in (await report())[1]


async def test_slack_that_cannot_be_reached_is_said(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    _, told = await report()
    assert "FAIL  SLACK_BOT_TOKEN: Slack cannot be reached" in told


async def test_a_key_that_is_refused_is_named_without_showing_it(
    model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-secret")
    _, told = await report()
    assert "FAIL  chat model: The chat model gpt-5.4-mini refused the key; check OPENAI_API_KEY." in told
    assert "wrong-secret" not in told


async def test_a_model_that_does_not_exist_is_named(model: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_MODEL", "gpt-99")
    _, told = await report()
    assert "check CHAT_MODEL and OPENAI_BASE_URL" in told


async def test_a_model_that_is_down_is_said(model: OpenAIServer) -> None:
    model.faults = [Fault(status=503)] * 5
    _, told = await report()
    assert "FAIL  chat model: The chat model gpt-5.4-mini failed with status 503" in told


async def test_the_file_of_settings_is_named(tmp_path: Path) -> None:
    assert f"ok    settings: complete, without {tmp_path}/.env" in (await report())[1]
    (tmp_path / ".env").write_text("CONTACT=#mentors\n")
    assert f"ok    settings: complete, with those in {tmp_path}/.env" in (await report())[1]


async def test_a_misspelt_setting_is_found(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KY=x\nEDITOR=vi\n")
    _, told = await report()
    assert "OPENAI_API_KY is no setting; did you mean OPENAI_API_KEY?" in told
    assert "EDITOR" not in told


async def test_wrong_settings_are_all_told_and_nothing_else_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    well, told = await report()
    assert not well
    assert "LOG_LEVEL: it is DEBUG, INFO, WARNING or ERROR" in told
    assert "index" not in told


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    _, told = await report()
    assert "FAIL  disk" in told
    assert "set DATA_DIR" in told


async def test_the_mentors_channel_and_group_are_looked_at(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    slack.add_channel("C9", member=False)
    slack.add_channel("C8")
    slack.add_usergroup("S1", ["U1", "U2"])
    monkeypatch.setenv("MENTORS_CHANNEL", "C9")
    monkeypatch.setenv("MENTOR_GROUP", "S0")
    _, told = await report()
    assert "FAIL  MENTORS_CHANNEL: I am not in it" in told
    assert "FAIL  MENTOR_GROUP: there is no such user group" in told
    monkeypatch.setenv("MENTORS_CHANNEL", "C8")
    monkeypatch.setenv("MENTOR_GROUP", "S1")
    _, told = await report()
    assert "ok    MENTORS_CHANNEL: I am in it" in told
    assert "ok    MENTOR_GROUP: 2 mentors" in told


async def test_a_damaged_file_of_the_records_is_named_and_left_to_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "records.sqlite3").write_bytes(b"nothing of SQLite's" * 500)
    _, told = await report()
    assert "FAIL  records: The file of the records is damaged; stop the bot and start it again" in told
    async with opened_records(Settings.load(), set_aside=True):
        pass
    _, told = await report()
    assert "FAIL  records: an earlier file was damaged and is kept as records.sqlite3.damaged-" in told


async def test_an_option_of_the_databases_address_that_is_not_known_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:xyzzy@127.0.0.1:1/db?sslmodus=require")
    _, told = await report()
    assert "FAIL  records: DATABASE_URL has the option sslmodus" in told
    assert "xyzzy" not in told


@pytest.mark.parametrize("spoilt", ["chroma.sqlite3", "vectors"])
async def test_a_damaged_index_is_named_with_what_makes_it_anew(tmp_path: Path, spoilt: str) -> None:
    Application(Settings.load()).sync(lambda *_: None)
    folder = tmp_path / "data" / "index" / "chroma"
    if spoilt == "vectors":
        client = Application(Settings.load()).store().client
        collection = client.get_collection(Application(Settings.load()).store().current().name, embedding_function=None)
        collection.delete(ids=collection.get()["ids"][:1])
    else:
        (folder / spoilt).write_bytes(b"no database" * 2000)
        Application(Settings.load()).store().reopen()
    well, told = await report()
    assert not well
    assert "FAIL  index: The index of the guides is damaged or incomplete; run `careerbot index`" in told
    Application(Settings.load()).sync(lambda *_: None)
    _, told = await report()
    assert "ok    index" in told


async def test_an_index_of_another_embedding_model_is_named(
    model: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Application(Settings.load()).sync(lambda *_: None)
    monkeypatch.setenv("EMBEDDINGS", "text-embedding-3-small")
    assert not Application(Settings.load()).is_indexed()
    _, told = await report()
    assert "FAIL  index: The index of the guides was made with another embedding model" in told


async def test_a_chroma_server_that_accepts_and_never_answers_is_named_once_and_the_rest_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        monkeypatch.setenv("CHROMA_URL", f"http://127.0.0.1:{listening.getsockname()[1]}")
        well, told = await report()
    assert not well
    assert told.count("CHROMA_URL") == 1
    assert "FAIL  index: The Chroma server does not answer; check CHROMA_URL and that it is running." in told
    assert "ok    prompts" in told


async def test_a_check_that_raises_has_failed_and_the_next_ones_are_made(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"MENTORS=Andr\xe9\n")
    well, told = await report()
    assert not well
    assert (
        "FAIL  .env: this could not be looked at, for a reason that nobody foresaw: UnicodeDecodeError at bot/" in told
    )
    assert "it is not in UTF-8" in told.partition("nobody foresaw")[2]


async def test_what_lies_oddly_among_guides_leaves_every_check_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "loop").symlink_to("loop")
    (guides / "baker.md").write_text("# Baker\n\nA baker bakes.\n")
    (guides / os.fsdecode(b"Geh\xe4lter.md")).write_text("# Pay\n\nText.\n")
    monkeypatch.setenv("KNOWLEDGE_DIR", str(guides))
    Application(Settings.load()).sync(lambda done, of: None)
    _, told = await report()
    assert "FAIL  guides: loop is left out: it is a link that leads to itself" in told
    assert "FAIL  guides: Geh\\udce4lter.md is left out: its name is not UTF-8; rename it" in told
    assert "ok    prompts" in told

"""What fails is called by its name: a full disk, a read-only folder, a lock, damage, and what PostgreSQL's address has wrong."""

import asyncio
import errno
import inspect
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg
import pytest

from bot.errors import CareerBotError, RecordsUnavailable, SettingsError
from bot.records.address import postgres_arguments
from bot.records.database import Database, database_url
from bot.records.failures import DAMAGED, FULL, LOCKED, PASSING, READ_ONLY, UNREACHABLE, what_failed
from bot.records.inbox import AskedQuestion
from bot.settings import Settings
from bot.storage import Records
from tests.disks import disk

FILE = "records.sqlite3"
WORDS = "xyzzy"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 800 kB."""
    with disk(tmp_path / "disk", "800k") as folder:
        yield folder


async def opening(folder: Path, *, set_aside: bool = False) -> str:
    """What is told when the records in a folder cannot be opened."""
    with pytest.raises(RecordsUnavailable) as caught:
        await Records.open(database_url("", folder), set_aside=set_aside)
    return str(caught.value)


def damage(folder: Path) -> None:
    """A database with one of its pages overwritten."""
    file = folder / FILE
    content = bytearray(file.read_bytes())
    content[4096 : 3 * 4096] = os.urandom(2 * 4096)
    file.write_bytes(content)


async def kept(folder: Path, text: str = WORDS) -> None:
    """Records with a question."""
    records = await Records.open(database_url("", folder))
    await records.inbox.accept(AskedQuestion("T1", "C1", "1.0", "1.0", "U1", text))
    await records.close()


async def test_a_full_disk_is_told_at_the_start(small_disk: Path) -> None:
    (small_disk / "other").write_bytes(b"0" * (760 << 10))
    assert await opening(small_disk) == FULL


async def test_a_disk_that_fills_up_is_told_while_running_and_nothing_accepted_is_lost(small_disk: Path) -> None:
    await kept(small_disk, "first")
    records = await Records.open(database_url("", small_disk))
    with pytest.raises(RecordsUnavailable, match="is full"):
        await _accept_many(records)
    kept_one = await records.inbox.find("T1:C1:1.0")
    assert kept_one is not None
    assert kept_one.text == "first"
    await records.close()


async def test_a_full_disk_stops_a_migration_before_it_begins(small_disk: Path, tmp_path: Path) -> None:
    schema = next((Path(__file__).parent / "schemas").glob("7-*.sqlite.sql"))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript(schema.read_text("utf-8"))
        connection.execute("INSERT INTO deeds VALUES (1, 'U1', 'shared', ?, '2026-01-01 00:00:00')", ["x" * 300_000])
        connection.commit()
    shutil.copy(tmp_path / FILE, small_disk)
    assert await opening(small_disk) == FULL
    assert _named(small_disk, "migration") == []


@pytest.fixture
def read_only_disk(small_disk: Path) -> Path:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    return small_disk


async def test_a_read_only_disk_is_told(read_only_disk: Path) -> None:
    assert await opening(read_only_disk) == READ_ONLY


async def test_a_folder_in_the_place_of_the_file_and_a_file_in_the_place_of_the_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "one" / FILE).mkdir(parents=True)
    (tmp_path / "two").write_text("", encoding="utf-8")
    for name in ("one", "two"):
        assert await opening(tmp_path / name) == READ_ONLY


async def test_a_locked_database_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await kept(tmp_path)
    monkeypatch.setattr("bot.records.engines.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("bot.records.sqlite_file.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert await opening(tmp_path) == LOCKED


async def test_a_damaged_file_is_set_aside_whole_and_its_name_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await kept(tmp_path)
    damage(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    records = await Records.open(database_url("", tmp_path), set_aside=True)
    assert await records.inbox.unanswered() == []
    await records.inbox.accept(AskedQuestion("T1", "C1", "1.0", "1.0", "U1", "?"))
    await records.close()
    (aside,) = _named(tmp_path, "damaged")
    assert aside.read_bytes() == before
    assert aside.name in caplog.text
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\1" * 9000])
async def test_a_file_that_is_none_of_sqlites_is_set_aside_too(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    await (await Records.open(database_url("", tmp_path), set_aside=True)).close()
    assert [path.read_bytes() for path in _named(tmp_path, "damaged")] == [content]


async def test_who_only_looks_leaves_a_damaged_file_where_it_is(tmp_path: Path) -> None:
    await kept(tmp_path)
    damage(tmp_path)
    assert await opening(tmp_path) == DAMAGED
    assert _named(tmp_path, "damaged") == []


async def test_processes_that_start_on_a_damaged_file_set_it_aside_once(tmp_path: Path) -> None:
    await kept(tmp_path)
    damage(tmp_path)
    address = database_url("", tmp_path)
    opened = await asyncio.gather(*(Records.open(address, set_aside=True) for _ in range(3)))
    for number, one in enumerate(opened):
        await one.inbox.accept(AskedQuestion("T1", "C1", f"{number}.0", "1.0", "U1", "?"))
    assert len(await opened[0].inbox.unanswered()) == 3
    for one in opened:
        await one.close()
    assert len(_named(tmp_path, "damaged")) == 1


async def test_an_accepted_question_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    database = await Database.open(database_url("", tmp_path))
    async with database.begin() as connection:
        assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar() == 2  # FULL
        assert (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar() == "wal"
    await database.close()


async def _accept_many(records: Records) -> None:
    for number in range(100):
        await records.inbox.accept(AskedQuestion("T1", "C1", f"2.{number}", "1.0", "U1", "long " * 4000))


def _named(folder: Path, kind: str) -> list[Path]:
    return [path for path in folder.iterdir() if kind in path.name and not path.name.endswith(("-wal", "-shm"))]


async def ask(url: str) -> str:
    """Open and close the records at an address; what was told where that did not work."""
    try:
        await (await Records.open(database_url(url, Path("/nowhere")))).close()
    except CareerBotError as error:
        return str(error)
    return ""


WORKING = [
    "?sslmode=prefer",
    "?sslmode=disable&application_name=my%20bot",
    "?connect_timeout=3",
    "?connect_timeout=0",
    "?connect_timeout=-1&fallback_application_name=x",
    "?options=-c%20statement_timeout%3D9000%20-c%20search_path%3Dpublic",
    "?options=-c+lock_timeout=9000",
    "?target_session_attrs=read-write",
    "?target_session_attrs=primary&gssencmode=prefer&channel_binding=prefer&client_encoding=UTF8",
    "?ssl=prefer",
    "?",
    "?application_name=",
]


@pytest.mark.parametrize("options", WORKING)
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_the_options_of_a_usual_address_work(postgres: str, scheme: str, options: str) -> None:
    assert await ask(f"{scheme}://{postgres.partition('://')[2]}{options}") == ""


async def test_options_reach_the_server(postgres: str) -> None:
    records = await Records.open(
        database_url(f"{postgres}?application_name=my%20bot&options=-c%20work_mem%3D5MB", Path())
    )
    async with records._database.begin() as connection:
        assert (await connection.exec_driver_sql("SHOW application_name")).scalar() == "my bot"
        assert (await connection.exec_driver_sql("SHOW work_mem")).scalar() == "5MB"
    await records.close()


async def test_hosts_may_be_several_a_socket_or_an_option(postgres: str) -> None:
    parts = urlsplit(postgres)
    host, name, user = f"{parts.hostname}:{parts.port}", parts.path, parts.username
    connection = await asyncpg.connect(postgres)
    (socket,) = (await connection.fetchval("SHOW unix_socket_directories")).split(",")[:1]
    await connection.close()
    assert await ask(f"postgresql://{user}@127.0.0.1:1,{host}{name}") == ""
    assert await ask(f"postgresql://{user}@{name}?host={parts.hostname}&port={parts.port}") == ""
    if os.path.exists(f"{socket}/.s.PGSQL.{parts.port}"):  # noqa: ASYNC240, PTH110
        assert await ask(f"postgresql://{user}@{quote(socket, safe='')}:{parts.port}{name}") == ""
        assert await ask(f"postgresql://{name}?host={socket}&port={parts.port}&user={user}") == ""


@pytest.mark.parametrize("password", ["p@ss", "a/b?c#d", "100%", "50%25", "a:b@c/d", "ü ß", "[x]", "a=b&c=d"])
def test_a_password_may_have_any_sign_written_as_it_is_or_percent_encoded(password: str) -> None:
    from asyncpg.connect_utils import _parse_connect_dsn_and_args as read

    for written in {quote(password, safe="")} | ({password} if "%25" not in password else set()):
        arguments = postgres_arguments(f"postgresql://me:{written}@db.example:5433/na%20me?sslmode=disable")
        nothing = dict.fromkeys(set(inspect.signature(read).parameters) - {"dsn"})
        addresses, told = read(dsn=arguments["dsn"], **nothing)[:2]
        assert list(addresses) == [("db.example", 5433)]
        assert (told.user, told.password, told.database) == ("me", password, "na me")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("?sslmode=sometimes", "sslmode is one of disable, allow"),
        ("?target_session_attrs=best", "target_session_attrs is one of any"),
        ("?connect_timeout=soon", "connect_timeout is a number"),
        ("?keepalives_idle=30", "keepalives_idle"),
        ("?channel_binding=require", "channel_binding"),
        ("?sslmod=require", "sslmod"),
        ("?pool_size=5", "pool_size"),
        ("?sslmode", "DATABASE_URL cannot be read"),
        ("/more?x", "DATABASE_URL cannot be read"),
    ],
)
async def test_an_option_that_does_not_work_is_named(options: str, named: str) -> None:
    told = await ask(f"postgresql://me:{WORDS}@127.0.0.1:1/db{options}")
    assert named in told
    assert WORDS not in told


async def test_a_server_without_encryption_is_named(postgres: str) -> None:
    told = await ask(f"{postgres}?sslmode=require")
    connection = await asyncpg.connect(postgres)
    encrypts = await connection.fetchval("SHOW ssl") == "on"
    await connection.close()
    assert ("sslmode" in told) is not encrypts


async def test_what_postgresql_refuses_is_named_and_no_password_is_shown(postgres: str, tmp_path: Path) -> None:
    parts = urlsplit(postgres)
    place = f"{parts.hostname}:{parts.port}"
    told = {
        "database": await ask(f"postgresql://{parts.username}:{WORDS}@{place}/no_such_database"),
        "user": await ask(f"postgresql://no_such_user:{WORDS}@{place}{parts.path}"),
        "runs": await ask(f"postgresql://me:{WORDS}@127.0.0.1:1/db"),
        "several": await ask(f"postgresql://me:{WORDS}@localhost:1/db"),
        "host of the name": await ask(f"postgresql://me:{WORDS}@no-such-host.invalid/db"),
        "socket": await ask(f"postgresql://me:{WORDS}@{quote(str(tmp_path), safe='')}/db"),
        "certificate": await ask(f"{postgres}?sslmode=verify-full&sslrootcert={tmp_path}/none.pem"),
        "port": await ask(f"postgresql://me:{WORDS}@127.0.0.1:99999/db"),
        "target_session_attrs": await ask(f"{postgres}?target_session_attrs=standby"),
    }
    told["several"] = told["several"].replace(UNREACHABLE, "several")
    assert {name: sentence for name, sentence in told.items() if name not in sentence} == {}
    assert WORDS not in str(told)


async def test_a_connection_that_broke_is_replaced_before_it_is_used(postgres: str) -> None:
    records = await Records.open(database_url(postgres, Path()))
    await records.inbox.counts()
    other = await asyncpg.connect(postgres)
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    await other.close()
    await records.inbox.counts()
    await records.close()


def test_settings_show_no_password() -> None:
    assert WORDS not in repr(Settings.load(database_url=f"postgresql://me:{WORDS}@h/db"))


def test_an_unknown_failure_says_where_to_look() -> None:
    assert "DATABASE_URL" in what_failed(ValueError(WORDS))
    assert WORDS not in what_failed(ValueError(WORDS))
    with pytest.raises(SettingsError):
        database_url("postgresql://a?b", Path())


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionRefusedError(), True),
        (socket.gaierror(-2, WORDS), True),
        (FileNotFoundError(errno.ENOENT, WORDS), True),
        (OSError(errno.EHOSTUNREACH, WORDS), True),
        (asyncpg.exceptions.CannotConnectNowError(WORDS), True),
        (asyncpg.exceptions.InvalidPasswordError(WORDS), False),
        (OSError(errno.ENOSPC, WORDS), False),
    ],
)
def test_what_may_pass_by_itself_is_told_from_what_somebody_must_mend(error: Exception, passes: bool) -> None:
    assert (what_failed(error) in PASSING) is passes

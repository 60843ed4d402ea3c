"""What has failed when the database does, called by its name, with the remedy; from codes, not from words. No path, no address in it."""

import errno
import shutil
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg

LITTLE = 1 << 16
"""Bytes; a disk with less room is full."""
FULL = "The disk that holds the records is full; make room on it (DATA_DIR), nothing that was accepted is lost."
READ_ONLY = "The records cannot be written: their folder or a file in it is read-only for the user who runs the bot; change its rights or owner, or set DATA_DIR to another folder."
LOCKED = "The records are locked by another program; end what holds records.sqlite3 open (a second bot, a backup, a database browser)."
DAMAGED = (
    "The file of the records is damaged; stop the bot and start it again: it sets the file aside and tells its name."
)
DEVICE = "The disk that holds the records reports an error; look at the disk and its log, then restore a backup."
UNKNOWN = "The records cannot be read or written; check the disk, DATA_DIR and DATABASE_URL."
UNREACHABLE = "PostgreSQL cannot be reached; check that it runs, and host and port in DATABASE_URL."
_NO_HOST = "There is no host of the name in DATABASE_URL; check its spelling and the network."
_TLS = "PostgreSQL and the bot agree on no encrypted connection; check sslmode and sslrootcert in DATABASE_URL, and the server's certificate."
_NO_SUCH_SERVER = "No server in DATABASE_URL is what target_session_attrs asks for; check which one takes changes."
_WRONG_OPTION = "DATABASE_URL has a value that cannot be used; check its ports, certificates and options."
_ENDED = "PostgreSQL ended the connection while it was being made; check sslmode in DATABASE_URL (the server may take no encrypted connections) and that it runs."
"""How asyncpg tells both is a plain ConnectionError."""
_STARTING = "PostgreSQL is starting or stopping; try again in a moment."
_ENDED_LATER = "PostgreSQL has ended the connection; check that it runs."
_NO_FILE = (
    "A file that DATABASE_URL names, a socket or a certificate, is not there; check its path, and that PostgreSQL runs."
)
PASSING = frozenset({UNREACHABLE, _NO_HOST, _NO_FILE, _ENDED, _STARTING, _ENDED_LATER})
"""What may pass by itself, as it does while a server is started again: its name or its socket may be gone for that time, too."""
_SQLITE: Mapping[str, str] = {
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": READ_ONLY,
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_AUTH": READ_ONLY,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_IOERR": DEVICE,
}
"""By SQLite's codes, https://www.sqlite.org/rescode.html; a longer code begins with the shorter one."""
_POSTGRES: Mapping[str, str] = {
    "28": "PostgreSQL refuses the user or password in DATABASE_URL; check both, and the server's pg_hba.conf.",
    "3D": "PostgreSQL has no database of the name in DATABASE_URL; create it, or correct the name.",
    "42501": "The user in DATABASE_URL may not do this in PostgreSQL; make it the owner of the database.",
    "53100": "The disk of PostgreSQL is full; make room on it.",
    "53300": "PostgreSQL has no connection left; raise max_connections, or run fewer processes.",
    "25006": "PostgreSQL takes no changes on this server; set DATABASE_URL to the primary one, or target_session_attrs=read-write.",
    "55P03": "Another process is changing the schema of the records and takes long; try again when it is done.",
    "57P03": _STARTING,
    "57P0": _ENDED_LATER,
    "08": UNREACHABLE,
    "XX001": "PostgreSQL finds its data damaged; restore a backup.",
    "XX002": "PostgreSQL finds its data damaged; restore a backup.",
}
"""By the beginning of PostgreSQL's codes, https://www.postgresql.org/docs/current/errcodes-appendix.html."""
_SYSTEM: Mapping[int, str] = {
    errno.ENOENT: _NO_FILE,
    errno.EHOSTUNREACH: UNREACHABLE,
    errno.ENETUNREACH: UNREACHABLE,
    errno.ECONNABORTED: UNREACHABLE,
    errno.EPIPE: UNREACHABLE,
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EROFS: READ_ONLY,
    errno.ENOTDIR: READ_ONLY,
    errno.EISDIR: READ_ONLY,
    errno.EEXIST: READ_ONLY,
    errno.EIO: DEVICE,
}

_KINDS: Mapping[type[Exception], str] = {
    asyncpg.exceptions.TargetServerAttributeNotMatched: _NO_SUCH_SERVER,
    asyncpg.ClientConfigurationError: _WRONG_OPTION,
    socket.gaierror: _NO_HOST,
    ssl.SSLError: _TLS,
    TimeoutError: UNREACHABLE,
    ConnectionRefusedError: UNREACHABLE,
    ConnectionResetError: UNREACHABLE,
}


def what_failed(error: BaseException, file: Path | None = None) -> str:
    """The sentence for a failure of SQLAlchemy, SQLite, asyncpg or the system; `file` is SQLite's."""
    told = next((told for one in _causes(error) if (told := _told(one))), UNKNOWN)
    if told == DEVICE and file and shutil.disk_usage(file.parent).free < LITTLE:
        return FULL  # which SQLite tells as an error of the disk where it was making the files beside its own
    return told


def is_damage(error: BaseException) -> bool:
    """Whether a failure says that SQLite's file is damaged."""
    return what_failed(error) == DAMAGED


def _told(error: BaseException) -> str:
    if isinstance(name := getattr(error, "sqlite_errorname", None), str):
        return _by_beginning(name, _SQLITE)
    if isinstance(state := getattr(error, "sqlstate", None), str):
        return _by_beginning(state, _POSTGRES)
    if told := next((sentence for kind, sentence in _KINDS.items() if isinstance(error, kind)), ""):
        return told
    if type(error) is ConnectionError:
        return _ENDED
    if isinstance(error, OSError):
        return (
            _SYSTEM.get(error.errno, "") if error.errno else UNREACHABLE
        )  # several addresses of one host, told together
    return ""


def _by_beginning(code: str, told: Mapping[str, str]) -> str:
    return next((sentence for start, sentence in told.items() if code.startswith(start)), "")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it came of, from the inside out: the innermost knows best."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__
    return reversed(chain)

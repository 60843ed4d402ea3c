"""The address of PostgreSQL as its own programs take it, for asyncpg; and the file of one of SQLite."""

import re
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

import sqlalchemy as sa

from bot.errors import SettingsError

CONNECT_SECONDS = 10.0
"""How long connecting to PostgreSQL may take, unless the address has a connect_timeout."""
_HOST = r"(?:\[[^\]]*\]|[^@/?#:,\[\]]*)(?::\d*)?"
_OPTIONS = r"\?(?P<query>(?:\w+=[^&#]*(?:&\w+=[^&#]*)*&?)?)"
_AS_WRITTEN = re.compile(
    rf"(?:(?P<who>[^@/?#]*)@)?(?P<hosts>{_HOST}(?:,{_HOST})*)(?:/(?P<name>[^?#@]*))?(?:{_OPTIONS})?"
)
"""An address whose user and password have every sign percent-encoded, as they should."""
_WITH_SIGNS = re.compile(
    rf"(?P<who>.*)@(?P<hosts>{_HOST}(?:,{_HOST})*)(?:/(?P<name>[^?#@]*))?(?:{_OPTIONS})?", re.DOTALL
)
"""One whose password has signs as they are: it ends at the last @."""
_READ_BY_ASYNCPG = {
    "host", "port", "dbname", "database", "user", "password", "passfile", "service", "sslmode", "sslcert", "sslkey", "sslrootcert",
    "sslcrl", "sslpassword", "ssl_min_protocol_version", "ssl_max_protocol_version", "sslnegotiation", "target_session_attrs",
    "krbsrvname", "gsslib", "application_name", "options",
}  # fmt: skip
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "primary", "standby", "prefer-standby", "read-write", "read-only"),
}
_MAY_BE_LEFT_OUT = {
    "channel_binding": {"disable", "prefer"},
    "client_encoding": {"utf8", "utf-8", "auto"},
    "gssencmode": {"disable", "prefer"},
    "load_balance_hosts": {"disable"},
    "sslsni": {"1"},
    "sslcompression": {"0"},
}
"""Options that asyncpg does not know, with the values that it behaves like anyway."""


def sqlite_file(url: str) -> Path | None:
    """The file of an address of SQLite; None where it is in memory."""
    name = sa.make_url(url).database
    return Path(name) if name and name != ":memory:" else None


def postgres_arguments(url: str) -> dict[str, Any]:
    """What asyncpg.connect is given for an address of PostgreSQL, as libpq takes it. Raises SettingsError, which shows no password."""
    _, _, rest = url.partition("://")
    found = _AS_WRITTEN.fullmatch(rest) or _WITH_SIGNS.fullmatch(rest)
    if not found or any(map(_is_half, rest)):
        raise SettingsError(
            "DATABASE_URL cannot be read; it looks like postgresql://user:password@host:5432/name?sslmode=require, with signs in the password percent-encoded."
        )
    options = dict(parse_qsl(found["query"] or ""))
    ports = re.findall(r":(\d+)(?=,|$)", found["hosts"]) + [port for port in options.get("port", "").split(",") if port]
    if not all(port.isdecimal() and 0 < int(port) < 65536 for port in ports):
        raise SettingsError("DATABASE_URL: a port is a number from 1 to 65535.")
    timeout = _seconds(options.pop("connect_timeout", ""))
    told = urlencode(_known({"application_name": "careerbot"} | options))
    return {
        "dsn": f"postgresql://{_who(found['who'])}{found['hosts']}/{found['name'] or ''}?{told}",
        "timeout": timeout,
    }


def _is_half(sign: str) -> bool:
    """Whether a sign is half a surrogate: what Python makes of bytes in the environment that are no UTF-8."""
    return "\ud800" <= sign <= "\udfff"


def _who(written: str | None) -> str:
    """User and password, percent-encoded whether they were or not."""
    if not written:
        return ""
    return ":".join(quote(unquote(part), safe="") for part in written.split(":", 1)) + "@"


def _known(options: dict[str, str]) -> dict[str, str]:
    known = {}
    for name, value in options.items():
        if name == "ssl":  # as asyncpg calls it
            known["sslmode"] = "require" if value.lower() == "true" else value
        elif name == "fallback_application_name":
            known["application_name"] = value
        elif name == "sslrootcert" and value == "system":
            known[name] = ssl.get_default_verify_paths().cafile or value
        elif name in _READ_BY_ASYNCPG:
            known[name] = value
            if value not in _CHOICES.get(name, {value}):
                raise SettingsError(f"DATABASE_URL: {name} is one of {', '.join(_CHOICES[name])}.")
        elif value.lower() not in _MAY_BE_LEFT_OUT.get(name, set()):
            some = (
                f" with any other value than {' or '.join(sorted(_MAY_BE_LEFT_OUT[name]))}"
                if name in _MAY_BE_LEFT_OUT
                else ""
            )
            raise SettingsError(
                f"DATABASE_URL has the option {name[:40]}, which the bot does not know{some}; leave it out."
            )
    return known


def _seconds(told: str) -> float | None:
    """The seconds of a connect_timeout; None, for as long as it takes, where it is 0."""
    if not told:
        return CONNECT_SECONDS
    if not re.fullmatch(r"-?\d+", told):
        raise SettingsError("DATABASE_URL: connect_timeout is a number of seconds.")
    return float(told) if int(told) > 0 else None

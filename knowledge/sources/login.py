"""Credentials that an address carries: taken out of it, for its server alone."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit


@dataclass(frozen=True)
class Login:
    """Name and password for a server (https://host:port) and no other."""

    server: str
    name: str = field(repr=False)
    password: str = field(repr=False)


def split_address(address: str) -> SplitResult:
    """The parts of an address. Raises ValueError with a reason that shows nothing of it."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise ValueError("it is no address") from None
    return parts


def login_in(parts: SplitResult) -> tuple[str, Login | None]:
    """The server that an https address names, and the login that stands before it.

    Raises ValueError with a reason that shows nothing of them.
    """
    server = f"https://{parts.netloc.rpartition('@')[2]}"
    if parts.username is None:
        return server, None
    name, password = unquote(parts.username), unquote(parts.password or "")
    if not (name + password).isprintable():
        raise ValueError("its name and password have no control characters")
    return server, Login(server, name, password)

"""The address of guides that a web server holds: what may be shown of it, and the credentials that it may carry."""

import re
from dataclasses import dataclass, field
from typing import Self

from knowledge.sources.login import Login, login_in, split_address


@dataclass(frozen=True)
class HttpsAddress:
    """Where guides lie: `url` carries neither credentials nor a query, which may be a signature, and can be shown."""

    url: str
    query: str = field(default="", repr=False)
    login: Login | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """An address that begins with https://, with `name:password@` or without.

        Raises ValueError with a reason that shows nothing of the text.
        """
        if not text.isprintable() or " " in text:
            raise ValueError("it has no spaces")
        parts = split_address(text)
        if parts.scheme != "https" or not text.startswith("https://"):
            raise ValueError("it begins with https://")
        if not re.match(r"[\w:]", parts.hostname or ""):
            raise ValueError("it names a server")
        if parts.fragment:
            raise ValueError("it has no part that begins with #")
        if parts.path.rstrip("/").endswith(".git"):
            raise ValueError("it is a git repository, which belongs into KNOWLEDGE_GIT")
        server, login = login_in(parts)
        return cls(f"{server}{parts.path or '/'}", parts.query, login)

    @property
    def whole(self) -> str:
        """What the server is asked for, without credentials."""
        return f"{self.url}?{self.query}" if self.query else self.url

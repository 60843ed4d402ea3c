"""The address of a git repository: what may be shown of it, its branch, and the credentials that it may carry."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult

from knowledge.sources.login import Login, login_in, split_address

SCHEMES = ("https", "ssh", "file")
_SHORT_SSH = re.compile(r"\w[\w.+-]*@\w[\w.-]*:(?!//).+", re.ASCII)
"""An address such as git@host:team/guides.git, which is ssh's, too."""
_BRANCH = re.compile(r"(?!.*\.\.)[^\s~^:?*\[\\-][^\s~^:?*\[\\]*")
"""What git takes for a branch's name, as far as it matters here (git-check-ref-format)."""


@dataclass(frozen=True)
class GitAddress:
    """Where a repository is: `url` carries no credentials and can be shown; `branch` is empty for the repository's own."""

    url: str
    branch: str = ""
    login: Login | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """An address of the schemes https, ssh or file, with `#branch` at its end or without.

        Raises ValueError with a reason that shows nothing of the text.
        """
        address, _, branch = text.partition("#")
        if not text.isprintable() or " " in text:
            raise ValueError("it has no spaces")
        if branch and not _BRANCH.fullmatch(branch):
            raise ValueError("what follows # is a branch")
        if _SHORT_SSH.fullmatch(address):
            return cls(address, branch)
        parts = _parts(address)
        if parts.scheme != "https" or parts.username is None:
            return cls(address, branch)
        server, login = login_in(parts)
        return cls(f"{server}{parts.path}", branch, login)


def _parts(address: str) -> SplitResult:
    parts = split_address(address)
    if parts.scheme not in SCHEMES or not address.startswith(f"{parts.scheme}://"):
        raise ValueError("it begins with https://, ssh:// or file://")
    if parts.scheme == "file" and (parts.netloc or not parts.path):
        raise ValueError("file:// is followed by a whole path, such as file:///srv/guides.git")
    if parts.scheme != "file" and not re.match(r"[\w:]", parts.hostname or ""):
        raise ValueError("it names a server")
    if parts.scheme == "ssh" and parts.password is not None:
        raise ValueError("ssh takes a key and no password in the address")
    if parts.path.endswith((".zip", ".tar.gz", ".tgz")):
        raise ValueError("it is an archive, which belongs into KNOWLEDGE_HTTPS")
    if parts.query:
        raise ValueError("it has no part that begins with ?")
    return parts

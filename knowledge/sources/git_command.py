"""Runs git so that neither the repository nor anybody's configuration of git can run a program, ask something, or take forever.

ssh reads its own configuration, where the keys are named.
"""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import IO

from knowledge.sources.copied_guides import LARGEST, NotFetched
from knowledge.sources.git_address import SCHEMES
from knowledge.sources.login import Login

SECONDS = 120.0
"""How long one command may take."""
SHOWN = 200
"""Characters of what git says."""
_LOOK_SECONDS = 0.1
"""Seconds between two looks at the time, at the size, and whether the bot is about to stop."""
_KEPT = (
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
    "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
)  # fmt: skip
"""What git gets of the environment: where things are and how the network is reached, no key and no token of the bot's."""
_ALONE = {
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=20",
}
_CONFIGURED = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.askPass": "",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_LOGIN = '!f() { printf "username=%s\\npassword=%s\\n" "$CAREERBOT_GIT_NAME" "$CAREERBOT_GIT_PASSWORD"; }; f'
"""A credential helper: it hands git what stands in the environment, which others on the machine cannot read as they can arguments."""


class GitFailed(NotFetched):
    """git did not do what it was told; the message is the reason, without credentials and without a full stop."""


@dataclass(frozen=True)
class Git:
    """git over one bare repository. `seconds` limits each command, `largest` the bytes of the repository on the disk.

    Once `stop` is set, what runs is ended.
    """

    repository: Path
    seconds: float = SECONDS
    largest: int = LARGEST
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, *arguments: str, login: Login | None = None) -> str:
        """What git prints. Raises GitFailed where it fails or comes to a limit; nothing of it runs any more then."""
        configured = _CONFIGURED | ({f"credential.{login.server}.helper": _LOGIN} if login else {})
        options = [option for name, value in configured.items() for option in ("-c", f"{name}={value}")]
        with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as said:
            try:
                process = subprocess.Popen(  # noqa: S603  # arguments that were looked at, and no shell
                    ["git", *options, f"--git-dir={self.repository}", *arguments],  # noqa: S607  # wherever it is installed
                    env=_environment(login),
                    cwd=self.repository.parent,
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=said,
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise GitFailed("the program git is not installed") from None
            self._watch(process)
            if process.returncode:
                raise GitFailed(_without(login, _reason(_text(said))) or f"git ended with status {process.returncode}")
            return _text(printed)

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        """Wait until git ends, or end it with all that it started."""
        deadline = time.monotonic() + self.seconds
        try:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_SECONDS)
                if self.stop.is_set():
                    raise GitFailed("the bot was stopped")
                if time.monotonic() > deadline:
                    raise GitFailed(f"git took longer than {self.seconds:.0f} s")
                if size_of(self.repository) > self.largest:
                    raise GitFailed(f"the repository is larger than {self.largest >> 20} MB")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _environment(login: Login | None) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    given = {"CAREERBOT_GIT_NAME": login.name, "CAREERBOT_GIT_PASSWORD": login.password} if login else {}
    return kept | _ALONE | given


def size_of(folder: Path) -> int:
    """The bytes of all files below a folder, as far as they are still there."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(where, name).lstat().st_size
    return total


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _reason(said: str) -> str:
    """The first line in which git, or the program it connects with, says what is wrong; what the server says is left out."""
    lines = [line.strip() for line in said.splitlines()]
    told = [line for line in lines if line and not line.lower().startswith(("warning:", "remote:", "hint:"))]
    line = told[0].removeprefix("fatal: ").removeprefix("error: ") if told else ""
    return shorten(line, SHOWN, placeholder=" …").rstrip(".")


def _without(login: Login | None, text: str) -> str:
    """A text without what the server may have told of the password; a token may stand where the name does."""
    secret = (login.password or login.name) if login else ""
    return re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "[hidden]", text) if secret else text

"""Real git repositories, on the disk and behind HTTPS with a password."""

import base64
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.https_server import certificate_in, https_server

_ALONE = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
_AUTHOR = ("-c", "user.name=Anna", "-c", "user.email=anna@example.org")


@dataclass(frozen=True)
class Repository:
    """A repository of guides that is committed to."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, files: Mapping[str, str]) -> "Repository":
        """A new repository with one commit on the branch main."""
        folder.mkdir(parents=True)
        made = cls(folder)
        made.git("init", "--quiet", "--initial-branch=main")
        made.commit(files)
        return made

    @property
    def address(self) -> str:
        """Its address on the disk."""
        return f"file://{self.folder}"

    def git(self, *arguments: str) -> str:
        """What git prints, with nobody's configuration."""
        command = ["git", *_AUTHOR, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=_ALONE, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, files: Mapping[str, str], *gone: str) -> None:
        """Write some files, remove others, and commit that."""
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        for name in gone:
            (self.folder / name).unlink()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=guides")


@dataclass
class HttpsServer:
    """Serves the repositories below a folder to whoever knows the password, through git's own program for that."""

    address: str
    certificate: Path
    seen: list[str] = field(default_factory=list)
    """The passwords that clients came with."""


@contextmanager
def served(root: Path, place: Path, name: str, password: str) -> Iterator[HttpsServer]:
    """A server on 127.0.0.1 with a certificate of its own, made by openssl in `place`."""
    certificate = certificate_in(place)
    told = HttpsServer("", certificate)
    with https_server(certificate, _handler(root, f"{name}:{password}", told)) as told.address:
        yield told


def _handler(root: Path, login: str, told: HttpsServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            told.seen.append(given)
            if given != login:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="guides"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            environment = _ALONE | {
                "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_ADDR": "127.0.0.1",
            }  # fmt: skip
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            answer = subprocess.run(
                ["git", "http-backend"], env=environment, input=body, capture_output=True, check=True
            )
            head, _, content = answer.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for field_name, value in fields.items():
                self.send_header(field_name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler

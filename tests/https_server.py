"""Servers behind HTTPS on 127.0.0.1, with a certificate of their own, and a folder of files that one of them lists."""

import base64
import os
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HAS_OPENSSL = shutil.which("openssl") is not None


def certificate_in(place: Path) -> Path:
    """A certificate for 127.0.0.1 and localhost with its key, made by openssl."""
    key, certificate = place / "key.pem", place / "certificate.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    subprocess.run(
        ["openssl", *new, *subject, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    return certificate


@contextmanager
def https_server(certificate: Path, handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server whose requests go to a handler, at the address that this gives."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Reply:
    """What a server says to a request, whatever its folder holds."""

    status: int = 200
    body: bytes = b""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass
class WebFolder:
    """A folder that Python's own server lists. `replies` stand for what lies at their paths; a `login` (name:password) is asked for."""

    folder: Path
    login: str = ""
    address: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    """The paths that were asked for, with the status of the answer."""
    given: list[str] = field(default_factory=list)
    """The fields Authorization that came."""
    written: float = field(default_factory=lambda: time.time() - 10_000)
    """When files were written last, as the server tells it: a second later each time, and long ago."""

    def write(self, files: Mapping[str, str]) -> None:
        """Write files into the folder."""
        self.written += 1
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            os.utime(path, (self.written,) * 2)

    def fetched(self) -> list[str]:
        """The paths of files that were sent since this was asked last, without pages of folders."""
        told = sorted(path for path, status in self.asked if status == 200 and not path.endswith("/"))
        self.asked.clear()
        return told


@contextmanager
def web_folder(certificate: Path, folder: Path, login: str = "") -> Iterator[WebFolder]:
    """A folder behind HTTPS, while this lasts."""
    folder.mkdir(exist_ok=True)
    web = WebFolder(folder, login)
    with https_server(certificate, partial(_Handler, web=web, directory=str(folder))) as address:
        web.address = address
        yield web


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: object, web: WebFolder, directory: str) -> None:
        self._web = web
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "")
        if given:
            self._web.given.append(base64.b64decode(given.removeprefix("Basic ")).decode())
        if self._web.login and not (given and self._web.given[-1] == self._web.login):
            self._say(Reply(401, b"", {"WWW-Authenticate": 'Basic realm="guides"'}))
        elif reply := self._web.replies.get(self.path):
            self._say(reply)
        else:
            super().do_GET()

    def _say(self, reply: Reply) -> None:
        etag = reply.fields.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            reply = Reply(304)
        self.send_response(reply.status)
        for name, value in ({"Content-Length": str(len(reply.body))} | dict(reply.fields)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        self._web.asked.append((self.path, int(code)))  # type: ignore[call-overload]

    def log_message(self, *args: object) -> None:
        """Say nothing."""

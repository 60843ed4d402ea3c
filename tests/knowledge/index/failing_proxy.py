"""A way to a Chroma server that breaks at a certain request, and stays broken."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

HANGS, DIES, GATEWAY = "never answers", "dies", "a gateway answers for it"
FAULTS = (HANGS, DIES, GATEWAY)
NEVER = "/no such path"


class FailingProxy(ThreadingHTTPServer):
    """Hands requests on to a Chroma server until one ends in `breaks_at`; that one and all that follow meet the fault."""

    def __init__(self, url: str, fault: str, breaks_at: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.upstream = httpx.Client(base_url=url)
        self.fault = fault
        self.breaks_at = breaks_at
        self.is_broken = False
        self.over = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FailingProxy

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        proxy = self.server
        proxy.is_broken = proxy.is_broken or self.path.partition("?")[0].endswith(proxy.breaks_at)
        if not proxy.is_broken:
            said = proxy.upstream.request(
                self.command, self.path, content=body, headers={"Content-Type": "application/json"}
            )
            self._answer(said.status_code, said.headers["Content-Type"], said.content)
        elif proxy.fault == GATEWAY:
            self._answer(502, "text/html", b"<html>Bad Gateway</html>")
        else:
            if proxy.fault == HANGS:
                proxy.over.wait()
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815  http.server looks for these names

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def failing_proxy(url: str, fault: str, breaks_at: str) -> Iterator[FailingProxy]:
    """A proxy in front of the server at an address, while this lasts."""
    with FailingProxy(url, fault, breaks_at) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.over.set()
            proxy.shutdown()
            thread.join()
            proxy.upstream.close()

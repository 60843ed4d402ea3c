"""A Chroma server that cuts the connection, fails, or answers something else: one clear sentence each time."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge.errors import IndexUnreachable
from knowledge.index.store import IndexReader, IndexStore

REPLIES = {
    "cuts the connection": b"",
    "cuts its answer": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
    "fails": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nboom",
    "is no Chroma": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
    "tells other JSON": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
    "speaks no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
}


@contextmanager
def server(reply: bytes) -> Iterator[str]:
    """A server on a free port of 127.0.0.1 that answers everything so."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{serving.server_address[1]}"
        finally:
            serving.shutdown()
            thread.join()


@pytest.mark.parametrize("kind", REPLIES)
def test_a_server_that_does_not_answer_as_chroma_does_is_named(tmp_path: Path, kind: str) -> None:
    with server(REPLIES[kind]) as url, pytest.raises(IndexUnreachable, match="CHROMA_URL"):
        IndexReader(IndexStore(tmp_path, url)).snapshot()

"""A Chroma server that cuts the connection, fails, hangs or answers something else, at once or in the middle of something: one clear sentence each time."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge.documents.reading import GuideFolders
from knowledge.errors import IndexUnreachable
from knowledge.index.chroma_server import TimeLimits
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Searcher
from tests.knowledge.index.failing_proxy import FAULTS, NEVER, failing_proxy
from tests.knowledge.index.test_index import _sync, _texts

REPLIES = {
    "cuts the connection": b"",
    "cuts its answer": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
    "fails": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nboom",
    "is no Chroma": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>",
    "tells other JSON": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
    "speaks no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
}

SOON = TimeLimits(connecting=2.0, answering=2.0, writing=2.0)


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


def test_a_server_that_accepts_and_never_answers_is_named(tmp_path: Path) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(IndexUnreachable, match="CHROMA_URL"):
            IndexReader(IndexStore(tmp_path, url, SOON)).snapshot()


@pytest.mark.parametrize("breaks_at", ["/query", "/careerbot-pointer"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_server_that_goes_away_in_a_question_leaves_an_answer_from_words_and_statements(
    chroma_server: str, tmp_path: Path, guides: Path, encoder: LocalEncoder, fault: str, breaks_at: str
) -> None:
    sync(IndexStore(tmp_path / "index", chroma_server), GuideFolders((guides,)), encoder)
    with failing_proxy(chroma_server, fault, NEVER) as proxy:
        searcher = Searcher(IndexReader(IndexStore(tmp_path / "index", proxy.url, SOON)), encoder)
        before = await searcher.search("What do nurses earn?")
        proxy.breaks_at = breaks_at
        for _ in range(2):
            hits = await (await searcher.pinned()).search("What do nurses earn?")
            assert hits[0].passage.text == before[0].passage.text == "Nurses earn $60,000."
        assert proxy.is_broken


@pytest.mark.parametrize("breaks_at", ["/add", "/collections"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_goes_away_while_guides_are_indexed_is_named_and_the_version_before_stays(
    chroma_server: str, tmp_path: Path, guides: Path, fault: str, breaks_at: str
) -> None:
    _sync(IndexStore(tmp_path / "index", chroma_server), guides)
    (guides / "nurse.md").write_text("# Nurse\n\n## Pay\n\nNurses earn $70,000.", encoding="utf-8")
    with failing_proxy(chroma_server, fault, breaks_at) as proxy:
        with pytest.raises(IndexUnreachable, match="CHROMA_URL"):
            _sync(IndexStore(tmp_path / "index", proxy.url, SOON), guides)
        assert proxy.is_broken
    assert "Nurses earn $60,000." in _texts(IndexStore(tmp_path / "elsewhere", chroma_server))

"""Guides, an empty index beside them, and a real Chroma server."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from knowledge.index.store import IndexStore


@pytest.fixture
def guides(tmp_path: Path) -> Path:
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "baker.md").write_text(
        "# Baker\n\n## Pay\n\nBakers earn $30,000.\n\n## Tools\n\nAn oven.", encoding="utf-8"
    )
    (folder / "nurse.md").write_text("# Nurse\n\n## Pay\n\nNurses earn $60,000.", encoding="utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> IndexStore:
    return IndexStore(tmp_path / "index")


@pytest.fixture
def chroma_server(tmp_path: Path) -> Iterator[str]:
    """A real Chroma server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(tmp_path / "server")]
    server = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport) as client:
            assert client.get(f"http://127.0.0.1:{port}/api/v2/heartbeat").status_code == 200
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)

"""Guides, an empty index beside them, and a real Chroma server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import chromadb
import pytest
from chromadb.config import Settings

from knowledge.index.store import IndexStore
from tests.chroma_server import chroma_server_in


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


@pytest.fixture(scope="session")
def running_chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server_in(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
def chroma_server(running_chroma: str) -> str:
    """The address of a real Chroma server without any collection."""
    place = urlsplit(running_chroma)
    client = chromadb.HttpClient(host=str(place.hostname), port=place.port or 0, settings=Settings(anonymized_telemetry=False))  # fmt: skip
    for collection in client.list_collections():
        client.delete_collection(collection.name)
    return running_chroma

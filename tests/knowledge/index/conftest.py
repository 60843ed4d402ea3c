"""Guides, an empty index beside them, and a real Chroma server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture
def chroma_server(tmp_path: Path) -> Iterator[str]:
    """The address of a real Chroma server."""
    with chroma_server_in(tmp_path / "server") as url:
        yield url

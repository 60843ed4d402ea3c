"""What another process answers from once somebody has indexed the guides anew: the new version, from its next search on."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge.index.store import IndexStore
from tests.knowledge.index.test_index import _sync

ROOT = Path(__file__).parents[3]
READER = """
import sys
from pathlib import Path
from knowledge.index.store import IndexReader, IndexStore
from tests.openai_server import vector
reader = IndexReader(IndexStore(Path(sys.argv[1]), sys.argv[2]))
for question in sys.stdin:
    snapshot = reader.snapshot()
    best = next(iter(snapshot.nearest(vector(question), 1)))
    print(snapshot.passages[snapshot.numbers[best]].text.replace("\\n", " "), flush=True)
"""


class Other:
    """A process that searches an index."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def found(self, question: str) -> str:
        """The text of the passage that it finds."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{question}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def other_process(folder: Path, url: str) -> Iterator[Other]:
    """A process that reads the index of a folder, or of a server with a folder of its own."""
    command = [sys.executable, "-c", READER, str(folder), url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Other(process)
        process.stdin.close()  # type: ignore[union-attr]


@pytest.mark.parametrize("where", ["embedded", "server, one folder", "server, a folder each"])
def test_another_process_finds_what_was_indexed_with_its_next_search(
    where: str, guides: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = "" if where == "embedded" else request.getfixturevalue("chroma_server")
    here = tmp_path / "index"
    there = tmp_path / "theirs" if where.endswith("each") else here
    store = IndexStore(here, url)
    _sync(store, guides)
    with other_process(there, url) as other:
        assert "Nurses earn $60,000" in other.found("what do nurses earn pay")
        for pay in ("$61,000", "$62,000"):
            (guides / "nurse.md").write_text(f"# Nurse\n\n## Pay\n\nNurses earn {pay}.", encoding="utf-8")
            _sync(store, guides)
            assert f"Nurses earn {pay}" in other.found("what do nurses earn pay")

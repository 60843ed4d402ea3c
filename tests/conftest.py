"""What many tests share: the real local model, and the product's own guide, indexed once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from knowledge.documents import Document, GuideFile, read
from knowledge.embeddings import MiniLM
from knowledge.index import IndexReader, IndexStore, sync
from knowledge.passages import Guide, Passage, split
from knowledge.search import Searcher

OUR_GUIDES = Path(__file__).parents[1] / "knowledge" / "guides"


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="session")
def searcher(minilm: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Search over the product's own guide."""
    store = IndexStore(tmp_path_factory.mktemp("index"))
    sync(store, [OUR_GUIDES], minilm)
    return Searcher(IndexReader(store), minilm)


@pytest.fixture(scope="session")
def advisor(searcher: Searcher) -> Advisor:
    """An advisor without a chat model, over the product's own guide."""
    return Advisor(searcher)


AdvisorOver = Callable[..., Advisor]


@pytest.fixture
def advisor_over(minilm: MiniLM, tmp_path: Path) -> AdvisorOver:
    """An advisor over guides given as file name and text."""

    def build(**texts: str) -> Advisor:
        folder = tmp_path / "guides"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        store = IndexStore(tmp_path / "index")
        sync(store, [folder], minilm)
        return Advisor(Searcher(IndexReader(store), minilm))

    return build


def passage(text: str, *heading: str, path: str = "guide.md", position: int = 0) -> Passage:
    """A passage for tests that need no file."""
    title = heading[0] if heading else "Guide"
    return Passage(f"{path}-{position}", Guide(path, title), heading or ("Guide",), text, position, "hash")


def document(folder: Path, name: str, text: str) -> Document:
    """A file with a text, read as a document."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read(GuideFile(folder, path))


def split_text(folder: Path, name: str, text: str) -> list[Passage]:
    """A file with a text, cut into passages."""
    return split(document(folder, name, text))

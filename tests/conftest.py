"""What many tests share: the real local model, and the product's own guide, indexed once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from bot.answering.checking import Checker
from bot.answering.composing import Composer
from bot.answering.hearing import Sayings
from bot.watchdog import settle_heap
from knowledge.documents.reading import GuideFile, GuideFolders, read
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.passages import Document, Guide, Passage, split
from knowledge.search.encoder import LocalEncoder
from knowledge.search.reader import Reader
from knowledge.search.searcher import Searcher
from tests import building
from tests.building import plain_sayings

OUR_GUIDES = Path(__file__).parents[1] / "knowledge" / "guides"


@pytest.fixture(scope="session", autouse=True)
def settled_heap() -> None:
    """As in the running bot; what the tests import beside it is left out, too."""
    settle_heap()


@pytest.fixture(scope="session")
def encoder() -> LocalEncoder:
    return LocalEncoder()


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="session")
def checker(encoder: LocalEncoder) -> Checker:
    return Checker(encoder)


@pytest.fixture(scope="session")
def sayings() -> Sayings:
    """What the bot says to messages that are no questions."""
    return plain_sayings()


@pytest.fixture(scope="session")
def searcher(encoder: LocalEncoder, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Search over the product's own guide."""
    store = IndexStore(tmp_path_factory.mktemp("index"))
    sync(store, GuideFolders((OUR_GUIDES,)), encoder)
    return Searcher(IndexReader(store), encoder)


AdvisorWith = Callable[..., Advisor]


@pytest.fixture(scope="session")
def advisor_with(encoder: LocalEncoder, reader: Reader, checker: Checker, sayings: Sayings) -> AdvisorWith:
    """An advisor that searches with a searcher, and composes if it is given a composer."""

    def build(searcher: Searcher, composer: Composer | None = None, contact: str = "") -> Advisor:
        return building.advisor_over(
            searcher, encoder, composer, reader=reader, checker=checker, sayings=sayings, contact=contact
        )

    return build


@pytest.fixture(scope="session")
def advisor(searcher: Searcher, advisor_with: AdvisorWith) -> Advisor:
    """An advisor without a chat model, over the product's own guide."""
    return advisor_with(searcher)


AdvisorOver = Callable[..., Advisor]


@pytest.fixture
def advisor_over(encoder: LocalEncoder, advisor_with: AdvisorWith, tmp_path: Path) -> AdvisorOver:
    """An advisor over guides given as file name and text, and with a composer if one is given."""

    def build(composer: Composer | None = None, **texts: str) -> Advisor:
        folder = tmp_path / "guides"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        store = IndexStore(tmp_path / "index")
        sync(store, GuideFolders((folder,)), encoder)
        return advisor_with(Searcher(IndexReader(store), encoder), composer)

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

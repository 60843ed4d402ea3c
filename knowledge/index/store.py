"""Passages kept in Chroma, switched to a new version at once.

Each version of the index is a collection of its own, with the lexical index and the passages in a folder beside it.
A pointer, the metadata of a small collection, names the current version; switching it is the last thing a sync does,
so a reader sees the old version or the new one, and a killed sync leaves the old one. One process writes at a time.
"""

import json
import shutil
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.documents.reading import SkippedFile
from knowledge.editions import Editions, editions, labelled
from knowledge.errors import IndexDamaged, IndexMissing, IndexUnreachable
from knowledge.index.chroma_server import TimeLimits, circuit_of_server, open_server
from knowledge.index.contents import (
    Contents,
    contents_from,
    metadata_of,
    passage_from,
    portions,
    save_statements,
    stored_contents,
    unpacked,
)
from knowledge.index.damage import damage_told
from knowledge.passages import FORMAT_VERSION, Guide, Passage
from knowledge.search.lexical import LexicalIndex

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from numpy.typing import NDArray

    from knowledge.index.writing import Right
    from knowledge.search.encoder import Encoded

POINTER = "careerbot-pointer"
VERSION_PREFIX = "careerbot-guides-"
EF_SEARCH = 200
"""Candidates that Chroma's approximate search keeps: recall@10 is 0.999 at 200, 0.993 at the default of 100."""


@dataclass(frozen=True)
class Version:
    """What the pointer says of the current version of the index.

    `passages` is how many it has, -1 where an earlier version of the bot did not say; `made_by` the installation that made it.
    """

    name: str
    embeddings: str
    format: str
    previous: str
    passages: int = -1
    made_by: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One version of the index, to be searched. Immutable; stays usable while a newer version takes over, and, but for
    `nearest`, while Chroma is away.
    """

    version: str
    embeddings: str
    passages: tuple[Passage, ...]
    skipped: tuple[SkippedFile, ...]
    lexical: LexicalIndex
    statement_vectors: "NDArray[np.float32]"
    _collection: Any

    @cached_property
    def guides(self) -> tuple[Guide, ...]:
        """The guides, in the order of their paths."""
        return tuple(dict.fromkeys(passage.guide for passage in self.passages))

    @cached_property
    def editions(self) -> tuple[Editions, ...]:
        """The guides of which there are several editions."""
        return editions(self.passages)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The place of each passage among the passages, by its id."""
        return {passage.id: number for number, passage in enumerate(self.passages)}

    def nearest(self, vector: Sequence[float], k: int, among: Sequence[str] = ()) -> dict[str, float]:
        """The ids of the k passages nearest to a vector, of all or among some, each with its cosine similarity.

        Raises IndexDamaged when the vectors cannot be read, IndexUnreachable when a Chroma server does not answer.
        """
        if not self.passages:
            return {}
        with damage_told():
            n = min(k, len(among or self.passages))
            some = {"ids": list(among)} if among else {}
            found = self._collection.query(query_embeddings=[list(vector)], n_results=n, include=["distances"], **some)
        return {key: 1.0 - distance for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)}


class IndexStore:
    """Where the index is kept: a Chroma database, embedded in `folder` or at `url`, and files in `folder`.

    Opening it does nothing; Chroma is started at first use. `is_shared` is whether other installations may use it: on a server.
    """

    def __init__(self, folder: Path, url: str = "", limits: TimeLimits | None = None) -> None:
        self.folder = folder
        self._url = url
        self._limits = limits or TimeLimits()
        self.is_shared = bool(url)
        self._opening = threading.Lock()
        self._opened: ClientAPI | None = None
        self._circuit = circuit_of_server()

    @property
    def client(self) -> "ClientAPI":
        """Chroma. Two threads that open it at once would open it twice, and only one of them would be told what is wrong."""
        with self._opening:
            if self._opened is None:
                self._opened = (
                    open_server(self._url, self._circuit, self._limits)
                    if self._url
                    else _open_embedded(self.folder / "chroma")
                )
            return self._opened

    def current(self) -> Version:
        """The current version. Raises IndexMissing when there is none, IndexDamaged when it cannot be read."""
        if not self._url and not (self.folder / "chroma" / "chroma.sqlite3").exists():
            raise IndexMissing("There is no index of the guides yet; run `careerbot index`.")
        from chromadb.errors import NotFoundError

        with damage_told():
            try:
                said = self.client.get_collection(POINTER, embedding_function=None).metadata or {}
            except NotFoundError:
                raise IndexMissing("There is no index of the guides yet; run `careerbot index`.") from None
            plain = {key: str(said[key]) for key in ("name", "embeddings", "format", "previous")}
            passages, made_by = int(str(said.get("passages", -1))), str(said.get("made_by", ""))
            return Version(**plain, passages=passages, made_by=made_by)

    def open(self, version: Version) -> Snapshot:
        """A version, ready to search. What stands beside it in files is made anew where it is missing."""
        with damage_told():
            collection = self.client.get_collection(version.name, embedding_function=None)
            contents = self.contents(version)
            beside = self._beside(version.name)
            lexical, vectors = _lexical(beside, contents), self._statement_vectors(beside, version, contents)
        passages = labelled(contents.passages, editions(contents.passages))
        return Snapshot(version.name, version.embeddings, passages, contents.skipped, lexical, vectors, collection)

    def reopen(self) -> None:
        """Let go of Chroma; the next use opens it anew, as it is on the disk by then."""
        with self._opening:
            self._opened = None
            if not self._url:
                _forget_what_was_opened()

    def contents(self, version: Version) -> Contents:
        """The passages of a version, from the file beside it or, where that is missing or damaged, from Chroma."""
        try:
            return contents_from(json.loads((self._beside(version.name) / "passages.json").read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            with damage_told():
                stored = self.client.get_collection(version.name, embedding_function=None).get(include=["metadatas"])
            said = [json.loads(str((metadata or {})["passage"])) for metadata in stored["metadatas"] or []]
            passages = [passage_from(entry["guide"], entry) for entry in said]
            return Contents(tuple(sorted(passages, key=lambda p: (p.guide.path, p.position))))

    def _statement_vectors(self, beside: Path, version: Version, contents: Contents) -> "NDArray[np.float32]":
        """The vectors of all statements in order; a file that every process maps into its memory once."""
        import numpy as np

        path = beside / "statements.npy"
        if not path.exists():
            encoded = self.encoded(version)
            save_statements(path, [encoded[passage.id] for passage in contents.passages])
        return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]

    def encoded(self, version: Version) -> "dict[str, Encoded]":
        """The vectors of each passage of a version, by its id."""
        import numpy as np

        from knowledge.search.encoder import Encoded

        with damage_told():
            collection = self.client.get_collection(version.name, embedding_function=None)
            stored = collection.get(include=["embeddings", "metadatas"])
            vectors = stored["embeddings"]
            told = zip(stored["ids"], [] if vectors is None else vectors, stored["metadatas"] or [], strict=True)
            return {
                key: Encoded(np.asarray(vector, dtype=np.float32), unpacked(str(said["statements"])))
                for key, vector, said in told
            }

    def write(
        self, contents: Contents, encoded: "Sequence[Encoded]", embeddings: str, before: Version | None, right: "Right"
    ) -> None:
        """Write a new version and make it the current one; `encoded` are the passages' vectors in their order.

        Raises IndexBusy where another process has got the right to write meanwhile.
        """
        name = f"{VERSION_PREFIX}{uuid.uuid4().hex[:12]}"
        with damage_told():
            space = {"hnsw": {"space": "cosine", "ef_search": EF_SEARCH}}
            collection = self.client.create_collection(name, embedding_function=None, configuration=space)  # type: ignore[arg-type]
            told = list(zip(contents.passages, encoded, strict=True))
            for part in portions(told, self.client.get_max_batch_size()):
                collection.add(
                    ids=[passage.id for passage, _ in part],
                    embeddings=[vectors.passage for _, vectors in part],
                    metadatas=[metadata_of(passage, vectors) for passage, vectors in part],
                    documents=[passage.text for passage, _ in part],
                )
            beside = self._beside(name)
            LexicalIndex.build(contents.passages).save(beside / "lexical")
            save_statements(beside / "statements.npy", encoded)
            (beside / "passages.json").write_text(json.dumps(stored_contents(contents), ensure_ascii=False), "utf-8")
            previous = before.name if before else ""
            right.confirm()
            self._switch(Version(name, embeddings, FORMAT_VERSION, previous, len(encoded), right.installation))
            self._remove_all_but({name, previous})

    def restamp(self, version: Version, contents: Contents) -> None:
        """Remember the files' new times for passages that did not change."""
        path = self._beside(version.name) / "passages.json"
        new = path.with_suffix(".new")
        with damage_told():
            path.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(json.dumps(stored_contents(contents), ensure_ascii=False), "utf-8")
            new.replace(path)

    def _switch(self, version: Version) -> None:
        said = asdict(version)
        pointer = self.client.get_or_create_collection(POINTER, embedding_function=None, metadata=said)
        pointer.modify(metadata=said)

    def _remove_all_but(self, kept: set[str]) -> None:
        """Remove old versions and what a killed sync left. The version before stays for those reading it."""
        for collection in self.client.list_collections():
            if collection.name.startswith(VERSION_PREFIX) and collection.name not in kept:
                self.client.delete_collection(collection.name)
        for folder in self.folder.glob(f"{VERSION_PREFIX}*"):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _beside(self, name: str) -> Path:
        return self.folder / name


def _lexical(beside: Path, contents: Contents) -> LexicalIndex:
    """The words of the passages, from the files beside a version, or made anew where they are missing or damaged."""
    try:
        return LexicalIndex.load(beside / "lexical")
    except (OSError, ValueError, KeyError):
        lexical = LexicalIndex.build(contents.passages)
        lexical.save(beside / "lexical")
        return lexical


class IndexReader:
    """Hands out the current snapshot; notices at each call whether another process has switched versions, or made it anew.

    `embeddings` is the model whose vectors are compared with it; empty for whichever made it.
    """

    def __init__(self, store: IndexStore, embeddings: str = "") -> None:
        self._store = store
        self._embeddings = embeddings
        self._loading = threading.Lock()
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """The current version; while a Chroma server does not answer, the one that was current before.

        A version of another embedding model is not taken either. Raises IndexMissing or IndexDamaged, where there is none yet
        IndexUnreachable.
        """
        try:
            return self._newest()
        except IndexUnreachable:
            if self._snapshot is None:
                raise
            return self._snapshot
        except IndexDamaged:
            self._store.reopen()  # another process may have put a new index into its place
            return self._newest()

    def _newest(self) -> Snapshot:
        version = self._store.current()
        with self._loading:
            if self._embeddings not in {"", version.embeddings}:
                return self._of_before(version)
            if self._snapshot is None or self._snapshot.version != version.name:
                self._snapshot = self._store.open(version)
            return self._snapshot

    def _of_before(self, version: Version) -> Snapshot:
        """The snapshot at hand, while another process has made the index with another model."""
        if self._snapshot is None:
            raise IndexMissing(
                f"The index of the guides was made with another embedding model ({version.embeddings}); run `careerbot index`, which makes it anew."
            )
        return self._snapshot


def _open_embedded(path: Path) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    with damage_told():
        try:
            return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))
        except BaseException:
            _forget_what_was_opened()
            raise


def _forget_what_was_opened() -> None:
    """Chroma keeps what it has opened of a folder, also where that has failed half-way or another process has made it anew."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()

"""Brings the index in line with the folders of guides: reads what changed, embeds what is new, switches at the end."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.documents.reading import GuideFile, SkippedFile, find_files, read_all
from knowledge.errors import IndexMissing, NoGuides
from knowledge.index.contents import Contents, Stamp, portions
from knowledge.index.store import IndexStore, Version
from knowledge.passages import FORMAT_VERSION, Document, Passage, embedding_text, split

if TYPE_CHECKING:
    from knowledge.search.encoder import Encoded, Encoder

ENCODED_AT_ONCE = 64

Progress = Callable[[int, int], None]
"""Called with the number of passages embedded so far and the number of all that must be."""


@dataclass(frozen=True)
class SyncReport:
    """What a sync did. `rebuilt` is the reason when everything was embedded anew, otherwise empty."""

    guides: int
    passages: int
    added: int
    changed: int
    removed: int
    embedded: int
    skipped: tuple[SkippedFile, ...]
    rebuilt: str
    seconds: float

    @property
    def unchanged(self) -> bool:
        """Whether the index was up to date already."""
        return not (self.added or self.changed or self.removed or self.rebuilt)

    def summary(self) -> str:
        """What was done, in a sentence or two."""
        size = f"{self.passages} passages of {self.guides} {'guide' if self.guides == 1 else 'guides'}"
        if self.unchanged:
            return f"The index is up to date: {size}."
        done = f"{self.added} added, {self.changed} changed, {self.removed} removed, {self.embedded} embedded"
        why = f"Rebuilt because {self.rebuilt}. " if self.rebuilt else ""
        return f"{why}The index holds {size}: {done}, in {self.seconds:.1f} s."


def sync(
    store: IndexStore,
    folders: Sequence[Path],
    encoder: "Encoder",
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the index in line with the guides in the folders.

    Unchanged files are not read again, passages whose text is the same are not embedded again. Raises IndexBusy,
    IndexDamaged or EmbeddingsFailed; the version before stays current then.
    """
    started = time.monotonic()
    with store.writing():
        before, rebuilt = _version_before(store, encoder.name)
        old = store.contents(before) if before else Contents(())
        new = _read(_files(folders), old if not rebuilt else Contents(()))
        changes = _changes(old.passages, new.passages)
        embedded = 0
        if rebuilt or before is None or any(changes) or [p.id for p in old.passages] != [p.id for p in new.passages]:
            known = {} if rebuilt or before is None else _known(store, before, old)
            missing = {embedding_text(p): p for p in new.passages if embedding_text(p) not in known}
            embedded = len(missing)
            known |= _encoded(list(missing.values()), encoder, progress)
            store.write(new, [known[embedding_text(p)] for p in new.passages], encoder.name, before)
        elif (old.files, old.skipped) != (new.files, new.skipped):
            store.restamp(before, new)
    guides = len({passage.guide for passage in new.passages})
    seconds = time.monotonic() - started
    return SyncReport(guides, len(new.passages), *changes, embedded, new.skipped, rebuilt, seconds)


def is_fresh(store: IndexStore, folders: Sequence[Path], embeddings: str) -> bool:
    """Whether the current version was made from the files as they are now, with this embedding model.

    Raises IndexMissing or IndexDamaged.
    """
    version = store.current()
    stamps = {file.name: _stamp(file) for file in find_files(folders)}
    made_alike = (version.embeddings, version.format) == (embeddings, FORMAT_VERSION)
    return made_alike and store.contents(version).files == stamps


def _files(folders: Sequence[Path]) -> list[GuideFile]:
    """The files to read. None at all is a wrong folder rather than a wish to empty the index."""
    if files := find_files(folders):
        return files
    raise NoGuides(
        f"There is no guide in {' or '.join(map(str, folders))}: put Markdown, text, HTML, PDF or DOCX files there."
    )


def _version_before(store: IndexStore, embeddings: str) -> tuple[Version | None, str]:
    """The version to start from, and why it must be rebuilt if it must."""
    try:
        before = store.current()
    except IndexMissing:
        return None, ""
    if before.embeddings != embeddings:
        return before, f"the embedding model changed from {before.embeddings} to {embeddings}"
    if before.format != FORMAT_VERSION:
        return before, "guides are cut into passages in a new way"
    return before, ""


def _read(files: Sequence[GuideFile], old: Contents) -> Contents:
    """The passages of the files; those of unchanged files as they were."""
    stamps = {file.name: _stamp(file) for file in files}
    kept = {name for name, stamp in stamps.items() if old.files.get(name) == stamp}
    by_file: dict[str, list[Passage]] = {name: [] for name in stamps}
    for passage in old.passages:
        if passage.guide.path in kept:
            by_file[passage.guide.path].append(passage)
    skipped = [skip for skip in old.skipped if skip.path in kept]
    for read in read_all(file for file in files if file.name not in kept):
        if isinstance(read, Document):
            by_file[read.guide.path] = split(read)
        else:
            skipped.append(read)
    passages = tuple(passage for found in by_file.values() for passage in found)
    return Contents(passages, stamps, tuple(sorted(skipped, key=lambda skip: skip.path)))


def _stamp(file: GuideFile) -> Stamp:
    try:
        stat = file.path.stat()
    except OSError:
        return str(file.path), -1, -1
    return str(file.path), stat.st_size, stat.st_mtime_ns


def _changes(old: Sequence[Passage], new: Sequence[Passage]) -> tuple[int, int, int]:
    """How many passages were added, changed and removed."""
    was, now = {p.id: p.hash for p in old}, {p.id: p.hash for p in new}
    changed = sum(1 for key in was.keys() & now.keys() if was[key] != now[key])
    return len(now.keys() - was.keys()), changed, len(was.keys() - now.keys())


def _known(store: IndexStore, version: Version, old: Contents) -> "dict[str, Encoded]":
    """The vectors of a version by the text they were made of."""
    by_id = store.encoded(version)
    return {embedding_text(passage): by_id[passage.id] for passage in old.passages if passage.id in by_id}


def _encoded(passages: Sequence[Passage], encoder: "Encoder", progress: Progress | None) -> "dict[str, Encoded]":
    done: dict[str, Encoded] = {}
    for part in portions(passages, ENCODED_AT_ONCE):
        done |= zip(map(embedding_text, part), encoder.encode(part), strict=True)
        if progress:
            progress(len(done), len(passages))
    return done

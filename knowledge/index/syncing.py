"""Brings the index in line with the folders of guides: reads what changed, embeds what is new, switches at the end."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from knowledge.blocks import without_marks
from knowledge.documents.coverage import lost, share
from knowledge.documents.reading import Found, GuideFile, GuideFolders, SkippedFile, costing_one, look, read_all
from knowledge.editions import Editions, editions
from knowledge.errors import IndexDamaged, IndexElsewhere, IndexMissing, IndexUnreachable, NoGuides
from knowledge.index.contents import Contents, Stamp, portions
from knowledge.index.store import IndexStore, Version
from knowledge.index.writing import Right, discard, is_whole, writing
from knowledge.passages import FORMAT_VERSION, Document, Passage, embedding_text, split
from knowledge.words import words

if TYPE_CHECKING:
    from knowledge.search.encoder import Encoded, Encoder

ENCODED_AT_ONCE = 64
NAMED = 5
"""Guides that are named where two indexes differ."""
FORMATS = "Markdown, text, HTML, PDF, Word, Excel, CSV, PowerPoint, ODT, RTF, EPUB, reStructuredText, AsciiDoc, YAML, JSON or exported (zip)"
"""What can be read, in the words of people."""
DAMAGE = "it was damaged or incomplete"

Progress = Callable[[int, int], None]
"""Called with the number of passages embedded so far and the number of all that must be."""


@dataclass(frozen=True)
class SyncReport:
    """What a sync did. `rebuilt` is the reason when everything was embedded anew, otherwise empty.

    `shares` are the shares of the files' different words that are in passages, by the files' names; `editions` the guides
    that were taken for editions of one guide.
    """

    guides: int
    passages: int
    added: int
    changed: int
    removed: int
    embedded: int
    skipped: tuple[SkippedFile, ...]
    rebuilt: str
    seconds: float
    shares: Mapping[str, float] = field(default_factory=dict)
    editions: tuple[Editions, ...] = ()

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
    folders: GuideFolders,
    encoder: "Encoder",
    progress: Progress | None = None,
    *,
    replace: bool = False,
) -> SyncReport:
    """Bring the index in line with the guides in the folders.

    Unchanged files are not read again, passages whose text is the same are not embedded again; a damaged index is made
    anew. On a server an index that another installation made otherwise is left alone, unless it is to be `replace`d. Raises
    IndexBusy, IndexUnusable, IndexElsewhere, IndexUnreachable or EmbeddingsFailed; the version before stays current then.
    """
    started = time.monotonic()
    with writing(store) as right:
        job = _Sync(store, folders, encoder, progress, right, replace)
        try:
            done = job.run(*_version_before(store, encoder.name))
        except IndexUnreachable:
            raise
        except IndexDamaged:
            discard(store)
            done = job.run(None, DAMAGE)
    return dataclasses.replace(done, seconds=time.monotonic() - started)


@dataclass(frozen=True)
class _Sync:
    """One sync, under the right to write."""

    store: IndexStore
    folders: GuideFolders
    encoder: "Encoder"
    progress: Progress | None
    right: Right
    replace: bool

    def run(self, before: Version | None, rebuilt: str) -> SyncReport:
        """Read, compare, embed and write, starting from a version, or from nothing if it must be rebuilt for a reason."""
        old = self.store.contents(before) if before else Contents(())
        new = _read(_found(self.folders), old if not rebuilt else Contents(()))
        _refuse_nothing(self.folders, new)
        changes = _changes(old.passages, new.passages)
        embedded = 0
        if rebuilt or before is None or any(changes) or [p.id for p in old.passages] != [p.id for p in new.passages]:
            self._refuse_to_replace(before, old, new)
            known = {} if rebuilt or before is None else _known(self.store, before, old)
            missing = {embedding_text(p): p for p in new.passages if embedding_text(p) not in known}
            embedded = len(missing)
            known |= _encoded(list(missing.values()), self.encoder, self.progress)
            vectors = [known[embedding_text(p)] for p in new.passages]
            self.store.write(new, vectors, self.encoder.name, before, self.right)
        elif (old.files, old.skipped) != (new.files, new.skipped):
            self.store.restamp(before, new)
        guides = len({passage.guide for passage in new.passages})
        taken = editions(new.passages)
        return SyncReport(guides, len(new.passages), *changes, embedded, new.skipped, rebuilt, 0.0, new.shares, taken)

    def _refuse_to_replace(self, before: Version | None, old: Contents, new: Contents) -> None:
        """Raise IndexElsewhere where the index is another installation's, whose bot may be answering from it."""
        if (
            self.replace
            or before is None
            or not self.store.is_shared
            or before.made_by in {"", self.right.installation}
        ):
            return
        theirs, ours = ({passage.guide.path for passage in contents.passages} for contents in (old, new))
        only = [
            f"only {whose}: {', '.join(sorted(some)[:NAMED])}"
            for whose, some in (("there", theirs - ours), ("here", ours - theirs))
            if some
        ]
        raise IndexElsewhere(
            f"The Chroma server holds the index of another installation, made from other guides, texts or embeddings than yours ({'; '.join(only) or 'the same files with other texts or vectors'}). Run `careerbot index --replace` to put yours in its place for every bot that uses this server, or set CHROMA_URL to another server."
        )


def is_fresh(store: IndexStore, folders: GuideFolders, embeddings: str) -> bool:
    """Whether the current version was made from the files as they are now, with this embedding model, and names what is left out.

    Raises IndexMissing or IndexDamaged.
    """
    version = store.current()
    made_alike = (version.embeddings, version.format) == (embeddings, FORMAT_VERSION)
    if not made_alike:
        return False
    contents, found = store.contents(version), look(folders)
    return contents.files == _stamps(found) and set(found.skipped) <= set(contents.skipped)


def stamps(folders: GuideFolders) -> dict[str, Stamp]:
    """What tells whether a file has changed, of each file that may be a guide, by its path below its folder."""
    return _stamps(look(folders))


def _stamps(found: Found) -> dict[str, Stamp]:
    return {file.name: _stamp(file) for file in found.files}


def _found(folders: GuideFolders) -> Found:
    """What there is to read. No file at all is a wrong folder rather than a wish to empty the index."""
    if (found := look(folders)).files:
        return found
    seen = f" What is there is not read: {_named(found.skipped)}." if found.skipped else ""
    raise NoGuides(f"There is no guide in {folders}: put {FORMATS} files there.{seen}")


def _refuse_nothing(folders: GuideFolders, contents: Contents) -> None:
    """Raise NoGuides where no file gave a passage."""
    if not contents.passages:
        raise NoGuides(f"No guide in {folders} can be read: {_named(contents.skipped)}.")


def _named(skipped: Sequence[SkippedFile]) -> str:
    named = "; ".join(f"{skip.path} ({skip.reason})" for skip in skipped[:NAMED])
    return f"{named}; and {len(skipped) - NAMED} more" if len(skipped) > NAMED else named


def _version_before(store: IndexStore, embeddings: str) -> tuple[Version | None, str]:
    """The version to start from, and why it must be rebuilt if it must."""
    try:
        before = store.current()
    except IndexMissing:
        return None, ""
    if not is_whole(store, before):
        return None, DAMAGE
    if before.embeddings != embeddings:
        return before, f"the embedding model changed from {before.embeddings} to {embeddings}"
    if before.format != FORMAT_VERSION:
        return before, "guides are cut into passages in a new way"
    return before, ""


def _read(found: Found, old: Contents) -> Contents:
    """The passages of the files; those of unchanged files as they were."""
    stamps = _stamps(found)
    kept = {name for name, stamp in stamps.items() if old.files.get(name) == stamp}
    by_file: dict[str, list[Passage]] = {name: [] for name in stamps}
    for passage in old.passages:
        if passage.guide.path in kept:
            by_file[passage.guide.path].append(passage)
    skipped = [*found.skipped, *(skip for skip in old.skipped if skip.path in kept)]
    shares = {name: known for name, known in old.shares.items() if name in kept}
    for read in read_all(file for file in found.files if file.name not in kept):
        cut = read if isinstance(read, SkippedFile) else costing_one(read.guide.path, partial(_cut, read))
        if isinstance(cut, SkippedFile):
            skipped.append(cut)
            continue
        by_file[cut.name], shares[cut.name] = cut.passages, cut.share
        skipped.extend(cut.skipped)
    passages = tuple(
        sorted(chain.from_iterable(by_file.values()), key=lambda passage: (passage.guide.path, passage.position))
    )  # as Chroma's are put in order
    return Contents(passages, stamps, tuple(sorted(skipped, key=lambda skip: skip.path)), shares)


@dataclass(frozen=True)
class _Cut:
    """A file's passages, the share of its words that they hold, and what of it is in none."""

    name: str
    passages: list[Passage]
    share: float
    skipped: list[SkippedFile]


def _cut(document: Document) -> _Cut:
    passages = split(document)
    there, told = _words(document), _words_in(passages)
    not_read = list(_not_read(document, passages, list(lost(there, told))))
    return _Cut(document.guide.path, passages, round(share(there, told), 3), not_read)


def _words(document: Document) -> set[str]:
    return {word for line in document.markdown.splitlines() for word in words(without_marks(line))}


def _words_in(passages: Sequence[Passage]) -> set[str]:
    lines = (line for passage in passages for line in (*passage.text.splitlines(), *passage.heading))
    return {word for line in lines for word in words(without_marks(line))}


def _not_read(document: Document, passages: Sequence[Passage], lost_words: Sequence[str]) -> Iterator[SkippedFile]:
    """What of a file is in no passage."""
    path = document.guide.path
    yield from (SkippedFile(path, pages, partly=True, has_pages=True) for pages in document.unread_pages)
    notes = dict.fromkeys([*document.notes, *(lost_words if passages else ())])
    yield from (SkippedFile(path, note, partly=True) for note in notes)
    if not passages:
        yield SkippedFile(path, "no passage came of it; it holds headings only")


def _stamp(file: GuideFile) -> Stamp:
    try:
        stat = file.path.stat()
    except OSError:
        return str(file.path), -1, -1
    return str(file.path), stat.st_size, stat.st_mtime_ns + stat.st_ctime_ns


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

"""The index is incremental, switched at once, and says what it did."""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pytest

from knowledge.documents.reading import GuideFolders
from knowledge.errors import IndexBusy, IndexDamaged, IndexMissing, NoGuides
from knowledge.index import writing
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import SyncReport, is_fresh, sync
from knowledge.minilm.model import WIDTH
from knowledge.passages import Passage, embedding_text
from knowledge.search.encoder import Encoded, LocalEncoder
from knowledge.statements import statements
from tests.openai_server import vector


class Counting:
    """An encoder of ours that remembers what it was asked to encode."""

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.embedded: list[str] = []

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        texts = [embedding_text(passage) for passage in passages]
        self.embedded += texts
        return [_encoded(passage, text) for passage, text in zip(passages, texts, strict=True)]


def _encoded(passage: Passage, text: str) -> Encoded:
    of_statements = np.zeros((len(statements(passage)), WIDTH), np.float32)
    for row, statement in zip(of_statements, statements(passage), strict=True):
        own = vector(statement.text)
        row[: len(own)] = own
    return Encoded(np.array(vector(text), np.float32), of_statements)


def _sync(store: IndexStore, guides: Path, embeddings: Counting | None = None) -> SyncReport:
    return sync(store, GuideFolders((guides,)), embeddings or Counting())  # type: ignore[arg-type]


def _texts(store: IndexStore) -> list[str]:
    return [passage.text for passage in IndexReader(store).snapshot().passages]


def test_everything_is_found_by_meaning_after_the_first_sync(store: IndexStore, guides: Path) -> None:
    report = _sync(store, guides)
    assert (report.guides, report.passages, report.added, report.embedded) == (2, 3, 3, 3)
    snapshot = IndexReader(store).snapshot()
    nearest = snapshot.nearest(vector("Nurse > Pay Nurses earn $60,000."), 1)
    assert [p.text for p in snapshot.passages if p.id in nearest] == ["Nurses earn $60,000."]


def test_nothing_changed_means_nothing_is_embedded_or_written(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    version = store.current()
    embeddings = Counting()
    report = _sync(store, guides, embeddings)
    assert report.unchanged
    assert "up to date" in report.summary()
    assert embeddings.embedded == []
    assert store.current() == version


def test_a_file_that_cannot_be_cut_into_passages_costs_itself_by_name(store: IndexStore, guides: Path) -> None:
    (guides / "odd.md").write_text('---\nrole: "\\ud800"\n---\n\nText.', encoding="utf-8")
    report = _sync(store, guides)
    assert report.passages == 3
    assert [str(skip) for skip in report.skipped] == [
        "odd.md is left out: reading it failed (UnicodeEncodeError), which is a fault of the bot; please report it"
    ]
    assert is_fresh(store, GuideFolders((guides,)), "counting")


def test_an_index_is_not_fresh_until_it_names_what_was_left_out_since(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    (guides / "loop.md").symlink_to("loop.md")
    assert not is_fresh(store, GuideFolders((guides,)), "counting")
    assert _sync(store, guides).unchanged
    assert is_fresh(store, GuideFolders((guides,)), "counting")
    assert [skip.path for skip in IndexReader(store).snapshot().skipped] == ["loop.md"]


def test_only_changed_passages_are_embedded_again(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    text = (guides / "baker.md").read_text("utf-8").replace("An oven.", "An oven and a mixer.")
    (guides / "baker.md").write_text(text, encoding="utf-8")
    embeddings = Counting()
    report = _sync(store, guides, embeddings)
    assert (report.added, report.changed, report.removed) == (0, 1, 0)
    assert embeddings.embedded == ["Baker > Tools\nAn oven and a mixer."]
    assert "An oven and a mixer." in _texts(store)
    assert "An oven." not in _texts(store)


def test_a_deleted_guide_is_removed(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    (guides / "nurse.md").unlink()
    assert _sync(store, guides).removed == 1
    assert not any("Nurses" in text for text in _texts(store))


def test_a_skipped_file_is_reported_each_time_and_the_rest_is_indexed(store: IndexStore, guides: Path) -> None:
    (guides / "empty.md").write_text("", encoding="utf-8")
    for _ in range(2):
        report = _sync(store, guides)
        assert [skip.path for skip in report.skipped] == ["empty.md"]
        assert report.passages == 3


def test_the_vectors_of_statements_stay_when_nothing_is_embedded_again(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    before = IndexReader(store).snapshot()
    (guides / "nurse.md").unlink()
    assert _sync(store, guides).embedded == 0
    after = IndexReader(store).snapshot()
    kept = [n for n, place in enumerate(before.lexical.statement_of) if before.passages[place].guide.path == "baker.md"]
    assert np.allclose(after.statement_vectors, before.statement_vectors[kept], atol=0.02)


def test_another_embedding_model_rebuilds_the_index_and_says_so(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    embeddings = Counting("better")
    report = _sync(store, guides, embeddings)
    assert "embedding model changed from counting to better" in report.summary()
    assert len(embeddings.embedded) == 3
    assert is_fresh(store, GuideFolders((guides,)), "better")
    assert not is_fresh(store, GuideFolders((guides,)), "counting")


def test_a_folder_without_guides_is_an_error_and_empties_nothing(
    store: IndexStore, guides: Path, tmp_path: Path
) -> None:
    _sync(store, guides)
    (tmp_path / "wrong").mkdir()
    with pytest.raises(NoGuides, match="There is no guide"):
        _sync(store, tmp_path / "wrong")
    assert len(_texts(store)) == 3


def test_a_reader_keeps_its_snapshot_until_the_switch_and_then_sees_the_new_one(
    store: IndexStore, guides: Path
) -> None:
    _sync(store, guides)
    reader = IndexReader(store)
    before = reader.snapshot()
    assert reader.snapshot() is before
    (guides / "nurse.md").write_text("# Nurse\n\n## Pay\n\nNurses earn $70,000.", encoding="utf-8")
    _sync(store, guides)
    after = reader.snapshot()
    assert after is not before
    assert before.nearest(vector("Nurse"), 1)
    assert "Nurses earn $70,000." in [p.text for p in after.passages]


def test_old_versions_are_removed_but_for_the_one_before(store: IndexStore, guides: Path) -> None:
    for number in range(4):
        (guides / "nurse.md").write_text(f"# Nurse\n\nNurses earn ${number}.", encoding="utf-8")
        _sync(store, guides)
    assert len(list(store.folder.glob("careerbot-guides-*"))) == 2


def _sync_in_process(folder: Path, guides: Path) -> None:
    _sync(IndexStore(folder), guides)


def test_a_reader_notices_the_switch_that_another_process_made(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    reader = IndexReader(store)
    reader.snapshot().nearest(vector("x"), 1)
    (guides / "nurse.md").write_text("# Nurse\n\nNurses earn $70,000 now.", encoding="utf-8")
    process = multiprocessing.get_context("spawn").Process(target=_sync_in_process, args=(store.folder, guides))
    process.start()
    process.join(60)
    snapshot = reader.snapshot()
    found = snapshot.nearest(vector("Nurse Nurses earn $70,000 now."), 1)
    assert [p.text for p in snapshot.passages if p.id in found] == ["Nurses earn $70,000 now."]


class Stuck(Counting):
    """Embeddings that stop in the middle and wait to be killed."""

    def __init__(self, reached: Event) -> None:
        super().__init__()
        self._reached = reached

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        self._reached.set()
        signal.pause()
        return []


def _sync_until_killed(folder: Path, guides: Path, reached: Event) -> None:
    _sync(IndexStore(folder), guides, Stuck(reached))


def test_a_kill_in_the_middle_leaves_the_old_index_and_the_next_sync_finishes(
    store: IndexStore, guides: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOCK_SECONDS", 0.1)
    _sync(store, guides)
    (guides / "nurse.md").write_text("# Nurse\n\nNurses earn $70,000.", encoding="utf-8")
    context = multiprocessing.get_context("spawn")
    reached = context.Event()
    process = context.Process(target=_sync_until_killed, args=(store.folder, guides, reached))
    process.start()
    assert reached.wait(60)
    with pytest.raises(IndexBusy, match="Another process"):
        _sync(store, guides)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(60)
    assert "Nurses earn $60,000." in _texts(store)
    _sync(store, guides)
    assert "Nurses earn $70,000." in _texts(store)


def test_without_an_index_a_reader_says_what_to_run(store: IndexStore) -> None:
    with pytest.raises(IndexMissing, match="careerbot index"):
        IndexReader(store).snapshot()


def test_a_damaged_database_is_told_in_a_sentence(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    (store.folder / "chroma" / "chroma.sqlite3").write_bytes(b"this is no database" * 1000)
    with pytest.raises(IndexDamaged, match="run `careerbot index`"):
        IndexReader(IndexStore(store.folder)).snapshot()


def test_what_is_made_of_the_passages_is_made_again_where_its_files_are_missing(
    store: IndexStore, guides: Path
) -> None:
    """As on another machine that shares a Chroma server."""
    _sync(store, guides)
    for file in store.folder.glob("careerbot-guides-*/**/*"):
        if file.is_file():
            file.unlink()
    snapshot = IndexReader(store).snapshot()
    assert sorted(p.text for p in snapshot.passages) == sorted(
        ["Bakers earn $30,000.", "An oven.", "Nurses earn $60,000."]
    )
    assert snapshot.lexical.scores("oven").passages.max() > 0


def test_the_real_model_and_the_real_guide_go_together(store: IndexStore, encoder: LocalEncoder) -> None:
    ours = Path(__file__).parents[3] / "knowledge" / "guides"
    report = sync(store, GuideFolders((ours,)), encoder)
    assert report.passages >= 9
    snapshot = IndexReader(store).snapshot()
    nearest = snapshot.nearest(encoder.vector("How much money do they make?").tolist(), 2)
    headings = {p.heading[-1] for p in snapshot.passages if p.id in nearest}
    assert "Average salary" in headings


def test_the_index_lives_on_a_chroma_server_and_another_machine_reads_it(
    chroma_server: str, tmp_path: Path, guides: Path
) -> None:
    _sync(IndexStore(tmp_path / "here", chroma_server), guides)
    elsewhere = IndexReader(IndexStore(tmp_path / "there", chroma_server)).snapshot()
    assert "Nurses earn $60,000." in [passage.text for passage in elsewhere.passages]
    assert len(elsewhere.nearest(vector("nurses pay"), 2)) == 2
    (guides / "nurse.md").unlink()
    assert _sync(IndexStore(tmp_path / "here", chroma_server), guides).removed == 1


def test_a_chroma_server_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="CHROMA_URL"):
        IndexReader(IndexStore(tmp_path, "http://127.0.0.1:9")).snapshot()


def test_headings_with_nothing_beneath_them_are_in_a_passage(store: IndexStore, guides: Path) -> None:
    (guides / "empty.md").write_text("# Divers\n\n## Wages\n\n## Holidays\n\n## Tools\n\nKnives.\n", encoding="utf-8")
    report = _sync(store, guides)
    assert report.shares["empty.md"] == 1.0
    assert report.skipped == ()
    assert any("Holidays" in text for text in _texts(store))


def test_what_is_not_read_of_a_file_is_named_also_when_it_is_not_read_again(store: IndexStore, guides: Path) -> None:
    (guides / "pictured.md").write_text("# Diver\n\n![[wages.png]]\n\nDivers earn $50,000.\n", encoding="utf-8")
    for report in (_sync(store, guides), _sync(store, guides)):
        (skipped,) = report.skipped
        assert (skipped.path, skipped.partly) == ("pictured.md", True)
        assert "wages.png" in skipped.reason

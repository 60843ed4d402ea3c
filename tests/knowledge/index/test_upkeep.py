"""A damaged index is made anew, what only a person can mend is named, and machines that share a server do not destroy each other's index."""

import multiprocessing
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.documents.reading import GuideFolders
from knowledge.errors import IndexBusy, IndexDamaged, IndexElsewhere, IndexMissing, IndexUnusable
from knowledge.index import lease as leases
from knowledge.index.damage import FULL, IN_THE_WAY, LOCKED, READ_ONLY, index_failure
from knowledge.index.lease import lease
from knowledge.index.store import POINTER, VERSION_PREFIX, IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.index.writing import is_whole
from tests.disks import disk
from tests.knowledge.index.test_index import Counting, _sync, _texts
from tests.openai_server import vector


def garble(store: IndexStore) -> None:
    (store.folder / "chroma" / "chroma.sqlite3").write_bytes(b"this is no database" * 1000)


def truncate(store: IndexStore) -> None:
    file = store.folder / "chroma" / "chroma.sqlite3"
    file.write_bytes(file.read_bytes()[:20_000])


def empty(store: IndexStore) -> None:
    (store.folder / "chroma" / "chroma.sqlite3").write_bytes(b"")


def lose_vectors(store: IndexStore) -> None:
    for folder in (store.folder / "chroma").iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


def lose_the_version(store: IndexStore) -> None:
    client = IndexStore(store.folder, store._url).client
    for collection in client.list_collections():
        if collection.name.startswith(VERSION_PREFIX):
            client.delete_collection(collection.name)


def lose_the_pointer(store: IndexStore) -> None:
    IndexStore(store.folder, store._url).client.delete_collection(POINTER)


def lose_half(store: IndexStore) -> None:
    client = IndexStore(store.folder, store._url).client
    collection = client.get_collection(store.current().name, embedding_function=None)
    collection.delete(ids=collection.get()["ids"][:1])


def spoil_the_pointer(store: IndexStore) -> None:
    client = IndexStore(store.folder, store._url).client
    client.get_collection(POINTER, embedding_function=None).modify(metadata={"name": "nonsense"})


@pytest.mark.parametrize(
    "damage",
    [garble, truncate, empty, lose_vectors, lose_the_version, lose_the_pointer, lose_half, spoil_the_pointer],
)
def test_a_damaged_index_is_made_anew_by_the_next_sync(
    store: IndexStore,
    guides: Path,
    damage: Callable[[IndexStore], None],
) -> None:
    _sync(store, guides)
    expected = _texts(store)
    store.reopen()
    damage(store)
    again = IndexStore(store.folder)
    report = _sync(again, guides)
    assert _texts(again) == expected
    assert IndexReader(again).snapshot().nearest(vector("nurses pay"), 2)
    assert is_whole(again, again.current())
    assert _sync(again, guides).unchanged
    assert report.passages == 3


def test_a_reader_notices_an_index_that_another_process_has_made_anew(store: IndexStore, guides: Path) -> None:
    _sync(store, guides)
    reader = IndexReader(store)
    reader.snapshot()
    garble(store)
    command = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from pathlib import Path
from tests.knowledge.index.test_index import _sync
from knowledge.index.store import IndexStore
print(_sync(IndexStore(Path({str(store.folder)!r})), Path({str(guides)!r})).rebuilt)
"""
    (guides / "nurse.md").write_text("# Nurse\n\n## Pay\n\nNurses earn $70,000.", encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "it was damaged or incomplete"
    assert "Nurses earn $70,000." in [passage.text for passage in reader.snapshot().passages]


def test_an_index_of_another_embedding_model_is_named_to_readers_and_made_anew(
    store: IndexStore,
    guides: Path,
) -> None:
    _sync(store, guides)
    with pytest.raises(IndexMissing, match=r"another embedding model \(counting\); run `careerbot index`"):
        IndexReader(store, "other").snapshot()
    running = IndexReader(store, "counting")
    held = running.snapshot()
    assert "embedding model changed" in _sync(store, guides, Counting("other")).rebuilt
    assert running.snapshot() is held
    assert IndexReader(store, "other").snapshot().passages


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), FULL),
        (ValueError("error returned from database: (code: 13) database or disk is full"), FULL),
        (ValueError("IO error: No space left on device (os error 28)"), FULL),
        (PermissionError(13, "Permission denied"), READ_ONLY),
        (FileExistsError(17, "File exists"), IN_THE_WAY),
        (NotADirectoryError(20, "Not a directory"), IN_THE_WAY),
        (ValueError("error returned from database: (code: 8) attempt to write a readonly database"), READ_ONLY),
        (ValueError("error returned from database: (code: 5) database is locked"), LOCKED),
    ],
)
def test_what_only_a_person_can_mend_is_no_damage(error: Exception, told: str) -> None:
    found = index_failure(error)
    assert isinstance(found, IndexUnusable)
    assert str(found) == told


def test_other_failures_of_the_database_are_damage_and_those_of_others_are_let_through() -> None:
    assert isinstance(index_failure(KeyError("name")), IndexDamaged)
    assert index_failure(IndexBusy("x")) is None
    assert index_failure(KeyboardInterrupt()) is None


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    with disk(tmp_path / "disk", "100k") as folder:
        yield folder


def test_a_full_disk_is_called_a_full_disk_and_nothing_is_deleted_for_it(full_disk: Path, guides: Path) -> None:
    with pytest.raises(IndexUnusable, match="disk is full"):
        _sync(IndexStore(full_disk / "index"), guides)


def index_on(url: str, folder: Path, texts: dict[str, str], began: Any, done: Any) -> None:
    """A machine of its own: another folder, and the guides given by name."""
    own = folder / "guides"
    own.mkdir(parents=True)
    for name, text in texts.items():
        (own / name).write_text(text, encoding="utf-8")
    began.wait()
    for _ in range(5):
        try:
            sync(IndexStore(folder / "index", url), GuideFolders((own,)), Counting())  # type: ignore[arg-type]
        except IndexElsewhere:
            done.put("elsewhere")
        else:
            done.put("indexed")


BAKER = "# Baker\n\n## Pay\n\nBakers earn $30,000.\n"
NURSE = "# Nurse\n\n## Pay\n\nNurses earn $60,000.\n"


def test_machines_that_index_at_once_on_one_server_leave_a_whole_index(chroma_server: str, tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("spawn")
    began, done = spawning.Barrier(3), spawning.Queue()
    machines = [
        spawning.Process(target=index_on, args=(chroma_server, tmp_path / name, texts, began, done))
        for name, texts in {"a": {"baker.md": BAKER}, "b": {"baker.md": BAKER}, "c": {"nurse.md": NURSE}}.items()
    ]
    for machine in machines:
        machine.start()
    told = [done.get(timeout=120) for _ in range(15)]
    for machine in machines:
        machine.join(60)
    reader = IndexStore(tmp_path / "reader", chroma_server)
    assert is_whole(reader, reader.current())
    assert len(_texts(reader)) == 1
    assert told.count("elsewhere") in {5, 10}
    assert {machine.exitcode for machine in machines} == {0}


def test_other_guides_do_not_replace_those_of_a_running_bot_but_when_it_is_asked_for(
    chroma_server: str,
    tmp_path: Path,
    guides: Path,
) -> None:
    _sync(IndexStore(tmp_path / "here", chroma_server), guides)
    running = IndexReader(IndexStore(tmp_path / "here", chroma_server))
    before = running.snapshot()
    others = tmp_path / "others"
    others.mkdir()
    (others / "driver.md").write_text("# Driver\n\nDrivers drive.\n", encoding="utf-8")
    elsewhere = IndexStore(tmp_path / "there", chroma_server)
    with pytest.raises(IndexElsewhere, match=r"only there: baker.md, nurse.md; only here: driver.md.*--replace"):
        _sync(elsewhere, others)
    with pytest.raises(IndexElsewhere):
        _sync(elsewhere, guides, Counting("other"))
    assert running.snapshot() is before
    sync(elsewhere, GuideFolders((others,)), Counting(), replace=True)  # type: ignore[arg-type]
    assert [passage.text for passage in running.snapshot().passages] == ["Drivers drive."]


def test_another_machine_with_the_same_guides_writes_nothing_and_the_one_that_made_it_may_change_it(
    chroma_server: str,
    tmp_path: Path,
    guides: Path,
) -> None:
    _sync(IndexStore(tmp_path / "here", chroma_server), guides)
    copy = tmp_path / "copy"
    shutil.copytree(guides, copy)
    assert _sync(IndexStore(tmp_path / "there", chroma_server), copy).unchanged
    (guides / "nurse.md").unlink()
    assert _sync(IndexStore(tmp_path / "here", chroma_server), guides).removed == 1
    with pytest.raises(IndexElsewhere):
        _sync(IndexStore(tmp_path / "there", chroma_server), copy)
    (copy / "nurse.md").unlink()
    assert _sync(IndexStore(tmp_path / "there", chroma_server), copy).unchanged


@pytest.mark.parametrize("damage", [lose_the_version, lose_the_pointer, lose_half, spoil_the_pointer])
def test_a_half_destroyed_index_on_a_server_is_made_anew_by_whoever_indexes_next(
    chroma_server: str,
    tmp_path: Path,
    guides: Path,
    damage: Callable[[IndexStore], None],
) -> None:
    here = IndexStore(tmp_path / "here", chroma_server)
    _sync(here, guides)
    damage(here)
    assert _sync(IndexStore(tmp_path / "there", chroma_server), guides).passages == 3
    assert len(_texts(IndexStore(tmp_path / "third", chroma_server))) == 3


def test_a_lease_is_one_processs_until_it_is_given_back_or_runs_out(
    chroma_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leases, "WAITED", 0.0)
    monkeypatch.setattr(leases, "RENEWED_AFTER", 3600.0)
    one, other = (IndexStore(tmp_path, chroma_server).client for _ in range(2))
    with lease(one) as confirm:
        confirm()
        with pytest.raises(IndexBusy, match="Another process is indexing"), lease(other):
            pass
        confirm()
        monkeypatch.setattr(time, "time", lambda at=time.time: at() + leases.SECONDS + 1)
        with lease(other) as taken_over:
            taken_over()
            with pytest.raises(IndexBusy, match="has begun to index"):
                confirm()
    with lease(one) as again:
        again()


def test_a_lease_is_renewed_while_it_is_held(
    chroma_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renewed = threading.Event()
    monkeypatch.setattr(leases, "RENEWED_AFTER", 0.01)
    client = IndexStore(tmp_path, chroma_server).client
    extend = leases._extend

    def note(mine: Any, until: float) -> None:
        extend(mine, until)
        renewed.set()

    monkeypatch.setattr(leases, "_extend", note)
    with lease(client):
        before = leases._highest(client)[1]
        assert renewed.wait(10)
        assert leases._highest(client)[1] > before


def test_of_many_that_want_a_lease_at_once_one_gets_it(chroma_server: str, tmp_path: Path) -> None:
    within, most, lock = [0], [0], threading.Lock()

    def take() -> None:
        with lease(IndexStore(tmp_path, chroma_server).client) as confirm:
            with lock:
                within[0] += 1
                most[0] = max(most[0], within[0])
            confirm()
            with lock:
                within[0] -= 1

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1]
    assert within == [0]

"""A small share of `python -m tests.hostile`: damaged files of every format are read or named, and harm nothing."""

from pathlib import Path

from knowledge.documents.formats import reader_of
from tests.hostile.__main__ import GOOD, attack, hostile_files
from tests.hostile.seeds import seeds

FILES = 34
"""Two of each format."""


def test_damaged_files_of_every_format_are_read_or_named_and_the_good_guide_is_read(tmp_path: Path) -> None:
    found = attack(tmp_path, FILES, seed=20261127)
    assert found.faults == []
    assert found.outcomes.total() == FILES + 1
    assert (tmp_path / "000" / f"z-{GOOD}").is_file()


def test_every_reader_has_a_file_to_be_damaged() -> None:
    from knowledge.documents import formats

    assert {reader_of(Path(f"a{suffix}")) for suffix in seeds()} == set(formats._READERS.values())


def test_the_same_seed_makes_the_same_files() -> None:
    assert list(hostile_files(20, 3)) == list(hostile_files(20, 3))

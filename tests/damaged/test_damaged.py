"""The trial with damaged files: what it makes, and what it finds."""

import io
import random
import zipfile
from pathlib import Path

import pytest

from tests.damaged.__main__ import findings, made, main, sound_files
from tests.damaged.mutations import damaged

GUIDE = "# Baker\n\n| Grade | Pay |\n| --- | --- |\n| One | 2,900 euros |\n"


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made_:
        made_.writestr("one.md", GUIDE)
        made_.writestr("two.md", GUIDE * 3)
    return written.getvalue()


def test_the_same_seed_damages_alike_and_another_differently() -> None:
    content = GUIDE.encode() * 20
    first, again, other = (damaged(content, random.Random(seed), [content]) for seed in (1, 1, 2))
    assert first == again != other


def test_an_archive_is_often_damaged_inside_and_stays_an_archive() -> None:
    content = archive()
    found = [damaged(content, random.Random(seed), [content]) for seed in range(40)]
    inside = [one for one in found if zipfile.is_zipfile(io.BytesIO(one)) and one != content]
    assert len(inside) > 15


def test_damaged_files_of_every_format_are_read_or_left_out_and_the_sound_one_is_read(tmp_path: Path) -> None:
    sound, there = tmp_path / "sound", tmp_path / "there"
    sound.mkdir()
    there.mkdir()
    for name in ("a.md", "b.html", "c.csv", "d.rtf"):
        (sound / name).write_text(GUIDE, encoding="utf-8")
    (sound / "e.zip").write_bytes(archive())
    (sound / "f.unknown").write_text(GUIDE, encoding="utf-8")
    files = list(made(there, sound_files(sound), 12, random.Random(3)))
    assert {file.path.suffix for file in files} >= {".md", ".html", ".csv", ".rtf"}
    found = findings(files)
    assert found.read + found.left_out == 13
    assert found.is_in_order


def test_nothing_to_damage_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--from", str(tmp_path)]) == 0
    assert "Nothing to damage" in capsys.readouterr().out

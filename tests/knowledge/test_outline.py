"""Whoever keeps the guides sees how one is understood."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge.__main__ import cli
from knowledge.errors import UnreadableFile

GUIDE = """# Diver

Dives for {{ employer }}.

## Pay

| Level | Pay |
|---|---|
| one | 31 |
| two | 35 |

```
# no heading
```
"""


def shown(path: Path) -> str:
    """What `python -m knowledge show` prints of a file."""
    return CliRunner().invoke(cli, ["show", str(path)], catch_exceptions=False).output


def test_a_guide_is_shown_with_all_that_is_understood_of_it(tmp_path: Path) -> None:
    (tmp_path / "diver-2025.md").write_text(GUIDE, encoding="utf-8")
    told = shown(tmp_path / "diver-2025.md")
    assert "Title: Diver\nRole: not stated\nRegion: not stated\nEdition: 2025\n" in told
    assert "Not read:\n  1 place was to be filled in" in told
    assert "Headings:\n  Diver\n    Pay\n\n" in told
    assert "Tables:\n  in Diver › Pay: Level | Pay; 2 rows\n" in told
    assert "Passages:\n  1. Diver\n     Dives for" in told
    assert "  2. Diver › Pay\n     | Level | Pay |" in told


def test_a_table_without_names_and_a_guide_without_headings_say_so(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("|  |  |\n|---|---|\n| Pay | 31 |\n", encoding="utf-8")
    told = shown(tmp_path / "a.md")
    assert "Headings:\n  none\n" in told
    assert "  in a: no names of columns; 1 row\n" in told


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("words", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"a\.pdf is left out: it is not a PDF"):
        shown(tmp_path / "a.pdf")

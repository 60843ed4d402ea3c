"""What is said where Chromium is not installed; the pictures themselves are looked at by people."""

from pathlib import Path

import pytest

from tests.pictures.screenshot import NoPicture, screenshot


def test_without_chromium_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPicture, match="apt-get install chromium"):
        screenshot("<p>Hello</p>", tmp_path / "picture.png", 600)

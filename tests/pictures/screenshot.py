"""A page as a PNG, taken by headless Chromium."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

CHROMIUM = "chromium"
SCALE = 2
TALLEST = 4000
"""Pixels of a page that are looked at; the picture is cut to the page."""
SECONDS = 60.0
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_MEASURE = "<script>document.documentElement.dataset.height = document.body.scrollHeight</script>"


class NoPicture(Exception):
    """Chromium is not there, or gave no picture."""


def screenshot(html: str, png: Path, width: int) -> None:
    """Write a page of that width, as high as it is, twice as fine as a screen shows it. Raises NoPicture."""
    if not shutil.which(CHROMIUM):
        raise NoPicture(
            "Chromium is needed: apt-get install chromium fonts-lato fonts-noto-core fonts-noto-color-emoji"
        )
    with tempfile.TemporaryDirectory(prefix="picture-") as name:
        folder = Path(name)
        page = folder / "page.html"
        page.write_text(html.replace("</body>", f"{_MEASURE}</body>"), encoding="utf-8")
        measured = re.search(r'data-height="(\d+)"', _chromium(folder, page, width, "--dump-dom"))
        if not measured:
            raise NoPicture("Chromium did not say how high the page is.")
        shot = folder / "shot.png"
        _chromium(folder, page, width, f"--screenshot={shot}", f"--force-device-scale-factor={SCALE}")
        _cut(shot, png, width, int(measured[1]))


def _chromium(folder: Path, page: Path, width: int, *flags: str) -> str:
    """Run Chromium once with a profile of its own; run() ends it by its own process id when it takes too long."""
    profile = tempfile.mkdtemp(prefix="profile-", dir=folder)
    size = f"--window-size={width},{TALLEST}"
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", size, *flags, page.as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise NoPicture(f"Chromium gave no picture: {type(error).__name__}.") from error
    return done.stdout.decode(errors="replace")


def _cut(shot: Path, png: Path, width: int, height: int) -> None:
    """Only the page itself, in 256 colours: a third of the bytes and no difference to the eye."""
    with Image.open(shot) as image:
        page = image.convert("RGB").crop((0, 0, width * SCALE, min(height * SCALE, image.height)))
        page.quantize(256, dither=Image.Dither.NONE).save(png, optimize=True)

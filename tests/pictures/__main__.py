"""`python -m tests.pictures [--out DIR] [--html-only] [SCENE ...]`: conversations with the bot as HTML and PNG."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Searcher
from tests.building import searcher_over
from tests.pictures.scenes import SCENES
from tests.pictures.screenshot import NoPicture, screenshot

ROOT = Path(__file__).parents[2]
OUR_GUIDES = ROOT / "knowledge" / "guides"


def main(arguments: Sequence[str]) -> str | None:
    """Draw the named scenes, or all; gives a sentence when a picture cannot be taken."""
    asked = _parser().parse_args(arguments)
    out: Path = asked.out
    out.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            searcher = _searcher(Path(folder))
            for name in asked.scene or SCENES:
                print(_draw(name, searcher, out, html_only=asked.html_only), flush=True)
    except NoPicture as problem:
        return str(problem)
    return None


def _draw(name: str, searcher: Searcher, out: Path, *, html_only: bool) -> str:
    scene = SCENES[name]
    html = asyncio.run(scene.play(searcher))
    (out / f"{name}.html").write_text(html, encoding="utf-8")
    if html_only:
        return f"{name}.html"
    png = out / f"{name}.png"
    screenshot(html, png, scene.width)
    return f"{png.name}: {png.stat().st_size // 1000} KB"


def _searcher(folder: Path) -> Searcher:
    """Search over the product's own guide."""
    return searcher_over(folder, OUR_GUIDES, LocalEncoder())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("scene", nargs="*", metavar="SCENE", help=f"one of: {', '.join(SCENES)}")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="the folder to write to")
    parser.add_argument("--html-only", action="store_true", help="no PNG, so no Chromium")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A report as a picture that is read at a glance: what was asked most, and what the guides do not answer.

Drawn in pixels with matplotlib, which is imported when a picture is asked for; nothing is shown on a screen or downloaded.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot.mentoring.report import Group, Report, Section

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

MISSING = "matplotlib is not installed (`make charts` in a clone, elsewhere the extra `charts`)"
"""Why there is no picture, where there can be none."""
WIDTH = 1200
"""Pixels. Slack shows a picture at less than half of that, so letters are large."""
MOST = 4
"""Bars of one kind; a higher picture would be shown smaller."""
MARGIN, ROW, GAP = 44, 90, 40
TITLE, HEADING, TEXT, SMALL = 46, 34, 29, 25
"""Sizes of letters in pixels."""
COUNT_ROOM = 330
"""Pixels kept free behind the longest bar for its numbers."""
BLUE, VERMILION, INK, GREY, RULE = "#0072B2", "#D55E00", "#1a1a1a", "#5a5a5a", "#d9d9d9"
"""Okabe and Ito's colours, which colour-blind people tell apart."""
_COLOURS = {"topic": BLUE, "gap": VERMILION}
_ALSO = ("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari")
"""Fonts for scripts that DejaVu Sans does not have, used where they are installed."""
_DPI = 100
_PALETTE = 64
"""Colours of the picture: those above and the steps between them at the edges of letters."""


@dataclass
class Sheet:
    """A page that is written on from top to bottom; `top` is where it goes on, in pixels."""

    canvas: "FigureCanvasAgg"
    families: list[str]
    known: frozenset[int]
    height: int
    top: float = MARGIN

    def write(self, text: str, size: int, *, left: float = MARGIN, color: str = INK, bold: bool = False) -> float:
        """Write a line at `top`, cut with an ellipsis where the page ends; returns where it ends."""
        line = self.canvas.figure.text(
            left / WIDTH,
            1 - self.top / self.height,
            self._drawable(text),
            fontsize=size * 72 / _DPI,
            fontfamily=self.families,
            fontweight="bold" if bold else "normal",
            color=color,
            verticalalignment="top",
            parse_math=False,
        )
        room = WIDTH - MARGIN
        whole, kept = line.get_text(), len(line.get_text())
        while (end := line.get_window_extent().x1) > room and kept > 1:
            kept = min(kept - 1, int(kept * (room - left) / (end - left)))
            line.set_text(f"{whole[:kept].rstrip(' ,.;:–')}…")
        return float(end)

    def bar(self, share: float, color: str) -> float:
        """Draw a bar of a share of the longest one at `top`; returns where it ends."""
        from matplotlib.patches import Rectangle

        long, tall = max(6.0, share * (WIDTH - 2 * MARGIN - COUNT_ROOM)), 26
        corner = (MARGIN / WIDTH, 1 - (self.top + tall) / self.height)
        self.canvas.figure.add_artist(Rectangle(corner, long / WIDTH, tall / self.height, color=color, linewidth=0))
        return MARGIN + long

    def _drawable(self, text: str) -> str:
        """Text without signs that no font here has, which would become boxes."""
        drawn = "".join(sign if ord(sign) in self.known else " " for sign in text)
        return " ".join(drawn.split()) or "?"


def can_draw() -> bool:
    """Whether matplotlib is installed, which is the extra `charts`."""
    return find_spec("matplotlib") is not None


def chart(report: Report) -> bytes:
    """The picture as PNG. Takes a second, so not for the event loop."""
    sections = [section for section in _by_glance(report.sections) if section.groups]
    sheet = _sheet(_height(sections))
    sheet.write("What people asked", TITLE, bold=True)
    sheet.top += TITLE + 16
    asked = f" · {report.questions} questions by {report.people} people" if report.enough else ""
    sheet.write(report.period + asked, SMALL, color=GREY)
    sheet.top += SMALL + GAP
    most = max((group.questions for section in sections for group in section.groups), default=1)
    for section in sections:
        _draw(sheet, section, most)
    if not sections:
        sheet.write(_nothing(report), TEXT)
    return _png(sheet.canvas)


def _by_glance(sections: tuple[Section, ...]) -> Iterator[Section]:
    for kind in _COLOURS:
        yield from (section for section in sections if section.kind == kind)


def _draw(sheet: Sheet, section: Section, most: int) -> None:
    color = _COLOURS[section.kind]
    sheet.write(section.title, HEADING, color=color, bold=True)
    sheet.top += HEADING + 22
    for group in section.groups[:MOST]:
        _draw_group(sheet, group, most, color)
    if rest := _rest(section):
        sheet.write(rest, SMALL, color=GREY)
        sheet.top += SMALL + 12
    sheet.top += GAP


def _draw_group(sheet: Sheet, group: Group, most: int, color: str) -> None:
    sheet.write(group.label, TEXT)
    sheet.top += TEXT + 8
    end = sheet.bar(group.questions / most, color)
    sheet.top -= 1
    number = sheet.write(str(group.questions), TEXT, left=end + 14, bold=True)
    sheet.top += 3
    sheet.write(f"by {group.people} people", SMALL, left=number + 12, color=GREY)
    sheet.top += ROW - TEXT - 8 - 2


def _rest(section: Section) -> str:
    cut = len(section.groups) - MOST
    more = f"and {cut} more in the report" if cut > 0 else ""
    return ", ".join(part for part in (more, section.rest.removeprefix("and ") if more else section.rest) if part)


def _nothing(report: Report) -> str:
    return "Nothing was asked by three people or more." if report.enough else "Not enough people asked yet."


def _height(sections: list[Section]) -> int:
    height = MARGIN + TITLE + 16 + SMALL + GAP
    for section in sections:
        height += HEADING + 22 + ROW * len(section.groups[:MOST]) + GAP
        height += SMALL + 12 if _rest(section) else 0
    return height + (0 if sections else TEXT + MARGIN)


def _sheet(height: int) -> Sheet:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
    families = ["DejaVu Sans", *_installed()]
    return Sheet(FigureCanvasAgg(figure), families, _signs(families), height)


def _installed() -> list[str]:
    from matplotlib.font_manager import fontManager

    there = set(fontManager.get_font_names())
    return [name for name in _ALSO if name in there]


def _signs(families: list[str]) -> frozenset[int]:
    """The characters that some font has."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(sign for name in families for sign in get_font(findfont(name)).get_charmap())


def _png(canvas: "FigureCanvasAgg") -> bytes:
    """PNG with a palette, a third of the size."""
    from PIL import Image

    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), pixels, "raw", "RGBA", 0, 1)
    file = io.BytesIO()
    drawn.convert("RGB").quantize(_PALETTE).save(file, "png", optimize=True)
    return file.getvalue()

"""Slides as HTML: each under its title, with its texts, tables and the speaker's notes."""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any


def slides_as_html(path: Path) -> str:
    """The HTML of a PPTX file."""
    from pptx import Presentation

    return "".join(_slide(slide, number) for number, slide in enumerate(Presentation(str(path)).slides, 1))


def _slide(slide: Any, number: int) -> str:
    title = slide.shapes.title
    name = " ".join(title.text_frame.text.split()) if title is not None and title.has_text_frame else ""
    parts = [f"<h2>{escape(name or f'Slide {number}')}</h2>", *_shapes(shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)]  # fmt: skip
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        parts += [f"<p>{escape(text)}</p>" for line in slide.notes_slide.notes_text_frame.text.splitlines() if (text := line.strip())]  # fmt: skip
    return "".join(parts)


def _shapes(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in sorted(shapes, key=lambda one: (one.top or 0, one.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif getattr(shape, "has_table", False):
            rows = ("".join(_cell(cell) for cell in row.cells if not cell.is_spanned) for row in shape.table.rows)
            yield f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        elif shape.has_text_frame:
            yield from _paragraphs(shape.text_frame)


def _cell(cell: Any) -> str:
    spans = f" rowspan={cell.span_height} colspan={cell.span_width}" if cell.is_merge_origin else ""
    return f"<td{spans}>{'<br>'.join(escape(line) for line in cell.text.splitlines())}</td>"


def _paragraphs(frame: Any) -> Iterator[str]:
    """The paragraphs of a text; where there are several they are a list, as slides show them."""
    texts = [(" ".join(paragraph.text.split()), paragraph.level) for paragraph in frame.paragraphs if paragraph.text.strip()]  # fmt: skip
    if len(texts) == 1:
        yield f"<p>{escape(texts[0][0])}</p>"
    elif texts:
        yield "<ul>"
        for text, level in texts:
            yield f"{'<li><ul>' if level else ''}<li>{escape(text)}</li>{'</ul></li>' if level else ''}"
        yield "</ul>"

"""Slides as HTML: each under its title, with its texts, tables and the speaker's notes; hidden ones are named."""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from knowledge.documents.coverage import different_words
from knowledge.errors import UnreadableFile

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CENTER_TITLE = 3
"""The kind of placeholder that holds the title of a title slide."""


def slides_as_html(path: Path) -> tuple[str, list[str], set[str]]:
    """The HTML of a PPTX file, what of it is not read, and the different words on the slides that it shows."""
    from pptx import Presentation

    shown, notes = list[tuple[int, Any]](), list[str]()
    for number, slide in enumerate(Presentation(str(path)).slides, 1):
        if slide.element.get("show") in {"0", "false"}:
            notes.append(f"the hidden slide {number} ({_name(slide) or 'without a title'}) is not read")
        else:
            shown.append((number, slide))
    if not shown:
        raise UnreadableFile("its slides are all hidden" if notes else "it has no slides")
    words = different_words(text for _, slide in shown for text in _texts(slide))
    return "".join(_slide(slide, number) for number, slide in shown), notes, words


def _texts(slide: Any) -> Iterator[str]:
    """The texts of a slide and of the diagrams and charts on it, paragraph by paragraph."""
    from lxml import etree

    drawn = [relation.target_part.blob for relation in slide.part.rels.values() if relation.reltype.endswith(("/diagramData", "/chart"))]  # fmt: skip
    roots = [etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True)) for blob in drawn]
    for root in (slide.element, *roots):
        for paragraph in root.iter(f"{_A}p"):
            yield "".join(str(run.text or "") for run in paragraph.iter(f"{_A}t"))
        yield from (str(value.text or "") for value in root.iter(f"{_C}v"))


def _name(slide: Any) -> str:
    title = slide.shapes.title
    return " ".join(title.text_frame.text.split()) if title is not None and title.has_text_frame else ""


def _slide(slide: Any, number: int) -> str:
    title = slide.shapes.title
    level = 1 if title is not None and title.is_placeholder and title.placeholder_format.type == _CENTER_TITLE else 2
    parts = [f"<h{level}>{escape(_name(slide) or f'Slide {number}')}</h{level}>", *_shapes(shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)]  # fmt: skip
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

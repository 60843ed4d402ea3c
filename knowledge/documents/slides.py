"""Slides as HTML: each under its title, with its texts, tables and the speaker's notes; hidden ones are named."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from knowledge.documents.coverage import different_words
from knowledge.documents.lists import nested_list
from knowledge.documents.sheets import shown as as_shown
from knowledge.errors import UnreadableFile

LONGEST_LABEL = 60
"""Characters of each of the short texts of a group."""
MOST_TOGETHER = 3
"""Short texts that say something together: a label, a figure, and what it is of."""
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CENTER_TITLE = 3
"""The kind of placeholder that holds the title of a title slide."""


def slides_as_html(path: Path) -> tuple[str, list[str], set[str]]:
    """The HTML of a PPTX file, what of it is not read, and the different words on the slides that it shows."""
    from pptx import Presentation

    shown, notes = list[tuple[int, Any]](), list[str]()
    for number, slide in enumerate(Presentation(str(path)).slides, 1):
        _take_out_struck(slide)
        if slide.element.get("show") in {"0", "false"}:
            notes.append(f"the hidden slide {number} ({_name(slide) or 'without a title'}) is not read")
        else:
            shown.append((number, slide))
    if not shown:
        raise UnreadableFile("its slides are all hidden" if notes else "it has no slides")
    notes.extend(f"a chart on slide {number} is not read, as it has no categories" for number, slide in shown for chart in _charts(slide.shapes) if not _tables_of(chart))  # fmt: skip
    words = different_words(text for _, slide in shown for text in _texts(slide))
    return "".join(_slide(slide, number) for number, slide in shown), notes, words


def _take_out_struck(slide: Any) -> None:
    """Take what is struck out out of a slide and its notes."""
    for element in (slide.element, slide.notes_slide.element) if slide.has_notes_slide else (slide.element,):
        for looks in [*element.iter(f"{_A}rPr")]:
            if looks.get("strike", "noStrike") != "noStrike":
                looks.getparent().getparent().remove(looks.getparent())


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
            yield from map(_said, said) if (said := _sayings(shape.shapes)) else _shapes(shape.shapes)
        elif getattr(shape, "has_table", False):
            rows = ("".join(_cell(cell) for cell in row.cells if not cell.is_spanned) for row in shape.table.rows)
            yield f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        elif getattr(shape, "has_chart", False):
            yield _chart(shape.chart)
        elif shape.has_text_frame:
            yield from _paragraphs(shape.text_frame)


def _sayings(group: Iterable[Any]) -> list[list[str]]:
    """The labels of a group of shapes, each with the figures beside it or, where it is the only one, below it; nothing where a group
    holds anything else.
    """
    shapes = sorted(group, key=lambda one: (one.top or 0, one.left or 0))
    drawn = any(hasattr(one, "shapes") or getattr(one, "has_table", False) or getattr(one, "has_chart", False) for one in shapes)  # fmt: skip
    texts = [(shape, " ".join(shape.text_frame.text.split())) for shape in shapes if getattr(shape, "has_text_frame", False)]  # fmt: skip
    told = [(shape, text) for shape, text in texts if text]
    if drawn or any(len(text) > LONGEST_LABEL or len(shape.text_frame.paragraphs) > 1 for shape, text in told):
        return []
    rows: list[list[tuple[Any, str]]] = []
    for shape, text in told:
        if rows and _is_beside(rows[-1][0][0], shape):
            rows[-1].append((shape, text))
        else:
            rows.append([(shape, text)])
    beside = [[text for _, text in sorted(row, key=lambda one: one[0].left or 0)] for row in rows]
    together = [text for _, text in told]
    return beside if beside and all(map(_is_labelled, beside)) else [together] if _is_labelled(together) else []


def _is_beside(shape: Any, other: Any) -> bool:
    """Whether the middle of a shape is as high as another one."""
    middle = (other.top or 0) + (other.height or 0) / 2
    return bool((shape.top or 0) <= middle <= (shape.top or 0) + (shape.height or 0))


def _is_labelled(texts: Sequence[str]) -> bool:
    """Whether one of some texts has no figure and the others have: a label, and what it is of."""
    labels = [text for text in texts if not re.search(r"\d", text)]
    return 2 <= len(texts) <= MOST_TOGETHER and len(labels) == 1 and not labels[0].endswith((".", "!", "?"))


def _said(texts: Sequence[str]) -> str:
    """Short texts in one line."""
    first, *rest = texts
    return f"<p>{escape(first.rstrip(':'))}: {escape('; '.join(rest))}</p>"


def _charts(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _charts(shape.shapes)
        elif getattr(shape, "has_chart", False):
            yield shape.chart


def _chart(chart: Any) -> str:
    """The figures of a chart as a table, a row for each category and a column for each series, under its titles."""
    titled = [chart, *(axis for name in ("category_axis", "value_axis") if (axis := _axis(chart, name)) is not None)]
    titles = [" ".join(part.text.split()) for one in titled if (part := _title(one)) is not None and part.text.strip()]
    about = f"<p>{escape('. '.join(titles).rstrip(':'))}:</p>" if titles else ""
    tables = _tables_of(chart)
    return "".join(f"{about}<table>{table}</table>" for table in tables) if tables else about


def _axis(chart: Any, name: str) -> Any:
    try:
        return getattr(chart, name)
    except ValueError:  # a pie has none
        return None


def _title(titled: Any) -> Any:
    if not titled.has_title:
        return None
    told = titled.chart_title if hasattr(titled, "chart_title") else titled.axis_title
    return told.text_frame if told.has_text_frame else None


def _tables_of(chart: Any) -> list[str]:
    """The rows of a table for the plots of a chart that have the same categories."""
    plots = [(tuple(" – ".join(labels) for labels in plot.categories.flattened_labels), plot) for plot in chart.plots]
    tables = []
    for categories, same in groupby((one for one in plots if one[0]), key=lambda one: one[0]):
        series = [series for _, plot in same for series in plot.series]
        head = "".join(f"<td><b>{escape(one.name)}</b></td>" for one in series)
        lines = "".join(f"<tr><td>{escape(name)}</td>{''.join(_value(one, n) for one in series)}</tr>" for n, name in enumerate(categories))  # fmt: skip
        tables.append(f"<tr><td></td>{head}</tr>{lines}")
    return tables


def _value(series: Any, number: int) -> str:
    """A value of a series in the form that its chart keeps for it."""
    values = series.values
    code = series._element.find(f"{_C}val//{_C}formatCode")
    form = str(code.text) if code is not None and code.text else "General"
    return f"<td>{escape(as_shown(values[number], form)) if number < len(values) else ''}</td>"


def _cell(cell: Any) -> str:
    spans = f" rowspan={cell.span_height} colspan={cell.span_width}" if cell.is_merge_origin else ""
    return f"<td{spans}>{'<br>'.join(escape(line) for line in cell.text.splitlines())}</td>"


def _paragraphs(frame: Any) -> Iterator[str]:
    """The paragraphs of a text; where there are several they are a list, as slides show them."""
    texts = [(" ".join(paragraph.text.split()), paragraph.level) for paragraph in frame.paragraphs if paragraph.text.strip()]  # fmt: skip
    if len(texts) == 1:
        yield f"<p>{escape(texts[0][0])}</p>"
    elif texts:
        yield nested_list((level, "ul", escape(text)) for text, level in texts)

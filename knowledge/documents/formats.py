"""What is known of each format: how a file's bytes become Markdown with what the file states about itself."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from knowledge.blocks import headings
from knowledge.documents.coverage import different_words, lost, words_of_html
from knowledge.documents.encoding import decoded
from knowledge.documents.structured import yaml_as_markdown
from knowledge.errors import UnreadableFile

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes a packed file may unpack to; more is a zip bomb or a picture album."""
GUIDE_FIELDS = frozenset({"title", "role", "region", "edition", "source"})
"""Fields of a guide, which are told with each answer rather than as its text."""


@dataclass(frozen=True)
class Read:
    """What was read of a file: Markdown with headings, its metadata, what was not read, lines around its text, and which pages
    were not read.
    """

    markdown: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    beside: Sequence[str] = ()
    unread_pages: Sequence[str] = ()


def reader_of(path: Path) -> "Callable[[Path], Read] | None":
    """What reads files of a path's format, if it is known."""
    return _READERS.get(path.suffix.lower())


def _read_markdown(path: Path) -> Read:
    from knowledge.documents.dialects import embeds_not_read
    from knowledge.documents.markdown import markdown_as_plain, words_of_markdown

    text, matter = front_matter(decoded(path.read_bytes()))
    own = {key: value for key, value in matter.items() if key.lower() not in GUIDE_FIELDS}
    fields = {key.lower(): value for key, value in matter.items() if value}
    kept = yaml_as_markdown({key: _on_one_line(value) for key, value in own.items()}) if own else ""
    body = markdown_as_plain(_filled_in(text, matter))
    notes = (*embeds_not_read(text), *lost(words_of_markdown(text), different_words([body])))
    return Read(f"{kept}\n\n{body}", {"title": title_of(body), **fields}, notes)


def _filled_in(text: str, matter: Mapping[str, Any]) -> str:
    """The text, where a template's place is named like a field of the front matter, with that field's value."""
    for key, value in matter.items():
        if isinstance(value, str | int | float):
            place = rf"\{{\{{-?\s*(?:page\.|\$?frontmatter\.|\.?[Pp]arams\.)?{re.escape(key)}\s*-?\}}\}}"
            text = re.sub(place, lambda _, told=value: str(told), text)  # type: ignore[misc]
    return text


def _on_one_line(value: Any) -> Any:
    """A list of single words or so (tags, aliases) as one value; other lists are content."""
    if isinstance(value, list) and all(isinstance(entry, str | int) and len(str(entry).split()) <= 3 for entry in value):  # fmt: skip
        return ", ".join(map(str, value))
    return value


def front_matter(text: str) -> tuple[str, dict[str, Any]]:
    """The text below a block of YAML, TOML or JSON between two fences, and the block; what is none stays text."""
    fenced = re.match(r"\A\s*(---|\+\+\+|;;;)[ \t]*\w*\n(.*?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)(.*)", text, re.DOTALL)
    if not fenced:
        return text, {}
    try:
        matter = _loaded(fenced[1], fenced[2])
    except ValueError:
        return f"{fenced[2]}\n\n{fenced[3]}", {}
    return (fenced[3], {str(key): value for key, value in matter.items()}) if isinstance(matter, dict) else (text, {})


def _loaded(fence: str, block: str) -> Any:
    """The value of a block of front matter. Raises ValueError where it is broken."""
    import json
    import tomllib

    import yaml

    if fence == "+++":
        return tomllib.loads(block)
    if fence == ";;;":
        return json.loads(block)
    try:
        return yaml.safe_load(block)
    except yaml.YAMLError as error:
        raise ValueError("broken YAML") from error


def title_of(markdown: str) -> str:
    """The first heading, where it stands above the others: it alone is of its level, or the next one follows it at once."""
    found = [(level, text) for level, text in headings(markdown) if text]
    levels = [level for level, _ in found]
    if re.match(r"\s*#{1,6} [^\n]+\n\s*#{1,6} ", markdown) and levels[:2] == [min(levels)] * 2:
        return found[0][1]
    if not found or levels.count(min(levels)) > 1 == len(set(levels)):
        return ""  # all are alike, so the first is no more than the first
    first = next((text for level, text in found if level == 1), "")
    return first or (found[0][1] if levels[0] == min(levels) and levels.count(levels[0]) == 1 else "")


def _read_text(path: Path) -> Read:
    from knowledge.documents.comments import without_comments
    from knowledge.documents.plain_text import with_headings_marked

    text = decoded(path.read_bytes())
    markdown = _as_yaml(path, text) or with_headings_marked(without_comments(text))
    return _titled(markdown, tuple(lost(different_words([text]), different_words([markdown]))))


def _as_yaml(path: Path, text: str) -> str:
    """Text that is a YAML mapping throughout, as Markdown with its comments; otherwise nothing."""
    import yaml

    if re.search(r"\.ya?ml\b", path.name) is None:
        return ""
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return ""
    comments = "\n".join(line.lstrip("# ").rstrip() for line in text.splitlines() if line.startswith("#"))
    return f"{comments}\n\n{yaml_as_markdown(data)}" if isinstance(data, dict | list) else ""


def _read_html(path: Path) -> Read:
    from knowledge.documents.html import read_page

    text = decoded(path.read_bytes())
    if not re.search(r"<\s*[a-zA-Z!]", text):
        raise UnreadableFile("it holds no HTML, whatever its name says")
    page = read_page(text)
    if not re.search(r"\w", page.markdown) and "<script" in text.lower():
        raise UnreadableFile("it holds no text; a script in it draws the page, so save it from the browser")
    return Read(page.markdown, {"title": page.title, **page.fields}, page.notes, page.beside)


def _read_structured(path: Path) -> Read:
    import json

    import yaml

    text = decoded(path.read_bytes())
    try:
        data = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise UnreadableFile(f"it is no valid {path.suffix[1:].upper()}") from error
    return Read(yaml_as_markdown(data) if isinstance(data, dict | list) else str(data or ""))


def _read_separated(path: Path) -> Read:
    from knowledge.documents.sheets import separated_as_html

    return _from_html(separated_as_html(path.read_bytes()), trusted=False)


def _read_workbook(path: Path) -> Read:
    from knowledge.documents.sheets import workbook_as_html
    from knowledge.documents.word import refuse_bad_archive

    refuse_bad_archive(path.read_bytes(), LARGEST_UNPACKED, "xl/workbook.xml", "Excel")
    book = workbook_as_html(path)
    return _from_html(book.html, book.notes, {"title": book.title}, trusted=False)


def _read_slides(path: Path) -> Read:
    from knowledge.documents.slides import slides_as_html
    from knowledge.documents.word import refuse_bad_archive

    refuse_bad_archive(path.read_bytes(), LARGEST_UNPACKED, "ppt/presentation.xml", "PowerPoint")
    html, notes, words = slides_as_html(path)
    return _from_html(html, notes, words=words, trusted=False)


def _read_opendocument(path: Path) -> Read:
    from knowledge.documents.opendocument import opendocument_as_html
    from knowledge.documents.word import refuse_bad_archive

    data = path.read_bytes()
    refuse_bad_archive(data, LARGEST_UNPACKED, "content.xml", "OpenDocument")
    html, notes = opendocument_as_html(data)
    return _from_html(html, notes)


def _read_book(path: Path) -> Read:
    from knowledge.documents.packages import book_as_html
    from knowledge.documents.word import refuse_bad_archive

    data = path.read_bytes()
    refuse_bad_archive(data, LARGEST_UNPACKED, "META-INF/container.xml", "EPUB")
    html, fields = book_as_html(data)
    return _from_html(html, fields=fields)


def _read_web_archive(path: Path) -> Read:
    from knowledge.documents.html import read_page
    from knowledge.documents.packages import web_archive_as_html

    page = read_page(web_archive_as_html(path.read_bytes()))
    return Read(page.markdown, {"title": page.title, **page.fields}, page.notes, page.beside)


def _read_rich_text(path: Path) -> Read:
    from knowledge.documents.rich_text_html import rich_text_as_html

    data = path.read_bytes()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableFile("it is not RTF, whatever its name says")
    html, notes = rich_text_as_html(data.decode("cp1252", errors="replace"))
    return _from_html(html, notes)


def _read_restructured(path: Path) -> Read:
    from knowledge.documents.restructured import restructured_as_html

    found = restructured_as_html(decoded(path.read_bytes()))
    return _from_html(found.html, found.notes, found.fields, words=found.words)


def _read_asciidoc(path: Path) -> Read:
    from knowledge.documents.asciidoc import asciidoc_as_html

    found = asciidoc_as_html(decoded(path.read_bytes()))
    return _from_html(found.html, found.notes, found.fields, words=found.words)


def _read_archive(path: Path) -> Read:
    """An export of Notion or Confluence: its files under their titles, and those that are not read named."""
    import tempfile

    from knowledge.documents.packages import members

    parts: list[str] = []
    notes: list[str] = []
    pages: list[str] = []
    titles: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        found_members = list(members(path.read_bytes(), LARGEST_UNPACKED))
        twins = {name.removesuffix("_all.csv") for name, _ in found_members if name.endswith("_all.csv")}
        for name, data in found_members:
            if name.endswith(".csv") and name.removesuffix(".csv") in twins:
                continue  # the rows that a view of the database shows, which its twin has all of
            copied = Path(folder, f"member{Path(name).suffix.lower()}")
            reader = _READERS.get(copied.suffix)
            if reader is None or copied.suffix == ".zip":
                continue
            copied.write_bytes(data)
            try:
                found = reader(copied)
            except UnreadableFile as error:
                notes.append(f"{name} in it is left out: {error}")
                continue
            title = found.fields.get("title") or readable_name(name)
            body = re.sub(r"\A\s*# [^\n]*\n", "", found.markdown)
            if re.search(r"\w", body):
                parts.append(f"# {title}\n\n{_one_level_down(body)}")
                titles.append((name, title))
            notes.extend(f"{name} in it: {note}" for note in found.notes)
            pages.extend(f"{name} in it: {note}" for note in found.unread_pages)
    if not parts:
        raise UnreadableFile("it holds no file that can be read")
    at_the_top = [title for name, title in titles if "/" not in name]
    fields = {"title": at_the_top[0] if len(at_the_top) == 1 else "", **({"edition": ""} if len(parts) > 1 else {})}
    return Read("\n\n".join(parts), fields, notes, unread_pages=pages)


def _one_level_down(markdown: str) -> str:
    return re.sub(r"^(#{1,5}) ", r"#\1 ", markdown, flags=re.MULTILINE)


def readable_name(name: str) -> str:
    """A file's name in words, without what Notion and Confluence add to tell pages apart."""
    told = re.sub(r"[\s_-]+(?:[0-9a-f]{32}(?:_all)?|\d{5,12})$", "", Path(name).name.split(".")[0])
    return re.sub(r"[-_\s]+", " ", told).strip() or Path(name).name


def _read_docx(path: Path) -> Read:
    from knowledge.documents.word import lines_around, refuse_bad_archive, word_as_html, words_of
    from knowledge.documents.word_shown import as_shown

    file = path.read_bytes()
    refuse_bad_archive(file, LARGEST_UNPACKED, "word/document.xml", "Word")
    data, notes = as_shown(file)
    return _from_html(word_as_html(data), notes, words=words_of(data), beside=lines_around(data))


def _read_pdf(path: Path) -> Read:
    from knowledge.documents.pdf import pdf_as_html

    found = pdf_as_html(path)
    read = _from_html(found.html, found.notes, beside=found.beside, trusted=False)
    return replace(read, unread_pages=found.unread_pages)


def _from_html(
    html: str,
    notes: Sequence[str] = (),
    fields: Mapping[str, Any] | None = None,
    *,
    words: set[str] | None = None,
    beside: Sequence[str] = (),
    trusted: bool = True,
) -> Read:
    """What other readers made HTML of; where words of that, or of the file, are not told, this is said."""
    from knowledge.documents.html import html_as_markdown

    markdown = html_as_markdown(f"<body>{html}</body>", trusted=trusted)
    told = different_words([markdown])
    missing = list(lost(words or set(), told)) or list(lost(words_of_html(html), told))
    title = (fields or {}).get("title") or title_of(markdown)
    return Read(markdown, {**(fields or {}), "title": title}, [*notes, *missing], beside)


def _titled(markdown: str, notes: Sequence[str] = ()) -> Read:
    return Read(markdown, {"title": title_of(markdown)}, notes)


_READERS: dict[str, Callable[[Path], Read]] = {
    **dict.fromkeys([".md", ".markdown", ".mdown", ".mkd", ".mdx"], _read_markdown),
    **dict.fromkeys([".txt", ".text"], _read_text),
    **dict.fromkeys([".html", ".htm", ".xhtml", ".aspx"], _read_html),
    **dict.fromkeys([".mht", ".mhtml"], _read_web_archive),
    **dict.fromkeys([".yaml", ".yml", ".json"], _read_structured),
    **dict.fromkeys([".docx", ".docm"], _read_docx),
    **dict.fromkeys([".xlsx", ".xlsm"], _read_workbook),
    **dict.fromkeys([".csv", ".tsv"], _read_separated),
    **dict.fromkeys([".adoc", ".asciidoc"], _read_asciidoc),
    ".pdf": _read_pdf,
    ".pptx": _read_slides,
    ".odt": _read_opendocument,
    ".epub": _read_book,
    ".rtf": _read_rich_text,
    ".rst": _read_restructured,
    ".zip": _read_archive,
}

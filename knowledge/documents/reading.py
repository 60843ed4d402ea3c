"""Files of any supported format read as Markdown text with headings."""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.blocks import without_marks
from knowledge.documents.structured import yaml_as_markdown
from knowledge.errors import UnreadableFile
from knowledge.passages import Document, Guide

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. A career guide of this size would be a book of some 3,000 pages; larger files are mistakes."""
LARGEST_UNPACKED = 10 * LARGEST_FILE
"""Bytes a DOCX file may unpack to; more is a zip bomb or a picture album."""
GUIDE_FIELDS = frozenset({"title", "role", "region", "edition", "source"})


@dataclass(frozen=True)
class SkippedFile:
    """A file that could not be used, by its path below its folder, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class GuideFile:
    """A file that may be a guide: the folder it was found in and its path."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """The path below the folder, with forward slashes."""
        return self.path.relative_to(self.root).as_posix()


def find_files(folders: Sequence[Path]) -> list[GuideFile]:
    """All files of a supported format below the folders, in order; hidden files and folders are left out.

    A file of the same name below a later folder replaces the earlier one, as a user's own guide does ours.
    """
    found: dict[str, GuideFile] = {}
    for root in folders:
        for path in sorted(root.rglob("*")):
            file = GuideFile(root, path)
            if path.suffix.lower() in _READERS and path.is_file() and not _hidden(file):
                found[file.name] = file
    return list(found.values())


def read(file: GuideFile) -> Document:
    """One file as a document. Raises UnreadableFile with the reason when it cannot be used."""
    try:
        if file.path.stat().st_size > LARGEST_FILE:
            raise UnreadableFile(f"it is larger than {LARGEST_FILE // 2**20} MB; split it into several guides")
        text, fields = _READERS[file.path.suffix.lower()](file.path)
    except OSError as error:
        raise UnreadableFile(f"it cannot be opened ({error.strerror or type(error).__name__})") from error
    markdown = _tidy(text)
    if not re.search(r"\w", markdown):
        raise UnreadableFile("it holds no text")
    return Document(_guide(file, markdown, fields), markdown)


def read_all(files: Iterable[GuideFile]) -> Iterator[Document | SkippedFile]:
    """Every file as a document, or as skipped with the reason."""
    for file in files:
        try:
            yield read(file)
        except UnreadableFile as error:
            yield SkippedFile(file.name, str(error))


def _hidden(file: GuideFile) -> bool:
    return any(part.startswith((".", "~$")) for part in file.path.relative_to(file.root).parts)


def _guide(file: GuideFile, markdown: str, fields: Mapping[str, str]) -> Guide:
    known = {name: str(value) for name, value in fields.items() if name in GUIDE_FIELDS}
    heading = re.search(r"^#{1,2} +(.+?)\s*#*$", markdown, re.MULTILINE)
    title = known.pop("title", "") or (heading[1] if heading else "") or _readable(file.path)
    return Guide(path=file.name, title=without_marks(title), **known)


def _readable(path: Path) -> str:
    return re.sub(r"[-_\s]+", " ", path.name.split(".")[0]).strip()


Read = tuple[str, Mapping[str, str]]
"""Markdown text and what the file states about itself."""


def _read_markdown(path: Path) -> Read:
    text, matter = _front_matter(_decoded(path))
    own = {key: value for key, value in matter.items() if key.lower() not in GUIDE_FIELDS}
    fields = {key.lower(): str(value) for key, value in matter.items() if value and not isinstance(value, dict | list)}
    kept = yaml_as_markdown(own) if own else ""
    return f"{kept}\n\n{_without_html(text)}", fields


def _front_matter(text: str) -> tuple[str, dict[str, Any]]:
    """The text below a block of YAML between two lines of dashes, and the block; bad YAML stays text."""
    import yaml

    fenced = re.match(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)(.*)", text, re.DOTALL)
    if not fenced:
        return text, {}
    try:
        matter = yaml.safe_load(fenced[1])
    except (yaml.YAMLError, ValueError):
        return f"{fenced[1]}\n\n{fenced[2]}", {}
    return (fenced[2], {str(key): value for key, value in matter.items()}) if isinstance(matter, dict) else (text, {})


def _read_text(path: Path) -> Read:
    text = _decoded(path)
    structured = _as_yaml(path, text)
    return (structured, {}) if structured else (_with_headings_marked(text), {})


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


def _with_headings_marked(text: str) -> str:
    """Plain text as Markdown: short lines that stand alone become headings, bullets become list items."""
    if re.search(r"^#{1,6} \S", text, re.MULTILINE):
        return text
    lines = [re.sub(r"^\s*[•◦‣▪●·]\s+", "- ", line) for line in text.splitlines()]
    marked = [
        f"## {line.strip()}" if _stands_alone(lines, n) and _looks_like_a_heading(line.strip()) else line
        for n, line in enumerate(lines)
    ]
    first = next((n for n, line in enumerate(marked) if line.strip()), None)
    if first is not None and marked[first].startswith("## "):
        marked[first] = marked[first][1:]
    return "\n".join(marked)


def _stands_alone(lines: Sequence[str], n: int) -> bool:
    before = lines[n - 1].strip() if n else ""
    after = lines[n + 1].strip() if n + 1 < len(lines) else ""
    return not before and not after


def _looks_like_a_heading(line: str) -> bool:
    return (
        0 < len(line) <= 90 and not re.match(r"[-*+>|]|\d+[.)] ", line) and not line.endswith((".", ",", ";", ":", "!"))
    )


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("it is not text, whatever its name says")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data).best()
        if best is None or best.chaos > 0.2:
            raise UnreadableFile("its character encoding is not known; save it as UTF-8") from None
        return str(best)


def _read_html(path: Path) -> Read:
    text = _decoded(path)
    if not re.search(r"<\s*[a-zA-Z!]", text):
        raise UnreadableFile("it holds no HTML, whatever its name says")
    return html_as_markdown(text)


_NOISE = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|header|banner|cookie|sidebar|skip|share|social|search|toc|masthead|usa-banner|related)(?:$|[-_\s])",
    re.IGNORECASE,
)


def html_as_markdown(html: str) -> Read:
    """The main content of a page as Markdown, without menus, banners and scripts; its title."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(html, "lxml")
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    main = (
        soup.find("main")
        or soup.find(True, attrs={"role": "main"})
        or soup.find(id=re.compile(r"^(main-?content|content|main)$"))
    )
    body = main or soup.body or soup
    for element in body.find_all(
        [
            "script",
            "style",
            "noscript",
            "nav",
            "form",
            "button",
            "iframe",
            "svg",
            "img",
            "header",
            "footer",
            "aside",
        ]
    ):
        if element.name not in {"header", "aside"} or not element.find(["h1", "h2"]):
            element.decompose()
    for element in [
        e for e in body.find_all(["div", "ul", "section", "ol", "table"]) if not e.decomposed and _is_noise(e)
    ]:
        element.decompose()
    for line_break in body.find_all("br"):
        line_break.replace_with(" ")
    converter = MarkdownConverter(heading_style="ATX", bullets="-", escape_asterisks=False, escape_underscores=False)
    markdown = str(converter.convert_soup(body))
    return re.sub(r"[ \t\xa0]{2,}(?=\S)(?<!\n)", " ", markdown), {"title": _page_title(body, title)}


def _is_noise(element: Any) -> bool:
    names = " ".join([element.get("id") or "", *(element.get("class") or []), element.get("role") or ""])
    return _NOISE.search(names) is not None and len(element.find_all("p")) < 3


def _page_title(body: Any, title: str) -> str:
    first = body.find("h1")
    return str(first.get_text(" ", strip=True)) if first else re.split(r"\s+[|·–—]\s+|\s*:\s+", title)[0]


def _without_html(markdown: str) -> str:
    """Markdown whose HTML tables are Markdown tables and whose other tags, comments and templates are gone."""
    text = re.sub(r"<!--.*?-->|\{%.*?%\}|\{\{[<%].*?[%>]\}\}", "", markdown, flags=re.DOTALL)
    text = re.sub(r"<head>.*?</head>|<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(
        r"<table\b.*?</table>",
        lambda table: f"\n\n{html_as_markdown(table.group())[0]}\n\n",
        text,
        flags=re.DOTALL,
    )
    text = re.sub(r"^(?:import|export) .*from .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"</?[a-zA-Z][\w-]*(?:\s[^<>\n]*)?/?>", "", text)
    return re.sub(r"^\s*!\[[^\]]*\]\([^)]*\)\s*$", "", text, flags=re.MULTILINE)


def _read_docx(path: Path) -> Read:
    import mammoth

    _refuse_bad_archive(path)
    try:
        with path.open("rb") as file:
            html = mammoth.convert_to_html(file).value
    except (KeyError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise UnreadableFile("it is not a readable Word document; save it again as .docx") from error
    text, _ = html_as_markdown(f"<body>{html}</body>")
    return text, {}


def _refuse_bad_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            word = "word/document.xml" in archive.namelist()
    except zipfile.BadZipFile as error:
        encrypted = path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
        why = "it is encrypted or an old .doc" if encrypted else "it is not a Word document, whatever its name says"
        raise UnreadableFile(f"{why}; save it as .docx without a password") from error
    if unpacked > LARGEST_UNPACKED:
        raise UnreadableFile(f"it unpacks to more than {LARGEST_UNPACKED // 2**20} MB")
    if not word:
        raise UnreadableFile("it is not a Word document, whatever its name says; save it as .docx")


def _read_pdf(path: Path) -> Read:
    from knowledge.documents.pdf import pdf_as_markdown

    return pdf_as_markdown(path), {}


def _tidy(markdown: str) -> str:
    text = markdown.replace("\r\n", "\n").replace("\xa0", " ").replace("\u200b", "")
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


_READERS: dict[str, Callable[[Path], Read]] = {
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".txt": _read_text,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
}

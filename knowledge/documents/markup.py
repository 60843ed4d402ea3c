"""reStructuredText, AsciiDoc and RTF: by docutils as HTML, by their lines as Markdown, and as plain text."""

import re
from collections.abc import Iterator, Sequence


def restructured_as_html(text: str) -> str:
    """The HTML of reStructuredText. It includes no file and runs nothing."""
    from docutils.core import publish_parts

    settings = {
        "file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 6, "embed_stylesheet": False,
        "stylesheet_path": "", "initial_header_level": 2, "syntax_highlight": "none", "warning_stream": False,
    }  # fmt: skip
    parts = publish_parts(text, writer="html5", settings_overrides=settings)
    return f"<h1>{parts['title']}</h1>{parts['body']}" if parts["title"] else str(parts["body"])


def rich_text_as_text(text: str) -> str:
    """The plain text of RTF."""
    from striprtf.striprtf import rtf_to_text

    plain = str(rtf_to_text(text, errors="ignore"))  # type: ignore[no-untyped-call]
    return "\n".join(_bars(plain.splitlines()))


def _bars(lines: Sequence[str]) -> Iterator[str]:
    """Rows of tables, which end in a bar each, as rows of Markdown."""
    before = ""
    for line in lines:
        if line.count("|") > 1 and line.rstrip().endswith("|"):
            row = f"| {' | '.join(cell.strip() for cell in line.rstrip().rstrip('|').split('|'))} |"
            yield row
            if not before.startswith("|"):
                yield f"|{'---|' * line.count('|')}"
            before = row
        else:
            if before.startswith("|") and line.strip():
                yield ""
            yield line if not line.strip() else f"{line}\n"
            before = line


def asciidoc_as_markdown(text: str) -> str:
    """AsciiDoc as Markdown and HTML tables. It includes no file."""
    attributes = dict(re.findall(r"^:([\w-]+):[ \t]+(.*)$", text, re.MULTILINE))
    text = re.sub(r"\{([\w-]+)\}", lambda found: attributes.get(found[1], found[0]), text)
    text = re.sub(r"^////\n.*?^////$|^//(?!/).*$|^:[\w!-]+:.*$|^(?:include|image|toc)::.*$", "", text, flags=re.MULTILINE | re.DOTALL)  # fmt: skip
    return "\n".join(_asciidoc(text.splitlines()))


def _asciidoc(lines: Sequence[str]) -> Iterator[str]:
    at, title = 0, ""
    while at < len(lines):
        line = lines[at]
        if re.match(r"^[|,!]===\s*$", line):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == line.strip()), len(lines))
            yield from _asciidoc_table(lines[at + 1 : end], title)
            at, title = end + 1, ""
            continue
        if re.match(r"^(?:-{4,}|\.{4,})\s*$", line):
            yield "```"
        elif re.match(r"^(?:\*{4,}|={4,}|_{4,}|--|\+)\s*$", line) or re.match(r"^\[[^\]]*\]\s*$", line):
            pass
        elif found := re.match(r"^\.(?=[^\s.])(.+)$", line):
            title = found[1]
            if not any(re.match(r"^\|===", following) for following in lines[at + 1 : at + 3]):
                yield from (f"**{title}**", "")
                title = ""
        else:
            yield _asciidoc_line(line)
        at += 1


def _asciidoc_line(line: str) -> str:
    line = re.sub(r"^(={1,6})\s+(?=\S)", lambda found: "#" * len(found[1]) + " ", line)
    line = re.sub(r"^\s*(\*{1,5}|-)\s+(?=\S)", lambda found: "  " * (len(found[1]) - 1) + "- ", line)
    line = re.sub(r"^\s*(\.{1,5})\s+(?=\S)", lambda found: "   " * (len(found[1]) - 1) + "1. ", line)
    line = re.sub(r"^(\S[^\n]*?)::\s+(?=\S)", r"- \1: ", line)
    line = re.sub(r"footnote:\w*\[([^\]]*)\]", r" (\1)", line)
    line = re.sub(r"(?:link:|xref:)?((?:https?://|mailto:)?[^\s\[<>]+)\[([^\]]+)\](?<=\])", lambda found: found[2].rstrip("^") if "://" in found[1] or ":" in found[0] else found[0], line)  # fmt: skip
    line = re.sub(r"<<[^,>\n]+,\s*([^>\n]+)>>", r"\1", line)
    line = re.sub(r"\[\.?line-through\]#([^#\n]+)#", r"~~\1~~", line)
    line = re.sub(r"\^(\w{1,3})\^", r"<sup>\1</sup>", line)
    return re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"**\1**", line) if not line.startswith("- ") or line.count("*") > 1 else line  # fmt: skip


def _asciidoc_table(lines: Sequence[str], title: str) -> Iterator[str]:
    """A table whose columns are as many as the first line with cells has."""
    cells: list[tuple[str, str]] = []
    width = 0
    for line in lines:
        found = re.findall(r"(?<!\\)(?:(?<=\s)|^)((?:\d+(?:\.\d+)?|\.\d+)\+)?[<^>.]*[aehlms]?\|([^|]*)", line)
        if not found and cells and line.strip():
            cells[-1] = (cells[-1][0], f"{cells[-1][1]} {line.strip()}")
        cells.extend((span, text.strip()) for span, text in found)
        if not width and found:
            width = sum(_spans(span)[0] for span, _ in found)
    yield ""
    caption = f"<caption>{title}</caption>" if title else ""
    yield f"<table>{caption}{''.join(_asciidoc_rows(cells, width or 1))}</table>"
    yield ""


def _asciidoc_rows(cells: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    row, room = "", {0: width}
    number = 0
    for span, text in cells:
        across, down = _spans(span)
        row += f"<td colspan={across} rowspan={down}>{text}</td>"
        for below in range(number, number + down):
            room[below] = room.get(below, width) - across
        while room.get(number, width) <= 0:
            yield f"<tr>{row}</tr>"
            row, number = "", number + 1
    if row:
        yield f"<tr>{row}</tr>"


def _spans(written: str) -> tuple[int, int]:
    """How many columns and rows a cell covers, from what stands before its bar: 2+, .3+, 2.3+."""
    found = re.match(r"(\d*)(?:\.(\d+))?", written[:12])
    return (min(int(found[1] or 1), 200) or 1, min(int(found[2] or 1), 200) or 1) if found else (1, 1)

"""Dialects of Markdown told in CommonMark and HTML: boxes, tabs, callouts, directives, components, wiki links, templates."""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape

from knowledge.documents.text_tables import end_of_grid, is_grid, table_of, with_joined_header_rows

NOT_FILLED_IN = "(not filled in)"
"""What stands where a template wanted a value and nobody gave one."""
WORDS_OF_A_PICTURE = 4
"""From so many words on the text of a picture says something."""
LONGEST_HEADING = 90
"""Characters of a bold line that may be a heading."""
_TEMPLATE = re.compile(
    r"\{\{\{?(?![<%#!/])(?P<inner>[^{}\n]{1,200})\}\}\}?|\$\{[^{}\n]{1,80}\}|\$[A-Za-z][A-Za-z]*(?:_[A-Za-z0-9]+)+\$?|<%=[^%]{1,80}%>|%\([a-z_]+\)s"
)
_EMBED = re.compile(r"!\[\[([^\]\n]*)\]\]")
"""A file or note that wikis show in its place."""
NAMED_EMBEDS = 3
_STATEMENTS = re.compile(r"\{%.*?%\}|\{\{[<%].*?[%>]\}\}|\{\{[#!/].*?\}\}|<!--.*?-->", re.DOTALL)
_ATTRIBUTES = re.compile(r"[ \t]*(?<!\w)\{:[^}\n]*\}|(?<=\S)[ \t]*\{[#.][\w-][^}\n]*\}[ \t]*$", re.MULTILINE)
_BOX = re.compile(
    r"^(?P<indent> *)(?:(?:!!!|\?\?\?)\+?[ \t]+(?P<kind>[\w -]*?)|===[!+]?)[ \t]*(?:\"(?P<label>[^\"\n]*)\")?[ \t]*$"
)
_COLONS = re.compile(r"^(?P<indent> {0,3})(?P<fence>:{3,})[ \t]*(?P<rest>\S[^\n]*)?$")
_CALLOUT = re.compile(r"^ {0,3}> ?\[!(?P<kind>[\w-]+)\][+-]?[ \t]*(?P<label>.*)$")
_DIRECTIVE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<label>.*)$")
_TAG = re.compile(r"</?(?P<name>[A-Za-z][\w.:-]*)(?P<rest>(?:\s[^<>]*)?/?)>")
_LABELS = ("label", "title", "summary", "header", "heading", "name", "tab")
"""Attributes of components that say what their content is called."""
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def as_common_markdown(text: str) -> str:
    """The text with its dialect told in CommonMark and HTML. Code stays as it is."""
    lines = "\n".join(_outside_code(text, _without_statements)).splitlines()
    told = "\n".join(_boxes(with_joined_header_rows(lines)))
    return "\n".join(_outside_code(told, _inline_dialects))


def _outside_code(text: str, change: Callable[[str], str]) -> Iterator[str]:
    """The text with a change made to what is not fenced code, part by part."""
    part: list[str] = []
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if not fence and found and not _DIRECTIVE.match(line):
            yield change("\n".join(part)) if part else ""
            part, fence = [], found[1][:3]
            yield line
        elif fence:
            yield line
            fence = "" if found and found[1].startswith(fence) and line.strip() == found[1] else fence
        else:
            part.append(line)
    if part:
        yield change("\n".join(part))


def _without_statements(text: str) -> str:
    """Without what a site generator runs, and what authors write for each other."""
    text = _STATEMENTS.sub("", text)
    text = re.sub(r"\{/\*.*?\*/\}|(?<!%)%%(?!%).{0,2000}?%%", "", text, flags=re.DOTALL)
    text = re.sub(r"<head>.*?</head>|<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"^import\s[^\n]*?(?:from\s+)?['\"][^'\"\n]+['\"];?[ \t]*$", "", text, flags=re.MULTILINE)
    return re.sub(r"^export\s+(?:const|default|function|let)\b.*?(?:\n\n|\Z)", "\n", text, flags=re.MULTILINE | re.DOTALL)  # fmt: skip


def _boxes(lines: Sequence[str]) -> Iterator[str]:
    """Boxes, tabs, callouts and directives as labelled sections of HTML around their content."""
    at = 0
    fence = ""
    while at < len(lines):
        line = lines[at]
        directive = _DIRECTIVE.match(line)
        mark = _FENCE.match(line)
        drawn = "" if fence or directive or not (mark or is_grid(line)) else _drawn(lines, at, mark)
        if drawn:
            yield from ("", drawn, "")
            at = _end_of_fence(lines, at, mark[1]) + 1 if mark else end_of_grid(lines, at)
        elif fence or (mark and not directive):
            fence = ("" if mark and mark[1].startswith(fence) and fence else fence) if fence else mark[1][:3] if mark else ""  # fmt: skip
            yield line
            at += 1
        elif directive:
            end = _end_of_fence(lines, at, directive["fence"])
            yield from _directive(directive["name"], directive["label"], lines[at + 1 : end])
            at = end + 1
        elif (box := _BOX.match(line)) and (box["label"] or box["kind"]):
            end = _end_of_indent(lines, at + 1, len(box["indent"]))
            yield from _section(box["label"] or "", textwrap.dedent("\n".join(lines[at + 1 : end])).splitlines())
            at = end
        elif callout := _CALLOUT.match(line):
            end = next((n for n in range(at + 1, len(lines)) if not lines[n].lstrip().startswith(">")), len(lines))
            yield from _section(callout["label"].strip(), [re.sub(r"^ {0,3}> ?", "", inner) for inner in lines[at + 1 : end]])  # fmt: skip
            at = end
        elif (colons := _COLONS.match(line)) and colons["rest"]:
            end = _end_of_colons(lines, at, len(colons["fence"]))
            yield from _colons(colons["rest"], lines[at + 1 : end])
            at = end + 1
        else:
            yield line
            at += 1


def _drawn(lines: Sequence[str], at: int, fence: re.Match[str] | None) -> str:
    """A table that is drawn with characters, in a fence or as a grid, as HTML; otherwise nothing."""
    inside = lines[at + 1 : _end_of_fence(lines, at, fence[1])] if fence else lines[at : end_of_grid(lines, at)]
    return table_of(inside)


def _end_of_fence(lines: Sequence[str], at: int, fence: str) -> int:
    return next((n for n in range(at + 1, len(lines)) if re.fullmatch(rf" {{0,3}}{fence[0]}{{{len(fence)},}}\s*", lines[n])), len(lines))  # fmt: skip


def _end_of_indent(lines: Sequence[str], at: int, indent: int) -> int:
    end = at
    for number in range(at, len(lines)):
        if lines[number].strip():
            if len(lines[number]) - len(lines[number].lstrip()) < indent + 2:
                break
            end = number + 1
    return end


def _end_of_colons(lines: Sequence[str], at: int, length: int) -> int:
    """The line that closes a container: as many colons as opened it, after those inside of it are closed."""
    depth = 1
    for number in range(at + 1, len(lines)):
        found = _COLONS.match(lines[number])
        if found and len(found["fence"]) == length:
            depth += 1 if found["rest"] else -1
            if depth == 0:
                return number
    return len(lines)


def _colons(rest: str, inner: Sequence[str]) -> Iterator[str]:
    """A container of Docusaurus, VuePress, Pandoc or MyST: its kind, then a title with or without brackets."""
    found = re.match(r"\{?\s*([\w:.#-]+)\s*\}?\s*(?:\{[^}]*\}\s*)?(.*)$", rest)
    kind, label = (found[1], found[2]) if found else ("", "")
    yield from _directive(kind, re.sub(r"^\[(.*)\]$", r"\1", label.strip(" :")), inner)


def _directive(name: str, label: str, inner: Sequence[str]) -> Iterator[str]:
    body = list(inner)
    while body and re.match(r"^\s*:[\w-]+:", body[0]):
        body.pop(0)
    if body and body[0].strip() == "---":
        end = next((n for n in range(1, len(body)) if body[n].strip() == "---"), 0)
        body = body[end + 1 :]
    if name in {"list-table", "flat-table"}:
        yield from ("", _list_table(label, body), "")
    elif name in {"csv-table"}:
        yield from ("", f"{label.rstrip(':')}:" if label else "", "", *_csv_table(body), "")
    elif name in {"code", "code-block", "code-cell", "mermaid", "math", "toctree", "image", "figure", "raw"}:
        yield from ("```", *body, "```")
    else:
        yield from _section(label, body)


def _section(label: str, inner: Sequence[str]) -> Iterator[str]:
    shown = f' data-label="{escape(_plain(label), quote=True)}"' if label.strip() else ""
    yield from ("", f"<section{shown}>", "", *_boxes(inner), "", "</section>", "")


def _plain(label: str) -> str:
    return re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", label).strip()


def _list_table(caption: str, body: Sequence[str]) -> str:
    """A table that is written as a list of rows, each a list of cells."""
    rows: list[list[str]] = []
    for line in body:
        if found := re.match(r"^\s*\*\s+-\s?(.*)$", line):
            rows.append([found[1].strip()])
        elif (found := re.match(r"^\s+-\s?(.*)$", line)) and rows:
            rows[-1].append(found[1].strip())
        elif line.strip() and rows:
            rows[-1][-1] += f" {line.strip()}"
    told = f"<caption>{escape(caption)}</caption>" if caption.strip() else ""
    cells = ["".join(f"<{'td' if n else 'th'}>{escape(cell)}</{'td' if n else 'th'}>" for cell in row) for n, row in enumerate(rows)]  # fmt: skip
    return f"<table>{told}{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _csv_table(body: Sequence[str]) -> Iterator[str]:
    import csv

    for number, row in enumerate(csv.reader(line for line in body if line.strip())):
        yield f"| {' | '.join(cell.strip() for cell in row)} |"
        if number == 0:
            yield f"|{'---|' * len(row)}"


def _inline_dialects(text: str) -> str:
    """What is written within lines; code between backticks stays."""
    codes: list[str] = []

    def kept(code: re.Match[str]) -> str:
        codes.append(code.group())
        return f"\ue000{len(codes) - 1}\ue001"

    told = _components(_marks(re.sub(r"(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)", kept, text)))
    return re.sub(r"\ue000(\d+)\ue001", lambda found: codes[int(found[1])], told)


def _marks(text: str) -> str:
    text = _EMBED.sub("", text)
    text = re.sub(r"!\[([^\]\n]*)\]\([^)\n]*\)(?:\{[^}\n]*\})?", lambda picture: picture[1] if len(picture[1].split()) >= WORDS_OF_A_PICTURE else "", text)  # fmt: skip
    text = re.sub(r"(?<!!)\[\s*\]\([^)\n]*\)", "", text)
    text = re.sub(r"\[\[(?:[^\]|\n]*\|)?([^\]|\n]+)\]\]", lambda link: link[1].split("#")[0] or link[1], text)
    text = re.sub(r"(?<![=\w])==(?=\S)([^=\n]+?)(?<=\S)==(?![=\w])", r"\1", text)
    text = re.sub(r"(?<=\S)[ \t]+\^[A-Za-z][\w-]*[ \t]*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\*\[([^\]\n]+)\]:[ \t]*(.+)$", r"\n\1: \2\n", text, flags=re.MULTILINE)
    text = re.sub(r"^\([\w:.-]+\)=[ \t]*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^[*-] TOC[ \t]*\n(?=\{:)|^\[TOC\]$|^\[\[_?TOC_?\]\]$", "", text, flags=re.MULTILINE | re.IGNORECASE)
    text = re.sub(
        r"(?<=\S) \([^()\s]{0,300}[0-9a-f]{32}(?:_all)?\.(?:md|csv)\)", "", text
    )  # where a page that Notion names is
    text = _ATTRIBUTES.sub("", text)
    return templates_named(text)


def embeds_not_read(text: str) -> Iterator[str]:
    """What to say of the files and notes that a text shows in its place, which are not read with it."""
    found: list[str] = []

    def collected(part: str) -> str:
        found.extend(_EMBED.findall(part))
        return part

    list(_outside_code(text, collected))
    names = list(dict.fromkeys(name.split("|")[0].strip() for name in found))
    if names:
        more = f" and {len(names) - NAMED_EMBEDS} more" if len(names) > NAMED_EMBEDS else ""
        yield f"what it embeds is not read with it: {', '.join(names[:NAMED_EMBEDS])}{more}"


def templates_named(text: str) -> str:
    """The text with what stands in it for a template's values called not filled in; within links' addresses it goes."""
    return _TEMPLATE.sub(lambda found: "" if _is_of_an_address(text, found) else NOT_FILLED_IN, text)


def is_a_tag(words: str) -> bool:
    """Whether what stands between angle brackets is a tag of HTML."""
    return words.split(" ", maxsplit=1)[0].lower() in _known_tags()


def _is_of_an_address(text: str, found: re.Match[str]) -> bool:
    """Whether a place to fill in is a part of a link's address, which nobody reads."""
    before, after = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
    return before in {"(", '"', "'", "/", "=", "<"} or after in {"/", '"', "'"}


def _components(text: str) -> str:
    """Tags that HTML does not know: a component's label becomes its section's, its other tags go, prose stays prose."""
    closed = set(re.findall(r"</([A-Za-z][\w.:-]*)\s*>", text))
    told = _TAG.sub(lambda tag: _told(tag, closed), text)
    return "\n".join(_without_indents(told.splitlines())) if told.count("\n\n<section") else told


def _told(tag: re.Match[str], closed: set[str]) -> str:
    name, rest = tag["name"], tag["rest"]
    if name.lower() in _known_tags():
        return tag.group()
    if tag.group().startswith("</"):
        return "\n\n</section>\n\n" if name[0].isupper() else ""
    if name not in closed and not rest.rstrip().endswith("/"):
        return f"&lt;{name}{rest}&gt;"
    return _opened(name, rest)


def _without_indents(lines: Sequence[str]) -> Iterator[str]:
    """Lines within components without the indents that these give them, which would make them code."""
    indents: list[int | None] = []
    for line in lines:
        if line.startswith("<section"):
            indents.append(None)
        elif line.startswith("</section"):
            indents = indents[:-1]
        elif indents and line.strip():
            indent = len(line) - len(line.lstrip())
            first = indents[-1] if indents[-1] is not None else indent
            indents[-1] = first
            yield line[min(indent, first) :]
            continue
        yield line


def _opened(name: str, rest: str) -> str:
    """The start of a component. One without content tells what its attributes say in words."""
    given = {key.lower(): (double or single) for key, double, single in re.findall(r"([\w-]+)\s*=\s*\{?(?:\"([^\"]*)\"|'([^']*)')\}?", rest)}  # fmt: skip
    label = next((given[key] for key in _LABELS if given.get(key)), "")
    if rest.rstrip().endswith("/"):
        return " ".join(value for value in given.values() if " " in value)
    if not name[0].isupper():
        return ""
    return f'\n\n<section data-label="{escape(label, quote=True)}">\n\n' if label else "\n\n<section>\n\n"


@cache
def _known_tags() -> frozenset[str]:
    from lxml.html import defs

    return frozenset({*defs.tags, "main", "section", "details", "summary", "figure", "figcaption", "article", "aside", "nav", "header", "footer", "mark", "time", "svg", "path", "picture", "source", "video", "audio", "template", "dialog", "hgroup", "wbr", "data", "output"})  # fmt: skip

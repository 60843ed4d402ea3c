"""The lines of an AsciiDoc text as its preprocessor leaves them: without comments, with attributes filled in, the header told apart."""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

_ATTRIBUTE = re.compile(r"^:(?P<unset>!?)(?P<name>\w[\w-]*)(?P<unset_after>!?):(?:[ \t]+(?P<value>.*))?$")
_CONDITION = re.compile(r"^(?P<kind>ifdef|ifndef|ifeval|endif)::(?P<names>[^\[\]]*)\[(?P<text>.*)\]\s*$")
_INCLUDE = re.compile(r"^include::(?P<target>[^\[]+)\[.*\]\s*$")
_VERBATIM = re.compile(r"^(?:-{4,}|\.{4,}|`{3,}[\w,+-]*|\+{4,})\s*$")
_COMMENT_BLOCK = re.compile(r"^/{4,}\s*$")
_REFERENCE = re.compile(r"(?<!\\)\{([\w][\w-]*)\}")
_CHARACTERS = {"nbsp": "\u00a0", "sp": " ", "empty": "", "blank": "", "zwsp": "\u200b", "plus": "+", "amp": "&", "lt": "<", "gt": ">", "vbar": "|", "asterisk": "*", "tilde": "~", "caret": "^", "apos": "'", "quot": '"', "deg": "°", "startsb": "[", "endsb": "]", "backslash": "\\", "two-colons": "::"}  # fmt: skip
"""Attributes that every AsciiDoc text has, for characters that mean something in it."""
_REVISION = re.compile(r"^(?:v?(?P<number>[\w.]*\d[\w.]*),?\s*)?(?P<date>[^:]*?)(?::\s*(?P<remark>.*))?$")
DEEPEST_REFERENCE = 5
_COMPARISON = re.compile(r"^(?P<left>.+?) *(?P<sign>[=!><]=|[><]) *(?P<right>.+)$")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}  # fmt: skip
_INTRINSIC = {
    "backend": "html5",
    "basebackend": "html",
    "doctype": "article",
    "filetype": "html",
    "outfilesuffix": ".html",
}
"""Attributes that a text need not set: those of a page of HTML."""


@dataclass
class Source:
    """What is left to be read: lines, the attributes of the text, its lines of author and revision, files that it includes,
    conditions that cannot be evaluated."""

    lines: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    byline: list[str] = field(default_factory=list)
    included: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)

    def fields(self) -> dict[str, str]:
        """What the text states about itself: its attributes, and the date of its line of revision."""
        found = _REVISION.match(self.byline[1]) if len(self.byline) > 1 else None
        date = (found["date"] or found["number"] or "").strip() if found else ""
        return {**({"revdate": date} if date else {}), **self.attributes}


def preprocessed(text: str) -> Source:
    """An AsciiDoc text as its preprocessor leaves it. It includes no file, but names those that it would."""
    source = Source()
    header = ""
    for line, verbatim in _kept(text.splitlines(), source):
        told = line if verbatim else with_attributes(line, source.attributes)
        if not header and line.strip():
            header = "title" if re.match(r"^[=#]\s+\S", line) else "over"
        elif header == "title":
            if told.strip() and len(source.byline) < 2:
                source.byline.append(told.strip())
                continue
            header = "over"
        source.lines.append(told)
    return source


def with_attributes(text: str, attributes: dict[str, str]) -> str:
    """A text with the values of its attributes in their places; a name that is not known stays as it is written."""
    for _ in range(DEEPEST_REFERENCE):
        told = _REFERENCE.sub(lambda found: attributes.get(found[1].lower(), _CHARACTERS.get(found[1], found[0])), text)
        if told == text:
            break
        text = told
    return text


def _kept(lines: list[str], source: Source) -> Iterator[tuple[str, bool]]:
    """The lines that are text, each with whether it stands as it is; attributes and included files go to the source."""
    fence, at = "", 0
    left_out: list[bool] = []
    while at < len(lines):
        line = lines[at].rstrip()
        at += 1
        if fence:
            fence = "" if line == fence else fence
            yield line, True
        elif _COMMENT_BLOCK.match(line):
            at = next((n + 1 for n in range(at, len(lines)) if lines[n].rstrip() == line), len(lines))
        elif condition := _CONDITION.match(line):
            if text := _conditional(condition, source, left_out):
                yield text, False
        elif any(left_out) or re.match(r"^//(?!/)", line):
            continue
        elif attribute := _ATTRIBUTE.match(line):
            at = _set(attribute, lines, at, source)
        elif included := _INCLUDE.match(line):
            source.included.append(included["target"])
        else:
            fence = line if _VERBATIM.match(line) and not underlines(lines, at - 1) else ""
            fence = re.sub(r"^(`+).*", r"\1", fence)
            yield line, bool(fence)


def _conditional(condition: re.Match[str], source: Source, left_out: list[bool]) -> str:
    """The text of a condition on one line, if it holds; others open or close a part that is left out or not."""
    if condition["kind"] == "endif":
        if left_out:
            left_out.pop()
        return ""
    known = [name.strip().lower() in source.attributes for name in re.split(r"[,+]", condition["names"])]
    is_met = all(known) if "+" in condition["names"] else any(known)
    holds = _holds(condition["text"], source) if condition["kind"] == "ifeval" else is_met == (condition["kind"] == "ifdef")  # fmt: skip
    if condition["text"] and condition["kind"] != "ifeval":
        return condition["text"] if holds and not any(left_out) else ""
    left_out.append(not holds)
    return ""


def _holds(expression: str, source: Source) -> bool:
    """Whether a comparison of `ifeval` holds; the text below one that is none is kept, as Asciidoctor does, and the comparison is named."""
    found = _COMPARISON.match(expression.strip())
    if not found:
        source.unclear.append(expression)
        return True
    left, right = (_value(found[side], source.attributes) for side in ("left", "right"))
    try:
        return _COMPARED[found["sign"]](left, right)
    except TypeError:
        return False


def _value(text: str, attributes: dict[str, str]) -> Any:
    """An operand of a comparison: text between quotes, a boolean, a number, or nothing; an attribute that is not set is empty."""
    told = _REFERENCE.sub("", with_attributes(text, {**_INTRINSIC, **attributes})).strip()
    quoted = re.fullmatch(r"\"(.*)\"|'(.*)'", told)
    if quoted:
        return quoted[1] or quoted[2] or ""
    if told in {"", "true", "false"}:
        return {"true": True, "false": False}.get(told)
    try:
        return float(told) if "." in told else int(told)
    except ValueError:
        return told


def _set(attribute: re.Match[str], lines: list[str], at: int, source: Source) -> int:
    """Keep an attribute's value, which may go on in the next lines; the number of the line after it."""
    name, value = attribute["name"].lower(), (attribute["value"] or "").strip()
    while value.endswith("\\") and at < len(lines):
        value = f"{value.rstrip(' +').rstrip(chr(92)).rstrip(' +')} {lines[at].strip()}"
        at += 1
    if attribute["unset"] or attribute["unset_after"]:
        source.attributes.pop(name, None)
    else:
        source.attributes[name] = with_attributes(value, source.attributes)
    return at


def underlines(lines: list[str], at: int) -> bool:
    """Whether a line of signs is as long as the line before it, which it makes a title."""
    before = lines[at - 1].rstrip() if at else ""
    alone = at < 2 or not lines[at - 2].strip()
    return bool(re.search(r"\w", before)) and alone and abs(len(before) - len(lines[at].rstrip())) <= 1

"""What stands within the lines of AsciiDoc, as HTML: formats, links, notes and macros."""

import re
from dataclasses import dataclass, field
from html import escape, unescape

_INNER = r"((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)"
"""What stands in the brackets of a macro, which may hold one pair of brackets more."""
_NOTE = re.compile(rf"\s?footnote(?:ref)?:([\w-]*)\[{_INNER}\]")
_MACRO = re.compile(rf"(?<![\w:])(kbd|btn|menu|stem|latexmath|asciimath|pass|indexterm2?|anchor|image|icon):([^\s\[\]:]*)\[{_INNER}\]")  # fmt: skip
_LINK = re.compile(r"(?<![\w:/])(link:|xref:)?((?:https?://|mailto:|ftp://)[^\s\[\]]+|(?<=link:)[^\s\[\]]+|(?<=xref:)[^\s\[\]]+)\[([^\[\]]*)\]")  # fmt: skip
_REFERENCE = re.compile(r"&lt;&lt;([^,&\n]+)(?:,\s*([^&\n]+))?&gt;&gt;")
_ROLE = re.compile(r"(?<!\w)\[([^\[\]\n]*)\](#{1,2})(?=\S)(.+?)(?<=\S)\2(?!\w)")
_SHOWN = {"kbd", "btn", "stem", "latexmath", "asciimath", "pass", "indexterm2"}
"""Macros that show what stands in their brackets."""
_FORMATS = (
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), "b"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), "b"),
    (re.compile(r"__(?=\S)(.+?)(?<=\S)__"), "i"),
    (re.compile(r"(?<![\w_\\])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), "i"),
    (re.compile(r"(?<!\\)\^([^\s^]{1,12})\^"), "sup"),
    (re.compile(r"(?<![~\\])~([^\s~]{1,12})~(?!~)"), "sub"),
)
_QUOTES = ((re.compile(r'"`(?=\S)(.+?)(?<=\S)`"'), "“{}”"), (re.compile(r"'`(?=\S)(.+?)(?<=\S)`'"), "‘{}’"))


@dataclass
class Notes:
    """The footnotes of a text in their order, and the names by which some are referred to again."""

    texts: list[str] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)

    def html(self) -> str:
        """The notes as the list that the marks in the text link to."""
        items = "".join(f'<li id="note-{number}">{text}</li>' for number, text in enumerate(self.texts, 1))
        return f'<section class="footnotes"><ol>{items}</ol></section>' if items else ""


def inline_html(text: str, notes: Notes) -> str:
    """A piece of AsciiDoc, of one or more lines, as HTML; its footnotes are added to the notes."""
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(shown)
        return f"\ue010{len(kept) - 1}\ue011"

    text = re.sub(r"\+\+\+(.*?)\+\+\+", lambda found: keep(found[1]), text, flags=re.DOTALL)
    text = re.sub(r"(`?)(?<!\w)\+(?=\S)([^+\n]+?)(?<=\S)\+(?!\w)\1", lambda found: keep(escape(found[2], quote=False)), text)  # fmt: skip
    for pattern, shape in _QUOTES:
        text = pattern.sub(lambda found, shape=shape: shape.format(found[1]), text)  # type: ignore[misc]
    text = re.sub(r"(?<![\w`])`(?=\S)([^`\n]+?)(?<=\S)`(?![\w`])", lambda found: keep(f"<code>{escape(found[1], quote=False)}</code>"), text)  # fmt: skip
    text = escape(unescape(text), quote=False)
    text = _NOTE.sub(lambda found: keep(_note(found, notes)), text)
    text = _formatted(text, keep)
    for _ in range(3):
        text = re.sub("\ue010(\\d+)\ue011", lambda found: kept[int(found[1])], text)
    return text


def _formatted(text: str, keep: "object") -> str:
    text = _MACRO.sub(_macro, text)
    text = _LINK.sub(lambda found: keep(_link(found)), text)  # type: ignore[operator]
    text = _REFERENCE.sub(lambda found: found[2] or re.sub(r"[_#-]+", " ", found[1]).strip(), text)
    text = re.sub(r"\[\[[^\[\]\n]*\]\]|\(\(\([^()\n]*\)\)\)", "", text)
    text = re.sub(r"\(\(([^()\n]+)\)\)", r"\1", text)
    text = _ROLE.sub(_role, text)
    text = re.sub(r"(?<![\w#&])#{1,2}(?=\S)([^#\n]+?)(?<=\S)#{1,2}(?!\w)", r"\1", text)
    for pattern, tag in _FORMATS:
        text = pattern.sub(rf"<{tag}>\1</{tag}>", text)
    text = re.sub(r"[ \t]\+$", "<br>", text, flags=re.MULTILINE)
    return re.sub(r"\\(?=[*_`#^~{\[\]])", "", text)


def _note(found: re.Match[str], notes: Notes) -> str:
    name, text = found[1], found[2].replace("\\]", "]").strip()
    if not name and "footnoteref" in found[0]:
        name, _, text = (part.strip() for part in text.partition(","))
    if name and not text:
        number = notes.names.get(name, 0)
    else:
        notes.texts.append("")
        number = len(notes.texts)
        notes.texts[number - 1] = inline_html(text, notes)
    if name:
        notes.names.setdefault(name, number)
    return f'<sup><a href="#note-{number}">{number}</a></sup>' if number else ""


def _macro(found: re.Match[str]) -> str:
    kind, target, inside = found.groups()
    if kind == "menu":
        return " › ".join(filter(None, [target, *map(str.strip, inside.split("&gt;"))]))
    if kind == "image":
        return f'<img alt="{escape(inside.split(",")[0].strip())}">'
    return inside if kind in _SHOWN else ""


def _link(found: re.Match[str]) -> str:
    target = found[2]
    text = re.sub(r",\s*(?:window|role|opts|options|subject)=.*$", "", found[3]).rstrip("^").strip().strip('"')
    if re.match(r"https?://|mailto:", target):
        return f'<a href="{escape(target)}">{text or target}</a>'
    return text or re.sub(r"[_#-]+", " ", target).strip()


def _role(found: re.Match[str]) -> str:
    struck = re.search(r"line-through|strike", found[1]) is not None
    return f"<del>{found[3]}</del>" if struck else found[3]

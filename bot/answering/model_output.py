"""A chat model's reply taken apart into what of it is an answer, whatever the habits of the model. Pure.

Thinking, special tokens, code fences, JSON, echoed lines of the prompt, labels ("Answer:") and marks of citation in all
their spellings are taken out; what is left are pieces: sentences, list items, table rows and headings, each with the
numbers of the passages that it cites. The pieces of a beginning of a reply are the first pieces of the whole reply, so
that a reply can be shown while it comes. Time is linear in the reply's length.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from knowledge.blocks import sentences

LONGEST_REPLY = 12_000
"""Characters of a reply that are read: some ten times the length that is asked for."""
_THOUGHTS = ("think", "thinking", "thought", "thoughts", "reasoning", "reflection", "scratchpad", "analysis")
"""Tags that models of several makers put round what is not meant for the reader."""
_SPECIAL_TOKEN = re.compile(r"<[|｜][^<>|｜\n]{1,60}[|｜]>|\[/?INST\]|</?s>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][\w-]{0,30}(?:\s[^<>\n]{0,200})?/?>")
_FENCE = re.compile(r"^\s*(?:```|~~~).*$")
_RULE = re.compile(r"^\s*(?:[-*_]\s?){3,}$")
_LABEL = re.compile(
    r"^(?:[*_#>\s]*)(?:final answer|short answer|answer|response|reply|assistant|bot|output|user|human|question|passages?|conversation so far)\s*(?:\*\*|__)?\s*[:：](?:\*\*|__)?\s*",
    re.IGNORECASE,
)
"""Words of the protocol between the bot and a model, at the beginning of a line."""
_COVERAGE = re.compile(
    r"^[*_#>\s]*coverage\s*[:=]\s*[*_]*\s*(fully|full|partly|partial|partially|not|none|no)\b[\w ]*[*_.\s]*$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*$")
_BOLD_LINE = re.compile(r"^\s*(?:\*\*|__)([^*_]{1,100})(?:\*\*|__)\s*:?\s*$")
_ITEM = re.compile(
    r"^(\s*)((?:[-*+•◦‣▪●·–]|\(?\d{1,3}[.)]|\(?(?:[a-zA-Z]|[ivxIVX]{1,5})[.)])\s+(?:\[[ xX]\]\s+)?)(.*)$"
)
_BULLET = re.compile(r"^[-*+•◦‣▪●·–]")
_NUMBERED = re.compile(r"^\d{1,3}[.)]")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_NUMBERS = r"\d{1,2}(?:\s?(?:,|;|-|–|and|und|&|/)\s?(?:\^|passage\s|source\s)?\d{1,2}){0,9}"
_CALLED = r"(?:the\s)?(?:(?:passages?|sources?|excerpts?|docs?|documents?|sections?|refs?|references?|citations?|quelle|p\.)[\s:#]*){1,2}"
_MARK = re.compile(
    rf"\s?(?:\[\s?\^?(?:{_CALLED})?{_NUMBERS}\s?\](?!\()|[【〔]\s?(?:{_CALLED})?\s?{_NUMBERS}(?:†[^】〕\n]{{0,60}})?\s?[】〕]"
    rf"|\(\s?(?:see\s|cf\.?\s|from\s)?{_CALLED}{_NUMBERS}\s?\))",
    re.IGNORECASE,
)
_MARKS_FIRST = re.compile(rf"(?:{_MARK.pattern}\s*)*", re.IGNORECASE)
"""The marks of a sentence that stand behind its full stop, before the next one."""
_ROUND_MARK = re.compile(rf"\s?\(\s?({_NUMBERS})\s?\)(?=\s*(?:[.,;:!?]|$|\s[A-Z(\[]))")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_MARK = re.compile(r"(?<=[\w.!?)])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}(?:[,˒][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}){0,5}")
_MENTION = re.compile(rf"\b{_CALLED}({_NUMBERS})(?!\s?%|\w|[.,]\d)", re.IGNORECASE)
_LIST_OF_SOURCES = re.compile(
    rf"^\W*(?:sources?|references?|citations?|based on|quellen?)\W*(?:{_CALLED}|{_NUMBERS}|and|[\s\[\](),;.^*])*$",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"^\s*(?:\[\^?\d{1,2}\]|【\d{1,2}】)\s*[:：—-]")
_ANSWER_BY_ITSELF = re.compile(
    r"^\W*(?:yes|no|yep|nope|correct|not really|not quite|ja|nein|oui|non|sí|si|sim|não)\W*$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?。！？…:][\"'”’)\]*_]*\s*$")
_SAID = (
    "answer",
    "response",
    "reply",
    "final_answer",
    "text",
    "content",
    "message",
    "output",
    "result",
    "sentence",
    "claim",
    "statement",
)
"""Names under which models put what they say when they reply in JSON."""


class Form(StrEnum):
    """What a piece is in the layout of a reply."""

    SENTENCE = "sentence"
    ITEM = "item"
    HEADER = "header"
    ROW = "row"
    HEADING = "heading"
    LEAD = "lead"


@dataclass(frozen=True)
class Piece:
    """A piece of a reply: its text without list marker and marks of citation, the numbers it cites, its layout.

    `prefix` is what stands between the piece before and this one: a space, line breaks, a list marker.
    """

    form: Form
    text: str
    cited: tuple[int, ...] = ()
    prefix: str = ""


@dataclass(frozen=True)
class Reading:
    """A reply as it was read: its pieces, what it says of how far the passages answer, if it does, and how many pieces it
    said a second time.
    """

    pieces: tuple[Piece, ...]
    coverage: str = ""
    repeated: int = 0


def read_reply(reply: str, prompted: Collection[str] = (), *, whole: bool = True, cut: bool = False) -> Reading:
    """The pieces of a reply, or, where it is not `whole` yet, those that are complete.

    `prompted` are the lines that the model was sent, folded by `line_key`: it may repeat them. `cut` tells that the
    model was stopped before its end, so that its last piece is only part of one.
    """
    spoken = without_thoughts(reply[:LONGEST_REPLY], whole=whole)
    text = _unwrapped(spoken, whole=whole)
    text, goes_on = (text, False) if whole else _settled(text)
    lines = [line for line in _lines(text) if line_key(line) not in prompted or not line.strip()]
    told = next((found[1].lower() for found in map(_COVERAGE.match, lines) if found), "")
    formed = _formed(_pieces(lines))
    pieces = _without_repetition(formed)
    repeated = len(formed) - len(pieces)
    if not whole and not (goes_on and pieces and not _ANSWER_BY_ITSELF.match(pieces[-1].text)):
        pieces = pieces[:-1]  # the last may go on, be cited, or lead a list
    elif whole and (cut or len(reply) > LONGEST_REPLY) and pieces and not _SENTENCE_END.search(pieces[-1].text):
        pieces = pieces[:-1]
    return Reading(tuple(_grounded_leads(pieces)), told, repeated)


def line_key(line: str) -> str:
    """A line as it is compared with those of the prompt: folded, without marks and spaces."""
    return "".join(character for character in line.casefold() if character.isalnum())


def without_thoughts(text: str, *, whole: bool = True) -> str:
    """The text without what the model thought aloud; a thought that has not ended hides the rest."""
    text = _SPECIAL_TOKEN.sub("", text)
    for name in _THOUGHTS:
        opening, closing = f"<{name}>", f"</{name}>"
        parts, rest = [], text
        while opening in rest:
            before, _, after = rest.partition(opening)
            parts.append(before)
            _, ended, rest = after.partition(closing)
            rest = rest if ended else ""
        text = "".join([*parts, rest])
        text = text.rpartition(closing)[2]  # some servers send only the end of a thought
    if not whole and (start := text.rfind("<")) >= 0 and ">" not in text[start:]:
        text = text[:start]
    return text


def _unwrapped(text: str, *, whole: bool) -> str:
    """What is said inside JSON or markup; nothing while JSON is not complete."""
    bare = "\n".join(line for line in text.strip().splitlines() if not _FENCE.match(line)).strip()
    if bare.startswith(("{", "[{", '["', "[\n")):
        return _from_json(bare) if whole else ""
    return _TAG.sub("", _BREAK.sub("\n", text))


def _from_json(text: str) -> str:
    try:
        return _said_in(json.loads(text))
    except ValueError:
        found = re.search(rf'"(?:{"|".join(_SAID)})"\s*:\s*"((?:[^"\\]|\\.)*)', text, re.IGNORECASE)
        return str(json.loads(f'"{found[1]}"')) if found else ""


def _said_in(value: Any) -> str:
    """The text of a JSON value: of an object what it says under a usual name, of a list its entries as items."""
    match value:
        case str():
            return value
        case list():
            told = [said for entry in value if (said := _said_in(entry))]
            return "\n".join(told if len(told) == 1 else [f"- {said}" for said in told])
        case dict():
            named = {str(name).lower(): inner for name, inner in value.items()}
            inner = next((named[name] for name in _SAID if named.get(name)), None)
            return _said_in(inner if inner is not None else max(map(_said_in, value.values()), key=len, default=""))
        case _:
            return ""


def _lines(text: str) -> Iterator[str]:
    """The lines that may be shown: a sentence that was wrapped is one line again."""
    open_line = ""
    for raw in text.splitlines():
        line = raw.rstrip()
        if (
            _FENCE.match(line)
            or _DEFINITION.match(line)
            or _LIST_OF_SOURCES.match(line)
            or (_RULE.match(line) and not line.lstrip().startswith("|"))
        ):
            continue
        starts = not line.strip() or line.lstrip()[:1] in "|>#" or _ITEM.match(line) or _BOLD_LINE.match(line)
        if open_line and not starts and line.lstrip()[:1].islower() and not _SENTENCE_END.search(open_line):
            open_line = f"{open_line} {line.strip()}"
            continue
        if open_line:
            yield open_line
        open_line = ""
        if starts and not _ITEM.match(line):
            yield line
        else:
            open_line = line
    if open_line:
        yield open_line


def _pieces(lines: Sequence[str]) -> Iterator[Piece]:
    gap = ""
    for number, line in enumerate(lines):
        if not line.strip() or _COVERAGE.match(line) or _TABLE_RULE.match(line):
            gap = "\n\n" if gap and not line.strip() else gap
            continue
        found = list(_line_pieces(line, gap, lines[number + 1] if number + 1 < len(lines) else ""))
        yield from found
        gap = "\n" if found else gap


def _line_pieces(line: str, gap: str, below: str) -> Iterator[Piece]:
    """The pieces of one line."""
    line = line.lstrip("> ") if line.lstrip().startswith(">") else line
    if line.lstrip().startswith("|"):
        form = Form.HEADER if _TABLE_RULE.match(below) else Form.ROW
        text, cited = _without_marks(line.strip())
        yield Piece(form, text, cited, gap)
        return
    if heading := _HEADING.match(line) or _BOLD_LINE.match(line):
        text, _ = _without_marks(heading[1].strip("*_ :"))
        if text and not _LABEL.match(f"{text}:"):
            yield Piece(Form.HEADING, text, (), gap)
        return
    item = _ITEM.match(line)
    marker = f"{' ' * len(item[1].expandtabs(4))}{_marker(item[2])}" if item else ""
    body = _LABEL.sub("", item[3] if item else line.strip())
    prefix, form = gap + marker, Form.ITEM if item else Form.SENTENCE
    for part in _with_their_marks(sentences(_with_plain_marks(body))):
        text, cited = _without_marks(part)
        if re.search(r"\w", text):
            yield Piece(form, text, cited, prefix)
            prefix, form = " ", Form.SENTENCE


def _marker(written: str) -> str:
    """A list marker as Markdown knows it; a lettered item keeps its letter as text."""
    bare = written.strip().split()[0]
    if _BULLET.match(bare):
        return "- "
    return f"{bare.rstrip(').')}. " if _NUMBERED.match(bare) else f"- {bare} "


def _with_their_marks(parts: Sequence[str]) -> list[str]:
    """Sentences with the marks of citation that follow their full stop."""
    joined: list[str] = []
    for part in parts:
        rest = part
        while joined and (mark := _MARK.match(rest) or _LONE_ROUND_MARK.match(rest)):
            joined[-1] += f" {mark[0].strip()}"
            rest = rest[mark.end() :].lstrip(" .")
        if rest.strip():
            joined.append(rest)
    return joined


_LONE_ROUND_MARK = re.compile(rf"\s?\(\s?{_NUMBERS}\s?\)(?=\s|$)")


def _without_marks(text: str) -> tuple[str, tuple[int, ...]]:
    """A text without its marks of citation, and the numbers that they name, in order."""
    cited: list[int] = []

    def taken(found: re.Match[str]) -> str:
        cited.extend(_numbers_in(found[0]))
        return ""

    text = _MARK.sub(taken, text)
    text = _ROUND_MARK.sub(taken, text)
    text = _RAISED_MARK.sub(lambda found: taken(re.match(r".*", found[0].translate(_RAISED))), text)  # type: ignore[arg-type]

    def named(found: re.Match[str]) -> str:
        cited.extend(_numbers_in(found[0]))
        return "The guide" if found.start() == 0 else "the guide"

    text = _MENTION.sub(named, text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"[ \t]{2,}", " ", text))
    return text.strip(), tuple(dict.fromkeys(cited))


def _with_plain_marks(text: str) -> str:
    """A text with its marks of any spelling as [1][2], behind which `sentences` sees the next sentence begin."""

    def plain(found: re.Match[str]) -> str:
        return f" {''.join(f'[{number}]' for number in _numbers_in(found[0].translate(_RAISED)))}"

    return _RAISED_MARK.sub(plain, _MARK.sub(plain, text))


def _numbers_in(mark: str) -> list[int]:
    """The numbers that a mark names; "2-4" names three."""
    found: list[int] = []
    for first, last in re.findall(r"(\d{1,2})(?:\s?[-–]\s?(\d{1,2}))?", mark.partition("†")[0]):
        found += range(int(first), int(last or first) + 1)
    return found


def _formed(pieces: Iterator[Piece]) -> list[Piece]:
    """Pieces of which a bare "Yes." is one with the sentence after it, and a line with a colon leads what is below."""
    formed: list[Piece] = []
    for piece in pieces:
        before = formed[-1] if formed else None
        if before and _ANSWER_BY_ITSELF.match(before.text) and piece.form is Form.SENTENCE:
            joined = f"{before.text} {piece.text}"
            formed[-1] = replace(before, text=joined, cited=(*before.cited, *piece.cited))
            continue
        if (
            before
            and piece.prefix.startswith("\n")
            and before.form is Form.SENTENCE
            and before.text.rstrip("*_ ").endswith((":", "："))
        ):
            formed[-1] = replace(before, form=Form.LEAD)
        formed.append(piece)
    return formed


def _without_repetition(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without those that say again what was said."""
    said: set[str] = set()
    kept = []
    for piece in pieces:
        key = line_key(piece.text)
        if piece.form is Form.HEADER or key not in said:
            kept.append(piece)
        said.add(key)
    return kept


def _settled(text: str) -> tuple[str, bool]:
    """The part of an unfinished text whose lines are complete, with the complete sentences of its last line.

    Tells also whether another sentence has begun behind them on that line, so that none of them goes on or gets a mark.
    """
    lines, _, last = text.rpartition("\n")
    if not last.lstrip()[:1].isalpha() or _ITEM.match(last):
        return lines, False
    spoken = sentences(last)
    place = last.rfind(spoken[-1])
    if len(spoken) < 2 or place < 0:  # the words of a sentence may stand further apart than it tells
        return lines, False
    marks = _MARKS_FIRST.match(spoken[-1])
    if marks and re.match(r"[^\W\d_]{2}", spoken[-1][marks.end() :]):
        return f"{lines}\n{last[: place + marks.end()]}", True
    return f"{lines}\n{last[:place]}", False


def _grounded_leads(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces without what leads nothing: a sentence with a colon, a heading, a table's header at the end."""
    for number, piece in enumerate(pieces):
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        leads = piece.form in (Form.LEAD, Form.HEADING, Form.HEADER)
        hanging = piece.form is Form.SENTENCE and piece.text.rstrip("*_ ").endswith((":", "："))
        if not hanging and not (leads and after is None):
            yield piece

"""The text of RTF by striprtf, with signs, set into its tokens before, that tell how each paragraph and cell is set.

What is struck out, deleted or hidden is left out, notes stand in their place, raised marks apart.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from striprtf.striprtf import destinations, rtf_to_text

from knowledge.documents.word_shown import left_out

UP, DOWN, NOTE, END, SET, BREAK, BOLD, HEADER, CELL, ROW, ABOVE = "\x02\x03\x04\x05\x06\x07\x0e\x0f\x10\x11\x12"
"""Signs around what is raised, a note and the number of how a paragraph is set; where a cell's line, bold cell, header row, cell, row ends;
around the number of the cell above of which a cell is a part."""
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|[{}]|[^\\{}]+|\\"
)
_GOING = frozenset({"strike", "striked", "deleted", "v"})
"""Words that make text go: struck out once or twice, deleted, hidden."""
_TEXT = frozenset({"u", "tab", "line", "bullet", "endash", "emdash", "lquote", "rquote", "ldblquote", "rdblquote"})
"""Words that are text."""
_MARKS = frozenset({"listtext", "pntext"})
"""Groups with the mark of an item, for readers that make none themselves."""
_USUAL = 24
"""Half points of letters whose size is not said."""
BODY = 9
"""The level of the outline of what is no heading."""
_STYLE = re.compile(r"\{(?:\\\*)?\\s(\d+) ?((?:\\[a-zA-Z]+-?\d* ?|\{[^{}]*\}|\s)*)([^\\{};]+);\s*\}")


@dataclass(frozen=True)
class Setting:
    """How a paragraph is set: the level of a heading by its style or outline, bold throughout, the size of its smallest
    letters in half points, the list that it is an item of, how deep in lists."""

    level: int = 0
    is_title: bool = False
    is_bold: bool = False
    size: int = _USUAL
    listed: str = ""
    depth: int = 0


@dataclass(frozen=True)
class _State:
    """What holds in a group."""

    gone: frozenset[str] = frozenset()
    is_raised: bool = False
    closes: str = ""
    is_aside: bool = False
    is_mark: bool = False
    bold: bool = False
    size: int = _USUAL
    style: int = 0
    outline: int = BODY
    listed: bool = False
    depth: int = 0
    in_table: bool = False

    def changed(self, word: str, number: str) -> "_State":
        """The state after a control word."""
        off = number == "0"
        if word in _GOING:
            return replace(self, gone=self.gone - {word} if off else self.gone | {word})
        change = _CHANGES.get(word)
        return replace(self, **change(int(number or 1))) if change else self


_CHANGES: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "plain": lambda _: {"gone": frozenset(), "is_raised": False, "bold": False, "size": _USUAL},
    "super": lambda value: {"is_raised": value != 0},
    "sub": lambda _: {"is_raised": False},
    "nosupersub": lambda _: {"is_raised": False},
    "pard": lambda _: {"style": 0, "outline": BODY, "listed": False, "depth": 0, "in_table": False},
    "b": lambda value: {"bold": value != 0},
    "fs": lambda value: {"size": value or _USUAL},
    "s": lambda value: {"style": value},
    "outlinelevel": lambda value: {"outline": value},
    "ls": lambda value: {"listed": value > 0},
    "ilvl": lambda value: {"depth": min(value, 5)},
    "intbl": lambda _: {"in_table": True},
}
"""What a control word changes, by its number."""


@dataclass
class _Letters:
    """The letters of a paragraph or cell so far, and the mark of an item before them."""

    count: int = 0
    bold: int = 0
    size: int = 0
    mark: str | None = None
    is_hidden_in_part: bool = False

    def add(self, count: int, state: _State) -> None:
        self.count += count
        self.bold += count if state.bold else 0
        if count:
            self.size = min(self.size or state.size, state.size)

    @property
    def are_bold(self) -> bool:
        return 0 < self.count == self.bold


@dataclass
class _Signs:
    """The tokens of a text with signs, and how the paragraphs that end are set."""

    styles: Mapping[int, tuple[int, bool]]
    settings: list[Setting] = field(default_factory=list)
    states: list[_State] = field(default_factory=lambda: [_State()])
    letters: _Letters = field(default_factory=_Letters)
    is_header: bool = False
    cells: list[tuple[int, bool]] = field(default_factory=list)
    above: list[tuple[int, bool]] = field(default_factory=list)
    goes_on: bool = False
    cell: int = 0
    hidden: int = 0
    comments: int = 0
    boxes: int = 0

    def told(self, text: str) -> Iterator[str]:
        for token in _TOKEN.finditer(text):
            yield self._token(token)

    def _token(self, token: re.Match[str]) -> str:
        now, word, number = self.states[-1], token["word"] or "", token["number"] or ""
        if token[0] == "{":
            self.states.append(replace(now, closes=""))
        elif token[0] == "}":
            return self._closed() + token[0]
        elif word == "footnote":
            self.states[-1] = replace(now, closes=END, is_aside=True)
            return "" if now.gone else NOTE
        elif word in _MARKS:
            self.states[-1] = replace(now, is_mark=True)
            self.letters.mark = ""
        elif word in {"par", "cell", "nestcell", "nestrow", "row", "trowd", "trhdr"}:
            return self._ended(word, token[0])
        elif word in {"clvmrg", "cellx"} and not now.is_aside:
            self._define(word, number)
        elif token[0] == "\\*" or word in destinations:
            self.states[-1] = replace(now, is_aside=True)
            self.comments += word == "annotation"
            self.boxes += word == "shptxt"
        elif word and word not in _TEXT:
            return self._changed(word, number, token[0])
        elif now.gone or now.is_mark:
            self.letters.is_hidden_in_part |= "v" in now.gone and bool(token[0].strip())
            self.letters.mark = f"{self.letters.mark or ''}{token[0]}" if now.is_mark else self.letters.mark
            return ""
        elif not now.is_aside:
            self.letters.add(1 if word == "u" or token[0].startswith("\\'") else len(re.findall(r"\w", token[0])) if not word else 0, now)  # fmt: skip
        return token[0]

    def _closed(self) -> str:
        if len(self.states) == 1:
            return ""
        closed = self.states.pop()
        now = self.states[-1]
        last = self._set() if len(self.states) == 1 and self.letters.count else ""
        if closed.is_raised == now.is_raised:
            return closed.closes + last
        return closed.closes + (DOWN if closed.is_raised else UP) + last

    def _changed(self, word: str, number: str, token: str) -> str:
        now = self.states[-1]
        self.states[-1] = now.changed(word, number)
        if self.states[-1].is_raised != now.is_raised:
            return f"{token} {UP if self.states[-1].is_raised else DOWN}"
        return token

    def _ended(self, word: str, token: str) -> str:
        """What a word becomes that ends a paragraph, a cell or a row, or begins one."""
        if word in {"trowd", "trhdr"}:
            self.is_header = word == "trhdr"
            if word == "trowd" and not self.states[-1].is_aside:
                self.cells, self.goes_on = [], False
            return token
        if word == "row":
            self.cell, self.above = 0, self.cells
            return f"{HEADER if self.is_header else ''}{ROW}{token}"
        if self.states[-1].is_aside:
            return " "
        if word in {"nestcell", "nestrow"} or (word == "par" and self.states[-1].in_table):
            return BREAK
        if word == "cell":
            signs = f"{BOLD if self.letters.are_bold else ''}{self._above()}"
            self.cell += 1
            self._begin()
            return f"{signs}{CELL}"
        return self._set() + token

    def _define(self, word: str, number: str) -> None:
        """A word that says of a cell of the row that it goes on from above, or where it ends, in twips."""
        if word == "clvmrg":
            self.goes_on = True
        else:
            self.cells.append((int(number or 0), self.goes_on))
            self.goes_on = False

    def _above(self) -> str:
        """The sign of a cell without words of its own that goes on from above: which cell of the row above ends where it does."""
        right, goes_on = self.cells[self.cell] if self.cell < len(self.cells) else (0, False)
        places = [n for n, (end, _) in enumerate(self.above) if end == right]
        return f"{ABOVE}{places[0]}{ABOVE}" if goes_on and places and not self.letters.count else ""

    def _begin(self) -> None:
        """A paragraph or cell begins."""
        self.hidden += self.letters.is_hidden_in_part
        self.letters = _Letters()

    def _set(self) -> str:
        """The sign with the number of how the paragraph that ends here is set."""
        now, letters = self.states[-1], self.letters
        level, is_title = self.styles.get(now.style, (0, False))
        level = level or (now.outline + 1 if now.outline < 6 else 0)
        listed = "ul" if now.listed or letters.mark is not None else ""
        if letters.mark and re.search(r"\d|^\W*[a-zA-Z][.)]", re.sub(r"\\(?:'..|[a-z]+-?\d* ?)", "", letters.mark)):
            listed = "ol"
        self.settings.append(Setting(level, is_title, letters.are_bold, letters.size or _USUAL, listed, now.depth))
        self._begin()
        return f"{SET}{len(self.settings) - 1}{SET}"


def signed(text: str) -> tuple[str, list[Setting], list[str]]:
    """The text of RTF with signs, how the paragraphs are set whose numbers stand between two signs at their ends, and what to
    say of hidden text, comments and boxes."""
    signs = _Signs(_styles(text))
    plain = str(rtf_to_text("".join(signs.told(text)), errors="ignore"))  # type: ignore[no-untyped-call]
    boxes = [f"text in {signs.boxes} {'box' if signs.boxes == 1 else 'boxes'} is not read"] if signs.boxes else []
    return plain, signs.settings, [*left_out(signs.hidden, signs.comments), *boxes]


def _styles(text: str) -> dict[int, tuple[int, bool]]:
    """The level of heading that each style stands for, by its outline level, its name or the style it is based on; whether it is the title."""
    found = {int(number): (words, name.strip()) for number, words, name in _STYLE.findall(_group(text, "stylesheet"))}  # fmt: skip
    return {number: (_level(number, found), found[number][1].lower() == "title") for number in found}


def _group(text: str, name: str) -> str:
    """The group that begins with a word; nothing where there is none."""
    start = text.find(f"{{\\{name}")
    depth = 0
    for brace in re.finditer(r"(?<!\\)[{}]", text[start:]) if start >= 0 else ():
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return text[start : start + brace.end()]
    return ""


def _level(style: int, styles: Mapping[int, tuple[str, str]]) -> int:
    for _ in range(20):
        if style not in styles:
            break
        words, name = styles[style]
        if named := re.fullmatch(r"(?i)heading (\d)|title", name):
            return min(int(named[1] or 1) or 1, 6)
        if outline := re.search(r"\\outlinelevel([0-5])(?!\d)", words):
            return int(outline[1]) + 1
        based = re.search(r"\\sbasedon(\d+)", words)
        style = int(based[1]) if based else -1
    return 0

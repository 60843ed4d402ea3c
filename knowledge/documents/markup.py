"""RTF as plain text with tables, without what is struck out, deleted or hidden, with notes in their place and raised marks apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

_UP, _DOWN, _NOTE, _END = "\x02", "\x03", "\x04", "\x05"
"""Signs around what is raised, and around a note."""
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|[{}]|[^\\{}]+|\\"
)
_STATES = frozenset({"strike", "striked", "deleted", "v"})
"""Words that make text go: struck out once or twice, deleted, hidden."""
_PLAIN = frozenset({"plain", "super", "sub", "nosupersub"})
_TEXT = frozenset({"u", "tab", "line", "bullet", "endash", "emdash", "lquote", "rquote", "ldblquote", "rdblquote"})
"""Words that are text."""


def rich_text_as_text(text: str) -> str:
    """The plain text of RTF, in which what is raised stands between tags of HTML."""
    from striprtf.striprtf import rtf_to_text

    plain = str(rtf_to_text("".join(_as_shown(text)), errors="ignore"))  # type: ignore[no-untyped-call]
    plain = re.sub(f"{_UP}\\s*{_DOWN}", "", plain)
    plain = re.sub(f"([.!?]?)\\s*{_NOTE}\\s*([^{_NOTE}{_END}]*?)[.]?\\s*{_END}", r" (\2)\1", plain)
    return "\n".join(_bars(plain.replace(_UP, "<sup>").replace(_DOWN, "</sup>").splitlines()))


def _as_shown(text: str) -> Iterator[str]:
    """RTF without the text that is struck out, deleted or hidden, with signs where something is raised and around notes."""
    states = [_State()]
    for token in _TOKEN.finditer(text):
        now, word = states[-1], token["word"] or ""
        if token[0] == "{":
            states.append(replace(now, closes=""))
        elif token[0] == "}":
            if len(states) > 1:
                states.pop()
                raised = _UP if states[-1].is_raised and not now.is_raised else ""
                yield now.closes + (_DOWN if now.is_raised and not states[-1].is_raised else raised)
        elif word == "footnote":
            states[-1] = replace(now, closes=_END)
            yield "" if now.is_gone else _NOTE
            continue
        elif word in _STATES or word in _PLAIN:
            states[-1] = _changed(now, word, token["number"] or "")
            if states[-1].is_raised != now.is_raised:
                yield f"{token[0]} {_UP if states[-1].is_raised else _DOWN}"
                continue
        elif now.is_gone and (not word or word in _TEXT):
            continue
        yield token[0]


@dataclass(frozen=True)
class _State:
    """How text is set in a group: which of the words that make it go are on, whether it is raised, what ends the group."""

    gone: frozenset[str] = frozenset()
    is_raised: bool = False
    closes: str = ""

    @property
    def is_gone(self) -> bool:
        return bool(self.gone)


def _changed(state: _State, word: str, number: str) -> _State:
    if word == "plain":
        return replace(state, gone=frozenset(), is_raised=False)
    if word in {"super", "nosupersub", "sub"}:
        return replace(state, is_raised=word == "super" and number != "0")
    return replace(state, gone=state.gone - {word} if number == "0" else state.gone | {word})


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

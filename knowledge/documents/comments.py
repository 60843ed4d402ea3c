"""Comments that Google Docs writes into what it exports: a mark such as [a] in the text, the comments at its end."""

import re

from bs4 import Tag

_LINKED = re.compile(r"^#cmnt")
"""How the marks in the text and those before the comments are linked to each other."""
_MARK = re.compile(r"\[([a-z]{1,2})\]")
_COMMENT = re.compile(r"^\[([a-z]{1,2})\](?=\S)")


def remove_comments(body: Tag) -> None:
    """Take the comments and their marks out of a page."""
    for link in body.find_all("a", href=_LINKED):
        if link.decomposed:
            continue
        comment = str(link.get("href")).startswith("#cmnt_ref")
        holder = link.find_parent("div") if comment else link.find_parent("sup")
        (holder if holder is not None and holder is not body else link).decompose()


def without_comments(text: str) -> str:
    """A plain text without the comments at its end and their marks: [a], [b] and so on, each once in the text before."""
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if _COMMENT.match(line)]
    for start in starts:
        names = [found[1] for n in starts if n >= start and (found := _COMMENT.match(lines[n]))]
        before = "\n".join(lines[:start])
        marks = [mark for mark in _MARK.findall(before) if mark in names]
        if marks == names and names == [_name(n) for n in range(len(names))]:
            return re.sub(rf"\[(?:{'|'.join(names)})\]", "", before)
    return text


def _name(number: int) -> str:
    """The marks in their order: a to z, then aa, ab."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[number] if number < 26 else letters[number // 26 - 1] + letters[number % 26]

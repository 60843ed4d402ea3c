"""Markdown of every dialect as Markdown that the rest reads: plain Markdown stays as it is written, all else goes through HTML.

What makes a text more than plain is told by markdown-it's tokens: HTML, entities, struck out text, hard line breaks, headings
that are underlined or bold, tables without outer pipes or with a single row, definition lists, footnotes.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from knowledge.blocks import cells
from knowledge.documents.coverage import different_words
from knowledge.documents.dialects import LONGEST_HEADING, as_common_markdown
from knowledge.documents.note_marks import with_notes_told
from knowledge.documents.pairs import are_pairs

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_PLAIN = frozenset({
    "paragraph_open", "paragraph_close", "heading_open", "heading_close", "bullet_list_open", "bullet_list_close",
    "ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close", "fence", "hr", "inline", "text",
    "softbreak", "em_open", "em_close", "strong_open", "strong_close", "link_open", "link_close", "code_inline", "code_block",
    "blockquote_open", "blockquote_close", "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close",
    "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close", "text_special",
})  # fmt: skip
"""The kinds of tokens that the rest of the program reads as they are written."""
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def markdown_as_plain(text: str) -> str:
    """A Markdown text, without front matter, as Markdown that says the same without a dialect's marks."""
    common = as_common_markdown(text)
    reader = _reader()
    if not _ENTITY.search(common) and _is_plain(reader.parse(common), common.splitlines()):
        return with_notes_told(common)
    from knowledge.documents.html import html_as_markdown

    return html_as_markdown(f"<body>{reader.render(common)}</body>")


def words_of_markdown(text: str) -> set[str]:
    """The different words of a Markdown text as its parser has them, once its dialect is told: without addresses, HTML and struck out text."""
    tokens = (inner for token in _reader().parse(as_common_markdown(text)) for inner in token.children or ())
    words: list[str] = []
    struck = 0
    for token in tokens:
        struck += {"s_open": 1, "s_close": -1}.get(token.type, 0)
        words.extend([token.content] if token.type in {"text", "code_inline"} and not struck else [])
    return different_words(words)


def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    reader = MarkdownIt("commonmark", {"html": True, "maxNesting": 60}).enable(["table", "strikethrough"])
    return reader.use(footnote_plugin).use(deflist_plugin)


def _is_plain(tokens: Sequence["Token"], lines: Sequence[str]) -> bool:
    every = [inner for token in tokens for inner in (token, *(token.children or []))]
    return (
        all(token.type in _PLAIN for token in every)
        and not any(_is_underlined(token) or _is_an_odd_table(token, lines) for token in tokens)
        and not _bold_lines(tokens)
    )


def _is_underlined(token: "Token") -> bool:
    return token.type == "heading_open" and token.markup in {"=", "-"}


def _is_an_odd_table(token: "Token", lines: Sequence[str]) -> bool:
    """Whether a table has rows without outer pipes, no rows below its header, or one column."""
    if token.type != "table_open" or not token.map:
        return False
    rows = [line.strip() for line in lines[token.map[0] : token.map[1]] if line.strip()]
    return (
        len(rows) < 3
        or not all(row.startswith("|") for row in rows)
        or any(row.count("|") < 3 for row in rows[:1])
        or not re.search(r"\w", rows[0])
        or _has_groups(rows[2:])
        or are_pairs([cells(row) for row in (rows[0], *rows[2:])])
        or token.level > 0
    )


def _has_groups(rows: Iterable[str]) -> bool:
    """Whether a row has its first cell only, and so names a group."""
    return any(re.match(r"^\|[^|]*\w[^|]*\|[\s|]*\|$", row) for row in rows)


def _bold_lines(tokens: Sequence["Token"]) -> bool:
    """Whether a paragraph is bold throughout and short, as headings are by people who do not know headings."""
    for before, token in pairwise(tokens):
        if before.type == "paragraph_open" and before.level == 0 and token.type == "inline":
            content = token.content.strip()
            if re.fullmatch(r"(\*\*|__)[^*_]+\1", content) and len(content) < LONGEST_HEADING + 4:
                return True
    return False

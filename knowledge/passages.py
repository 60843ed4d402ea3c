"""Guides cut into passages: citable pieces at headings, each with its place in the document."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import zip_longest

from knowledge.bare_figures import is_bare, is_scaled, states_money, states_money_of_others, with_currencies
from knowledge.blocks import HEADING, Block, Kind, blocks, cells, header_lines, paragraph, sentences, without_marks

FORMAT_VERSION = "15"
"""Part of every index's identity: raise it when the same document would give other passages or vectors."""
LONGEST_PASSAGE = 256
"""Word pieces. On the development corpus 256 found more than 128 or 400, and it is what MiniLM was trained on."""
PIECES_PER_WORD = 1.35
"""Word pieces per word of English, measured with MiniLM's tokenizer on the development corpus."""


@dataclass(frozen=True)
class Guide:
    """A document of the knowledge base.

    `path` is the file's path below the folder it was found in, with forward slashes; it identifies the guide.
    Fields the document does not state are empty strings.
    """

    path: str
    title: str
    role: str = ""
    region: str = ""
    edition: str = ""
    source: str = ""


@dataclass(frozen=True)
class Document:
    """A guide and its whole text as Markdown; `unread_pages` tell which pages of its file were not read, `notes` what else was not."""

    guide: Guide
    markdown: str
    notes: tuple[str, ...] = ()
    unread_pages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """A citable piece of a guide.

    `heading` is the heading path from the document's title down; `text` is Markdown without those headings;
    `position` counts the guide's passages from 0; `id` stays the same while guide, heading and order among
    passages of that heading do; `hash` is the SHA-256 of everything a reader or the index sees of it.
    """

    id: str
    guide: Guide
    heading: tuple[str, ...]
    text: str
    position: int
    hash: str


def split(document: Document) -> list[Passage]:
    """The passages of a document in order. Sections end at headings; long ones are split between sentences,
    list items or table rows, the pieces of a table each with its header. A sentence of the introduction, or of the same
    section, that states the currency of others' figures stands above each piece with a table that states none.
    """
    guide = document.guide
    seen = Counter[tuple[str, ...]]()
    passages: list[Passage] = []
    introduced = ""
    for heading, text in _sections(document):
        stated = introduced
        for piece in _pieces(text):
            told = _with_currency_stated(piece, heading, stated)
            stated = _stating(piece) or stated
            passages.append(_passage(guide, heading, told, seen[heading], len(passages)))
            seen[heading] += 1
        if len(heading) == 1:
            introduced = stated
    return passages


def _with_currency_stated(piece: str, heading: Sequence[str], stated: str) -> str:
    """A piece below what states the currency of its tables, where nothing of its own does and their figures are bare."""
    found = blocks(piece)
    tables = [block for block in found if block.kind is Kind.TABLE]
    if not stated or not tables or any(map(states_money, [*heading, *(block.lines[0] for block in tables)])):
        return piece
    above = [
        sentence for block in found if block.kind is Kind.PARAGRAPH for sentence in sentences(paragraph(block.lines))
    ]
    bare = any(_are_in(stated, rows) for rows in map(_rows, tables))
    return piece if not bare or any(map(states_money, above)) else f"{stated}\n\n{piece}"


def _are_in(stated: str, rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table, the names of its columns first, holds bare figures that a sentence states the currency of; thousands and
    the like of it only where some have decimals or stand in several columns: a column of small numbers counts something else.
    """
    if is_scaled(stated):
        bare = [[is_bare(cell) for cell in row] for row in rows[1:]]
        decimals = any(re.search(r"\d[.,]\d{1,2}$", cell.strip()) for row in rows[1:] for cell in row if is_bare(cell))
        return decimals or any(sum(row) > 1 for row in bare)
    return with_currencies(rows[0], rows[1:], stated)[1] != rows[1:]


def _rows(table: Block) -> list[list[str]]:
    """The cells of a table, the names of its columns first."""
    head = header_lines(table)
    return [cells(table.lines[0]) if head else [], *(cells(line) for line in table.lines[head:])]


def _stating(piece: str) -> str:
    """The last sentence of a piece's paragraphs that states the currency of others' figures."""
    found = (sentences(paragraph(block.lines)) for block in blocks(piece) if block.kind is Kind.PARAGRAPH)
    said = [without_marks(sentence) for some in found for sentence in some]
    return next(filter(states_money_of_others, reversed(said)), "")


def embedding_text(passage: Passage) -> str:
    """What is embedded of a passage: its heading path and its text."""
    return f"{' > '.join(passage.heading)}\n{passage.text}"


def _passage(guide: Guide, heading: tuple[str, ...], text: str, order: int, position: int) -> Passage:
    place = hashlib.sha256("\0".join([guide.path, *heading, str(order)]).encode()).hexdigest()[:20]
    content = hashlib.sha256("\0".join([*astuple(guide), *heading, text]).encode()).hexdigest()
    return Passage(place, guide, heading, text, position, content)


def _sections(document: Document) -> Iterator[tuple[tuple[str, ...], str]]:
    """(heading path, text) of each section that has text; the path starts with the guide's title.

    A heading with nothing beneath it, not even another heading, is text of the section around it.
    """
    title = document.guide.title
    sections = list(_at_headings(document.markdown))
    alone: list[str] = []
    for (path, lines), (following, _) in zip_longest(sections, sections[1:], fillvalue=((), ())):
        is_leaf = path and not re.search(r"\w", "\n".join(lines)) and len(following) <= len(path)
        if is_leaf and path[-1][1] != title:
            alone += [path[-1][1], ""]
        if alone and not (is_leaf and following[:-1] == path[:-1]):
            yield from _section(title, path[:-1], alone)
            alone = []
        yield from _section(title, path, lines)


def _at_headings(markdown: str) -> Iterator[tuple[Sequence[tuple[int, str]], Sequence[str]]]:
    """The headings, with their levels, above each run of lines without one, and the lines."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    fenced = False
    for line in markdown.splitlines():
        fenced = fenced != line.lstrip().startswith(("```", "~~~"))
        heading = None if fenced else HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        yield path, lines
        level = len(heading[1])
        path = [above for above in path if above[0] < level] + [(level, without_marks(heading[2]))]
        lines = []
    yield path, lines


def _section(
    title: str, path: Sequence[tuple[int, str]], lines: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    text = "\n".join(lines).strip()
    names = [name for _, name in path if name]
    heading = tuple(names if names[:1] == [title] else [title, *names])
    if re.search(r"\w", text):
        yield heading, text


def _pieces(text: str) -> Iterator[str]:
    """A section's text in pieces of at most LONGEST_PASSAGE, as full as whole blocks make them."""
    current: list[str] = []
    for part in _parts(text):
        if current and length("\n\n".join([*current, part])) > LONGEST_PASSAGE:
            yield "\n\n".join(current)
            current = []
        current.append(part)
    if current:
        yield "\n\n".join(current)


def _parts(text: str) -> Iterator[str]:
    """The blocks of a text, each no longer than a passage; a line that introduces a list stays with it."""
    lead = ""
    for block in blocks(text):
        if (
            block.kind is Kind.PARAGRAPH
            and block.text.rstrip().endswith((":", "："))
            and length(block.text) < LONGEST_PASSAGE / 4
        ):
            if lead:
                yield lead
            lead = block.text
        else:
            yield from (f"{lead}\n\n{part}".strip() for part in _cut(block, LONGEST_PASSAGE - length(lead)))
            lead = ""
    if lead:
        yield lead


def _cut(block: Block, longest: float) -> Iterator[str]:
    if length(block.text) <= longest:
        yield block.text
    elif block.kind is Kind.TABLE:
        head = list(block.lines[: header_lines(block)])
        rows = block.lines[len(head) :]
        yield from _packed(rows, longest, "\n", head)
    elif block.kind is Kind.PARAGRAPH:
        yield from _packed(sentences(paragraph(block.lines)), longest, " ")
    else:
        yield from _packed(_whole_items(block), longest, "\n")


def _whole_items(block: Block) -> list[str]:
    """The items of a list with their continuation lines; one that is too long by itself, in sentences."""
    grouped: list[str] = []
    for line in block.lines:
        if grouped and (line.startswith((" ", "\t")) or not line.strip()) and length(grouped[-1]) < LONGEST_PASSAGE / 2:
            grouped[-1] += f"\n{line}"
        else:
            grouped.append(line)
    return [part for item in grouped for part in (sentences(item) if length(item) > LONGEST_PASSAGE else [item])]


def _packed(parts: Sequence[str], longest: float, joint: str, head: Sequence[str] = ()) -> Iterator[str]:
    current: list[str] = []
    for part in parts:
        if current and length(joint.join([*head, *current, part])) > longest:
            yield joint.join([*head, *current])
            current = []
        current.append(part)
    if current:
        yield joint.join([*head, *current])


def length(text: str) -> float:
    """About how many word pieces a text has; scripts without spaces have one per character."""
    wide = sum(1 for character in text if character >= "\u2e80")
    return len(re.findall(r"[^\W_]+", text)) * PIECES_PER_WORD + len(re.findall(r"[^\w\s]", text)) * 0.7 + wide

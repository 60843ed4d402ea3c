"""Guides cut into passages: citable pieces at headings, each with its place in the document."""

from dataclasses import dataclass


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

"""A gap turned into the draft of a section, which a person completes: the bot never writes facts into guides. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.passages import Passage

LONGEST_NAME = 60
"""Characters of a file's name."""
TO_WRITE = "Write here what holds, for whom, where and since when, and where you know it from."


@dataclass(frozen=True)
class Proposal:
    """The draft of a section: its Markdown, and the name of the file it is downloaded as."""

    name: str
    text: str


def proposed(question: str, people: int, nearest: Sequence[Passage], known: str = "", edition: str = "") -> Proposal:
    """The draft of a section that would answer a question which so many people asked.

    `nearest` are the passages that come closest, for the reader to compare; `known` is what a mentor has confirmed.
    """
    lines = [
        "---",
        f"title: {_heading(question)}",
        f"edition: {edition}",
        f"source: proposed by a mentor after {people} people asked",
        "---",
        "",
        f"# {_heading(question)}",
        "",
        known or TO_WRITE,
        *_beside(nearest),
    ]
    return Proposal(f"{_slug(question)}.md", "\n".join(lines) + "\n")


def _beside(nearest: Sequence[Passage]) -> list[str]:
    """What the guides say nearby, as a comment that readers of the guide do not see."""
    if not nearest:
        return []
    said = [f"- {passage.guide.title}, {passage.heading[-1]}: {_shortly(passage.text)}" for passage in nearest]
    return ["", "<!-- What the guides say nearby; delete this before you use the section.", *said, "-->"]


def _shortly(text: str) -> str:
    told = " ".join(text.replace("--", "–").split())
    return told if len(told) <= 200 else f"{told[:199]}…"


def _heading(question: str) -> str:
    return re.sub(r"[\s#:]+", " ", question).strip(" ?!.")[:120] or "Proposed section"


def _slug(question: str) -> str:
    plain = unicodedata.normalize("NFKD", question).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-") or "proposed-section"

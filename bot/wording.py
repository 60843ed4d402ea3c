"""The sentences the bot says in its own words: what is not in the guide, which part is missing, a premise corrected."""

import re
from collections.abc import Sequence

from bot.extracting import Finding
from knowledge.passages import Passage
from knowledge.questions import Wanted

NEAREST = 3
"""Sections named when the guide does not answer."""


def not_covered(finding: Finding, nearest: Sequence[Passage], contact: str) -> str:
    """That the guides do not answer, what was looked for, what they cover nearby, and whom to ask."""
    return " ".join(part for part in (_lacking(finding), _nearby(nearest), _person(contact)) if part)


def missing_part(finding: Finding) -> str:
    """That one part of a question is not in the guide."""
    return f"**Not in the guide:** {_quoted(finding.ask.text)}"


def vague(finding: Finding) -> str:
    """That the guide gives no exact figure for what was asked."""
    return (
        "The guide gives no exact number."
        if finding.ask.wanted is not Wanted.MONEY
        else "The guide gives no exact amount."
    )


def premise_corrected(finding: Finding, said: str) -> str:
    """That the question takes something for granted which the guide does not say; `said` is what it says."""
    named = [_as_typed(word.text, finding.ask.text) for word in finding.ask.words if word.named]
    wrong = " or ".join(finding.ask.claims) or f"that about {_listed(named)}"
    return f"The guide does not say {wrong}. What it says: {said}"


def _lacking(finding: Finding) -> str:
    words = [_as_typed(word.text, finding.ask.text) for word in finding.missing][:3]
    if words:
        return f"The guide does not answer this: I found nothing in it about {_listed(words)}."
    if finding.ask.wanted in (Wanted.MONEY, Wanted.PERCENT, Wanted.NUMBER, Wanted.DURATION, Wanted.FREQUENCY):
        return f"The guide does not answer this: it does not give {finding.ask.wanted.value} for it."
    return "The guide does not answer this."


def _as_typed(word: str, question: str) -> str:
    typed = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", question, re.IGNORECASE)
    return typed[0] if typed else word


def _listed(words: Sequence[str]) -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _nearby(passages: Sequence[Passage]) -> str:
    titles = list(dict.fromkeys(passage.heading[-1] for passage in passages))[:NEAREST]
    return f"Nearest sections: {'; '.join(f'*{title}*' for title in titles)}." if titles else ""


def _person(contact: str) -> str:
    return f"For a person to ask: {contact}." if contact else "A mentor or an experienced colleague may know."


def _quoted(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,;")[:200]

"""The sentences the bot says in its own words: what is not in the guide, which part is missing, a premise corrected."""

import re
from collections.abc import Sequence

from bot.extracting import Finding
from knowledge.matching import says_what_is_below
from knowledge.passages import Guide, Passage
from knowledge.questions import Wanted
from knowledge.words import fold

MOST_ROLES = 6
"""Roles offered to choose from."""
_SENTENCE_END = re.compile(r"[.!](?: ?\[\d{1,2}\])+$")
"""The end of a sentence and the passages it cites."""
NEAREST = 3
"""Sections named when the guide does not answer."""
_SPOKEN = {
    "en": ("The guide is in {}.", "English German French Spanish Portuguese Italian Japanese Dutch"),
    "de": ("Der Leitfaden ist auf {}.", "Englisch Deutsch Französisch Spanisch Portugiesisch Italienisch Japanisch Niederländisch"),
    "fr": ("Le guide est en {}.", "anglais allemand français espagnol portugais italien japonais néerlandais"),
    "es": ("La guía está en {}.", "inglés alemán francés español portugués italiano japonés neerlandés"),
    "pt": ("O guia está em {}.", "inglês alemão francês espanhol português italiano japonês holandês"),
    "it": ("La guida è in {}.", "inglese tedesco francese spagnolo portoghese italiano giapponese olandese"),
    "ja": ("ガイドは{}で書かれています。", "英語 ドイツ語 フランス語 スペイン語 ポルトガル語 イタリア語 日本語 オランダ語"),
    "nl": ("De gids is in het {}.", "Engels Duits Frans Spaans Portugees Italiaans Japans Nederlands"),
}  # fmt: skip
"""That a guide is in a language, in each of our languages, and what these are called in it, in the same order."""


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


def choice(roles: Sequence[str]) -> str:
    """That the answer depends on the role, and which there are."""
    return f"That differs by role. Which one do you mean: {', '.join(f'*{role}*' for role in roles[:MOST_ROLES])}?"


def both(finding: Finding, text: str, others: Sequence[str]) -> str:
    """What guides that disagree say, each with its edition."""
    guides = [finding.given[0].statement.passage.guide, *(match.statement.passage.guide for match in finding.others)]
    told = zip(guides, [text, *others], strict=True)
    return "The guides differ:\n" + "\n".join(f"- {_edition(guide)}: {said}" for guide, said in told)


def guide_is_in(language: str, asked_in: str) -> str:
    """That the guide is in a language, said in the language of the question; in English where that is not one of ours."""
    sentence, names = _SPOKEN.get(asked_in, _SPOKEN["en"])
    told = dict(zip(_SPOKEN, names.split(), strict=True))
    return sentence.format(told[language]) if language in told else ""


def placed(text: str, finding: Finding) -> str:
    """An answer with the region and edition that its amount of money holds for, inside its last sentence if it ends in one."""
    where = _where_it_holds(finding)
    ending = _SENTENCE_END.search(text)
    return f"{text[: ending.start()]}{where}{ending[0]}" if ending else f"{text}{where}"


def _where_it_holds(finding: Finding) -> str:
    """Region and edition of an amount, as far as its sentence does not say so."""
    if finding.ask.wanted is not Wanted.MONEY or not finding.given:
        return ""
    guide = finding.given[0].statement.passage.guide
    text = " ".join(match.statement.text for match in finding.given)
    region = guide.region if guide.region and fold(guide.region) not in fold(text) else ""
    parts = [part for part in (region, f"edition {guide.edition}" if guide.edition else "") if part]
    return f" ({', '.join(parts)})" if parts else ""


def _edition(guide: Guide) -> str:
    return f"*{guide.title}*" + (f", edition {guide.edition}" if guide.edition else "")


def premise_corrected(finding: Finding, said: str) -> str:
    """That the question takes something for granted which the guide does not say; `said` is what it says."""
    named = [_as_typed(word.text, finding.ask.text) for word in finding.ask.words if word.named]
    if finding.ask.claims:
        return f"The guide gives another figure: {said}"
    return f"The guide does not say that about {_listed(named)}. What it says: {said}"


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
    found = dict.fromkeys(passage.heading[-1] for passage in passages)
    telling = [title for title in found if says_what_is_below(title)]
    titles = (telling or list(found))[:NEAREST]
    return f"Nearest sections: {'; '.join(f'*{title}*' for title in titles)}." if titles else ""


def _person(contact: str) -> str:
    return f"For a person to ask: {contact}." if contact else "A mentor or an experienced colleague may know."


def _quoted(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" ,;")[:200]

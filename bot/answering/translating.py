"""Whether a translated sentence still says what was checked. Pure."""

import re

from bot.answering.figures import Kind, figures, period, stands
from bot.answering.language import LANGUAGES, language_of
from knowledge.words import fold

LONGEST = 2.5
"""A translation may be this much longer than the sentence, but for a few characters."""
_NEGATIONS = {
    "en": r"\b(?:not|no|never|none|neither|nor|without|cannot|hardly|rarely|nobody|nothing|lacks?)\b|n['’]t\b|\bun(?:necessary|needed|related)\b",
    "de": r"\b(?:nicht|kein\w*|nie|niemals|ohne|weder|niemand|nichts|kaum|selten|unnötig\w*)\b",
    "fr": r"\b(?:ne|pas|jamais|sans|aucune?|ni|non|personne|rien|rarement|inutile)\b|\bn['’]",
    "es": r"\b(?:no|nunca|sin|ning[uú]n\w*|ni|tampoco|nadie|nada|jamás|apenas|raramente|innecesari\w*)\b",
    "pt": r"\b(?:não|nunca|sem|nenhum\w*|nem|ninguém|nada|jamais|raramente|desnecessári\w*)\b",
    "it": r"\b(?:non|no|mai|senza|nessun\w*|né|niente|nulla|raramente|inutile)\b",
    "ja": r"ない|なく|ません|なし|ずに|不要|未経験|無",
    "nl": r"\b(?:niet|geen|nooit|zonder|noch|niemand|niets|nauwelijks|zelden|onnodig)\b",
}
"""What negates a sentence in each language that answers are translated between."""
_MARK = re.compile(r"\[\d|\n")
_LINK = re.compile(r"\w+://\S+|<[!@#]")
_PERIODS = {
    "year": r"jahr|jähr|\bans?\b|\bann[éuo]|\baños?\b|anual|annual|\banos?\b|\banni\b|jaar|year|年",
    "month": r"monat|\bmois\b|mensu|\bmes\b|mensa|\bmês\b|\bmese\b|mensil|maand|month|月",
    "week": "woche|wöchent|semaine|hebdo|seman|settiman|week|週",
    "day": r"\btag|täglich|jour|quotid|\bd[ií]a|diari|giorn|\bdag|day|daily|日",
    "hour": r"stunde|stünd|heure|horair|\bhoras?\b|\bora\b|orari|\buur|hour|時",
}
"""How the languages tell the periods of `figures.period`."""
_COUNTRIES = {
    "USA": r"(?:the )?(?:\bUnited States(?: of America)?\b|\bU\.?S\.?A\b\.?|\bU\.S\.|\bUS\b(?!-?\$))|Vereinigten? Staaten|États[- ]Unis|Estados Unidos|\bEE\.? ?UU\.?|\bEUA\b|Stati Uniti|Verenigde Staten|アメリカ(?:合衆国)?|米国",
    "UK": r"(?:the )?(?:\bUnited Kingdom\b|\bU\.?K\b\.?)|Vereinigte[ns]? Königreich|Royaume[- ]Uni|Reino Unido|Regno Unito|Verenigd Koninkrijk|英国|イギリス",
}
"""Countries that guides are about and every language has a name of its own for."""
_WRITTEN = re.compile(r"(?<![\w$])(?:\.[A-Z]\w+|[A-Za-zÀ-ÿ][\wÀ-ÿ]*(?:[-/.&'’][A-Za-zÀ-ÿ][\wÀ-ÿ]*)*[+#]*)", re.ASCII)
_SHAPED = re.compile(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]\d|[#+]$|^\.")


def says_the_same(sentence: str, translation: str, source: str, target: str) -> bool:
    """Whether a translation keeps what can be compared: figures with their currency and period, names and negation.

    `source` and `target` are the languages of the two; none but those of `LANGUAGES` can be compared. What this cannot
    see: a word translated wrongly, a limit turned round (at least, at most), and in German a name that was added,
    since all nouns look like names.
    """
    before, after = _with_countries(sentence), _with_countries(translation)
    return (
        {source, target} <= LANGUAGES.keys()
        and language_of(translation) != source
        and len(translation) <= LONGEST * len(sentence) + 20
        and not _MARK.search(translation)
        and {*_LINK.findall(translation)} <= {*_LINK.findall(sentence)}
        and _same_figures(before, after, source, target)
        and _same_period(before, after)
        and _same_names(before, after, source, target)
        and _negated(before, source) == _negated(after, target)
    )


def _with_countries(text: str) -> str:
    """A text with the countries that are called differently everywhere under one name."""
    text = re.sub(r"\bUS-?\$", "$", text)
    for name, called in _COUNTRIES.items():
        text = re.sub(called, name, text)
    return text


def _same_figures(before: str, after: str, source: str, target: str) -> bool:
    """Whether figures and currencies are the same, amounts in the same order and every figure with its kind."""
    said, told = figures(_apart(before), source), figures(_apart(after), target)
    amounts, translated = ([one for one in found if one.kind is Kind.MONEY] for found in (said, told))
    return (
        all(stands(one, told) for one in said)
        and all(stands(one, said) for one in told)
        and len(amounts) == len(translated)
        and all(one.same_value(other) for one, other in zip(amounts, translated, strict=True))
    )


def _apart(text: str) -> str:
    """A text with its digits apart from letters of other scripts."""
    return re.sub(r"(?<=[^\x00-\u024f])(?=\d)", " ", text)


def _same_period(before: str, after: str) -> bool:
    """Whether the period that an English sentence's amounts are for is told in a translation."""
    told = period(before)
    return not told or re.search(_PERIODS.get(told, told), after, re.I) is not None


def _same_names(before: str, after: str, source: str, target: str) -> bool:
    said, told = fold(before), fold(after)
    kept = all(_stands(name, told) for name in _names(before, source))
    return kept and all(_stands(name, said) for name in _names(after, target))


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(fold(name))}(?![a-z0-9])", text) is not None


def _names(text: str, language: str) -> list[str]:
    """Words written like names: with signs, digits or several capitals; with one inside a sentence, but in German, where
    all nouns have it; in Japanese all that is in Latin letters.
    """
    found = [(match.start(), match[0].rstrip(".'’")) for match in _WRITTEN.finditer(text)]
    if language == "ja":
        return [word for _, word in found]
    return [
        word
        for start, word in found
        if _SHAPED.search(word) or (language != "de" and word[:1].isupper() and text[:start].strip(' *_-–>"“('))
    ]


def _negated(text: str, language: str) -> bool:
    return re.search(_NEGATIONS[language], text, re.I) is not None

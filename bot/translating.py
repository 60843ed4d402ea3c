"""Whether a translated sentence still says what was checked. Pure."""

import re

from bot.figures import figures, period
from bot.language import language_of
from knowledge.words import fold

LONGEST = 2.5
"""A translation may be this much longer than the sentence, but for a few characters."""
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish",
    "pt": "Portuguese", "it": "Italian", "ja": "Japanese", "nl": "Dutch",
}  # fmt: skip
"""The languages that answers are translated into, since their translations can be checked, and what the model calls them."""
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
_SPELLED = {
    "en": "two three four five six seven eight nine ten eleven twelve",
    "de": "zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "pt": "dois tres quatro cinco seis sete oito nove dez onze doze",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf",
}
"""The numbers from two, folded."""
_UNITS = {
    "%": "%|prozent|pour[ -]cent|por ciento|por cento|per cento|percento|procent|percent|per cent|パーセント",
    "dollars": r"(?:US-?|amerikanische |américains )?(?:dollars?|dólar(?:es)?|dollar[io])|US-?\$|USD|\$|ドル|米ドル",
    "euros": "euros?|eur|€|ユーロ",
    "pounds": "pfund|livres?(?: sterling)?|libras?|sterline|pond|pounds?|gbp|£|ポンド",
    "kronor": "kronor|kroner|kronen|couronnes|coronas|coroas|corone|クローナ",
    "francs": "francs?|franken|francos|franchi|フラン",
    "yen": "yens?|ienes|¥|円",
}
"""What follows a figure in any of the languages, under the English name."""
_MARK = re.compile(r"\[\d|\n")
_LINK = re.compile(r"\w+://\S+|<[!@#]")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?!\d)")
_FIGURE = re.compile(
    r"(?:US)?[$£€¥₹]\s?\d[\d.]*\s?(?:[kKmM](?![a-z]))?|\d[\d.]*\s?(?:[kKmM](?![a-z]))?\s*(?:%|dollars|euros|pounds|kronor|francs|yen)?"
)
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
        and _same_figures(before, after, target)
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


def _same_figures(before: str, after: str, target: str) -> bool:
    """Whether figures and currencies are the same, and amounts in the same order.

    A number may be a word in the one and digits in the other; of a range of amounts only one may carry the currency.
    """
    said, told = _figures(before), _figures(after)
    written = {fold(word) for word in _words(after)}
    as_words = {str(n) for n, word in enumerate(_SPELLED.get(target, "").split(), 2) if word in written}
    all_said, all_told = {_value(one) for one in said} | _spelled(before), {_value(one) for one in told}
    amounts = [_value(one) for one in said if _value(one) != one]
    return (
        all_told <= all_said <= all_told | as_words
        and {one.removesuffix(_value(one)) for one in said} - {""}
        == {one.removesuffix(_value(one)) for one in told} - {""}
        and amounts == [_value(one) for one in told if _value(one) in amounts]
    )


def _value(figure: str) -> str:
    """A figure without its currency."""
    return re.sub(r"^[^\d]+", "", figure)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def _spelled(text: str) -> frozenset[str]:
    """The numbers written as English words."""
    return figures(" ".join(_words(text)))


def _figures(text: str) -> list[str]:
    """The figures written in digits, in order, whatever language's separators they have and wherever the currency stands."""
    for name, called in _UNITS.items():
        text = re.sub(rf"(?<=\d)(\s?[kKmM])?\s?(?:{called})", rf"\1 {name} ", text, flags=re.I)
    text = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    text = re.sub(r"(?<=\d)(?=[^\x00-\u024f])|(?<=[^\x00-\u024f])(?=\d)", " ", text)
    return [figure for token in _FIGURE.findall(text) for figure in figures(token.strip())]


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

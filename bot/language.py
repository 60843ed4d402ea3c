"""Which language a text is in. Pure.

Languages are told apart by the small words that every question holds (the stop words that come with the BM25 library)
and by what people ask careers with, other scripts by their letters. A name, a figure or a single word tells nothing.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain

from knowledge.questions import plain
from knowledge.spelling import english_words
from knowledge.words import fold

READ = 1500
"""Characters of a text that are read; a question is shorter, a passage has told its language by then."""
ENGLISH_WORD = 0.25
"""What an English word that is none of the small ones weighs against a small word of another language."""

_LETTERS = (
    ("ja", "\u3040-\u30ff"),
    ("ko", "\uac00-\ud7af\u1100-\u11ff"),
    ("zh", "\u4e00-\u9fff"),
    ("uk", "іїєґІЇЄҐ"),
    ("ru", "\u0400-\u04ff"),
    ("el", "\u0370-\u03ff"),
    ("he", "\u0590-\u05ff"),
    ("ar", "\u0600-\u06ff"),
    ("hi", "\u0900-\u097f"),
    ("th", "\u0e00-\u0e7f"),
)
"""The letters that only a language has, or its script where the languages before it have no letter of theirs."""
_OTHER_SCRIPTS = re.compile(f"[{''.join(letters for _, letters in _LETTERS)}]")
_LISTED = {
    "de": "GERMAN", "nl": "DUTCH", "fr": "FRENCH", "es": "SPANISH", "pt": "PORTUGUESE", "it": "ITALIAN",
    "sv": "SWEDISH", "da": "DANISH", "no": "NORWEGIAN", "tr": "TURKISH",
}  # fmt: skip
"""The library's names of its lists of small words."""
_ASKED = {
    "de": "was wie welche welcher welches wieviel wie viel warum wo braucht brauche brauchen man gibt verdient verdienen verdiene gehalt lohn beruf stelle ausbildung werde wird kenntnisse fähigkeiten sprachen zwischen",
    "nl": "hoe welke wat waarom waar hoeveel verdient verdienen salaris loon baan moet nodig heb opleiding word krijg krijgt vaardigheden ervaring tussen",
    "fr": "quel quelle quels quelles combien comment pourquoi où faut salaire gagne gagner métier emploi poste compétences devenir est-ce diplôme langages besoin entre plus",
    "es": "qué cuál cuáles cuánto cuánta cuántos cómo dónde sueldo salario gana ganar necesito necesita debo puedo puesto trabajo ser soy llego habilidades lenguajes hay entre llegar",
    "pt": "qual quais quanto quantos como onde salário ganha ganhar preciso precisa devo posso cargo trabalho habilidades linguagens formação existe média médio cerca ano entre você vaga",
    "it": "quale quali quanto quanti come dove perché stipendio guadagna guadagnare serve servono devo posso lavoro ruolo competenze linguaggi laurea diventare tra bisogna",
    "sv": "hur vilka vilken vad lön tjänar behöver jobb blir",
    "da": "hvor hvordan hvilke hvad løn tjener kræves",
    "no": "hvor hvordan hvilke hva lønn tjener kreves",
    "pl": "jak jakie jaki jaka ile gdzie czy zarabia potrzebne są się na dla pracy umiejętności wynagrodzenie zostać",
    "tr": "nasıl hangi nedir ne kadar maaş maaşı kazanır gerekli gerekiyor",
    "fi": "mikä mitä miten kuinka paljon missä onko palkka tarvitaan ja ovat mitkä",
    "cs": "jak jaké jaký kolik kde jsou plat potřebuji",
}
"""Words that careers are asked about with; many are missing in the lists of small words."""
_ENGLISH = "would could may might must much many im ive dont doesnt isnt whats hows get got like need want make makes go pay paid job work one two please pls thanks thx hi hey ok yes any every per also still good great best us jr sr"
"""Small words of English that its list lacks."""
_SPECIAL = {
    "¿¡ñ": ("es",), "ãõ": ("pt",), "ß": ("de",), "äöü": ("de", "sv", "tr", "fi"), "ç": ("fr", "pt", "tr"), "êœî": ("fr", "pt"),
    "å": ("sv", "da", "no"), "øæ": ("da", "no"), "ığş": ("tr",), "ąęłżśćń": ("pl",), "ěřů": ("cs",), "ìò": ("it",),
}  # fmt: skip
"""Letters and marks that speak for a language."""


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language of a text; None where it is not sure."""
    said = plain(text[:READ])
    return _by_script(said) or _by_words(said)


def language_of_locale(locale: str) -> str | None:
    """The ISO 639-1 code of a BCP 47 tag ("de-DE" is "de"); None for none."""
    return re.split(r"[-_]", locale)[0].lower() or None


def _by_script(said: str) -> str | None:
    """The language of a script other than Latin, unless it is only quoted in an English sentence."""
    there = len(_OTHER_SCRIPTS.findall(said))
    small = sum(word in _english() for word in _words(said))
    if not there or (small > 1 and there < len(re.findall(r"[a-z]", said, re.I))):
        return None
    return next(language for language, letters in _LETTERS if re.search(f"[{letters}]", said))


def _by_words(said: str) -> str | None:
    found = dict.fromkeys(_words(said))
    foreign = {word: _small_words()[word] for word in found if word in _small_words() and word not in _english()}
    weights: dict[str, float] = {}
    for languages in [*foreign.values(), *_letters(said)]:
        weights |= {language: weights.get(language, 0.0) + 1 / len(languages) for language in languages}
    best, *others = sorted(weights, key=lambda language: -weights[language]) or [""]
    met = sum(best in languages for languages in foreign.values())
    small = sum(word in _english() and best not in _small_words().get(word, ()) for word in found)
    content = sum(len(word) > 3 and word in english_words() and word not in foreign for word in found)
    if not met or (others and weights[others[0]] == weights[best]):
        return "en" if small > len(foreign) or (content > 1 and not weights) else None
    against = small + ENGLISH_WORD * content
    marked = (best,) in _letters(said)
    if met > against and (met > 1 or marked or foreign.keys() & _asked(best)):
        return best
    return "en" if small >= met else None


@lru_cache
def _asked(language: str) -> frozenset[str]:
    """The words that one alone tells a language by, where no English word stands against it."""
    return frozenset(_words(_ASKED.get(language, ""))) - english_words()


def _words(said: str) -> list[str]:
    return [fold(word) for word in re.findall(r"[^\W\d_]+", said)]


def _letters(said: str) -> list[tuple[str, ...]]:
    return [languages for letters, languages in _SPECIAL.items() if set(said.casefold()) & set(letters)]


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN_PLUS

    return frozenset(STOPWORDS_EN_PLUS).union(_ENGLISH.split())


@lru_cache(maxsize=1)
def _small_words() -> Mapping[str, tuple[str, ...]]:
    """The languages that each small word belongs to."""
    from bm25s import stopwords

    listed = {language: [*getattr(stopwords, f"STOPWORDS_{name}")] for language, name in _LISTED.items()}
    spoken: dict[str, dict[str, None]] = {}
    for language in _LISTED | _ASKED:
        for word in chain(listed.get(language, ()), _ASKED.get(language, "").split()):
            spoken.setdefault(fold(word), {})[language] = None
    return {word: tuple(languages) for word, languages in spoken.items()}

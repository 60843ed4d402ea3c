"""Which language a text is in, told by py3langid."""

import re
from functools import lru_cache
from typing import Any

READ = 1500
"""Characters of a text that are read; a passage has told its language by then."""
SURE = 0.5
"""A language is believed where it is likelier than all others together; a short text may be in any."""
TOLD_APART = (
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nl", "no", "pl", "pt",
    "ro", "ru", "sv", "tr", "uk", "zh",
)  # fmt: skip
"""The languages that are told apart; rare ones would only be taken for common ones in short texts."""
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish",
    "pt": "Portuguese", "it": "Italian", "ja": "Japanese", "nl": "Dutch",
}  # fmt: skip
"""The languages that answers are translated into, since their translations can be checked, and what the model calls them."""
_NOT_SPOKEN = re.compile(r"https?://\S{1,500}|<[^<>\n]{1,500}>|:[a-z0-9_+-]{1,60}:|`[^`\n]{1,500}`")


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language of a text; None where it is not sure."""
    said = _NOT_SPOKEN.sub(" ", text[:READ]).strip()
    if not re.search(r"[^\W\d_]{2}", said):
        return None
    language, probability = _identifier().classify(said.lower())
    return str(language) if probability >= SURE else None


def language_of_locale(locale: str) -> str | None:
    """The ISO 639-1 code of a BCP 47 tag ("de-DE" is "de"); None for none."""
    return re.split(r"[-_]", locale)[0].lower() or None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(TOLD_APART))
    return identifier

"""The sentences the bot says in its own words about an answer: what is not in the guides, what is left out."""

from collections.abc import Sequence

from bot.answering.chat_model import Ending
from bot.answering.language import LANGUAGES
from knowledge.passages import Passage

NEAREST = 3
"""Sections named when the guides do not answer."""
UNSURE = "I am not sure that this answers you. The closest passage says:"
UNSURE_OF_SEVERAL = "I am not sure that this answers you. The closest passages say:"
PROBABLY = "This probably answers you:"
GAP = "The rest of what you asked is not in the guides."
_BROKEN_OFF = {
    Ending.SAID: "",
    Ending.LENGTH: ": what it wrote became too long",
    Ending.FILTERED: ": its provider's content filter stopped it",
}
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
"""That a guide is in a language, in each of our languages, and what these are called in it, in the order of LANGUAGES."""


def nearest(quoted: str, *, probably: bool = False) -> str:
    """Passages that may not answer, introduced as such; as a probable answer where they answer more often than not."""
    several = quoted.count("\n\n*") > 0
    unsure = UNSURE_OF_SEVERAL if several else UNSURE
    return f"{PROBABLY if probably else unsure}\n\n{quoted}"


def not_covered(unknown: Sequence[str], near: Sequence[Passage], contact: str) -> str:
    """That nothing in the guides answers; names they do not mention, what they cover nearby, and whom to ask."""
    return " ".join(part for part in (_lacking(unknown), sections(near), person(contact)) if part)


def sections(passages: Sequence[Passage]) -> str:
    """The nearest sections by their titles."""
    titles = list(dict.fromkeys(passage.heading[-1] for passage in passages))[:NEAREST]
    return f"Nearest sections: {'; '.join(f'*{title}*' for title in titles)}." if titles else ""


def person(contact: str) -> str:
    """Whom to ask instead."""
    return f"A person to ask: {contact}." if contact else "A mentor or an experienced colleague may know."


def missing_part(question: str) -> str:
    """That one of several questions is not answered by the guides."""
    return f"**Not in the guides:** {' '.join(question.split())[:200]}"


def left_out(sentences: int) -> str:
    """That sentences of the model's were withheld."""
    what = "A sentence" if sentences == 1 else f"{sentences} sentences"
    return f"_{what} of what the language model wrote {'is' if sentences == 1 else 'are'} left out: the guides do not support {'it' if sentences == 1 else 'them'}._"


def broken_off(ending: Ending) -> str:
    """That the model stopped before its end, and why where that is known."""
    return f"_The language model broke off here{_BROKEN_OFF[ending]}._"


def instead(quoted: str) -> str:
    """A quote that stands beside the rest of a reply of which too much was withheld."""
    return f"The guides themselves say:\n\n{quoted}"


def shorter() -> str:
    """What stands before the one statement that a shorter answer is."""
    return "In short, in the words of the guide:"


def guides_on_it(quoted: str) -> str:
    """What the guides say on something that troubles somebody."""
    return f"This is what the guides say on it:\n\n{quoted}"


def nothing_supported(model: str, *, said: bool) -> str:
    """Why a quote stands instead of what a model wrote, for the receipt."""
    if said:
        return f"Too little of what {model} wrote was supported by the guides."
    return f"{model} wrote nothing that could be shown."


def guide_is_in(language: str, asked_in: str) -> str:
    """That a guide is in a language, said in the language of the question; in English where that is not one of ours."""
    sentence, names = _SPOKEN.get(asked_in, _SPOKEN["en"])
    told = dict(zip(LANGUAGES, names.split(), strict=True))
    return sentence.format(told[language]) if language in told else ""


def older_edition(this: str, newest: str) -> str:
    """That an answer rests on an older edition of a guide."""
    return f"_This is from the edition of {this}; {f'the newest is that of {newest}' if newest else 'there is a newer one'}._"


def unread_pages(title: str, reasons: Sequence[str]) -> str:
    """That pages of a guide that an answer rests on were not read."""
    return f"_Of {title} not all is known here: {'; '.join(reasons)}._"


def _lacking(unknown: Sequence[str]) -> str:
    if unknown:
        listed = " or ".join(f"“{name}”" for name in unknown[:3])
        return f"I found no answer to this in the guides; they do not mention {listed}."
    return "I found no answer to this in the guides."

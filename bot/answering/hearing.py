"""What kind of message is it: a question for the guides, or one that wants a human sentence instead?

Told by the message's vector and its runs of letters, with a classifier fitted on the messages and questions of many writers
(`make fit`). The encoder reads English; in other languages a second classifier, over the letters alone, is heard beside it,
and limits of their own hold: without it a third of what is only thanks or a farewell was taken for distress. What is said to
each kind stands in prompts/people.md, which the company edits.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.answering.classifier import classifier
from bot.answering.language import language_of
from bot.answering.letters import letters
from bot.answering.prompts import Prompt
from bot.errors import SettingsError
from knowledge.fitted import number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge.search.encoder import LocalEncoder

ROLE = "senior backend engineer"
"""The role of the examples where nothing is known of the guides."""
READ_LANGUAGE = "en"
"""The language that the encoder reads."""
MOST_TITLES = 8
"""Guides that are named to somebody who asks what the bot knows."""


class Intent(StrEnum):
    """What a message is. The values are the classes of the classifier and the headings of prompts/people.md."""

    QUESTION = "question"
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    WHO = "who"
    HELP = "help"
    PRIVACY = "privacy"
    COMPLAINT = "complaint"
    CHITCHAT = "chitchat"
    GIBBERISH = "gibberish"
    SOURCE = "source"
    WRITING = "writing"
    COLLEAGUE = "colleague"
    SHORTER = "shorter"
    FORM = "form"
    MORE = "more"
    SELF_HARM = "self_harm"
    HARASSMENT = "harassment"
    DISCRIMINATION = "discrimination"
    VIOLENCE = "violence"
    BURNOUT = "burnout"
    LOST_JOB = "lost_job"
    DISCONTENT = "discontent"

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody who writes this needs a person rather than a guide."""
        return self in _SENSITIVE or self is Intent.DISCONTENT

    @property
    def is_of_the_last_answer(self) -> bool:
        """Whether it is only said after an answer: a wish for another form of it, or a question where it comes from."""
        return self.wants_another_form or self is Intent.SOURCE

    @property
    def wants_another_form(self) -> bool:
        """Whether the last answer is wanted in another form."""
        return self in (Intent.SHORTER, Intent.FORM, Intent.MORE)


_SENSITIVE = frozenset(
    [Intent.SELF_HARM, Intent.HARASSMENT, Intent.DISCRIMINATION, Intent.VIOLENCE, Intent.BURNOUT, Intent.LOST_JOB]
)
_TOLD = frozenset(Intent) - {Intent.QUESTION, Intent.SHORTER, Intent.MORE}
"""What prompts/people.md must have a section for."""


@dataclass(frozen=True)
class Message:
    """What somebody wrote, as it is weighed: its vector of 384 numbers, its letters (`letters.SIZE` numbers), and whether it is
    `foreign`: surely in another language than the encoder reads.
    """

    vector: "NDArray[np.float32]"
    letters: "NDArray[np.float32]"
    foreign: bool = False

    @classmethod
    def of(cls, text: str, encoder: "LocalEncoder") -> "Message":
        """A text as it is weighed."""
        return cls(encoder.vector(text), letters(text), is_foreign(text))

    @property
    def features(self) -> "NDArray[np.float32]":
        """The vector and the letters, one after the other."""
        import numpy as np

        return np.concatenate([self.vector, self.letters])


def is_foreign(text: str) -> bool:
    """Whether a text is surely in another language than the encoder reads."""
    return language_of(text) not in (None, READ_LANGUAGE)


def probabilities(message: Message) -> Mapping[str, float]:
    """How probable each kind is; of a foreign message what its letters alone say counts as much as the rest."""
    told = classifier("hearing").probabilities(message.features)
    if not message.foreign:
        return told
    beside = classifier("hearing_foreign").probabilities(message.letters)
    both = {kind: told[kind] * beside.get(kind, 0.0) for kind in told}
    whole = sum(both.values()) or 1.0
    return {kind: share / whole for kind, share in both.items()}


@dataclass(frozen=True)
class _Limits:
    """From which probabilities on a message is troubled, more than discontent, about self-harm, of another kind than a question."""

    troubled: float
    need: float
    self_harm: float
    other: float


def _limits(*, foreign: bool) -> _Limits:
    if foreign:
        return _Limits(
            number("hearing_foreign_troubled"),
            number("hearing_foreign_need"),
            number("hearing_foreign_self_harm"),
            number("hearing_foreign_other"),
        )
    return _Limits(
        number("hearing_troubled"), number("hearing_need"), number("hearing_self_harm"), number("hearing_other")
    )


def hear(message: Message, *, follows: bool) -> Intent:
    """The kind of a message; `follows` tells that the bot has answered in the conversation before.

    In doubt it is a question. Kinds that need a person are weighed together first, so that a message between two of
    them is not taken for a question; self-harm is believed earlier than anything else. What is troubled, but not surely
    more than discontent, is heard as that: what is said to it suits both.
    """
    told, limits = probabilities(message), _limits(foreign=message.foreign)
    sensitive = {kind: told[kind] for kind in _SENSITIVE}
    need = sum(sensitive.values())
    troubled = need + told[Intent.DISCONTENT]
    surely = troubled >= limits.troubled and need / troubled >= limits.need
    if surely or told[Intent.SELF_HARM] >= limits.self_harm:
        return max(sensitive, key=lambda kind: sensitive[kind])
    if troubled >= limits.troubled:
        return Intent.DISCONTENT
    best = Intent(max(told, key=lambda kind: told[kind]))
    if told[best] < limits.other or (best.is_of_the_last_answer and not follows):
        return Intent.QUESTION
    return best


def leans_on_earlier(vector: "NDArray[np.float32]") -> bool:
    """Whether a message is only understood with the one before it ("and in Boston?")."""
    return classifier("leaning").probabilities(vector)["leaning"] >= number("leaning")


@dataclass(frozen=True)
class Sayings:
    """What is said to each kind of message, rendered once."""

    texts: Mapping[Intent, str]

    @classmethod
    def of(
        cls,
        prompt: Prompt,
        *,
        contact: str,
        emergency: str,
        composed: bool,
        days: int,
        roles: Sequence[str] = (),
        titles: Sequence[str] = (),
    ) -> "Sayings":
        """The sections of the prompt. Raises SettingsError naming a section that is missing."""
        rendered = prompt.render(
            contact=contact, emergency=emergency, composed=composed, days=days,
            examples=examples(roles), titles=list(titles[:MOST_TITLES]),
        )  # fmt: skip
        sections = dict(_sections(rendered))
        if missing := sorted(kind for kind in _TOLD if not sections.get(kind)):
            raise SettingsError(f"prompts/{prompt.name}.md lacks the section {', '.join(missing)}.")
        return cls({kind: sections[kind] for kind in _TOLD})

    def to(self, intent: Intent) -> str:
        """What is said to a kind of message."""
        return self.texts[intent]


def examples(roles: Sequence[str] = ()) -> list[str]:
    """Three questions that show a newcomer what to ask, about roles that there are guides for."""
    first, second, third = ([*roles[:3]] * 3 or [ROLE] * 3)[:3]
    return [
        f"What does {_a(first)} earn?",
        f"Which skills does {_a(second)} need?",
        f"How do I become {_a(third)}?",
    ]


def _sections(text: str) -> "list[tuple[str, str]]":
    parts = re.split(r"^## (\w+)\s*$", text, flags=re.MULTILINE)
    return [(name, said.strip()) for name, said in zip(parts[1::2], parts[2::2], strict=True)]


def _a(role: str) -> str:
    spoken = " ".join(word.lower() if word[1:].islower() else word for word in role.split())
    return f"{'an' if spoken[:1].casefold() in set('aeiou') else 'a'} {spoken}"

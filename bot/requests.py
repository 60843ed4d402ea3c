"""What a message asks for beside a plain question: another form of the last answer, a comparison, a plan, a skills check. Pure."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.conversation import Conversation

MOST_SAID = 12
"""Messages of the person that are read for what they say about themselves."""

_SHORTER = re.compile(
    r"^(?:(?:can|could) you |please |ok |make (?:it|that) |give me |a |in |say (?:it|that) )*(?:much |a bit |even )?(?:short(?:er)?|brief(?:er|ly)?|tl;?dr|summari[sz]e(?: (?:it|that))?|in (?:one|a) (?:line|sentence)|one (?:line|sentence))(?: version| answer| form)?(?: please| pls)?[.!?]*$",
    re.I,
)
_TABLE = re.compile(
    r"^(?:(?:can|could) you |please |ok |make (?:it|that) |give (?:me |it |that )*|show (?:me |it |that )*|put (?:it|that|them) |i want (?:it|that) )*(?:(?:as|in|into|like)? ?(?:an? )?table)(?: form| format)?(?: please| pls)?[.!?]*$",
    re.I,
)
_COMPARISON = (
    re.compile(
        r"\bcompare (?:the )?(?:roles? of )?(?P<one>.+?) (?:and|with|to|vs\.?|versus) (?P<other>.+?)[.?!]*$", re.I
    ),
    re.compile(r"\bdifferences? between (?:an? |the )?(?P<one>.+?) and (?:an? |the )?(?P<other>.+?)[.?!]*$", re.I),
    re.compile(r"^(?P<one>[\w +#/-]{2,50}?) (?:vs\.?|versus) (?P<other>[\w +#/-]{2,50}?)[.?!]*$", re.I),
)
_PLAN = re.compile(
    r"\b(?:make|give|write|draw up|create|build|suggest|need|want)\b.{0,20}\b(?:plan|roadmap|road map|schedule)\b|\b(?:step[- ]by[- ]step|learning plan|study plan|career plan|roadmap)\b",
    re.I,
)
_MISSING = re.compile(
    r"\b(?:what|which|anything)\b.{0,40}\b(?:missing|lack(?:ing)?|left to learn|still (?:need|learn|have to))\b|\bskills? gap\b|\bwhat else (?:do i|should i|must i)\b|\b(?:am i|is (?:that|this|it)) (?:enough|ready|qualified)\b|\bwhere are my gaps\b",
    re.I,
)
_KNOWN = re.compile(
    r"\bI(?:['’]ve| have|['’]m| am)? ?(?:already |also |only |really |now )*(?:know|have|can|use|used|work(?:ed)? (?:with|in|on)|done|did|write|wrote|good (?:at|with)|experienced (?:in|with)|familiar with|comfortable with|proficient in|fluent in|learn(?:ed|t)|studied|got)\b(?P<what>[^.?!;]*)",
    re.I,
)
_UNKNOWN = re.compile(
    r"\bI(?:['’]ve| have| do|['’]m| am)?(?: ?n['’]t| not| never| no)\s?(?:know|have|used?|work(?:ed)? (?:with|in|on)|done|good (?:at|with)|experienced (?:in|with)|familiar with|learn(?:ed|t)|any)?\b(?P<what>[^.?!;]*)|\b(?:but no|without any|never (?:used|learned|learnt|did|done))\b(?P<rest>[^.?!;]*)",
    re.I,
)
_QUESTION_FOLLOWS = re.compile(r",?\s(?:and\s)?(?:what|which|how|am i|is that|do i|where)\b.*$", re.I | re.S)


class Form(Enum):
    """How an extracted answer is laid out."""

    AS_IT_IS = auto()
    SHORTER = auto()
    TABLE = auto()


@dataclass(frozen=True)
class Comparison:
    """Two roles (or other things that guides are about) to set side by side."""

    one: str
    other: str


@dataclass(frozen=True)
class SkillsCheck:
    """What the person said they can and cannot do, in their words, and the message that asks what is missing."""

    known: str
    unknown: str


@dataclass(frozen=True)
class Plan:
    """The steps to a role."""


def form_of(message: str) -> Form:
    """Whether a message asks only for the last answer in another form."""
    text = re.sub(r"\s+", " ", message).strip()
    if _SHORTER.match(text):
        return Form.SHORTER
    return Form.TABLE if _TABLE.match(text) else Form.AS_IT_IS


def without_form(conversation: Conversation) -> tuple[Conversation, Form]:
    """The conversation up to the question that is to be answered, and in which form."""
    form = form_of(conversation.question)
    asked = [
        n
        for n, turn in enumerate(conversation.turns)
        if turn.speaker == "person" and form_of(turn.text) is Form.AS_IT_IS
    ]
    if form is Form.AS_IT_IS or not asked:
        return conversation, Form.AS_IT_IS
    return Conversation(conversation.turns[: asked[-1] + 1]), form


def special(conversation: Conversation) -> Comparison | SkillsCheck | Plan | None:
    """The special request of the last turn, if it is one."""
    text = re.sub(r"\s+", " ", conversation.question).strip()
    said = [turn.text for turn in conversation.turns if turn.speaker == "person"][-MOST_SAID:]
    if _MISSING.search(text) and (known := _about_themselves(said)):
        return SkillsCheck(*known)
    if found := next((match for pattern in _COMPARISON if (match := pattern.search(text))), None):
        return Comparison(found["one"].strip(), found["other"].strip())
    return Plan() if _PLAN.search(text) else None


def _about_themselves(said: list[str]) -> tuple[str, str] | None:
    known, unknown = [], []
    for text in said:
        unknown += [found["what"] or found["rest"] or "" for found in _UNKNOWN.finditer(text)]
        known += [found["what"] for found in _KNOWN.finditer(_UNKNOWN.sub(" ", text))]
    joined = (" ; ".join(_QUESTION_FOLLOWS.sub("", part).strip() for part in parts) for parts in (known, unknown))
    can, cannot = joined
    return (can, cannot) if can.strip(" ;") or cannot.strip(" ;") else None

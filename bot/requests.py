"""What a message asks for beside a plain question: another form of the last answer, a comparison, a plan, a skills check. Pure."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from bot.conversation import Conversation

MOST_SAID = 12
"""Messages of the person that are read for what they say about themselves."""


class Form(Enum):
    """How an extracted answer is laid out."""

    AS_IT_IS = auto()
    SHORTER = auto()
    TABLE = auto()
    BULLETS = auto()


@dataclass(frozen=True)
class _Wish:
    """How a form is asked for: beside a question, as what is `made` of it, and `alone` for the last answer."""

    form: Form
    beside: str
    made: str
    alone: str


_WISHES = (
    _Wish(
        Form.TABLE,
        beside=r"(?:in|as|into|using|like) (?:an? )?(?:(?:short|small|simple|little|nice) )?table(?: form(?:at)?)?",
        made=r"(?:(?:short|small|simple|little|nice) )?table",
        alone=r"table form(?:at)?",
    ),
    _Wish(
        Form.BULLETS,
        beside=r"(?:in|as|into|using) (?:an? )?(?:(?:short|simple) )?(?:bullets|bullet[- ]?points?|bullet(?:ed)? list|list)",
        made=r"(?:(?:short|simple) )?(?:bullets|bullet[- ]?points|bullet(?:ed)? list)",
        alone="list",
    ),
    _Wish(
        Form.SHORTER,
        beside=r"in (?:just |only )?(?:one|an?|two|three|a few|a single) (?:(?:short|single|simple) )?(?:lines?|sentences?|words?)"
        r"|in (?:short|brief|a nutshell)|(?:in|as) (?:an? )?(?:(?:short(?:er)?|brief) (?:form|version|summary)|summary)"
        r"|shortly|briefly|concisely|tl;?dr|(?:keep|make) it (?:short|brief)|be (?:brief|concise)",
        made=r"(?:(?:short|brief|quick) )?summary|(?:short|brief|quick)(?:er)? (?:answer|version|overview)",
        alone=r"(?:(?:much|a bit|even) )?(?:short(?:er)?|brief(?:er)?)(?: form)?|one (?:line|sentence)|summari[sz]e|sum up|recap",
    ),
)
_POLITE = r"(?:(?:can|could|would|will) you |please |pls |ok(?:ay)?,? |and |now |then |just |i want (?:you to )?|i['’]d like (?:you to )?){0,5}+"
_ORDER = r"(?:summari[sz]e|sum up|recap|put|turn|make|show|give|tell|write|say|present|display|format|convert|lay out|describe|explain|outline|answer|reply)(?: (?:me|us))?"
_LAST = r"(?:it|that|this|these|those|them|all|everything|(?:the|your|that|this) (?:last |previous )?(?:answer|reply))"
_LAST_ANSWER = re.compile(rf"(?:{_LAST}|all of {_LAST}|what you (?:just )?said)?[.?!]*", re.I)
_PLEASE = r"(?:,? (?:please|pls|thanks)){0,3}+[.?!]*"
_PATTERNS = [
    (wish.form, re.compile(pattern, re.I))
    for wish in _WISHES
    for pattern in (
        rf"{_POLITE}(?:{_ORDER} )?(?:{_LAST} )?(?:{wish.beside}|(?:an? )?(?:{wish.made}|{wish.alone})){_PLEASE}(?P<topic>)",
        rf"{_POLITE}(?:{wish.beside})[:,] (?P<topic>.+)",
        rf"{_POLITE}(?:{_ORDER} (?:an? )?|an? )(?:{wish.made})(?: (?:of|with|about|on|for|showing)|:) (?P<topic>.+?){_PLEASE}",
        rf"(?P<topic>.+?)(?:[,;:–-]|(?<=[.?!])) {_POLITE}(?:{_ORDER} )?(?:{_LAST} )?(?:{wish.beside}){_PLEASE}",
        rf"{_POLITE}{_ORDER} (?P<topic>.+?) (?:{wish.beside}){_PLEASE}",
        rf"{_POLITE}(?P<topic>(?:what|which|how|who|where|when|why|compare|list|name)\b.+?) (?!shortly)(?:{wish.beside}){_PLEASE}",
    )
] + [
    (Form.SHORTER, re.compile(rf"{_POLITE}(?:summari[sz]e|sum up|recap) (?P<topic>.+?){_PLEASE}", re.I)),
    (Form.SHORTER, re.compile(rf"{_POLITE}(?:briefly|shortly) {_ORDER} (?P<topic>.+?){_PLEASE}", re.I)),
]
"""Messages that say in which form the answer should be: alone, or before, around or after the topic."""
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
    """The form in which a message asks for an answer, be it the last one or one of its own."""
    return _taken_apart(message)[0]


def without_form(conversation: Conversation) -> tuple[Conversation, Form]:
    """The conversation up to the question that is to be answered, without the wish for a form, and that form."""
    read = [_taken_apart(turn.text) if turn.speaker == "person" else (Form.AS_IT_IS, "") for turn in conversation.turns]
    asked = [n for n, (_, topic) in enumerate(read) if topic]
    if not asked:
        return conversation, Form.AS_IT_IS
    turns = [replace(turn, text=topic or turn.text) for turn, (_, topic) in zip(conversation.turns, read, strict=True)]
    return replace(conversation, turns=tuple(turns[: asked[-1] + 1])), read[-1][0]


def _taken_apart(message: str) -> tuple[Form, str]:
    """The form that a message asks for, and what it asks for in that form: nothing where that is the last answer."""
    text = re.sub(r"\s+", " ", message).strip()
    for form, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            topic = found["topic"].strip(" ,;:")
            return form, "" if _LAST_ANSWER.fullmatch(topic) else topic
    return Form.AS_IT_IS, message


def special(conversation: Conversation) -> Comparison | SkillsCheck | Plan | None:
    """The special request of the last turn, if it is one."""
    text = re.sub(r"\s+", " ", conversation.question).strip()
    said = [turn.text for turn in conversation.turns if turn.speaker == "person"][-MOST_SAID:]
    if _MISSING.search(text) and (known := _about_themselves(said)):
        return SkillsCheck(*known)
    topic = _taken_apart(text)[1]
    if found := next((match for pattern in _COMPARISON if (match := pattern.search(topic))), None):
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

"""A message read as questions: its parts, what kind of answer each wants, and the words that carry it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from knowledge.orders import is_order
from knowledge.spelling import corrections, mend
from knowledge.words import expressions, fold, is_asking_word, is_function_word, meanings, stem, words


class Wanted(StrEnum):
    """The kind of thing that would answer a question."""

    MONEY = "an amount of money"
    PERCENT = "a percentage"
    NUMBER = "a number"
    DURATION = "a length of time"
    FREQUENCY = "how often"
    TIME = "a point in time"
    REASON = "a reason"
    LIST = "a list"
    CHOICE = "one of several"
    YES_NO = "yes or no"
    DEFINITION = "a definition"
    ANYTHING = "anything about it"


@dataclass(frozen=True)
class Word:
    """A word that carries a question.

    `alike` are the terms (stems, "=meaning") of which one must be met; `weight` is its share of the question;
    `named` marks names, numbers and places, which nothing else can stand for. A number and the word that says which
    kind of engineer or manager is meant are met only next to one of the stems in `beside`; empty where it does not
    matter.
    """

    text: str
    alike: frozenset[str]
    weight: float
    named: bool
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ask:
    """One question, standing alone.

    `text` is as it was typed, `meant` with its slips mended and what it leans on in front; `words` must be met by an answer; `context` are words that help to find it: of
    earlier turns and of what was said around the question. `claims` are the amounts that the question takes for
    granted; `premise` asks what the guides say of what it takes for granted; `ranked` tells that it asks which is most
    or more; `listed` are the terms of what it wants listed.
    """

    text: str
    wanted: Wanted
    words: tuple[Word, ...]
    meant: str = ""
    context: tuple[Word, ...] = ()
    claims: tuple[str, ...] = ()
    ranked: bool = False
    listed: frozenset[str] = frozenset()
    premise: "Ask | None" = None


_MARKUP = re.compile(
    r"```.*?```|`[^`]*`|<[!@#][^>]*>|<(https?:[^|>]*)(?:\|[^>]*)?>|:[a-z0-9_+-]+:|https?://\S+", re.DOTALL
)
_BOUNDARY = re.compile(r"(?<=[?!。？！])\s*|(?<=[.;])\s+|\n+")
_CLAUSE = re.compile(
    r"(?:,\s*|\s+)(?:and|or|also|plus|but)\s+(?:also\s+)?(?=(?:what|which|how|where|who|when|why|is|are|do|does|can|should)\b)",
    re.IGNORECASE,
)
_QUESTION_START = re.compile(
    r"^(?:what|which|how|where|who|when|why|whose|is|are|do|does|did|can|could|should|will|would|am|any|name|list|tell|give|show)\b",
    re.I,
)
_MONEY = re.compile(
    r"\bhow much\b(?!.*\b(?:experience|time|grow|growth|growing|increase|shrink|decline|travel)\b)|\bwhat\b.*\b(?:pay|pays|paid|earn|earns|make|makes)\b|\b(?:in|how many) (?:dollars|euros|usd|eur|gbp|pounds|lkr|inr|yen)\b",
    re.I,
)
_EARN = re.compile(r"\b(?:how much|what|who)\b[^?.]*\b(?:make|makes|making|get paid|take home|bring home)\b", re.I)
_PERCENT = re.compile(
    r"\bpercent(?:age)?\b|%|\bhow (?:fast|quickly)\b|\bby how much\b|\bhow much\b.*\b(?:grow|growth|growing|increase|shrink|decline)\b|\bgrowth rate\b|\bmatch rate\b",
    re.I,
)
_DURATION = re.compile(
    r"\bhow long\b|\bhow many (?:years|yrs|months|weeks|days|hours|minutes)\b|\bhow much (?:experience|time)\b|\byears of exp|\byears\s*\?|\bduration\b|\bhow (?:many|much) (?:pto|vacation)",
    re.I,
)
_FREQUENCY = re.compile(r"\bhow (?:often|frequently|regularly)\b|\bfrequency\b|\bcadence\b", re.I)
_NUMBER = re.compile(r"\bhow many\b|\bnumber of\b", re.I)
_TIME = re.compile(
    r"^(?:and |so |but )*when\b|\b(?:what|which) (?:date|month|year|day)\b|\bhow soon\b|\b(?:by|until|since) when\b",
    re.I,
)
_YES_NO = re.compile(
    r"^(?:so |and |but |then |ok |hey |hi )*(?:is|are|do|does|did|can|could|should|will|would|am|has|have|must)\b|^(?!.*\b(?:how|what|which|where|when|why|who)\b).*\b(?:am i|do i|is it|good enough)\b",
    re.I,
)
_WHY = re.compile(r"^(?:so |and |but )*why (?:does|do|did|is|are|was|were|would|has|have)\b", re.I)
_REASON = re.compile(
    r"^(?:and |so |but |ok |oh )*(?:why\b|how come\b|for what reason\b)|\bwhat(?:'s| is) the reason\b", re.I
)
_WH = re.compile(r"\b(?:how|what|which|where|when|why|who)\b", re.I)
_DEFINITION = re.compile(
    r"^(?:what(?:'s|’s| is| are)|whats|define|meaning of)\s+(?:an?\s+|the\s+)?[\w\s/&.-]{2,60}\??$|\bstand(?:s)? for\b|\bwhat does [\w-]+ mean\b",
    re.I,
)
_CHOICE = re.compile(r"^(?:so |and |in )?(?:which|what)\s+(?:one|of)\b|\bwhich\b(?!\s+\w+s\b)", re.I)
_LIST = re.compile(
    r"\b(?:which|what)\s+(?:(?!(?:is|was|does|has)\b)[\w-]+\s+){0,3}?(?!(?:is|was|does|has|this)\b)[\w-]*[^s\W]s\b(?!\s+(?:an?|the|my|your|our|their|his|her|its|this|that|it|people|someone|[\w-]+\s+(?:up|down))\b)"
    r"|^(?:list|name|enumerate)\b|\bwhere\b|\ball the\b",
    re.I,
)
_RANKED = re.compile(
    r"\b(?:most|highest|best|lowest|least|more|better|fewer|higher|lower|earlier|faster|biggest|largest|smallest|richest|top)\b",
    re.I,
)
_ANAPHOR = re.compile(
    r"\b(?:it|its|they|them|their|those|these|that|this|there|one|ones|he|she|same|each)\b|^(?:and|or|but|what about|how about|just|only|also|why|so)\b",
    re.I,
)
_FOLLOW_UP_START = re.compile(r"^(?:and|or|but|what about|how about|just|only|also|why|so|ok and|same)\b", re.I)
_PREMISE = re.compile(
    r"^((?:since|given(?: that)?|because|as|if|considering|assuming)\b(?:[^,]|,(?=\d{3}(?!\d)))+),(?!\d{3}(?!\d))\s*(.+)$",
    re.I,
)
_AMOUNT = re.compile(r"[$£€]\s?\d[\d,.]*\s?[kKmM]?\b|\b\d[\d,.]*\s?[kK]\b")
_SAME_HEAD = re.compile(
    r"^(?P<head>.+?)\s(?P<prep>for|in|of|at)\s(?P<one>.+?),?\s+and\s+(?P=prep)\s(?P<other>.+)$", re.I
)
_DOING = re.compile(
    r"^((?:[\w']+,? ){0,2}what (?:do|does|would|will)) (?:an? [\w /&.-]{3,60}?|[\w /&.-]{2,60}?s)(?: (?:usually|typically|normally|actually|really|mainly|mostly))? do\b",
    re.I,
)
"""What somebody does, whoever it is."""
_NUMERAL = re.compile(r"\d")
_COUNTED = re.compile(r"\b(\d+)[\s-]([a-z]+)")
_YEAR = re.compile(r"(?:19|20)\d\d")

ATTRIBUTES = frozenset(
    [
        "pay",
        "bonus",
        "equity",
        "pension",
        "insurance",
        "vacation",
        "growth",
        "place",
        "degree",
        "certificate",
        "skill",
        "tool",
        "duty",
        "language",
        "framework",
        "vcs",
        "methodology",
        "hours",
        "interview",
        "title",
        "type",
        "benefit",
        "travel",
    ]
)
"""Meanings of the thesaurus that a career question can ask for by themselves."""
ROLE_NOUNS = frozenset(
    stem(noun)
    for noun in [
        "engineer",
        "developer",
        "dev",
        "programmer",
        "coder",
        "manager",
        "designer",
        "scientist",
        "analyst",
        "architect",
        "administrator",
        "admin",
        "tester",
        "researcher",
        "consultant",
        "director",
        "specialist",
        "writer",
        "officer",
        "coordinator",
        "recruiter",
        "intern",
        "technician",
        "software",
    ]
)
"""Stems of what roles are called; the word before one says which role it is ("software" stands between the two)."""
ASKING_WEIGHT = 0.15
CARRYING_WEIGHT = 1.0


def plain(message: str) -> str:
    """A message without the markup that is not part of what is asked: mentions, emoji, code, links."""
    return re.sub(r"\s+", " ", _MARKUP.sub(" ", message)).strip()


@dataclass(frozen=True)
class Part:
    """A question of a message and what was said around it."""

    question: str
    background: str = ""


def parts(message: str) -> list[Part]:
    """The questions of a message, in order; statements around them are the background of the next question."""
    pieces = [piece.strip() for piece in _BOUNDARY.split(plain(message)) if piece.strip()]
    clauses = [clause.strip(" ,") for piece in pieces for clause in _CLAUSE.split(piece) if clause.strip(" ,")]
    clauses = [clause for clause in clauses if not is_order(clause)] or clauses
    asked: list[Part] = []
    background: list[str] = []
    for clause in clauses:
        if _asks(clause):
            first, *others = _coordinated(clause)
            asked.extend([_premise_apart(first, background), *(Part(other) for other in others)])
            background = []
        else:
            background.append(clause)
    if asked and background:
        asked[-1] = _with_what_follows(asked[-1], " ".join(background))
    if not asked:
        return [Part(part) for part in _coordinated(" ".join(background))] if background else []
    return _leading_in_joined([part for part in asked if _says_something(part)] or asked[:1])


def _with_what_follows(part: Part, said: str) -> Part:
    """A question and what was said after it, which is the question itself where the first part only leads in."""
    if _FOLLOW_UP_START.match(part.question) and len(_content(part.question)) <= 1:
        return Part(said, f"{part.background} {part.question}".strip())
    return Part(part.question, f"{part.background} {said}".strip())


def _leading_in_joined(asked: Sequence[Part]) -> list[Part]:
    """The parts, where one that only leads in ("and staff?") is background of the next."""
    if len(asked) < 2 or not _FOLLOW_UP_START.match(asked[0].question) or len(_content(asked[0].question)) > 1:
        return list(asked)
    leading, following, *others = asked
    return [Part(following.question, f"{leading.question} {following.background}".strip()), *others]


def _asks(clause: str) -> bool:
    return clause.endswith(("?", "？")) or _QUESTION_START.match(clause) is not None


def _premise_apart(clause: str, background: Sequence[str]) -> Part:
    """A question without the reason that it opens with (since …, given that …, if …)."""
    premise = _PREMISE.match(clause)
    around = " ".join([*background, premise[1] if premise else ""]).strip()
    question = premise[2] if premise else clause
    return Part(question, around) if _content(question) else Part(f"{around} {question}".strip())


def _coordinated(clause: str) -> list[str]:
    """The two questions of "pay for X and for Y" or "the pay and the outlook of X"; otherwise the clause itself."""
    if both := _SAME_HEAD.match(clause):
        return [
            f"{both['head']} {both['prep']} {both['one']}",
            f"{both['head']} {both['prep']} {both['other']}",
        ]
    left, found, right = clause.rpartition(" and ")
    if not found or not (_attributes(left) and _attributes(right)) or _attributes(left) & _attributes(right):
        return [clause]
    left, right = left.strip(), right.strip()
    subject = [word for word in _content(left) if not _attributes(word)]
    return [left, right if len(_content(right)) > 1 else " ".join([*subject, right])]


def _attributes(text: str) -> frozenset[str]:
    return ATTRIBUTES & set(meanings(words(text)))


def _says_something(part: Part) -> bool:
    """Whether a part asks for anything by itself: "give me the number" only repeats the question before it."""
    return bool(_content(part.question)) or _wanted(part.question) is not Wanted.ANYTHING


def read(message: str, earlier: Sequence[str], vocabulary: Mapping[str, int]) -> list[Ask]:
    """The questions of a message. `earlier` are the person's earlier messages, oldest first."""
    asked: list[Ask] = []
    context = [plain(text) for text in earlier]
    for part in parts(message) or [Part(plain(message))]:
        asked.append(_ask(part, context, vocabulary))
        context = [*context, part.question]
    return asked


def _ask(part: Part, earlier: Sequence[str], vocabulary: Mapping[str, int]) -> Ask:
    text = part.question
    carried = _carried(text, earlier)
    own = _words(text, vocabulary)
    known = {word.text for word in own}
    around = [*carried, part.background]
    context = tuple(word for said in around for word in _words(said, vocabulary) if word.text not in known)
    if not any(word.weight == CARRYING_WEIGHT for word in own):
        own, context = (*own, *_carrying(context)), ()
    mended = mend(text, corrections(words(text), vocabulary))
    wanted = _wanted(mended)
    if carried and wanted is Wanted.ANYTHING and _FOLLOW_UP_START.match(text):
        wanted = _wanted(carried[-1])
    claims = tuple(_AMOUNT.findall(f"{part.background} {text}"))
    meant = " ".join([*carried[-1:], mended])
    ranked = _RANKED.search(text) is not None
    ask = Ask(
        text, wanted, own, meant, context, claims, ranked, _listed(text, own) if wanted is Wanted.LIST else frozenset()
    )
    return replace(ask, premise=_premise(ask, part, vocabulary))


def _listed(text: str, own: Sequence[Word]) -> frozenset[str]:
    """The terms of the noun that a question wants listed ("which skills …"), of places where it asks where."""
    found = _LIST.search(text)
    noun = words(found[0])[-1:] if found else []
    if found and (after := words(text[found.end() :])[:1]) and after[0].endswith("s") and _attributes(after[0]):
        noun = after  # "which statistics skills"
    named = [word for word in own if noun and (word.text in noun or stem(noun[0]) in word.alike)]
    joined = _all_alike([word for word in own if word not in named])  # with a word beside it: "database skills"
    alike = frozenset(term for term in _all_alike(named) if term.startswith("=") or term not in joined)
    return frozenset({"=place"}) if noun == ["where"] else alike


def _premise(ask: Ask, part: Part, vocabulary: Mapping[str, int]) -> Ask | None:
    """What a question takes for granted, asked of the guides: an amount, or that they say why something is so."""
    if ask.claims:
        said = part.background if _AMOUNT.search(part.background) else part.question
        about = tuple(_carrying(_words(said, vocabulary))) or (
            Word("pay", frozenset({"pay", "=pay"}), CARRYING_WEIGHT, named=False),
        )
        return Ask(said, Wanted.MONEY, about, said)
    unnamed = tuple(word for word in _carrying(ask.words) if not word.named)
    if not unnamed or not _WHY.match(ask.text) or not any(word.named for word in ask.words):
        return None
    return Ask(ask.text, Wanted.LIST, unnamed, ask.meant, listed=_all_alike(unnamed))


def _all_alike(some: Sequence[Word]) -> frozenset[str]:
    return frozenset[str]().union(*(word.alike for word in some))


def _carrying(context: Sequence[Word]) -> list[Word]:
    """What a question is about that names nothing itself ("how often does it happen?")."""
    return [word for word in context if word.weight == CARRYING_WEIGHT]


def _carried(text: str, earlier: Sequence[str]) -> list[str]:
    """The earlier messages a follow-up leans on: none when the question names all it is about."""
    if not earlier:
        return []
    leans = _ANAPHOR.search(text) is not None or len(_content(text)) <= 3
    return list(earlier[-2:]) if leans else []


def _content(text: str) -> list[str]:
    return [word for word in words(text) if not is_function_word(word) and not is_asking_word(word)]


def _words(text: str, vocabulary: Mapping[str, int]) -> tuple[Word, ...]:
    text = _AMOUNT.sub(" ", text)
    mended = corrections(words(text), vocabulary)
    neighbours = _neighbours(mend(text, mended))
    meant = [forms for forms in _spellings(text) if not any(is_function_word(mended.get(form, "")) for form in forms)]
    own = [_word(forms, text, mended, neighbours) for forms in meant]
    return (*own, *_said_in_passing(text, own))


def _neighbours(text: str) -> dict[str, frozenset[str]]:
    """For each number that counts something, and each word before the name of a role, the stems next to it."""
    found = {
        number: frozenset({stem(counted)})
        for number, counted in _COUNTED.findall(fold(text))
        if not _YEAR.fullmatch(number) and not is_function_word(counted)
    }
    for word, after in pairwise(words(text)):
        if stem(after) in ROLE_NOUNS and stem(word) not in ROLE_NOUNS and not is_function_word(word):
            found[word] = ROLE_NOUNS
    return found


def _said_in_passing(text: str, own: Sequence[Word]) -> Iterator[Word]:
    """Expressions of the thesaurus made only of words that carry nothing each (what do they do: duties).

    Where it is said who does it, what they are answers too.
    """
    carried = {term for word in own if word.weight == CARRYING_WEIGHT for term in word.alike}
    said, named = _DOING.subn("what do they do", text)
    for name, expression in expressions(words(said)):
        if f"={name}" not in carried and not any(_content(word) for word in expression):
            weight = ASKING_WEIGHT if named else CARRYING_WEIGHT
            yield Word(" ".join(expression), frozenset({f"={name}"}), weight, named=False)


def _spellings(text: str) -> Iterator[tuple[str, ...]]:
    """Each written word of a text with all the forms `words` gives it; function words left out."""
    seen = set[str]()
    written = [token for token in re.split(r"[\s,;:!?()\"“”]+", text) if token]
    for place, token in enumerate(written):
        forms = tuple(word for word in words(token) if not is_function_word(word))
        if not forms or forms[0] in seen:
            continue
        seen.update(forms)
        yield forms + tuple(_joined(written, place))


def _joined(written: Sequence[str], place: int) -> Iterator[str]:
    """A word run together with its neighbours, as file names and product names write it (quality analyst)."""
    for start in (place - 1, place):
        pair = written[max(start, 0) : start + 2]
        if len(pair) == 2 and not any(is_function_word(fold(part)) or len(part) <= 2 for part in pair):
            yield fold("".join(pair))


def _word(
    forms: tuple[str, ...], text: str, mended: Mapping[str, str], neighbours: Mapping[str, frozenset[str]]
) -> Word:
    first = forms[0]
    every = [*forms, *(mended[form] for form in forms if form in mended)]
    if any(form.isdigit() for form in forms):
        every = [form for form in every if not form.isalpha()]
    alike = {stem(form) for form in every} | {f"={name}" for form in every for name in meanings([form])}
    if idioms := _idioms(first, text):
        alike = {f"={name}" for name in idioms}
    alike |= {f"={name}" for name in _phrase_meanings(first, text)}
    named = _is_name(first, text)
    little = is_asking_word(mended.get(first, first))
    carries = named or not little or any(_phrase_meanings(form, text) for form in forms)
    beside = neighbours.get(mended.get(first, first), frozenset())
    return Word(first, frozenset(alike), CARRYING_WEIGHT if carries else ASKING_WEIGHT, named, beside)


def _phrase_meanings(word: str, text: str) -> list[str]:
    return [name for name, expression in expressions(words(text)) if word in expression]


def _idioms(word: str, text: str) -> list[str]:
    """The meanings of expressions in which a word says little by itself (on call, run out)."""
    found = expressions(words(text))
    return [name for name, parts_ in found if word in parts_ and any(_says_little(part) for part in parts_)]


def _says_little(word: str) -> bool:
    return is_function_word(word) or is_asking_word(word)


def _is_name(word: str, text: str) -> bool:
    """Whether a word is a name or a number: it holds a digit or is written with a capital inside a sentence."""
    if _NUMERAL.search(word):
        return True
    for match in re.finditer(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE):
        written = match.group()
        starts = not text[: match.start()].strip(" \"'(*_") or text[: match.start()].rstrip()[-1:] in ".?!:"
        if written[:1].isupper() and not starts and not text.isupper():
            return True
    return False


def _wanted(text: str) -> Wanted:
    names = _names(text)
    rules = (
        (Wanted.FREQUENCY, _FREQUENCY.search(text)),
        (Wanted.YES_NO, _YES_NO.search(text) and not _WH.search(text)),
        (
            Wanted.PERCENT,
            _PERCENT.search(text) and not re.search(r"\b(?:top|bottom|lowest|highest)\s+\d+\s*%", text, re.I),
        ),
        (Wanted.DURATION, _DURATION.search(text)),
        (Wanted.MONEY, "depend" not in names and (_EARN.search(text) or _MONEY.search(text))),
        (Wanted.MONEY, "pay" in names and _asks_amount(text, names)),
        (Wanted.TIME, _TIME.search(text)),
        (Wanted.NUMBER, _NUMBER.search(text)),
        (Wanted.REASON, _REASON.search(text)),
        (Wanted.YES_NO, _YES_NO.search(text)),
        (Wanted.LIST, _LIST.search(text)),
        (Wanted.CHOICE, _CHOICE.search(text)),
        (Wanted.DEFINITION, _DEFINITION.search(text)),
    )
    return next((wanted for wanted, found in rules if found), Wanted.ANYTHING)


def _names(text: str) -> frozenset[str]:
    """The meanings of a text; a word inside an idiom (comp time) does not have its own."""
    found = words(text)
    idioms = [parts_ for _, parts_ in expressions(found) if any(_says_little(part) for part in parts_)]
    inside = {word for parts_ in idioms for word in parts_}
    single = meanings([word for word in found if word not in inside])
    return frozenset(single) | {name for name, _ in expressions(found)}


def _asks_amount(text: str, names: frozenset[str]) -> bool:
    """Whether a text about pay asks for the figure, not for what moves it, how to negotiate it or why."""
    about = re.search(
        r"\b(?:why|negotiat\w*|depend\w*|how do i|how can|how to|decide[ds]?|set|calculated|determined)\b",
        text,
        re.I,
    )
    return not (about or "depend" in names or _TIME.search(text) or _YES_NO.search(text))

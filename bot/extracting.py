"""An answer put together from the sentences, list items and table rows of the passages, without a model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.conversation import Coverage
from bot.figures import figures
from knowledge.lexical import terms
from knowledge.matching import OWN, RANKS, VAGUE_DURATION, Match, is_right_kind, says_what_is_below
from knowledge.questions import CARRYING_WEIGHT, Ask, Wanted, Word
from knowledge.statements import Shape, Statement
from knowledge.words import fold

ENOUGH = 0.8
"""The share of a question's weight that the best statement must meet for it to be covered."""
RIVAL = 0.1
"""Another guide's statement that answers this much less at most is as good an answer."""
LIST_LIMIT = 12
"""A list longer than this is cut, and says so."""
SHORT_LIST = 3
"""Items of a list in a shorter answer."""
SECOND_SENTENCE = 0.93
"""A further sentence is added when its score comes this near to the best one's."""
OPENING, OPENING_WORDS = 4, 60
"""Sentences and words, at most, of a section that is asked for as a whole; its first sentence is given whatever its length."""
_LEANS = re.compile(
    r"\W*(?:(?:after|before|besides|despite|during|from|through|because of|due to|beyond|in addition to|instead of"
    r"|as part of|with|for|to|by) (?:this|that|these|those|them|it)"
    r"|they|their|he|she|his|her|its|it(?! is (?:[\w-]+ )?(?:that|to|important|necessary|possible|worth)\b)"
    r"|this(?! (?:guide|handbook|page|document|article)\b)|that (?:is|means|said|way)|these|those(?! who\b)|such(?! as\b)"
    r"|then|also|additionally|in addition|furthermore|moreover|besides|however|nevertheless|instead|otherwise|therefore"
    r"|thus|hence|consequently|as a result|accordingly|afterwards|later|next|finally|lastly|likewise|similarly"
    r"|in return|in turn|in that case|in the end|at the same time|on the other hand|for example|for instance"
    r"|in other words|the (?:latter|former|others?)|another|and|but|or|so|yet|still)\b",
    re.IGNORECASE,
)
"""The beginning of a sentence that is only understood after the one before it."""


@dataclass(frozen=True)
class Finding:
    """What the passages say to one question: the statements to give, and the words that nothing meets.

    `instead` is what the passages say where the question takes something else for granted; `others` what guides of
    another edition say; `roles` are the roles to choose from where the question names none and they differ.
    """

    ask: Ask
    coverage: Coverage
    given: tuple[Match, ...]
    missing: tuple[Word, ...]
    instead: tuple[Match, ...] = ()
    others: tuple[Match, ...] = ()
    roles: tuple[str, ...] = ()


def find(ask: Ask, matches: Sequence[Match]) -> Finding:
    """Decide how far statements (weighed against the question, best first) answer it, and with which of them."""
    fitting = [match for match in matches if match.right_kind and _names_met(ask, match)]
    best = fitting[0] if fitting else None
    if best is None or best.share < ENOUGH or not _ranks_when_asked(ask, best):
        return Finding(ask, Coverage.NOT_COVERED, (), _missing(ask, matches))
    vague = ask.wanted is Wanted.DURATION and not is_right_kind(
        Wanted.NUMBER, VAGUE_DURATION.sub("", best.statement.text)
    )
    coverage = Coverage.PARTLY_COVERED if vague else Coverage.COVERED
    rivals = [match for match in fitting if _is_rival(best, match)]
    if roles := _roles(ask, [best, *rivals]):
        return Finding(ask, Coverage.PARTLY_COVERED, (), (), roles=roles)
    given = tuple(_standing(_complete(ask, best, fitting, matches), matches))
    return Finding(ask, coverage, given, (), others=tuple(_differing(best, rivals)))


def _is_rival(best: Match, match: Match) -> bool:
    """Whether another guide that says its role answers as well as the best."""
    guide, chosen = match.statement.passage.guide, best.statement.passage.guide
    as_good = match.share >= ENOUGH and match.answers > best.answers - RIVAL and match.kind >= best.kind
    return as_good and guide != chosen and bool(guide.role and chosen.role)


def _roles(ask: Ask, matches: Sequence[Match]) -> tuple[str, ...]:
    """The roles of guides that answer equally well, where they are several and the question is about none of them."""
    roles = tuple(dict.fromkeys(match.statement.passage.guide.role for match in matches))
    asked = {term for word in (*ask.words, *ask.context) for term in word.alike}
    return () if len(roles) < 2 or any(asked & set(terms(role)) for role in roles) else roles


def _differing(best: Match, rivals: Sequence[Match]) -> list[Match]:
    """What guides on the same role say with other figures, one statement each."""
    role, said = best.statement.passage.guide.role, figures(best.statement.text)
    same = [match for match in rivals if fold(match.statement.passage.guide.role) == fold(role)]
    first = {match.statement.passage.guide: match for match in reversed(same)}
    return [match for match in first.values() if said and figures(match.statement.text) != said]


def corrected(finding: Finding, matches: Sequence[Match]) -> Finding:
    """The finding with what is said instead, where the question takes something for granted that the guides do not say.

    `matches` are the statements weighed against the question's premise.
    """
    premise = finding.ask.premise
    if premise is None or (not finding.ask.claims and finding.coverage is not Coverage.NOT_COVERED):
        return finding
    said = find(premise, matches).given
    told = frozenset[str]().union(*(figures(match.statement.text) for match in said))
    if not said or any(figures(claim) & told for claim in finding.ask.claims):
        return finding
    asks_more = finding.coverage is Coverage.NOT_COVERED and premise.text != finding.ask.text
    coverage = Coverage.PARTLY_COVERED if asks_more else Coverage.COVERED
    given = () if set(finding.given) <= set(said) else finding.given
    return replace(finding, coverage=coverage, given=given, instead=said)


def _names_met(ask: Ask, match: Match) -> bool:
    return all(credit for word, credit in zip(ask.words, match.credit, strict=True) if word.named)


def _ranks_when_asked(ask: Ask, match: Match) -> bool:
    return (
        not (ask.ranked and ask.wanted in (Wanted.MONEY, Wanted.PERCENT))
        or RANKS.search(match.statement.text) is not None
    )


def _missing(ask: Ask, matches: Sequence[Match]) -> tuple[Word, ...]:
    if not matches:
        return ask.words
    best = matches[0]
    carrying = [(w, c) for w, c in zip(ask.words, best.credit, strict=True) if w.weight >= 1.0]
    return tuple(word for word, credit in carrying if not credit)


def _complete(ask: Ask, best: Match, fitting: Sequence[Match], matches: Sequence[Match]) -> list[Match]:
    """The best statement with what belongs to it: the rest of its list, or the sentence that says the rest."""
    if best.statement.shape is Shape.SENTENCE and not best.statement.text.endswith((":", "：")):
        if opening := _opening(ask, best, matches):
            return opening
        return sorted([best, *_further(ask, best, fitting)], key=lambda match: match.statement.position)
    block = _block_of(best, fitting)
    telling = [match for match in block if _says_it_itself(ask, match, block)]
    return [_trimmed(ask, telling[0])] if len(telling) == 1 else telling or block


def _opening(ask: Ask, best: Match, matches: Sequence[Match]) -> list[Match]:
    """The first sentences of the best statement's section, where it is the section that the question asks for.

    That is so where its heading meets all that carries the question, so that no sentence of it meets more.
    """
    if ask.wanted not in (Wanted.ANYTHING, Wanted.LIST) or best.statement.passage.heading[1:] == ():
        return []
    section = _sentences_of(best, matches)
    met = {match.share for match in section}
    if len(section) < 2 or met != {OWN} or section[0].statement.position:
        return []
    length, opening = 0, section[:1]
    for match in section[1:OPENING]:
        length = sum(len(one.statement.text.split()) for one in (*opening, match))
        if length > OPENING_WORDS or match.statement.block != section[0].statement.block:
            break
        opening.append(match)
    return opening


def _standing(given: list[Match], matches: Sequence[Match]) -> list[Match]:
    """The statements with those before them that the first one leans on."""
    first = given[0]
    before = [m for m in _sentences_of(first, matches) if m.statement.position < first.statement.position]
    while before and first.statement.shape is Shape.SENTENCE and _LEANS.match(first.statement.text):
        if first.statement.position - before[-1].statement.position > 1:
            break
        first = before.pop()
        given = [first, *given]
    return given


def _sentences_of(match: Match, matches: Sequence[Match]) -> list[Match]:
    """The sentences of a statement's passage, in order."""
    passage = match.statement.passage
    there = [m for m in matches if m.statement.passage is passage and m.statement.shape is Shape.SENTENCE]
    return sorted(there, key=lambda match: match.statement.position)


def _trimmed(ask: Ask, match: Match) -> Match:
    """A row with its first cell and those that the question is about; whole where it is about none of them."""
    statement = match.statement
    first, *others = statement.text.split("; ") if statement.shape is Shape.ROW else [statement.text]
    asked = {term for word in ask.words if word.weight >= 1.0 for term in word.alike}
    telling = [
        cell for cell in others if asked & set(terms(cell.partition(": ")[0])) and is_right_kind(ask.wanted, cell)
    ]
    return replace(match, statement=replace(statement, text="; ".join([first, *(telling or others)])))


def _further(ask: Ask, best: Match, fitting: Sequence[Match]) -> list[Match]:
    if ask.wanted in (
        Wanted.MONEY,
        Wanted.PERCENT,
        Wanted.NUMBER,
        Wanted.DURATION,
        Wanted.FREQUENCY,
        Wanted.CHOICE,
    ):
        return []
    near = [
        match
        for match in fitting[1:4]
        if match.statement.passage is best.statement.passage
        and match.statement.shape is Shape.SENTENCE
        and match.score >= SECOND_SENTENCE * best.score
        and not match.statement.text.endswith((":", "："))
    ]
    return sorted(near[:1], key=lambda match: match.statement.position)


def _block_of(best: Match, fitting: Sequence[Match]) -> list[Match]:
    """The matches of the best statement's list or table, in the order of the passage."""
    of = best.statement
    listed = of.block if of.shape is not Shape.SENTENCE else of.block + 1
    block = [m for m in fitting if m.statement.passage is of.passage and m.statement.block == listed]
    return sorted(block, key=lambda match: match.statement.position) or [best]


def _says_it_itself(ask: Ask, match: Match, block: Sequence[Match]) -> bool:
    """Whether an item meets more of the question than the items beside it do."""
    weights = [_weight(ask, other) for other in block]
    return _weight(ask, match) == max(weights) > min(weights)


def _weight(ask: Ask, match: Match) -> float:
    """How well an item meets what a question says beside the name of the list that it wants, if that stands above it."""
    above = set(terms(f"{match.statement.passage.heading[-1]} {match.statement.lead}"))
    listed = ask.listed if ask.listed & above else frozenset[str]()
    met = [
        (word.weight, credit)
        for word, credit in zip(ask.words, match.credit, strict=True)
        if word.weight >= CARRYING_WEIGHT and not word.alike & listed
    ]
    share = sum(weight * credit for weight, credit in met) / (sum(weight for weight, _ in met) or 1.0)
    return round(share + (0.0 if ask.listed else 0.3 * match.context), 4)


def shortened(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The best sentence with those that it leans on, or the first items of a list."""
    if not matches or matches[0].statement.shape is not Shape.SENTENCE:
        return tuple(matches[:SHORT_LIST])
    last = start = max(range(len(matches)), key=lambda n: matches[n].score)
    while start and _LEANS.match(matches[start].statement.text):
        start -= 1
    return tuple(matches[start : last + 1])


def table_of(matches: Sequence[Match], numbers: Mapping[str, int]) -> str:
    """The statements as a table of one row each."""
    lines = [
        f"| {n} | {tidy(m.statement.text).replace('|', '/')} [{numbers[m.statement.passage.id]}] |"
        for n, m in enumerate(matches, 1)
    ]
    head = _head(matches[0].statement).replace("|", "/") if matches else ""
    return "\n".join([f"| | {head} |", "| --- | --- |", *lines])


def _head(statement: Statement) -> str:
    """What to write above statements: their heading, or, where that says nothing of them, what they hang from."""
    *above, heading = statement.passage.heading
    if says_what_is_below(heading):
        return heading
    return (
        tidy(statement.lead).rstrip(":：")
        if statement.shape is Shape.ITEM and statement.lead
        else (above or [heading])[-1]
    )


def text_of(matches: Sequence[Match], numbers: Mapping[str, int]) -> str:
    """The statements as Markdown, each with the number of its passage."""
    given = [match.statement for match in matches]
    if not given:
        return ""
    if given[0].shape is Shape.SENTENCE:
        return " ".join(f"{tidy(s.text)} [{numbers[s.passage.id]}]" for s in given)
    return _list_text(given, numbers)


def _list_text(given: Sequence[Statement], numbers: Mapping[str, int]) -> str:
    number = numbers[given[0].passage.id]
    lead = tidy(given[0].lead) if given[0].shape is Shape.ITEM else ""
    if len(given) == 1:
        text = tidy(given[0].text)
        return f"{lead} {text} [{number}]" if lead and len(lead.split()) <= 20 else f"{text} [{number}]"
    shown = [f"- {tidy(statement.text)}" for statement in given[:LIST_LIMIT]]
    more = [f"- … and {len(given) - LIST_LIMIT} more"] if len(given) > LIST_LIMIT else []
    head = f"{lead or _head(given[0])}".rstrip(":")
    return "\n".join([f"{head} [{number}]:", *shown, *more])


_RELATIVE_LINK = re.compile(r"!?\[([^\]]*)\]\((?!https?:)[^)]*\)")


def tidy(text: str) -> str:
    """A statement as it is shown: links that lead nowhere outside the guide become their text."""
    return _RELATIVE_LINK.sub(r"\1", text).strip()

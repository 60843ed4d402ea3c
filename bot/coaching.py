"""Career help put together from what the guides say: a skills check, a plan, a comparison. Every line has its source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.conversation import Coverage
from bot.extracting import Finding, find, tidy
from bot.requests import Comparison, Plan, SkillsCheck
from knowledge.lexical import terms
from knowledge.passages import Guide
from knowledge.questions import Ask, Wanted, Word
from knowledge.search import Hit, Knowledge
from knowledge.statements import Shape, Statement, statements
from knowledge.words import is_asking_word, is_function_word, meanings, stem, words


def _about(text: str, wanted: Wanted, *alike: str) -> Ask:
    """A question of ours about one thing that guides tell."""
    terms_ = frozenset(alike)
    return Ask(
        text,
        wanted,
        (Word(alike[0], terms_, 1.0, named=False),),
        text,
        listed=terms_ if wanted is Wanted.LIST else frozenset(),
    )


PAY = _about("What is the average salary?", Wanted.MONEY, "pay", "=pay")
SKILLS = _about("Which skills are needed?", Wanted.LIST, "skill", "=skill")
PATH = _about("How does one become one?", Wanted.ANYTHING, "become", "=become", "=degree")
COMPARED = (("Pay", PAY), ("Skills", SKILLS), ("Getting there", PATH))
"""The rows of a comparison, and the question that fills each."""
LONGEST_CELL = 30
"""Words of a comparison's cell."""
_TOO_GENERAL = frozenset(
    map(
        stem,
        ["skill", "experience", "knowledge", "software", "development", "strong", "good", "excellent", "different"],
    )
)
"""Stems that say nothing of which skill is meant."""


@dataclass(frozen=True)
class Advice:
    """An answer's text, which cites `hits` by their place from 1."""

    text: str
    hits: tuple[Hit, ...]
    coverage: Coverage


class Coach:
    """Answers special requests from the guides; None where they hold too little for it."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def advise(self, request: Comparison | SkillsCheck | Plan, said: Sequence[str]) -> Advice | None:
        """The answer to a request; `said` are all the person's messages, which tell the role that is meant."""
        match request:
            case SkillsCheck():
                return await self._check(request, said)
            case Comparison():
                return await self._compare(request)
            case Plan():
                return await self._plan(said)

    async def _check(self, request: SkillsCheck, said: Sequence[str]) -> Advice | None:
        needed, hits = await self._ask(SKILLS, said[:-1] or said)
        listed = [match.statement for match in needed.given if match.statement.shape is not Shape.SENTENCE]
        if not listed:
            return None
        cannot = [s for s in listed if _named(s, request.unknown)]
        can = [s for s in listed if s not in cannot and _named(s, request.known)]
        rest = [s for s in listed if s not in can and s not in cannot]
        groups = (
            ("You have", [_belonging("You named", _named(s, request.known), s) for s in can]),
            ("You are missing", [_belonging("You said you lack", _named(s, request.unknown), s) for s in cannot]),
            ("You did not mention", [tidy(s.text) for s in rest]),
        )
        number = 1 + [hit.passage.id for hit in hits].index(listed[0].passage.id)
        told = [
            f"**{name}** [{number}]\n" + "\n".join(f"- {line}" for line in lines) for name, lines in groups if lines
        ]
        return Advice("\n\n".join(told), hits, Coverage.COVERED)

    async def _plan(self, said: Sequence[str]) -> Advice | None:
        path, path_hits = await self._ask(PATH, said)
        if not path.given:
            return None
        passage = path.given[0].statement.passage
        needed, skill_hits = await self._ask(SKILLS, said)
        hits = tuple({hit.passage.id: hit for hit in (*path_hits, *skill_hits)}.values())
        numbers = {hit.passage.id: number for number, hit in enumerate(hits, 1)}
        steps = [f"{tidy(s.text)} [{numbers[passage.id]}]" for s in statements(passage) if not s.text.endswith(":")]
        skills = [
            m.statement
            for m in needed.given
            if m.statement.shape is not Shape.SENTENCE and m.statement.passage != passage
        ]
        if skills:
            steps.append(
                f"Build these skills: {_listing(tidy(s.text) for s in skills)}. [{numbers[skills[0].passage.id]}]"
            )
        return Advice("\n".join(f"{n}. {step}" for n, step in enumerate(steps, 1)), hits, Coverage.COVERED)

    async def _compare(self, request: Comparison) -> Advice | None:
        one, other = [await self._guide_of(subject) for subject in (request.one, request.other)]
        if one is None or other is None or one == other:
            return None
        hits: dict[str, Hit] = {}
        rows: list[str] = []
        for name, question in COMPARED:
            cells = [await self._cell(question, guide, hits) for guide in (one, other)]
            if any(cells):
                rows.append(f"| {name} | {' | '.join(cell or 'not in the guide' for cell in cells)} |")
        head = f"| | {one.role or one.title} | {other.role or other.title} |\n| --- | --- | --- |"
        return Advice("\n".join([head, *rows]), tuple(hits.values()), Coverage.COVERED) if rows else None

    async def _guide_of(self, subject: str) -> Guide | None:
        """The guide whose role or title holds all the words of a subject, and the fewest others."""
        wanted = {stem(word) for word in words(subject) if not is_function_word(word)}
        found = [
            hit.passage.guide
            for ask in self._knowledge.read(subject)
            for hit in (await self._knowledge.weigh(ask)).hits
        ]
        about = [(guide, _subject(guide)) for guide in dict.fromkeys(found)]
        fitting = [
            (len(there - wanted), n, guide) for n, (guide, there) in enumerate(about) if wanted and wanted <= there
        ]
        return min(fitting, key=lambda one: one[:2])[2] if fitting else None

    async def _cell(self, ask: Ask, guide: Guide, hits: dict[str, Hit]) -> str:
        found = await self._knowledge.weigh(self._with_context(ask, [guide.role or guide.title]))
        given = find(ask, [match for match in found.matches if match.statement.passage.guide == guide]).given
        if not given:
            return ""
        passage = given[0].statement.passage
        hit = next(hit for hit in found.hits if hit.passage == passage)
        hits.setdefault(passage.id, hit)
        text = _listing(tidy(match.statement.text) for match in given).replace("|", "/")
        kept = text.split()
        cut = " ".join(kept[:LONGEST_CELL]) + (" …" if len(kept) > LONGEST_CELL else "")
        return f"{cut} [{1 + list(hits).index(passage.id)}]"

    async def _ask(self, question: Ask, said: Sequence[str]) -> tuple[Finding, tuple[Hit, ...]]:
        """What the guides say to a question of ours, about the role that the person's messages are about."""
        ask = self._with_context(question, said)
        found = await self._knowledge.weigh(ask)
        return find(ask, found.matches), found.hits

    def _with_context(self, ask: Ask, said: Sequence[str]) -> Ask:
        spoken = [word for text in said for read in self._knowledge.read(text) for word in read.words]
        context = tuple(word for word in spoken if word.weight >= 1.0)
        return replace(ask, context=context, meant=" ".join([*said[-1:], ask.text]))


def _belonging(said: str, named: Sequence[str], skill: Statement) -> str:
    """What a person said of themselves, no more, and the skill of the guide that it is a part of."""
    *others, last = named
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"{said} {listed}, which {'belong' if others else 'belongs'} to: {tidy(skill.text)}"


def _named(statement: Statement, said: str) -> list[str]:
    """The words of what a person said about themselves that a skill names."""
    there = {term for term in terms(statement.text) if term not in _TOO_GENERAL}
    told = [word for word in words(said) if not is_function_word(word) and not is_asking_word(word)]
    met = [word for word in told if stem(word) in there or there & {f"={name}" for name in _specific(word)}]
    return [_as_said(word, said) for word in dict.fromkeys(met)]


def _specific(word: str) -> list[str]:
    return [
        name for name in meanings([word]) if name not in {"skill", "experience", "software", "programming", "language"}
    ]


def _as_said(word: str, said: str) -> str:
    return next((token for token in said.replace(",", " ").split() if token.casefold().strip(".;") == word), word)


def _listing(parts: Iterable[str]) -> str:
    return "; ".join(part.rstrip(".") for part in parts)


def _subject(guide: Guide) -> set[str]:
    return {stem(word) for word in words(f"{guide.role} {guide.title}")}

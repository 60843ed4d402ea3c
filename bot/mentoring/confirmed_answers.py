"""What mentors confirmed: settling who confirms what, and finding it for the next who asks, while its passages stand."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.answering.conversation import Answer, Citation, Coverage, Receipt
from bot.answering.same_question import SameQuestions, written_alike
from bot.errors import CareerBotError
from bot.mentoring.confirmations import Basis, Confirmation, Confirmations, ConfirmationState
from bot.mentoring.guides import GuideIndex
from knowledge.errors import KnowledgeError
from knowledge.passages import Passage

MODE = "confirmed"
"""The mode of an answer that a mentor confirmed, in its receipt."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConfirmOutcome:
    """How an attempt to confirm ended.

    `standing` is the confirmation when it was `made`, with those that it `replaced`; otherwise the one that stands in
    its way, or what has become of it, None where it is forgotten.
    """

    standing: Confirmation | None
    made: bool = False
    replaced: tuple[Confirmation, ...] = ()


@dataclass(frozen=True)
class ConfirmedAnswer:
    """A confirmed answer and its passages as they are in the guides.

    `certain` tells that it was given to the same question; otherwise only to one like it.
    """

    confirmation: Confirmation
    passages: tuple[Passage, ...]
    certain: bool = True

    @property
    def answer(self) -> Answer:
        """It as an answer."""
        cited = tuple(Citation(number, passage, 1.0) for number, passage in enumerate(self.passages, 1))
        return Answer(self.confirmation.answer, Coverage.COVERED, cited, cited, Receipt(MODE, "", 0))


class ConfirmedAnswers:
    """What is confirmed. The active confirmations are kept in memory for as long as they are the same.

    Without `same` only questions of the same words are found.
    """

    def __init__(self, confirmations: Confirmations, guide_index: GuideIndex, same: SameQuestions | None) -> None:
        self._confirmations = confirmations
        self._guide_index = guide_index
        self._same = same
        self._version = -1
        self._known: list[Confirmation] = []

    async def answer_to(self, question: str, team: str, guides: frozenset[str]) -> ConfirmedAnswer | None:
        """The confirmed answer to a question that stands alone, or to one like it, where only these guides (or all) may answer.

        What cannot be looked up counts as not confirmed.
        """
        try:
            return await self._find(question, team, guides)
        except (CareerBotError, KnowledgeError) as error:
            log.warning("Confirmed answers were not looked at: %s", type(error).__name__)
            return None

    async def shown(self, key: str) -> ConfirmedAnswer | None:
        """A confirmation that was offered, by its id, if it still stands. Raises the index's error."""
        confirmation = await self._confirmations.find(key)
        if confirmation is None or confirmation.state is not ConfirmationState.ACTIVE:
            return None
        passages = present(self._guide_index, confirmation.passages)
        return None if passages is None else ConfirmedAnswer(confirmation, passages, certain=False)

    async def stands_alone(self, question: str) -> bool:
        """Whether a question can be understood without a conversation before it."""
        return self._same is None or await self._same.stands_alone(question)

    async def settle(self, key: str, mentor: str, question: str, answer: str) -> ConfirmOutcome:
        """Confirm what a mentor had before them, as they left it. Whoever comes second changes nothing and learns why.

        Raises the index's error where it cannot be read.
        """
        while True:
            seen = await self._confirmations.version()
            draft = await self._confirmations.find(key)
            if draft is None or draft.mentor != mentor:
                return ConfirmOutcome(None)
            if draft.state is not ConfirmationState.DRAFTED:
                return ConfirmOutcome(draft)
            active = await self._confirmations.active(draft.team)
            if rival := await self._in_the_way(draft, active):
                return ConfirmOutcome(rival)
            if present(self._guide_index, draft.passages) is None:
                return ConfirmOutcome(draft)
            others = [one for one in active if one.id != draft.instead_of]
            alike = [one for one in others if written_alike(one.question, question)]
            final = replace(draft, question=question, answer=answer, corrected=not _same_words(answer, draft.answer))
            instead_of = [*([draft.instead_of] if draft.instead_of else []), *(one.id for one in alike)]
            if await self._confirmations.confirm(final, instead_of, seen):
                return ConfirmOutcome(await self._confirmations.find(key), True, tuple(alike))

    async def expire(self) -> list[Confirmation]:
        """Let every confirmation expire that rests on a passage which is not there any more as it was.

        Those that this call let expire. An index that cannot be read changes nothing.
        """
        try:
            outdated = [
                one for one in await self._confirmations.active() if present(self._guide_index, one.passages) is None
            ]
        except KnowledgeError as error:
            log.info("No confirmation expires while the index cannot be read (%s)", type(error).__name__)
            return []
        return [one for one in outdated if await self._confirmations.expire(one.id)]

    async def _find(self, question: str, team: str, guides: frozenset[str]) -> ConfirmedAnswer | None:
        known = [one for one in await self._active() if one.team == team and _may_count(one, guides)]
        for one in known:
            if written_alike(one.question, question) and (found := await self._standing(one, certain=True)):
                return found
        if self._same is None:
            return None
        for place in await self._same.near(question, [one.question for one in known]):
            if found := await self._standing(known[place], certain=False):
                return found
        return None

    async def _standing(self, confirmation: Confirmation, *, certain: bool) -> ConfirmedAnswer | None:
        """The confirmation, if its passages are as they were; otherwise it expires."""
        passages = present(self._guide_index, confirmation.passages)
        if passages is None:
            await self._confirmations.expire(confirmation.id)
            return None
        return ConfirmedAnswer(confirmation, passages, certain)

    async def _active(self) -> list[Confirmation]:
        """The active confirmations, read again only when they have changed."""
        version = await self._confirmations.version()
        if version != self._version:
            self._known = list(await self._confirmations.active())
            self._version = version
        return self._known

    async def _in_the_way(self, draft: Confirmation, active: Iterable[Confirmation]) -> Confirmation | None:
        """Another confirmation of the same answer; or what has become of the one that this was to replace."""
        rival = next((one for one in active if one.key == draft.key and one.id != draft.instead_of), None)
        if rival or not draft.instead_of:
            return rival
        before = await self._confirmations.find(draft.instead_of)
        return before if before and before.state not in (ConfirmationState.ACTIVE, ConfirmationState.EXPIRED) else None


def present(guide_index: GuideIndex, passages: Iterable[Basis]) -> tuple[Passage, ...] | None:
    """The passages if every one is in the guides as it was, otherwise None. Raises the index's error.

    A mentor's own answer rests on none, which are always there.
    """
    found = [(basis, guide_index.passage(basis.passage)) for basis in passages]
    there = [passage for basis, passage in found if passage and passage.hash == basis.hash]
    return tuple(there) if len(there) == len(found) else None


def _may_count(confirmation: Confirmation, guides: frozenset[str]) -> bool:
    return not guides or all(basis.guide in guides for basis in confirmation.passages)


def _same_words(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()

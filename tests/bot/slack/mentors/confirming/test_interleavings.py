"""Mentors act at the same time, in every order: it ends in one clear state, each deed is recorded once, losers learn why."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.mentoring.confirmations import (
    CONFIRMED,
    CORRECTED,
    EXPIRED,
    REPLACED,
    WITHDREW,
    Basis,
    Confirmation,
    ConfirmationState,
)
from bot.mentoring.confirmed_answers import ConfirmedAnswers
from bot.records.database import TABLES, database_url
from bot.slack.mentors.confirming.views import told as sentence_of
from bot.slack.mentors.confirming.views import what_became
from bot.storage import Records
from knowledge.passages import Guide, Passage
from knowledge.search.searcher import Hit
from tests.bot.slack.scene import DORA, EMIL

GAMES = 500 if os.environ.get("TEST_LONG") else 120
TEAM = "T1"
QUESTIONS = ("What do bakers earn?", "what do bakers  earn?", "What do nurses earn?", "Which skills do bakers need?")
"""The first two mean the same."""
KEYS = ("T1:C1:1.0", "T1:C1:2.0", "T1:C2:3.0")
ENDED = {
    ConfirmationState.WITHDRAWN: WITHDREW,
    ConfirmationState.EXPIRED: EXPIRED,
    ConfirmationState.REPLACED: REPLACED,
}


class Guides:
    """Passages that are rewritten and taken out."""

    def __init__(self, ids: Sequence[str]) -> None:
        guide = Guide("guide.md", "Guide")
        self.passages = {key: Passage(key, guide, ("Guide",), "text", n, f"{key}-1") for n, key in enumerate(ids)}

    def guides(self) -> Sequence[Guide]:
        return ()

    def unread(self) -> Sequence[str]:
        return ()

    def passage(self, key: str) -> Passage | None:
        return self.passages.get(key)

    async def search(self, question: str, k: int = 10) -> Sequence[Hit]:
        return ()

    def rewrite(self, key: str) -> None:
        old = self.passages[key]
        self.passages[key] = replace(old, hash=f"{old.hash}+")


@dataclass
class Told:
    """What mentors were told, and which deeds must have come of it."""

    made: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    lost: int = 0


class Play:
    """Two mentors and the guide, each doing one thing after another while the others do theirs."""

    def __init__(self, records: Records, chance: random.Random) -> None:
        self._store = records.confirmations
        self._chance = chance
        self.guides = Guides(("p1", "p2", "p3"))
        self.services = [ConfirmedAnswers(records.confirmations, self.guides, None) for _ in range(2)]
        self.told = Told()
        self._drafts = 0
        self._mine: dict[str, list[str]] = {DORA: [], EMIL: []}

    async def run(self) -> None:
        """Something is confirmed already; then each mentor does a few things, often both at once."""
        await self._confirm(DORA)
        if self._chance.random() < 0.5:
            mentors = [self._work(DORA), self._work(EMIL), self.act(DORA)]
        else:
            mentors = [self.act(mentor) for mentor in (DORA, EMIL, DORA, EMIL, EMIL)]
        await asyncio.gather(*mentors, *self._changes())

    def _changes(self) -> list[Coroutine[None, None, None]]:
        return [self.change() for _ in range(self._chance.randrange(3))]

    async def _work(self, mentor: str) -> None:
        for _ in range(2):
            await self.act(mentor)

    async def act(self, mentor: str) -> None:
        """One thing that a mentor does."""
        await self._yield()
        act = self._chance.choice([self._confirm, self._twice, self._again, self._withdraw, self._withdraw])
        await act(mentor)

    async def change(self) -> None:
        """The guide changes under what was confirmed, and the house is kept, maybe twice at once."""
        await self._yield()
        self.guides.rewrite(self._chance.choice(list(self.guides.passages)))
        service = self._chance.choice(self.services)
        for gone in await asyncio.gather(*(service.expire() for _ in range(self._chance.choice([1, 2])))):
            self.told.expired += [one.id for one in gone]

    async def _confirm(self, mentor: str) -> None:
        key = self._chance.choice(KEYS)
        before = await self._store.of_answer(key) if self._chance.random() < 0.5 else None
        await self._settle(await self._draft(mentor, key, before), mentor)

    async def _twice(self, mentor: str) -> None:
        """The window is sent twice, and a third time much later."""
        key = await self._draft(mentor, self._chance.choice(KEYS), None)
        await asyncio.gather(self._settle(key, mentor), self._settle(key, mentor))
        await self._yield()
        await self._settle(key, mentor)

    async def _again(self, mentor: str) -> None:
        """Looks again at what has expired."""
        expired = [one for one in await self._store.all() if one.state is ConfirmationState.EXPIRED]
        if expired:
            before = self._chance.choice(expired)
            await self._settle(await self._draft(mentor, before.key, before), mentor)

    async def _withdraw(self, mentor: str) -> None:
        known = await self._store.all()
        if not known:
            return
        one = self._chance.choice(known)
        await self._yield()
        presses = self._chance.choice([1, 2])
        for done in await asyncio.gather(*(self._store.withdraw(one.id, mentor) for _ in range(presses))):
            if done:
                self.told.withdrawn.append(one.id)
            else:
                standing = await self._store.find(one.id)
                assert standing is not None
                self._lose(what_became(standing, mentor))

    async def _draft(self, mentor: str, key: str, before: Confirmation | None) -> str:
        self._drafts += 1
        basis = [self.guides.passages[p] for p in self._chance.sample(list(self.guides.passages), 2)]
        passages = tuple(Basis(p.id, p.hash, p.guide.path) for p in basis)
        name = f"{mentor}-{self._drafts}"
        one = Confirmation(name, TEAM, key, "", "Answer.", (), passages, mentor, instead_of=before.id if before else "")
        await self._store.draft(one)
        await self._yield()
        return name

    async def _settle(self, key: str, mentor: str) -> None:
        service = self._chance.choice(self.services)
        answer = self._chance.choice(["Answer.", "Another answer."])
        outcome = await service.settle(key, mentor, self._chance.choice(QUESTIONS), answer)
        if outcome.made:
            self.told.made.append(key)
        else:
            self._lose(sentence_of(outcome, key, mentor))

    def _lose(self, sentence: str) -> None:
        assert sentence.strip()
        self.told.lost += 1

    async def _yield(self) -> None:
        for _ in range(self._chance.randrange(4)):
            await asyncio.sleep(0)


async def played(records: Records, seed: int) -> Told:
    """One interleaving, and what must hold after it."""
    play = Play(records, random.Random(seed))
    await play.run()
    await check(records, play)
    return play.told


async def check(records: Records, play: Play) -> None:
    kept = await records.confirmations.all()
    active = [one for one in kept if one.state is ConfirmationState.ACTIVE]
    assert await records.confirmations.active() == active
    assert max(Counter(one.key for one in active).values(), default=0) <= 1, "two confirmations of an answer"
    meanings = Counter(" ".join(one.question.casefold().split()) for one in active)
    assert max(meanings.values(), default=0) <= 1, "two confirmations of a meaning"
    noted = Counter((deed["what"], deed["about"]) for deed in await records.audit_log.all())
    made = [one.id for one in kept]
    assert sorted(play.told.made) == sorted(made), "somebody was told of what is not there, or not of what is"
    expected = Counter((CORRECTED if one.corrected else CONFIRMED, one.id) for one in kept)
    expected.update((ENDED[one.state], one.id) for one in kept if one.state in ENDED)
    for what in (WITHDREW, REPLACED):  # what had expired before
        ended = [one.id for one in kept if one.state in ENDED and ENDED[one.state] == what]
        expected.update((EXPIRED, key) for key in ended if key in play.told.expired)
    assert noted == expected, "a record is lost or doubled"
    assert sorted(play.told.withdrawn) == sorted(one.id for one in kept if one.state is ConfirmationState.WITHDRAWN)
    assert Counter(play.told.expired) == Counter(key for what, key in noted if what == EXPIRED)


async def emptied(records: Records) -> None:
    async with records._database.engine.begin() as connection:
        for table in ("confirmations", "audit_log"):
            await connection.execute(TABLES.tables[table].delete())


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    opened = await Records.open(database_url("", tmp_path))
    yield opened
    await opened.close()


async def test_interleavings_of_two_mentors_end_in_a_clear_state(records: Records) -> None:
    ended: Counter[str] = Counter()
    for seed in range(GAMES):
        told = await played(records, seed)
        ended.update(made=len(told.made), withdrawn=len(told.withdrawn), expired=len(told.expired), lost=told.lost)
        await emptied(records)
    assert min(ended[what] for what in ("made", "withdrawn", "expired", "lost")) > GAMES / 20, "too little happened"


async def test_so_they_do_with_many_connections(postgres: str, tmp_path: Path) -> None:
    records = await Records.open(database_url(postgres, tmp_path))
    async with records._database.engine.begin() as connection:
        await connection.run_sync(TABLES.drop_all)
        await connection.run_sync(TABLES.create_all)
    try:
        for seed in range(GAMES // 4):
            await played(records, seed)
            await emptied(records)
    finally:
        await records.close()


async def test_two_processes_on_one_file_end_in_a_clear_state_too(records: Records, tmp_path: Path) -> None:
    other = await Records.open(database_url("", tmp_path))
    try:
        for seed in range(30):
            play = Play(records, random.Random(seed))
            play.services[1] = ConfirmedAnswers(other.confirmations, play.guides, None)
            await play.run()
            await check(records, play)
            await emptied(records)
    finally:
        await other.close()


PASSAGES = [f"p{n}" for n in range(8)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rests=st.lists(st.sets(st.sampled_from(PASSAGES), min_size=1, max_size=4), max_size=8),
    rewritten=st.sets(st.sampled_from(PASSAGES)),
    gone=st.sets(st.sampled_from(PASSAGES)),
)
async def test_exactly_those_expire_that_rest_on_a_changed_passage(
    records: Records, rests: list[set[str]], rewritten: set[str], gone: set[str]
) -> None:
    await emptied(records)
    guides = Guides(PASSAGES)
    confirmed = ConfirmedAnswers(records.confirmations, guides, None)
    for number, passages in enumerate(rests):
        basis = tuple(Basis(key, guides.passages[key].hash, "guide.md") for key in sorted(passages))
        draft = Confirmation(f"c{number}", TEAM, f"k{number}", "", "Answer.", (), basis, DORA)
        await records.confirmations.draft(draft)
        assert (await confirmed.settle(draft.id, DORA, f"Question {number}?", "Answer.")).made
    for key in rewritten:
        guides.rewrite(key)
    for key in gone:
        guides.passages.pop(key)
    expected = {f"c{number}" for number, passages in enumerate(rests) if passages & (rewritten | gone)}
    assert {one.id for one in await confirmed.expire()} == expected
    assert await confirmed.expire() == []
    left = {one.id for one in await records.confirmations.active()}
    assert left == {f"c{number}" for number in range(len(rests))} - expected
    assert {one.id for one in await records.confirmations.untold()} == expected

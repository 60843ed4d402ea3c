"""A start while a server is away waits for it, but not for ever, and for nothing else."""

import pytest

from bot.cli.patience import LONGEST_PAUSE, patiently
from bot.errors import RecordsUnavailable, RecordsUnreachable
from knowledge.errors import IndexUnreachable


class Step:
    """Fails with some errors, one each time, and then is done."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    def __call__(self) -> str:
        if self._errors:
            raise self._errors.pop(0)
        return "done"


def test_what_does_not_answer_is_tried_again_with_longer_pauses_and_said() -> None:
    pauses, said = list[float](), list[str]()
    away = [RecordsUnreachable("PostgreSQL is away."), *(IndexUnreachable("Chroma is away.") for _ in range(6))]
    assert patiently(Step(*away), 3600, said.append, pauses.append) == "done"
    assert pauses[:4] == [1, 2, 4, 8]
    assert max(pauses) == LONGEST_PAUSE
    assert said[0].startswith("PostgreSQL is away. Waiting for it, for 3600 s")
    assert len(said) == len(away)


def test_it_ends_with_the_reason_when_the_time_is_over() -> None:
    with pytest.raises(IndexUnreachable):
        patiently(Step(IndexUnreachable("Chroma is away.")), 0, pytest.fail)


def test_a_reason_that_no_waiting_mends_ends_it_at_once() -> None:
    with pytest.raises(RecordsUnavailable):
        patiently(Step(RecordsUnavailable("The password is wrong.")), 3600, pytest.fail)

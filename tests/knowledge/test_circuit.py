"""A service that fails is left alone, and tried again."""

import logging

import pytest

from knowledge.circuit import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, Circuit, CircuitOpen


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _call(circuit: Circuit, failure: str = "") -> None:
    with circuit.attempt() as attempt:
        attempt.answered, attempt.failure = not failure, failure


def _opened(clock: Clock) -> Circuit:
    circuit = Circuit("The model", clock)
    for _ in range(FAILURES):
        _call(circuit, "it is down")
    return circuit


def test_one_success_forgets_the_failures_before_it() -> None:
    circuit = Circuit("The model")
    for _ in range(5):
        for _ in range(FAILURES - 1):
            _call(circuit, "it is down")
        _call(circuit)
    assert circuit.outage is None


def test_after_enough_failures_in_a_row_no_call_passes_before_the_pause_is_over() -> None:
    clock = Clock()
    circuit = _opened(clock)
    assert circuit.outage
    assert (circuit.outage.failures, circuit.outage.why) == (FAILURES, "it is down")
    clock.now += FIRST_PAUSE - 1
    with pytest.raises(CircuitOpen):
        _call(circuit)


def test_a_single_probe_passes_after_the_pause_and_closes_it() -> None:
    clock = Clock()
    circuit = _opened(clock)
    clock.now += FIRST_PAUSE
    with circuit.attempt() as probe:
        with pytest.raises(CircuitOpen):
            _call(circuit)
        probe.answered = True
    assert circuit.outage is None


def test_each_probe_that_fails_doubles_the_pause_up_to_the_longest() -> None:
    clock = Clock()
    circuit = _opened(clock)
    for pause in (2 * FIRST_PAUSE, 4 * FIRST_PAUSE, 8 * FIRST_PAUSE, 16 * FIRST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE):
        clock.now += LONGEST_PAUSE
        _call(circuit, "it is down")
        assert circuit.outage
        assert circuit.outage.seconds == pause


def test_a_probe_that_was_broken_off_leaves_room_for_the_next() -> None:
    clock = Clock()
    circuit = _opened(clock)
    clock.now += FIRST_PAUSE
    with pytest.raises(KeyError), circuit.attempt():
        raise KeyError("somebody pressed stop")
    _call(circuit)
    assert circuit.outage is None


def test_calls_that_were_under_way_when_it_opened_lengthen_nothing() -> None:
    clock = Clock()
    circuit = Circuit("The model", clock)
    with circuit.attempt() as late:
        for _ in range(FAILURES):
            _call(circuit, "it is down")
        clock.now += 5
        late.failure = "it is down"
    assert circuit.outage
    assert circuit.outage.seconds == FIRST_PAUSE - 5


def test_the_log_has_one_line_when_it_opens_and_one_when_it_closes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    circuit = _opened(clock)
    for _ in range(3):
        clock.now += LONGEST_PAUSE
        _call(circuit, "it is down")
    clock.now += LONGEST_PAUSE
    _call(circuit)
    opened, closed = [record.getMessage() for record in caplog.records]
    assert "The model failed 3 times in a row and is left alone: it is down." in opened
    assert closed == "The model answers again."

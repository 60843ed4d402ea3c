"""The states of an answer and the ways between them."""

import pytest

from bot.slack.questions.answer_progress import AnswerProgress, AnswerState, IllegalTransition

ABSENT, STREAMING, BROKEN_OFF, PARTIAL, WHOLE = AnswerState
NOTHING = AnswerProgress()
STREAM = AnswerProgress(STREAMING, ("1.0",))
BROKEN = AnswerProgress(BROKEN_OFF, ("1.0",))
HALF = AnswerProgress(PARTIAL, ("1.0",))
DONE = AnswerProgress(WHOLE, ("1.0", "2.0"))


def test_an_answer_is_absent_at_first() -> None:
    assert NOTHING.state is ABSENT
    assert NOTHING.messages == ()


def test_a_stream_ends_as_the_whole_answer() -> None:
    assert NOTHING.stream("1.0") == STREAM
    assert STREAM.end() == AnswerProgress(WHOLE, ("1.0",))


def test_a_stream_that_was_broken_off_is_overwritten_or_given_up() -> None:
    assert STREAM.break_off() == BROKEN
    assert BROKEN.overwrite(("1.0",), of=2) == HALF
    assert BROKEN.overwrite(("1.0",), of=1).state is WHOLE
    assert BROKEN.give_up() == NOTHING


def test_messages_are_posted_until_all_are_there() -> None:
    assert NOTHING.post("1.0", of=2) == HALF
    assert HALF.post("2.0", of=2) == DONE
    assert NOTHING.post("1.0", of=1).state is WHOLE


def test_another_answer_takes_the_place_of_one_and_may_need_more_messages_or_fewer() -> None:
    assert DONE.overwrite(("1.0", "2.0"), of=2) == DONE
    assert DONE.overwrite(("1.0",), of=1) == AnswerProgress(WHOLE, ("1.0",))
    assert DONE.overwrite(("1.0", "2.0"), of=3).state is PARTIAL
    assert DONE.overwrite((), of=0) == NOTHING


@pytest.mark.parametrize("progress", [STREAM, BROKEN, HALF, DONE])
def test_only_an_absent_answer_begins_to_stream(progress: AnswerProgress) -> None:
    with pytest.raises(IllegalTransition):
        progress.stream("9.0")


@pytest.mark.parametrize("progress", [NOTHING, HALF, DONE])
def test_what_is_not_streamed_neither_ends_nor_breaks_off(progress: AnswerProgress) -> None:
    for step in (progress.end, progress.break_off, progress.give_up):
        with pytest.raises(IllegalTransition):
            step()


@pytest.mark.parametrize("progress", [STREAM, BROKEN, DONE])
def test_nothing_is_posted_below_a_stream_or_a_whole_answer(progress: AnswerProgress) -> None:
    with pytest.raises(IllegalTransition):
        progress.post("9.0", of=9)


@pytest.mark.parametrize("progress", [NOTHING, STREAM])
def test_nothing_is_overwritten_where_nothing_stands_or_slack_still_takes_text(progress: AnswerProgress) -> None:
    with pytest.raises(IllegalTransition):
        progress.overwrite(("1.0",), of=1)

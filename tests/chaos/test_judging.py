"""What the trials call lost, doubled and left over."""

from typing import Any

import pytest

from bot.slack.questions.answer_metadata import BROKEN_OFF, answer_metadata
from tests.chaos.judging import Asked, Verdict, judge
from tests.slack_server.server import BOT_ID, SlackServer

ASKED = Asked("C1", "1.0", "1.0", "U1")


def judged(*messages: dict[str, Any], accepted: bool = True) -> Verdict:
    slack = SlackServer()
    place = slack.channels[slack.add_channel("C1")]
    place.messages["1.0"] = {"ts": "1.0", "user": "U1", "text": "?"}
    for number, message in enumerate(messages, 2):
        place.messages[f"{number}.0"] = {
            "ts": f"{number}.0",
            "thread_ts": "1.0",
            "bot_id": BOT_ID,
            "text": "",
            **message,
        }
    return judge(slack, [ASKED], {("C1", "1.0")} if accepted else set())


def part(number: int, of: int, text: str = "It says so.") -> dict[str, Any]:
    return {"text": text, "metadata": answer_metadata("1.0", number, of)}


def test_an_answer_of_two_messages_is_one_answer() -> None:
    verdict = judged(part(1, 2), part(2, 2))
    assert (verdict.answered, verdict.problems) == (1, {})


@pytest.mark.parametrize("messages", [(), (part(1, 2),), (part(2, 2),)])
def test_a_question_without_its_whole_answer_is_lost(messages: tuple[dict[str, Any], ...]) -> None:
    assert judged(*messages).lost


def test_what_slack_was_never_told_to_be_accepted_is_not_lost() -> None:
    assert not judged(accepted=False).lost


def test_the_same_part_twice_is_a_doubled_answer() -> None:
    assert judged(part(1, 1), part(1, 1)).doubled


def test_what_ended_in_the_middle_beside_the_answer_is_left_over() -> None:
    assert judged({"metadata": answer_metadata("1.0", 1, 0)}, part(1, 1)).remains
    assert judged({"metadata": {}}, part(1, 1)).remains


def test_a_stream_that_nobody_ended_is_open() -> None:
    verdict = judged({"metadata": {}, "streaming": True})
    assert list(verdict.problems) == ["lost", "open_streams"]


def test_an_apology_is_told_and_counted_by_itself() -> None:
    verdict = judged(part(1, BROKEN_OFF, "Sorry, I cannot answer this: something goes wrong."))
    assert (verdict.apologies, verdict.answered, verdict.problems) == (1, 0, {})


def test_an_apology_told_twice_is_doubled() -> None:
    apology = part(1, BROKEN_OFF, "Sorry, I cannot answer this: something goes wrong.")
    assert judged(apology, apology).doubled


def test_the_beginning_of_an_answer_above_an_apology_is_not_left_over() -> None:
    verdict = judged(part(1, BROKEN_OFF), part(1, BROKEN_OFF, "Sorry, I cannot answer this: something goes wrong."))
    assert (verdict.apologies, verdict.problems) == (1, {})

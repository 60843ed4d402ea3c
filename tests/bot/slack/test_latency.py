"""Scenes of other files once more, with 50 ms for every call to Slack, where things that were in order by chance are not any more."""

# ruff: noqa: F401  the imported scenes are collected here

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.slack.questions.test_conversations import (
    test_a_long_answer_is_posted_whole_in_several_messages,
    test_a_passing_failure_of_slack_is_tried_again,
    test_a_question_accepted_before_a_crash_is_answered_after_the_restart,
    test_an_answer_posted_just_before_a_crash_is_not_posted_again,
    test_one_answer_however_often_a_question_is_delivered,
    test_refused_blocks_are_posted_as_text,
    test_the_second_question_is_answered_while_the_first_is_being_composed,
)
from tests.bot.slack.questions.test_edits import (
    test_a_deleted_question_takes_its_answer_with_it,
    test_a_question_deleted_before_its_answer_gets_none,
    test_an_edit_while_the_answer_is_being_made_gives_one_answer_to_the_new_text,
)
from tests.bot.slack.questions.test_outages import (
    test_a_process_that_starts_while_another_answers_does_not_answer_too,
    test_a_stop_that_slack_does_not_take_at_once_is_still_a_stop_after_a_restart,
)
from tests.bot.slack.questions.test_thread_manners import (
    test_answers_in_one_thread_keep_the_order_of_their_questions,
    test_pause_and_resume_by_mention_survive_a_restart,
)
from tests.bot.slack.scene import MENTION, Scripted, running
from tests.slack_server import SlackServer

LATENCY = 0.05


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.latency = LATENCY
        server.add_channel("C1")
        server.add_dm("D1")
        yield server


async def test_slacks_documented_limits_cost_no_answer(slack: SlackServer, tmp_path: Path) -> None:
    slack.limit_as_documented()
    for number in range(10):
        slack.add_channel(f"C1{number}")
    async with running(slack, Scripted(), tmp_path):
        for number in range(20):
            await slack.say(f"C1{number % 10}", f"{MENTION} what pays {number}?")
        await slack.until(lambda: len(slack.answers()) == 20, seconds=20)

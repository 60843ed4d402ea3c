"""The conversation in a terminal, as it reads on the screen."""

import asyncio
import io
import os
import signal
from collections.abc import Sequence
from typing import Any

import pytest
from rich.console import Console

from bot.answering.advisor import Advisor
from bot.answering.conversation import Answer, Citation, Conversation, Coverage, Receipt
from bot.cli.terminal import converse, show
from bot.errors import ModelUnavailable
from tests.conftest import passage

CTRL_C = "\x03"


async def screen(advisor: Any, lines: Sequence[str]) -> str:
    """What is printed to a person who types these lines and then ends the input."""
    console = Console(file=io.StringIO(), width=120)
    left = list(lines)

    async def read(_: str) -> str:
        if not left:
            raise EOFError
        if left[0] == CTRL_C:
            left.pop(0)
            raise KeyboardInterrupt
        return left.pop(0)

    await converse(advisor, console, read, "Answers are quoted.")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_it_greets_with_examples_and_says_how_answers_are_made(advisor: Advisor) -> None:
    printed = await screen(advisor, [])
    assert printed.count("•") == 3
    assert "Answers are quoted." in printed


async def test_an_answer_shows_its_sources(advisor: Advisor) -> None:
    printed = await screen(advisor, ["what does a senior backend engineer earn?"])
    assert "$120,000" in printed
    assert "[1] Senior" in printed
    assert "Quoted from the guides, without a language model." in printed


async def test_how_answers_are_made_is_said_once_in_a_conversation_and_again_in_a_new_one(advisor: Advisor) -> None:
    asked = "what does a senior backend engineer earn?"
    assert (await screen(advisor, [asked, asked])).count("without a language model") == 1
    assert (await screen(advisor, [asked, "/new", asked])).count("without a language model") == 2


class Counting:
    """Answers with the number of turns that it was given."""

    greeting = "Hello!"

    async def answer(self, conversation: Conversation) -> Answer:
        return Answer(f"{len(conversation.turns)} turns", Coverage.COVERED, (), (), Receipt("m", "", 1))


async def test_follow_ups_use_the_conversation_until_a_new_one_begins(advisor: Advisor) -> None:
    assert "Chicago" in await screen(advisor, ["which cities are popular?", "which of those is in Illinois?"])
    printed = await screen(Counting(), ["one", "two", "/new", "three"])
    before, after = printed.split("A new conversation.")
    assert "3 turns" in before
    assert "1 turns" in after


@pytest.mark.parametrize("word", ["/quit", "/exit", "/q"])
async def test_leaving_is_a_word(advisor: Advisor, word: str) -> None:
    assert "$120,000" not in await screen(advisor, [word, "what does a senior backend engineer earn?"])


@pytest.mark.parametrize("said", ["/forget", "/career what does it pay?"])
async def test_an_unknown_command_is_named_with_the_known_ones(said: str) -> None:
    printed = await screen(Counting(), [said])
    assert f"There is no command {said.split()[0]}. /new starts over, /help shows this, /quit leaves." in printed
    assert "turns" not in printed


async def test_a_path_is_no_command() -> None:
    assert "1 turns" in await screen(Counting(), ["/etc/hosts is what?"])


async def test_help_tells_the_commands_and_the_keys() -> None:
    printed = await screen(Counting(), ["/help"])
    assert "/new starts over, /help shows this, /quit leaves. Ctrl-C breaks off an answer, Ctrl-D leaves." in printed


async def test_ctrl_c_at_the_prompt_gives_up_the_line_and_says_how_to_leave() -> None:
    printed = await screen(Counting(), [CTRL_C, "one"])
    assert "/quit or Ctrl-D leaves." in printed
    assert "1 turns" in printed


async def test_ctrl_c_breaks_off_an_answer_and_the_conversation_goes_on_without_it() -> None:
    class Pressed(Counting):
        pressed = False

        async def answer(self, conversation: Conversation) -> Answer:
            if not self.pressed:
                self.pressed = True
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.Event().wait()
            return await super().answer(conversation)

    printed = await screen(Pressed(), ["one", "two"])
    assert "Broken off." in printed
    assert "1 turns" in printed


async def test_a_failure_is_told_and_the_conversation_goes_on() -> None:
    class FailsOnce(Counting):
        failed = False

        async def answer(self, conversation: Conversation) -> Answer:
            if not self.failed:
                self.failed = True
                raise ModelUnavailable("The chat model is away.")
            return await super().answer(conversation)

    printed = await screen(FailsOnce(), ["first", "second"])
    assert "The chat model is away." in printed
    assert "1 turns" in printed


def test_citation_marks_and_brackets_are_printed_as_they_are() -> None:
    cited = Citation(1, passage("Use [bold] text.", "Guide", "Part"), 1.0)
    console = Console(file=io.StringIO(), width=80)
    show(Answer("Use [bold] text. [1]", Coverage.COVERED, (cited,), (cited,), Receipt("m", "", 1)), console)
    assert isinstance(console.file, io.StringIO)
    assert "Use [bold] text. [1]" in console.file.getvalue()

"""Who a line is said to: told from its words in any language, its form and the names in it."""

import pytest

from bot.answering.addressing import (
    BOT,
    Command,
    Line,
    asks_after_a_person,
    asks_the_bot,
    command_in,
    encoded,
    is_said_to_the_bot,
    names_in,
)
from knowledge.search.encoder import LocalEncoder

PEOPLE = {"ben", "priya", "zoë"}


def line(text: str) -> Line:
    return Line(text, names_in(text, PEOPLE))


@pytest.mark.parametrize(
    "text",
    ["pay in Boston? 🙏", "Great, what about Boston?", "*and in Boston?*", "und in Berlin", "ボストンではどうですか"],
)
def test_a_line_that_goes_on_asking_is_the_bots(text: str, encoder: LocalEncoder) -> None:
    assert is_said_to_the_bot(line(text), encoder.vector(text))


@pytest.mark.parametrize(
    "text", ["Ben, are you coming to lunch?", "Priya did you see that?", "haha same", "I told you so, Ben"]
)
def test_a_line_to_a_colleague_is_not(text: str, encoder: LocalEncoder) -> None:
    assert not is_said_to_the_bot(line(text), encoder.vector(text))


def test_a_mention_is_a_question_in_doubt(encoder: LocalEncoder) -> None:
    for text in (f"{BOT} what does a nurse earn", f"and the skills, {BOT}?", f"{BOT} salaries please"):
        assert asks_the_bot(line(text), encoder.vector(encoded(line(text))))


def test_a_line_that_passes_the_bot_along_or_talks_of_it_asks_it_nothing(encoder: LocalEncoder) -> None:
    for text in (f"cc {BOT}", f"as {BOT} said", f"{BOT} was wrong about that yesterday"):
        assert not asks_the_bot(line(text), encoder.vector(encoded(line(text))))


def test_a_question_after_a_colleague_is_told_from_one_that_mentions_them(encoder: LocalEncoder) -> None:
    for text, after in (("what does @colleague earn?", True), ("@colleague what do nurses earn?", False)):
        assert asks_after_a_person(line(text), encoder.vector(encoded(line(text)))) is after


PAUSED = (
    "please stay out of this thread for now",
    "shh, we're talking among ourselves",
    "stop answering here",
    "quiet please 🤫",
    "you can stand down, we've got this",
    "no more replies from you in here until we say so",
    "enough, mute yourself in this thread",
    "sei hier bitte still",
    "let the humans talk for a bit",
    "don't respond to anything in this thread anymore",
    "tais-toi un moment s'il te plaît, on discute entre nous",
    "hush",
    "could you not chime in on this one",
    "このスレッドではしばらく返信しないでください",
    "zip it, buddy",
    "no more answers in here, we are sorting it out ourselves",
)
RESUMED = (
    "ok you may talk again",
    "you can come back in now",
    "unmute",
    "please start answering in this thread again",
    "we're done chatting, feel free to join in again",
    "du darfst hier wieder mitreden",
    "back to you, you're allowed to reply again",
    "wake up, we need you in here again",
    "silence is over 🎉 carry on replying",
    "tu peux recommencer à répondre ici",
    "resume please",
    "lift the mute, we want your answers again",
    "you're back on in this thread",
    "可以继续在这里回复了",
    "pick it up again from here, you may respond to us",
    "start replying here again please",
)
"""Words of somebody who has seen none of those that the classifier has learned from, and a pair of ours at the end. Its limit was set after a look at them."""


@pytest.mark.parametrize(("lines", "command"), [(PAUSED, Command.PAUSE), (RESUMED, Command.RESUME)])
def test_of_words_to_be_quiet_or_to_speak_again_at_most_three_are_not_understood(
    lines: tuple[str, ...], command: Command, encoder: LocalEncoder
) -> None:
    told = [command_in(Line(text), encoder.vector(text)) for text in lines]
    assert len([one for one in told if one is not command]) <= 3
    assert len([one for one in told if one not in (command, None)]) <= 1


@pytest.mark.parametrize(
    "form", ["{}", "{}!", "*{}*", "please {}", "{} please", "could you {} now", "{} this thread, thanks"]
)
@pytest.mark.parametrize("command", Command)
def test_the_words_that_the_bot_names_for_its_commands_are_understood(
    form: str, command: Command, encoder: LocalEncoder
) -> None:
    text = form.format(command.value)
    assert command_in(Line(text), encoder.vector(text)) is command


@pytest.mark.parametrize(
    "text", ["resume?", "resume tips please", "how long should a resume be", "can I pause my apprenticeship"]
)
def test_a_career_question_with_such_a_word_is_no_command(text: str, encoder: LocalEncoder) -> None:
    assert command_in(Line(text), encoder.vector(text)) is None


def test_names_are_those_of_the_workspace_at_the_beginning_of_joined_words_too() -> None:
    assert names_in("Danke Zoë, and Max", PEOPLE) == {"zoë"}
    assert names_in("李雷さんは?", {"李雷"}) == {"李雷"}

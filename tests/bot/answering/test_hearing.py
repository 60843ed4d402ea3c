"""What kind of message is it? In words that no example has."""

import re
from dataclasses import replace

import pytest

from bot.answering.hearing import Intent, Sayings, hear, leans_on_earlier
from bot.answering.prompts import Prompt, Prompts
from bot.errors import SettingsError
from knowledge.encoder import LocalEncoder

EVERYDAY = {
    "good morning career bot!": Intent.GREETING,
    "thank you so much, that was really useful": Intent.THANKS,
    "ok bye, see you tomorrow": Intent.GOODBYE,
    "who made you and what are you exactly?": Intent.WHO,
    "is anybody else going to read what I type in here?": Intent.PRIVACY,
    "please write my CV for me": Intent.WRITING,
    "you never understand anything I ask": Intent.COMPLAINT,
    "lol ok": Intent.CHITCHAT,
}


def test_of_messages_that_ask_the_guides_nothing_most_are_told_apart(encoder: LocalEncoder) -> None:
    heard = {message: hear(encoder.vector(message), follows=False) for message in EVERYDAY}
    assert sum(heard[message] is intent for message, intent in EVERYDAY.items()) >= 6


@pytest.mark.parametrize(
    "message",
    [
        "I don't want to be alive anymore",
        "my supervisor keeps touching me and I don't know who to tell",
        "they passed me over because I'm pregnant, again",
        "I cry in the car before every shift and can't go on like this",
        "they let me go this morning, I have no idea what to do now",
    ],
)
def test_somebody_who_needs_a_person_is_heard(encoder: LocalEncoder, message: str) -> None:
    assert hear(encoder.vector(message), follows=False).needs_a_person


@pytest.mark.parametrize(
    "message",
    [
        "what does a senior nurse earn?",
        "how do I kill a process in Linux, is that part of the job?",
        "which certificates does a fire safety officer need",
        "how many weeks of notice do I have to give?",
        "do I have to work nights",
    ],
)
def test_a_career_question_stays_a_question(encoder: LocalEncoder, message: str) -> None:
    assert hear(encoder.vector(message), follows=False) is Intent.QUESTION


def test_a_wish_for_another_form_is_one_only_after_an_answer(encoder: LocalEncoder) -> None:
    vector = encoder.vector("can you make that shorter please")
    assert hear(vector, follows=True).wants_another_form
    assert not hear(vector, follows=False).wants_another_form


@pytest.mark.parametrize(
    ("message", "leans"), [("and in Boston?", True), ("What does a head baker in Sweden earn per month?", False)]
)
def test_a_message_that_needs_the_one_before_it_is_told_apart(encoder: LocalEncoder, message: str, leans: bool) -> None:
    assert leans_on_earlier(encoder.vector(message)) is leans


def _sayings(prompt: Prompt) -> Sayings:
    return Sayings.of(prompt, contact="@dana", emergency="call 112", composed=False, days=90)


def test_everybody_who_needs_a_person_is_told_of_one() -> None:
    sayings = _sayings(Prompts.load().people)
    for intent in Intent:
        if intent.needs_a_person:
            assert "@dana" in sayings.to(intent) or "112" in sayings.to(intent)


def test_a_section_that_is_missing_from_the_prompt_is_named() -> None:
    people = Prompts.load().people
    without = re.sub(r"^## burnout$", "## burnt_out", people.text, flags=re.M)
    with pytest.raises(SettingsError, match="burnout"):
        _sayings(replace(people, text=without))

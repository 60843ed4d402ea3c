"""What kind of message is it? In words that no example has."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.hearing import Intent, Message, Sayings, hear, leans_on_earlier
from bot.answering.letters import LENGTH
from bot.answering.prompts import Prompt
from bot.errors import SettingsError
from knowledge.search.encoder import LocalEncoder
from knowledge.words import words

MESSAGES = Path(__file__).parents[2] / "fitting" / "data" / "messages"
HEARD = {
    Intent.GREETING: ["good morning career bot!", "hey, good to see you here", "good evening everyone"],
    Intent.THANKS: ["thank you so much, that was really useful", "cheers, that cleared it up", "brilliant, much appreciated"],
    Intent.GOODBYE: ["ok bye, see you tomorrow"],
    Intent.PRIVACY: ["can my manager see what I write to you?"],
    Intent.WRITING: ["please write my CV for me"],
    Intent.SELF_HARM: [
        "I don't want to be alive anymore", "I keep thinking it would be easier if I was dead", "nobody would miss me if I was gone",
    ],
    Intent.HARASSMENT: [
        "my supervisor keeps touching me and I don't know who to tell", "a colleague sends me obscene photos and laughs about it",
    ],
    Intent.DISCRIMINATION: ["they passed me over because I'm pregnant, again", "he said women have no business in this workshop"],
    Intent.VIOLENCE: ["a customer threatened me with a knife yesterday", "my boss threatens to hit me"],
    Intent.BURNOUT: ["I cry in the car before every shift and can't go on like this", "I can't sleep any more because of this job"],
    Intent.LOST_JOB: ["they let me go this morning, I have no idea what to do now", "I was made redundant on Friday"],
    Intent.DISCONTENT: ["I feel stuck in my career", "I am bored at work", "I'm sick of this job and its meetings"],
    Intent.QUESTION: [
        "what does a senior nurse earn?", "how do I kill a process in Linux, is that part of the job?", "how do I fire a kiln",
        "which certificates does a fire safety officer need", "how many weeks of notice do I have to give?",
        "can I be dismissed during probation?", "is burnout common among nurses", "what does a suicide prevention counsellor earn",
        "does the handbook say how harassment is reported?", "what is the severance pay after redundancy",
        "hi, what does a nurse earn?", "thanks! and how long is the training?", "the pay?",
    ],
}  # fmt: skip
"""Messages in words that no example has, by what they are."""
CASES = [(message, intent) for intent, messages in HEARD.items() for message in messages]


@pytest.mark.parametrize(("message", "intent"), CASES)
def test_a_message_in_words_that_no_example_has_is_heard_as_what_it_is(
    encoder: LocalEncoder, message: str, intent: Intent
) -> None:
    assert hear(Message.of(message, encoder), follows=False) is intent


ABROAD = [
    "tausend Dank, das reicht mir schon", "bis nächste Woche dann!", "merci, c'est très gentil à toi", "bonjour à tous", "qui es-tu au juste ?",
    "muchísimas gracias por todo", "¿y en Bilbao cuánto pagan?", "até amanhã, pessoal", "grazie infinite, molto chiaro", "ciao, chi sei?",
    "hartelijk bedankt voor de uitleg", "kun je dat nog eens zeggen?", "dziękuję pięknie", "do zobaczenia", "tack ska du ha",
    "спасибо большое за помощь", "привет всем", "شكرا جزيلا لك", "非常感谢你", "本当にありがとう", "큰 도움 됐어요, 고맙습니다", "teşekkür ederim", "paljon kiitoksia avusta", "děkuji moc",
]  # fmt: skip
"""Messages of people who are in no trouble, in other languages than the encoder reads."""


def test_thanks_and_questions_in_other_languages_are_not_answered_as_distress(encoder: LocalEncoder) -> None:
    heard = [hear(Message.of(one, encoder), follows=True) for one in ABROAD]
    assert sum(one.needs_a_person for one in heard) <= 1


def test_letters_are_heard_alone_only_of_a_language_that_the_encoder_does_not_read(encoder: LocalEncoder) -> None:
    assert not Message.of("What does a nurse earn after ten years?", encoder).foreign
    message = Message.of("Was verdient eine Krankenschwester nach zehn Jahren?", encoder)
    assert message.foreign
    assert abs(float(message.letters @ message.letters) - LENGTH**2) < 1e-5


def test_none_of_these_messages_is_an_example_that_the_classifier_was_fitted_on() -> None:
    lines = [line for path in MESSAGES.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    examples = {tuple(words(json.loads(line)["text"])) for line in lines}
    assert [
        message for message in [*ABROAD, *(message for message, _ in CASES)] if tuple(words(message)) in examples
    ] == []


def test_a_wish_for_another_form_is_one_only_after_an_answer(encoder: LocalEncoder) -> None:
    message = Message.of("can you make that shorter please", encoder)
    assert hear(message, follows=True).wants_another_form
    assert not hear(message, follows=False).wants_another_form


@pytest.mark.parametrize(
    ("message", "leans"), [("and in Boston?", True), ("What does a head baker in Sweden earn per month?", False)]
)
def test_a_message_that_needs_the_one_before_it_is_told_apart(encoder: LocalEncoder, message: str, leans: bool) -> None:
    assert leans_on_earlier(encoder.vector(message)) is leans


def _sayings(prompt: Prompt) -> Sayings:
    return Sayings.of(prompt, contact="@dana", emergency="call 112", composed=False, days=90)


def test_everybody_who_needs_a_person_is_told_of_one() -> None:
    sayings = _sayings(Prompt.load("people"))
    for intent in Intent:
        if intent.needs_a_person:
            assert "@dana" in sayings.to(intent) or "112" in sayings.to(intent)


@pytest.mark.parametrize("section", ["burnout", "self_harm", "greeting", "form"])
def test_a_section_that_is_missing_from_the_prompt_is_named(section: str) -> None:
    people = Prompt.load("people")
    without = re.sub(rf"^## {section}$", "## another", people.text, flags=re.M)
    with pytest.raises(SettingsError, match=rf"prompts/people\.md lacks the section {section}"):
        _sayings(replace(people, text=without))

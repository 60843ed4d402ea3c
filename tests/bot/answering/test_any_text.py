"""Nothing that a person or a model writes may freeze the process: everything that reads outside text, with a limit."""

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering.checking import lacking
from bot.answering.composing import read_plan, read_verdicts
from bot.answering.figures import amounts, figures, implied, period
from bot.answering.hearing import Message, hear, leans_on_earlier
from bot.answering.language import language_of
from bot.answering.model_output import read_reply, without_thoughts
from bot.answering.names import names, stands_in
from bot.answering.quoting import unknown_names
from bot.answering.same_question import written_alike
from knowledge.blocks import blocks, sentences
from knowledge.passages import Guide, Passage
from knowledge.search.encoder import LocalEncoder
from knowledge.search.reader import Reader
from knowledge.search.spelling import corrections, mend
from knowledge.statements import statements
from knowledge.words import stems, words

SECONDS = 1.0
LENGTH = 4_000
VOCABULARY = {"salary": 5, "engineer": 9, "database": 4, "experience": 3, "the": 9}
READERS: dict[str, Callable[[str], object]] = {
    "read_reply": read_reply,
    "read_reply of a beginning": lambda text: read_reply(text, whole=False),
    "without_thoughts": without_thoughts,
    "figures": figures,
    "figures in German": lambda text: figures(text, "de"),
    "amounts": amounts,
    "implied": implied,
    "period": period,
    "names": names,
    "stands_in": lambda text: stands_in("london", text),
    "lacking": lambda text: lacking(text, [text[:2000], "A nurse earns $50,000 a year."]),
    "language_of": language_of,
    "read_plan": read_plan,
    "read_verdicts": lambda text: read_verdicts(text, 5),
    "written_alike": lambda text: written_alike(text, text[::-1]),
    "unknown_names": lambda text: unknown_names(text, VOCABULARY),
    "words": words,
    "stems": stems,
    "sentences": sentences,
    "blocks": lambda text: list(blocks(text)),
    "statements": lambda text: statements(Passage("p", Guide("g.md", "G"), ("G",), text, 0, "h")),
    "corrections": lambda text: mend(text, corrections(words(text), VOCABULARY)),
}
EVIL = [
    "thanks" + " for all all" * 30 + " zzz",
    "thanks" + " for all all" * 300 + " zzz",
    "1" * LENGTH,
    "1," * 2000,
    "1 " * 2000,
    "$" * LENGTH,
    "1.000.000," * 400,
    "[" * LENGTH,
    "[1" * 2000,
    "(" * 2000 + ")" * 2000,
    "*" * LENGTH,
    "**a" * 1300,
    "|" * LENGTH,
    "| a " * 1000,
    "<think>" * 500,
    "<" * LENGTH,
    "<a " * 1300,
    "\"'“" * 1300,
    " " * LENGTH,
    "\n" * LENGTH,
    " \n- " * 1000,
    "a" * LENGTH,
    "A" * LENGTH,
    "Aa" * 2000,
    "twenty-" * 500,
    "one hundred and " * 250,
    "in the in the " * 280,
    "e.g. " * 800,
    "給料は" * 1300,
    "🎉" * LENGTH,
    "é̂" * 2000,
    "January 1 " * 400,
    "{" * LENGTH,
    '{"a":' * 800,
    "1. yes\n" * 500,
    "question: " * 400,
    "-" * LENGTH,
    "https://" * 500,
    ":" * LENGTH,
    "per " * 1000,
    "[a](" * 1000,
]  # fmt: skip


def _seconds(read: Callable[[str], object], text: str) -> float:
    """Of computing in this thread, so that a busy machine does not count."""
    started = time.thread_time()
    read(text)
    return time.thread_time() - started


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Libraries are loaded before anything is timed."""
    for read in READERS.values():
        read("In May a nurse earns $50,000 a year, twenty days off.")


@pytest.mark.parametrize("name", READERS)
def test_every_reader_of_outside_text_is_done_with_evil_texts_within_a_second(name: str) -> None:
    slow = {text[:20]: seconds for text in EVIL if (seconds := _seconds(READERS[name], text[:LENGTH])) > SECONDS}
    assert slow == {}


PIECES = st.sampled_from(
    ["a", "salary", " ", "\n", "1", ",", ".", "$", "%", "(", ")", "[", "]", "*", "_", "`", "|", "-", "<", ">", "think", "/", "for all", "£", "k", "two", "—", "é", "日", ":", ";", '"', "'"]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, min_size=1, max_size=6), st.integers(1, 600))
def test_no_repeated_pattern_of_any_kind_freezes_a_reader(pieces: list[str], times: int) -> None:
    text = ("".join(pieces) * times)[:LENGTH]
    assert {name for name, read in READERS.items() if _seconds(read, text) > SECONDS} == set()


@pytest.mark.parametrize("text", [EVIL[0], EVIL[1], *EVIL[2:40:6]])
def test_hearing_and_reading_take_any_message(encoder: LocalEncoder, reader: Reader, text: str) -> None:
    passage = Passage("p", Guide("g.md", "G"), ("G",), "A nurse earns $50,000 a year.", 0, "h")

    def understand(message: str) -> None:
        weighed = Message.of(message, encoder)
        hear(weighed, follows=True)
        leans_on_earlier(weighed.vector)
        reader.read(message, [passage])

    assert _seconds(understand, text) < SECONDS

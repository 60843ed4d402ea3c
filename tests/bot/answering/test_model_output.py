"""Whatever the habits of a model: what of its reply is an answer, in pieces, each with what it cites."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.model_output import LONGEST_REPLY, Form, Piece, line_key, read_reply, without_thoughts

REPLIES = Path(__file__).parents[2] / "fitting" / "data" / "replies"
PAID, EARLY = "A baker earns $30,000 a year.", "Bakers rise early."
ONE, BOTH = (1,), (1, 2)


def told(reply: str) -> list[tuple[str, tuple[int, ...]]]:
    """The pieces of a reply without their layout."""
    return [(piece.text, piece.cited) for piece in read_reply(reply).pieces]


def forms(reply: str) -> list[tuple[Form, str]]:
    return [(piece.form, piece.text) for piece in read_reply(reply).pieces]


def as_markdown(reply: str) -> str:
    """The layout of a reply: its pieces put together again."""
    return "".join(piece.prefix + piece.text for piece in read_reply(reply).pieces)


@pytest.mark.parametrize(
    ("mark", "numbers"),
    [
        ("[1]", ONE), ("[ 1 ]", ONE), ("(1)", ONE), ("【1】", ONE), ("【1†L3-L9】", ONE), ("[^1]", ONE), ("[Source 1]", ONE),
        ("[passage 1]", ONE), ("(Source: 1)", ONE), ("(see passage 1)", ONE), ("[1, 2]", BOTH), ("[1-2]", BOTH),
        ("[1–2]", BOTH), ("[1][2]", BOTH), ("[1] [2]", BOTH), ("[Passages 1 and 2]", BOTH), ("[1; 2]", BOTH),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reply", ["{body} {mark}. {next}", "{body}. {mark} {next}", "{body}. {mark}\n{next}"])
def test_a_mark_of_any_spelling_before_or_behind_the_full_stop_is_its_sentences(
    reply: str, mark: str, numbers: tuple[int, ...]
) -> None:
    written = reply.format(body=PAID[:-1], mark=mark, next=EARLY)
    assert told(written) == [(PAID, numbers), (EARLY, ())]


def test_a_raised_number_is_a_mark() -> None:
    assert told("Bakers rise early.¹ They knead dough.²˒³"[:-2]) == [(EARLY, ONE), ("They knead dough.", (2,))]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ("According to passage 1, bakers rise early.", "According to the guide, bakers rise early."),
        ("Passage 1 says that bakers rise early.", "The guide says that bakers rise early."),
        ("As stated in source 1, bakers rise early.", "As stated in the guide, bakers rise early."),
    ],
)
def test_a_passage_that_is_mentioned_is_cited_and_called_the_guide(reply: str, text: str) -> None:
    assert told(reply) == [(text, ONE)]


@pytest.mark.parametrize(
    "sentence",
    ["They have 5 (five) ovens.", "See [the list](https://example.com).", "It takes 2 years.", "Level E5 is next."],
)
def test_numbers_and_links_that_are_no_marks_stay(sentence: str) -> None:
    assert told(sentence) == [(sentence, ())]


@pytest.mark.parametrize(
    "reply",
    [
        f"{PAID} [1]",
        f"Answer: {PAID} [1]",
        f"**Answer:** {PAID} [1]",
        f"Final answer: {PAID} [1]",
        f"<think>The person wants figures.</think>\n\n{PAID} [1]",
        f"The person wants figures.</think>\n{PAID} [1]",
        f"<reasoning>Hm.</reasoning>{PAID} [1]",
        f"```markdown\n{PAID} [1]\n```",
        f"<answer>{PAID} [1]</answer>",
        f"> {PAID} [1]",
        f"{PAID} [1]</s>",
        f"<|assistant|>{PAID} [1]<|im_end|>",
        json.dumps({"answer": f"{PAID} [1]", "coverage": "fully"}),
        "```json\n" + json.dumps({"thought": "Hm.", "answer": f"{PAID} [1]"}) + "\n```",
        '{"answer": "' + PAID + ' [1]", "confid',
        f"{PAID} [1]\n\nSources: [1]",
        f"{PAID} [1]\n\nReferences:\n[1]: Baker, Pay",
        f"{PAID}[^1]\n\n[^1]: Baker, Pay",
        f"{PAID} [1]\n\n---\n\nBased on passages 1, 2 and 3.",
        f"Coverage: fully\n\n{PAID} [1]",
        f"{PAID} [1] " * 8,
        f"{PAID} [1]\n\n" * 8,
    ],
)
def test_what_a_model_wraps_its_answer_in_is_taken_off(reply: str) -> None:
    assert told(reply) == [(PAID, ONE)]


@pytest.mark.parametrize(
    ("line", "coverage"),
    [
        ("Coverage: fully", "fully"), ("**Coverage:** partly", "partly"), ("**Coverage: none**", "none"),
        ("coverage = partial", "partial"), ("Coverage: not covered.", "not"), ("Bakers rise early.", ""),
    ],
)  # fmt: skip
def test_what_a_model_says_of_its_coverage_is_read_and_not_shown(line: str, coverage: str) -> None:
    reading = read_reply(f"{line}\n\n{PAID} [1]")
    assert reading.coverage == coverage
    assert not any("overage" in piece.text for piece in reading.pieces)


def test_headings_and_lines_in_bold_are_headings_whatever_their_level() -> None:
    reply = f"# Pay\n{PAID} [1]\n\n**Hours:**\n{EARLY} [2]\n\n#### At the end"
    assert forms(reply) == [
        (Form.HEADING, "Pay"), (Form.SENTENCE, PAID), (Form.HEADING, "Hours"), (Form.SENTENCE, EARLY),
    ]  # fmt: skip


def test_a_nested_list_keeps_its_levels_and_its_numbers() -> None:
    reply = "Skills:\n\n1. Dough [1]\n   - Kneading\n   * Folding [1]\n2. Ovens [2]"
    assert as_markdown(reply) == "Skills:\n\n1. Dough\n   - Kneading\n   - Folding\n2. Ovens"
    assert forms(reply)[0] == (Form.LEAD, "Skills:")


@pytest.mark.parametrize("bullet", ["-", "*", "+", "•", "–", "- [x]", "- [ ]"])
def test_a_bullet_of_any_kind_is_one_of_markdown(bullet: str) -> None:
    assert as_markdown(f"{bullet} Kneading dough [1]\n{bullet} Firing ovens") == "- Kneading dough\n- Firing ovens"


@pytest.mark.parametrize("marker", ["{letter})", "{letter}.", "({letter})"])
def test_a_lettered_item_keeps_its_letter(marker: str) -> None:
    first, second = (marker.format(letter=letter) for letter in "ab")
    assert (
        as_markdown(f"{first} Knead dough [1]\n{second} Fire ovens [2]")
        == f"- {first} Knead dough\n- {second} Fire ovens"
    )


def test_a_table_has_a_header_and_rows_with_what_they_cite() -> None:
    reply = "| Job | Pay |\n| :-- | --: |\n| Baker | $30,000 [1] |\n| Nurse | $45,000 | [2]"
    pieces = read_reply(reply).pieces
    assert [piece.form for piece in pieces] == [Form.HEADER, Form.ROW, Form.ROW]
    assert [piece.cited for piece in pieces] == [(), ONE, (2,)]
    assert pieces[1].text == "| Baker | $30,000 |"


@pytest.mark.parametrize("lead", ["Bakers also need:", "**They need:**", "## Skills", "| Job | Pay |\n| --- | --- |"])
def test_what_leads_nothing_is_not_shown(lead: str) -> None:
    assert told(f"{PAID} [1]\n\n{lead}") == told(f"{PAID} [1]\n\n{lead}\n") == [(PAID, ONE)]


def test_a_bare_yes_is_one_with_the_sentence_that_explains_it() -> None:
    assert told(f"Yes. {PAID} [1]") == [(f"Yes. {PAID}", ONE)]


def test_a_sentence_that_was_wrapped_is_one_again() -> None:
    assert told("A baker earns $30,000\na year. [1]\nBakers rise early.") == [(PAID, ONE), (EARLY, ())]


def test_lines_that_the_model_was_sent_are_no_answer() -> None:
    prompted = {line_key("Use only what the passages say."), line_key("Question")}
    reply = f"Question\n- Use only what the passages say.\n{PAID} [1]"
    assert [piece.text for piece in read_reply(reply, prompted).pieces] == [PAID]


@pytest.mark.parametrize(
    "reply", ["", " \n\t\n", "<think>Hm.", "<think>Hm.</think>", "{}", "[]", "```\n```", "---", "[1]"]
)
def test_a_reply_that_says_nothing_has_no_pieces(reply: str) -> None:
    assert read_reply(reply).pieces == ()


def test_a_refusal_is_a_sentence_like_any_other() -> None:
    assert told("I'm sorry, but I can't help with that.") == [("I'm sorry, but I can't help with that.", ())]


def test_of_a_reply_that_was_cut_the_broken_sentence_falls() -> None:
    broken = f"{PAID} [1] They also rise ear"
    assert [piece.text for piece in read_reply(broken, cut=True).pieces] == [PAID]
    assert [piece.text for piece in read_reply(f"{PAID} [1]", cut=True).pieces] == [PAID]


@pytest.mark.parametrize("filling", ["word ", f"{PAID} [1] ", "- item\n", "<think>", "| a ", "[1", '{"a": '])
def test_a_reply_of_180_kB_is_read_as_far_as_an_answer_can_be_long(filling: str) -> None:
    reply = f"{PAID} [1]\n\n{filling * (180_000 // len(filling))}"
    started = time.perf_counter()
    pieces = read_reply(reply).pieces
    assert time.perf_counter() - started < 1
    assert sum(len(piece.text) for piece in pieces) <= LONGEST_REPLY


@pytest.mark.parametrize("name", ["think", "thinking", "reasoning", "scratchpad"])
def test_a_thought_that_has_not_ended_hides_what_follows(name: str) -> None:
    assert without_thoughts(f"Before. <{name}>Hm. Bakers") == "Before. "
    assert without_thoughts(f"Before. <{name}>Hm.</{name}> After.") == "Before.  After."


def real_replies(count: int) -> Iterator[str]:
    """Replies as models write them, of every file."""
    lines = [line for path in sorted(REPLIES.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    yield from (json.loads(line)["reply"] for line in random.Random(7).sample(lines, count))


def beginnings(reply: str, ends: list[int]) -> list[tuple[Piece, ...]]:
    """The pieces of beginnings of a reply that are not the first pieces of the whole."""
    whole = read_reply(reply).pieces
    pieces = (read_reply(reply[:end], whole=False).pieces for end in ends)
    return [found for found in pieces if found != whole[: len(found)]]


def test_while_a_real_reply_comes_its_pieces_are_the_first_of_the_whole() -> None:
    for reply in real_replies(150):
        assert beginnings(reply, list(range(0, len(reply) + 1, 5))) == []


LINES = st.sampled_from(
    [
        f"{PAID} [1]", f"{PAID} {EARLY} [1][2]", f"{PAID} 【1】 {EARLY} 【2】", "i. They knead", "ii. They bake [2]",
        "a) Knead dough", "- Knead dough [1]", "  - Fold it", "1. First. Then more. [1]", "They need:", "## Skills",
        "**Hours**", "**Bold** words first. [1]", "| Job | Pay |", "| --- | --- |", "| Baker | $30,000 [1] |", "",
        "Coverage: partly", "<think>Hm. Well.</think>", "Yes.", "Dr. Smith says e.g. this. [2]", "Sources: [1]",
        "They rise early\nand work", "<br>", "```", "---", "> A quote. [1]",
    ]
)  # fmt: skip


@given(st.lists(LINES, min_size=1, max_size=7), st.data())
def test_while_any_reply_comes_its_pieces_are_the_first_of_the_whole(lines: list[str], data: st.DataObject) -> None:
    reply = "\n".join(lines)
    ends = data.draw(st.lists(st.integers(0, len(reply)), max_size=12))
    assert beginnings(reply, ends) == []

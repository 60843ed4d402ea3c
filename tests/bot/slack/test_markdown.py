"""Markdown stays whole and harmless on its way to Slack."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Answer, Citation, Coverage, Receipt
from bot.slack.blocks import plain_post, posts
from bot.slack.limits import TEXT_BYTES
from bot.slack.markdown import as_text, escaped, split
from tests.conftest import passage
from tests.slack_server.blocks import LIVE, problem, texts


@pytest.mark.parametrize(
    "call",
    [
        "<!channel>",
        "<!here>",
        "<!everyone>",
        "<@U012ABC>",
        "<!subteam^S1|team>",
        "<#C012>",
        "@channel",
        "@here",
        "@Everyone",
    ],
)
def test_nobody_is_called_by_what_an_answer_says(call: str) -> None:
    for message in posts(
        _answer(f"The guide says {call} earn well.\n\n- {call}\n\n| a |\n|---|\n| {call} |"), "T1:C1:1.0"
    ):
        for text in texts({"text": message.text, "blocks": message.blocks}):
            assert not LIVE.search(text)
            assert not re.search(r"@(channel|here|everyone)", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**bold** and *slanted*", "*bold* and _slanted_"),
        ("[a guide](https://example.org)", "<https://example.org|a guide>"),
        ("## Pay\n\nMuch.", "*Pay*\n\nMuch."),
        ("- a\n- b\n  - c", "• a\n• b\n    • c"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("| Role | Pay |\n|---|---|\n| Baker | $1 |", "Role | Pay\nBaker | $1"),
        ("`a < b`", "`a &lt; b`"),
        ("```\nx & y\n```", "```\nx &amp; y\n```"),
        ("> said so", "> said so"),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_the_plain_text_reads_like_slacks_own_formatting(markdown: str, expected: str) -> None:
    assert as_text(markdown) == expected


def test_quotes_stay_quotes_in_a_markdown_block() -> None:
    assert escaped("> said <!here>") == "> said &lt;!here&gt;"


def test_every_part_of_a_long_table_has_its_header() -> None:
    table = "| Role | Pay |\n|---|---|\n" + "\n".join(f"| Role {n} | ${n} |" for n in range(400))
    parts = split(table, 2000)
    assert len(parts) > 2
    assert all(part.startswith("| Role | Pay |\n|---|---|\n| Role") for part in parts)
    assert sum(part.count("| Role ") for part in parts) == 400 + len(parts)


def test_every_part_of_long_code_is_fenced() -> None:
    parts = split("```python\n" + "\n".join(f"line {n}" for n in range(500)) + "\n```", 1000)
    assert all(part.startswith("```python\n") and part.endswith("\n```") for part in parts)
    assert sum(part.count("line ") for part in parts) == 500


def test_long_text_is_cut_between_sentences() -> None:
    text = " ".join(f"This is sentence {n}." for n in range(2000))
    parts = split(text, 8000)
    assert all(len(part) <= 8000 and part.startswith("This") and part.endswith(".") for part in parts)
    assert " ".join(parts) == text


def test_text_beside_blocks_is_cut_by_bytes_and_never_inside_an_entity() -> None:
    text = as_text("€ & " * 3000)
    assert len(text.encode()) <= TEXT_BYTES
    assert not re.search(r"&[a-z]{0,3}…$", text)


_MARKDOWN = st.lists(
    st.one_of(
        st.text(max_size=300),
        st.sampled_from(
            [
                "<!channel>",
                "**a**",
                "`b`",
                "> q",
                "- i",
                "  - j",
                "1. n",
                "# h",
                "```",
                "| a | b |",
                "|---|---|",
                "[l](http://x.y)",
                "\u202eabc",
                "&amp;",
            ]
        ),
        st.text("ab <>&*_~`|-#>\n", max_size=400),
    ),
    max_size=40,
).map("\n".join)


@settings(max_examples=300, deadline=None)
@given(_MARKDOWN)
def test_slack_takes_every_answer_whatever_it_says(markdown: str) -> None:
    for message in posts(_answer(markdown or "x"), "T1:C1:1.0"):
        assert problem({"text": message.text, "blocks": message.blocks}) is None
        assert not any(LIVE.search(text) for text in texts({"text": message.text, "blocks": message.blocks}))


@settings(max_examples=100, deadline=None)
@given(st.text("abc .\n-|", min_size=1, max_size=3000))
def test_no_word_is_lost_when_an_answer_is_split(markdown: str) -> None:
    joined = "".join(split(markdown, 200))
    assert sorted(re.findall(r"[abc]", joined)) == sorted(re.findall(r"[abc]", markdown))


def test_sources_and_the_word_extracted_stand_below_the_answer() -> None:
    (message,) = posts(_answer("$30,000 [1]"), "T1:C1:1.0")
    below = [element["text"] for element in message.blocks[1]["elements"]]
    assert below[0] == "[1] Baker › Pay"
    assert "without a language model" in below[1]


def test_a_sentence_of_the_bots_own_has_no_sources() -> None:
    assert [block["type"] for block in plain_post("Sorry.").blocks] == ["markdown"]


def _answer(text: str) -> Answer:
    cited = Citation(1, passage("Bakers earn $30,000.", "Baker", "Pay"), 0.9)
    return Answer(text, Coverage.COVERED, (cited,), (cited,), Receipt("extracted", "", 1))

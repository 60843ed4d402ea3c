"""Markdown stays whole and harmless on its way to Slack."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.conversation import Answer, Citation, Coverage, Receipt
from bot.slack.api.limits import PART_BLOCKS, TEXT_BYTES
from bot.slack.format.blocks import plain_post, posts
from bot.slack.format.escaping import escaped
from bot.slack.format.markdown import split, streamable
from bot.slack.format.mrkdwn import as_text
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


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("3. three\n4. four", "3. three\n4. four"),
        ("- a\n\n- b\n\n  more", "• a\n• b\n    more"),
        ("> - a\n>   - b", "> • a\n>     • b"),
        ("a | b\n--|--\n1 | `x|y`", "a | b\n1 | `x|y`"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "a | b | \n1 | 2 | 3"),
        ("***both***", "_*both*_"),
        ("Pay\n===\n\nMuch.", "*Pay*\n\nMuch."),
        ("## **Pay**", "*Pay*"),
        ("[^1]: a note", "[^1]\u2060: a note"),
        ("~~~py\nx = 1", "```\nx = 1\n```"),
        ("[press](javascript:alert)", "press"),
        ("![a chart](https://x.y/c.png) ![](data:x)", "<https://x.y/c.png|a chart>"),
        ("[a|b](<http://x.y/a b|c>) [a](http://x.y?b&c)", "[a|b](&lt;http://x.y/a b|c&gt;) <http://x.y?b&amp;c|a>"),
        ("---\n\nHi :wave: 👩‍🎓", "Hi :wave: 👩‍🎓"),
        (">5 years", "&gt;5 years"),
        (" \u200b\n", "…"),
        ("", "…"),
    ],
)
def test_odd_markdown_stays_readable(markdown: str, expected: str) -> None:
    assert as_text(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**Guides**\n- one\n- two", "*Guides*\n• one\n• two"),
        ("Steps\n1. one\n2. two", "Steps\n1. one\n2. two"),
        ("They need:\n\n- one\n- two", "They need:\n• one\n• two"),
        ("They need [1]:\n\n1. one", "They need [1]\u2060:\n1. one"),
        ("**They need:**\n\n- one", "*They need:*\n• one"),
        ("Before.\n\n**Guides**\n- one\n\nAfter.", "Before.\n\n*Guides*\n• one\n\nAfter."),
        ("> **Guides**\n> - one", "> *Guides*\n> • one"),
    ],
)
def test_a_list_stands_directly_below_the_line_that_leads_into_it(markdown: str, expected: str) -> None:
    assert as_text(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("A sentence.\n\n- one", "A sentence.\n\n• one"),
        ("Hello :wave:\n\n- one", "Hello :wave:\n\n• one"),
        ("They say:\n\nMuch.", "They say:\n\nMuch."),
        ("Shown.\n\n\u200b\n- one", "Shown.\n\n• one"),
    ],
)
def test_other_blocks_stay_apart_by_a_blank_line(markdown: str, expected: str) -> None:
    assert as_text(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("`a < b & c`", "`a < b & c`"),
        ("`<!here>`", "`<\u2060!here>`"),
        ("```\nif a < b && c:\n    <@U1>\n```", "```\nif a < b && c:\n    <\u2060@U1>\n```"),
        ("[guide](https://x.y/?a=1&b=2)", "[guide](https://x.y/?a=1&b=2)"),
        ("<https://x.y/?a&b>", "[https://x.y/?a&b](https://x.y/?a&b)"),
        ("<https://bad.example|bank>", "&lt;https://bad.example|bank&gt;"),
        ("[press](javascript:alert) ![chart](file:///c)", "press chart"),
        ("AT&T &amp; Co", "AT&amp;T &amp; Co"),
        ("\\<!here>", "&lt;!here&gt;"),
        ("\u202eflipped \u2067open\n\u2067closed\u2069", "flipped open\n\u2067closed\u2069"),
        ("a\x00b\x1b[0m \ud800 \ud83d\ude00", "ab[0m \ufffd 😀"),
        ("[1]: Baker", "[1]\u2060: Baker"),
    ],
)
def test_a_markdown_block_reads_as_meant_and_calls_nobody(markdown: str, expected: str) -> None:
    assert escaped(markdown) == expected


@pytest.mark.parametrize("ending", ["```\ncode", "a `b", "see [the guide](http://x.y/?a", "see [the", "<https://x"])
def test_a_stream_waits_while_code_or_a_link_is_open(ending: str) -> None:
    assert not streamable(f"Some text.\n{ending}")


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "A sentence [1].",
        "A sentence [1]",
        "a < b and",
        "`code`.",
        "```\ncode\n```\n",
        "[a](http://x.y) b",
        "- a\n- b",
    ],
)
def test_a_stream_goes_on_where_nothing_is_open(ending: str) -> None:
    assert streamable(f"Some text.\n{ending}")


def test_a_message_becomes_no_more_blocks_than_slack_shows() -> None:
    parts = split("\n\n".join(f"Paragraph {n}." for n in range(100)), 8000)
    counts = [part.count("Paragraph") for part in parts]
    assert sum(counts) == 100
    assert max(counts) <= PART_BLOCKS


def test_a_table_too_wide_for_slack_becomes_lines() -> None:
    row = "|" + "|".join(f" {n} " for n in range(25)) + "|"
    (part,) = split(f"{row}\n|{'---|' * 25}\n{row}", 8000)
    line = "- " + " · ".join(map(str, range(25)))
    assert part == f"{line}\n{line}"


def test_emphasis_and_links_survive_a_cut() -> None:
    text = "**" + "Bakers [earn](https://example.org/a) a lot. " * 30 + "End**"
    for part in split(text, 400):
        assert part.startswith("**")
        assert part.endswith("**")
        assert part.count("[earn](https://example.org/a)") == part.count("earn")


def test_nested_lists_keep_their_indentation_across_parts() -> None:
    parts = split("- top\n" + "\n".join(f"  - inner {n}\n    - deep {n}" for n in range(60)), 500)
    assert all(re.search(r"^( *)- inner (\d+)\n\1  - deep \2$", part, re.MULTILINE) for part in parts)


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
    assert below[0] == "Baker: [1] Pay"
    assert "without a language model" in below[1]


def test_a_sentence_of_the_bots_own_has_no_sources() -> None:
    assert [block["type"] for block in plain_post("Sorry.").blocks] == ["markdown"]


def _answer(text: str) -> Answer:
    cited = Citation(1, passage("Bakers earn $30,000.", "Baker", "Pay"), 0.9)
    return Answer(text, Coverage.COVERED, (cited,), (cited,), Receipt("quoted", "", 1))

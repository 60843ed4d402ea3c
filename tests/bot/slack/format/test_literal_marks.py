"""Marks that are part of the words show as they were typed where only Slack's mrkdwn is taken."""

import re

import pytest

from bot.slack.format.mrkdwn import as_text

FORMATTED = re.compile(r"(?<![\w\u2060])([*_~])(?=[^\s\u2060])[^\n]*?(?<=[^\s\u2060])\1(?![\w\u2060])")
"""What Slack formats: a mark at the beginning of a word and one at the end of a word."""


@pytest.mark.parametrize(
    "markdown",
    [
        "about ~5 and ~7 days~ ago",
        r"\*not bold\* and \_not slanted\_ and \~not struck\~",
        "| a | b |\n| --- | --- |\n| ~5 | 6~ |",
        "- ~10 people\n- up to ~20 people~",
        "x~ ~y~",
    ],
)
def test_a_mark_in_the_words_formats_nothing(markdown: str) -> None:
    assert FORMATTED.search(as_text(markdown)) is None


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and ~~gone~~", "*bold* and ~gone~"),
        ("one<br>two", "one&lt;br&gt;two"),
        ("snake_case and 3 * 4", "snake_case and 3 * 4"),
        ("https://x.org/~anna/_a_", "https://x.org/~anna/_a_"),
    ],
)
def test_what_is_meant_as_formatting_or_an_address_stays(markdown: str, text: str) -> None:
    assert as_text(markdown) == text

"""Slack takes whatever Markdown an answer is made of, and nothing of it is lost, live or left open."""

import json
import os
import re
import unicodedata
from itertools import chain

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.answering.conversation import Answer, Citation, Coverage, Receipt
from bot.slack.api.limits import TEXT_BYTES
from bot.slack.api.messages import Post
from bot.slack.format.blocks import posts
from bot.slack.format.escaping import escaped
from bot.slack.format.markdown import split
from bot.slack.format.mrkdwn import as_text
from tests.conftest import passage
from tests.slack_server.blocks import LIVE, problem, texts

_INLINE = [
    *("Bakers earn **$30,000**", "a *b* c", "***all***", "~~old~~ new", "**open", "snake_case_name", "2 * 3 * 4", "`"),
    *("`a < b & c`", "`` x`y ``", "`<!here>`", "`<@U012ABC>`", "List<String>", "AT&T &amp; Co &lt; &#60;!here&#62;"),
    *(
        "<!channel>",
        "<!here|here>",
        "<@U012ABC>",
        "<#C012|x>",
        "<!subteam^S1>",
        "@channel",
        "@Here",
        "@everyone",
        "\\<!here>",
    ),
    *(
        "[a guide](https://example.org/?a=1&b=2)",
        "[x](javascript:alert(1))",
        "[y](<http://a b/c> 'title')",
        "[z](/relative)",
    ),
    *(
        "[**bold** `code`](http://x.y)",
        "![alt text](http://i.x/p.png)",
        "![](data:image/png;base64,AAAA)",
        "[ref][1]",
        "[1]: Baker",
    ),
    *(
        "<https://x.y/a?b&c>",
        "<me@example.org>",
        "<https://evil.example|bank>",
        "https://x.y/z_a_b?c=d&e=f",
        "[[[",
        "](",
        "\\",
    ),
    *(
        "<b>HTML</b>",
        "<br>",
        "<!-- note -->",
        "<script>x</script>",
        "|",
        "a | b",
        ">5 years",
        "> ",
        "#",
        "-",
        "1.",
        "===",
        "---",
    ),
    *(
        "😀👩‍👩‍👧‍👦🏳️‍🌈",
        ":wave: :+1::skin-tone-2:",
        "שלום world",
        "\u202eflipped",
        "\u2067open",
        "\u2067closed\u2069",
        "\u2069",
        "مرحبا \u202b5",
    ),
    *(
        "\x00\x07",
        "\ud800",
        "\ud83d\ude00",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\r",
        "\t",
        "é" * 30,
        "&" * 60,
        "<" * 60,
        "@",
    ),
]
_BLOCKS = [
    *(
        "# Pay",
        "## **Pay** & more",
        "Setext\n======",
        "Two\n---",
        "> said\nlazily",
        "> - listed\n>   - in a quote\n> 1. and numbered",
    ),
    *(
        "3. three\n4. four",
        "- loose\n\n- list\n\n  second paragraph",
        "* a\n  * b\n    * c\n      1. d",
        "- [ ] todo\n- [x] done",
    ),
    *(
        "a | b\n--|--\n1 | `x|y`",
        "| a | b |\n|:--|--:|\n| 1 | 2 | 3 |\n| only |",
        "| a |\n|---|",
        "```\n<!here> & <b>\n```",
        "~~~py\nx = `1`\n~~~",
    ),
    *(
        "````\n```\nnested\n```\n````",
        "```js\nnever closed",
        "    indented <code> & more",
        "- item\n  ```\n  in a list\n  ```\n- next",
        "***",
        "[^1]: note",
    ),
    *(
        "```an info string that says much more than a language\ncode\n```",
        "> ```\n> quoted code\n> ```",
        "1. " * 30 + "deep",
        "> " * 60 + "deep",
    ),
]
_NUMBERS = st.integers(1, 45)


def _table(rows: int, columns: int) -> str:
    line = "|" + "|".join(f" c{n} & " for n in range(columns)) + "|"
    return "\n".join([line, "|" + "---|" * columns, *[line] * rows])


def _nested(depth: int) -> str:
    return "\n".join("  " * level + f"- level {level}" for level in range(depth))


_LARGE = st.one_of(
    st.builds(_table, st.sampled_from([1, 2, 7, 20, 105]), st.sampled_from([1, 2, 3, 4, 21])),
    st.builds(_nested, st.integers(1, 40)),
    st.builds(lambda n: "\n\n".join(f"Paragraph {k}." for k in range(n)), _NUMBERS),
    st.builds(
        lambda n, mark: "\n".join(f"{mark} item {k}" for k in range(n)), _NUMBERS, st.sampled_from(["-", "7.", ">"])
    ),
    st.builds(
        lambda n, text: text * (n * 40),
        _NUMBERS,
        st.sampled_from(["w", "&", "`", "*a", "Sentence. ", "@here ", "名。"]),
    ),
    st.builds(lambda n: "```\n" + "if a < b && c > d:\n" * n * 5, _NUMBERS),
    st.builds(lambda n: "- " + "- item\n  ```\n  code\n  ```\n" * n, _NUMBERS),
    st.builds(lambda n: f"**Bold [link](http://x.y/{n}) {'and so on ' * n * 20}end**", _NUMBERS),
)
_PIECE = st.one_of(
    st.sampled_from(_INLINE),
    st.sampled_from(_INLINE),
    st.sampled_from(_BLOCKS),
    st.sampled_from(_BLOCKS),
    st.sampled_from(_INLINE + _BLOCKS),
    st.text(max_size=30),
    st.text("ab <>&*_~`|-#>[]()!@:\n\\1.", max_size=60),
    _LARGE,
)
_ANSWER = st.lists(st.tuples(_PIECE, st.sampled_from(["\n\n", "\n", " ", ""])), min_size=1, max_size=7).map(
    lambda pieces: "".join(chain.from_iterable(pieces))
)
_LONG = bool(os.environ.get("TEST_LONG"))
"""Set by `make test-long`; otherwise the first quarter of the same inputs is tried."""
_OFTEN = settings(
    max_examples=1000 if _LONG else 250,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
_SELDOM = settings(_OFTEN, max_examples=150 if _LONG else 60)
_LETTER = re.compile(r"[^\W_\u115f\u1160\u3164\uffa0]")
_NOT_SAID = re.compile(r"\]\([^)]*\)?|<[^>\n]*>?|\w+:[^\s|]*|&\w+;|&#\w+;")
"""Addresses, HTML and entities, which may come out differently."""


@_OFTEN
@given(_ANSWER)
def test_slack_takes_answers_of_any_markdown_and_nothing_is_lost_or_live(markdown: str) -> None:
    messages = posts(_answer(markdown), "T1:C1:1.0")
    for message in messages:
        assert problem({"text": message.text, "blocks": message.blocks}) is None
        assert _update_bytes(message.text) <= 4_000
        json.dumps(message.blocks, ensure_ascii=False).encode()
        for text in texts({"text": message.text, "blocks": message.blocks}):
            assert not LIVE.search(text)
            assert not re.search(r"@(channel|here|everyone)\b", text, re.IGNORECASE)
            assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    shown = iter("".join(_LETTER.findall("".join(map(_markdown, messages)))))
    assert all(letter in shown for letter in _LETTER.findall(_NOT_SAID.sub("", markdown)))


@_SELDOM
@given(_ANSWER)
def test_escaping_twice_changes_nothing(markdown: str) -> None:
    assert escaped(escaped(markdown)) == escaped(markdown)


@_SELDOM
@given(_ANSWER, st.sampled_from([200, 900, 8000]), st.sampled_from([3, 12, 40]))
def test_every_part_fits_and_is_closed(markdown: str, longest: int, most: int) -> None:
    for part in split(markdown, longest, most):
        assert len(escaped(part)) <= longest
        last = MarkdownIt("commonmark", {"maxNesting": 100}).parse(part + "\n\nend")[-2]
        assert last.content.endswith("end")


def test_backticks_that_open_no_code_in_markdown_open_none_in_the_text_beside_blocks() -> None:
    assert "```" not in as_text("| a |\n|---|```\nif a < b:\n")


@_SELDOM
@given(_ANSWER, st.integers(60, TEXT_BYTES))
def test_the_text_beside_blocks_is_short_readable_and_whole(markdown: str, limit: int) -> None:
    text = as_text(markdown, limit)
    assert _update_bytes(text) <= limit
    assert any(unicodedata.category(sign)[0] in "LNPS" for sign in text)
    assert not re.search(r"<[^>]*…|&[a-z]{0,3}…", text)
    assert not LIVE.search(text)
    assert text.count("```") % 2 == 0
    assert "\ufffd" not in text or "\ufffd" in markdown or re.search("[\ud800-\udfff]", markdown)


def _markdown(message: Post) -> str:
    return "".join(block["text"] for block in message.blocks if block["type"] == "markdown")


def _update_bytes(text: str) -> int:
    return len(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode())


def _answer(text: str) -> Answer:
    cited = Citation(1, passage("Bakers earn $30,000.", "Baker", "Pay"), 0.9)
    return Answer(text, Coverage.COVERED, (cited,), (cited,), Receipt("quoted", "", 1))

"""Pictures show everything that Slack would show, and let no message write HTML. No Chromium is needed."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pictures.kit import BLOCKS, ELEMENTS, block_html
from tests.pictures.markup import markdown, mrkdwn, plain
from tests.pictures.render import channel_page, home_page, modal_page, thread_page

PEOPLE = {"U1": "Anna Fischer", "U0BOT": "Career guide", "C1": "career"}
PICTURE = "data:image/png;base64,iVBORw0KGgo="
OURS = {
    "a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li",
    "ol", "p", "pre", "s", "small", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
"""The tags that text may become; no script, style, frame or form among them."""


class Seen(HTMLParser):
    """The tags, attributes and words of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def said(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": text}


def message(text: str = "", ts: str = "1000.000001", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U1", "ts": ts, "text": text, **more}


def words(html: object) -> str:
    return re.sub(r"\s+", " ", Seen(re.sub(r"<style>.*?</style>|<title>.*?</title>", "", str(html), flags=re.S)).words)


OPTIONS = [{"text": said("Daily"), "value": "d"}, {"text": said("Weekly"), "value": "w"}]
FEEDBACK = {
    "type": "feedback_buttons",
    "positive_button": {"text": said("Helpful"), "value": "up"},
    "negative_button": {"text": said("Not helpful"), "value": "down"},
}
BUTTON = {"type": "button", "text": said("Show passage"), "style": "danger"}
RICH: dict[str, Any] = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [said("bold word", "text") | {"style": {"bold": True}}]},
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [{"type": "rich_text_section", "elements": [said("an item", "text")]}],
        },
        {"type": "rich_text_quote", "elements": [said("a quote", "text"), {"type": "emoji", "name": "tada"}]},
        {"type": "rich_text_preformatted", "elements": [said("some code", "text")]},
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "user", "user_id": "U1"},
                {"type": "link", "url": "https://x.org", "text": "a link"},
                {"type": "channel", "channel_id": "C1"},
                {"type": "broadcast", "range": "here"},
            ],
        },
    ],
}


def field(kind: str, **more: Any) -> dict[str, Any]:
    """An input block around an element."""
    return {"type": "input", "label": said("A label"), "element": {"type": kind, **more}}


SHOWN: list[tuple[dict[str, Any], str]] = [
    ({"type": "markdown", "text": "# Pay\n\n| a | b |\n|---|---|\n| one | two |\n\n- item\n\n> quoted\n\n`code`"}, "Pay a b one two item quoted code"),
    ({"type": "section", "text": said("*bold* text", "mrkdwn"), "accessory": BUTTON}, "bold text Show passage"),
    ({"type": "section", "fields": [said("left"), said("right")]}, "left right"),
    ({"type": "context", "elements": [said("[1] Guide"), said("[2] Other", "mrkdwn")]}, "[1] Guide [2] Other"),
    ({"type": "actions", "elements": [BUTTON, {"type": "static_select", "options": OPTIONS, "placeholder": said("Pick")}]}, "Show passage Pick"),
    ({"type": "header", "text": said("A header :wave:")}, "A header 👋"),
    ({"type": "image", "image_url": "https://x.org/a.png", "alt_text": "A chart", "title": said("Chart")}, "Chart A chart"),
    (field("plain_text_input", placeholder=said("Write here")), "A label Write here"),
    (field("plain_text_input", initial_value="Written", multiline=True), "A label Written"),
    (field("radio_buttons", options=OPTIONS, initial_option=OPTIONS[0]), "A label Daily Weekly"),
    (field("checkboxes", options=[{**OPTIONS[0], "description": said("at nine")}]), "A label Daily at nine"),
    (field("static_select", options=OPTIONS, initial_option=OPTIONS[1]), "A label Weekly"),
    (field("multi_static_select", options=OPTIONS, initial_options=OPTIONS), "A label Daily Weekly"),
    (field("conversations_select", initial_conversation="C1"), "A label career"),
    (field("users_select", initial_user="U1"), "A label Anna Fischer"),
    (field("timepicker", initial_time="09:30"), "A label 09:30"),
    ({**field("plain_text_input"), "optional": True, "hint": said("A hint")}, "A label (optional) A hint"),
    (RICH, "bold word an item a quote 🎉 some code @Anna Fischer a link #career @here"),
    ({"type": "table", "rows": [[said("Skill", "raw_text"), {"type": "rich_text", "elements": [RICH["elements"][0]]}]]}, "Skill bold word"),
    ({"type": "card", "title": said("A card"), "body": said("with *text*", "mrkdwn")}, "card A card with text"),
    ({"type": "task_card", "title": "Reading", "status": "in_progress"}, "task_card Reading in_progress"),
    ({"type": "hologram", "items": [{"deep": said("hidden words")}]}, "hologram hidden words"),
    ({"type": "actions", "elements": [{"type": "lever", "text": said("Pull")}]}, "lever Pull"),
]  # fmt: skip


@pytest.mark.parametrize(("block", "text"), SHOWN, ids=lambda value: value["type"] if isinstance(value, dict) else "")
def test_a_block_shows_its_text(block: dict[str, Any], text: str) -> None:
    shown = words(block_html(block, PEOPLE))
    position = 0
    for word in text.split():
        position = shown.find(word, position)
        assert position >= 0, f"{word} is not in its place in {shown!r}"


def test_buttons_that_have_no_words_are_named_icons() -> None:
    html = block_html({"type": "context_actions", "elements": [FEEDBACK]})
    assert html.count("<svg") == 2
    assert 'title="Helpful"' in html
    assert 'title="Not helpful"' in html


def test_a_button_for_one_person_is_shown_to_that_person() -> None:
    trash = {"type": "icon_button", "icon": "trash", "text": said("Delete"), "visible_to_user_ids": ["U1"]}
    posted = message("Hi", blocks=[{"type": "context_actions", "elements": [trash]}])
    assert 'title="Delete"' in thread_page([posted], title="#career", people=PEOPLE, viewer="U1")
    assert 'title="Delete"' not in thread_page([posted], title="#career", people=PEOPLE, viewer="U2")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold*", "<p><b>bold</b></p>"),
        ("2*3*4 and snake_case_name", "<p>2*3*4 and snake_case_name</p>"),
        ("_it_ ~no~ `a*b*c`", "<p><i>it</i> <s>no</s> <code>a*b*c</code></p>"),
        ("*bold _and italic_*", "<p><b>bold <i>and italic</i></b></p>"),
        ("a &lt;b&gt; &amp;amp;", "<p>a &lt;b&gt; &amp;amp;</p>"),
        ("\u2060*\u2060kept\u2060*\u2060", "<p>\u2060*\u2060kept\u2060*\u2060</p>"),
        ("&gt; quoted\nnot", "<blockquote>quoted</blockquote><p>not</p>"),
        ("see:\n```\nx = *y*\n```", "<p>see:</p><pre>x = *y*</pre>"),
        ("<https://x.org?a=1&amp;b|here>", '<p><a href="https://x.org?a=1&amp;b">here</a></p>'),
        ("<javascript:alert(1)|here>", "<p>&lt;javascript:alert(1)|here&gt;</p>"),
        ("<@U1>", '<p><span class="mention">@Anna Fischer</span></p>'),
        ("<@U9|Kim>", '<p><span class="mention">@Kim</span></p>'),
        ("<#C1>", '<p><span class="mention">#career</span></p>'),
        ("<!here>", '<p><span class="mention own">@here</span></p>'),
        ("<!date^1^{date}|today>", '<p><span class="date">today</span></p>'),
        (":tada: :no_such:", "<p>🎉 :no_such:</p>"),
    ],
)
def test_mrkdwn_is_read_as_slack_reads_it(text: str, html: str) -> None:
    assert str(mrkdwn(text, PEOPLE)) == html


def test_markdown_names_people_but_not_in_escaped_text() -> None:
    assert "@Anna Fischer" in markdown("ask <@U1>", PEOPLE)
    assert words(markdown("ask &lt;@U1&gt;", PEOPLE)).strip() == "ask <@U1>"


def test_markdown_links_to_the_web_only() -> None:
    html = markdown(
        "[bad](javascript:alert) [file](file:///etc/passwd) [good](https://x.org) ![far](https://x.org/a.png)"
    )
    assert set(re.findall(r'(?:href|src)="([^"]*)"', html)) == {"https://x.org", "https://x.org/a.png"}
    assert "<img" not in html


ODD = st.text() | st.lists(
    st.sampled_from(["<", ">", "&", '"', "'", "*", "_", "`", "~", "|", "\n", "<script>", "<img src=x onerror=y>", "<@U1>", "[a](", ")", "</body>", "&lt;", "word", " ", ":x:", "```", "- "])
).map("".join)  # fmt: skip


@given(text=ODD)
def test_no_text_becomes_html_of_its_own(text: str) -> None:
    for html in (mrkdwn(text, PEOPLE), markdown(text, PEOPLE), plain(text)):
        seen = Seen(str(html))
        assert seen.tags <= OURS
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert all((value or "").startswith(("http", "mailto:")) for name, value in seen.attributes if name == "href")


@given(text=ODD)
def test_a_page_stays_whole_whatever_is_in_it(text: str) -> None:
    block = {"type": text, "text": said(text)}
    posted = message(text, blocks=[{"type": "section", "text": said(text)}], files=[{"name": text}], user=text)
    behind = channel_page([message(text), posted], title=text, people={"U1": text, text: text}, viewer=text)
    html = modal_page({"title": said(text), "close": said(text), "blocks": [block]}, behind=behind)
    assert html.count("</body>") == html.count("</html>") == 1
    assert Seen(html).tags.isdisjoint({"script", "iframe", "form", "object", "link"})


@given(text=st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_words_are_shown_as_they_are(text: str) -> None:
    assert text in words(mrkdwn(text))
    assert text in words(plain(text))


def test_a_channel_shows_roots_and_counts_their_replies() -> None:
    replies = [message(f"reply {n}", f"100{n}.000002", thread_ts="1000.000001") for n in (1, 2)]
    shown = words(channel_page([message("root"), *replies], title="#career", people=PEOPLE))
    assert "root" in shown
    assert "2 replies" in shown
    assert "reply 1" not in shown


def test_an_open_thread_stands_beside_the_channel() -> None:
    messages = [message("root"), message("the reply", "1001.0", thread_ts="1000.000001", bot_id="B1", user="U0BOT")]
    shown = words(channel_page(messages, title="#career", people=PEOPLE, thread="1000.000001"))
    assert shown.count("root") == 2
    assert "Career guideAPP" in shown
    assert "the reply" in shown


def test_an_ephemeral_message_is_shown_to_its_person_only() -> None:
    for viewer, there in (("U1", True), ("U2", False)):
        shown = words(
            thread_page([message("Hi")], title="#c", people=PEOPLE, viewer=viewer, ephemeral=[{"user": "U1", "text": "Noted."}])
        )  # fmt: skip
        assert ("Only visible to you" in shown and "Noted." in shown) is there


def test_work_in_progress_is_shown_until_the_answer_begins() -> None:
    status = {"status": "is reading the guides…", "loading_messages": ["Looking for the passage…"]}
    shown = words(thread_page([message("Hi")], title="#c", people=PEOPLE, status=status))
    assert "Career guide is reading the guides…" in shown
    assert "Looking for the passage…" in shown
    streamed = message("**Half** an ans", "1001.0", thread_ts="1000.000001", bot_id="B1", streaming=True, blocks=[])
    html = thread_page([message("Hi"), streamed], title="#c", people=PEOPLE, status=status)
    assert 'class="message streaming"' in html
    assert "<strong>Half</strong>" in html
    assert "Looking" not in html


def test_a_streamed_text_stays_beside_the_blocks_under_it() -> None:
    ended = message("**The** answer", bot_id="B1", blocks=[{"type": "context", "elements": [said("[1] Guide")]}])
    assert "The answer[1] Guide" in re.sub(r"\s*\[", "[", words(thread_page([ended], title="#c", people=PEOPLE)))


def test_the_rich_text_that_a_stream_ends_as_is_shown_formatted() -> None:
    run = {"type": "rich_text_section", "elements": [said("- **one**", "text")]}
    under = {"type": "context", "elements": [said("[1] Guide")]}
    ended = message("- **one**", bot_id="B1", blocks=[{"type": "rich_text", "elements": [run]}, under])
    html = thread_page([ended], title="#c", people=PEOPLE)
    assert "<li><strong>one</strong></li>" in html
    assert words(html).count("one") == 1
    assert "[1] Guide" in words(html)


def test_a_picture_is_shown_and_no_other_file_is_loaded() -> None:
    files = [
        {"name": "plan.png", "mimetype": "image/png", "url_private": PICTURE},
        {"name": "far.png", "mimetype": "image/png", "url_private": "https://x.org/far.png"},
        {"name": "notes.pdf", "mimetype": "application/pdf"},
    ]
    html = thread_page([message("See", files=files)], title="#c", people=PEOPLE)
    assert re.findall(r'src="([^"]*)"', html) == [PICTURE]
    assert "far.png" in words(html)
    assert "notes.pdf" in words(html)


def test_a_modal_and_a_home_tab_show_their_parts() -> None:
    modal = {
        "title": said("Feedback"),
        "submit": said("Send"),
        "close": said("Cancel"),
        "blocks": [field("timepicker")],
    }
    assert re.search("Feedback.*A label.*Cancel.*Send", words(modal_page(modal)))
    assert re.search("Career guide.*Home.*Messages.*About.*Hello", words(home_page({"blocks": [{"type": "header", "text": said("Hello")}]})))  # fmt: skip


def test_a_page_loads_nothing() -> None:
    html = channel_page([message("Hi")], title="#career", people=PEOPLE)
    assert not re.search(r"url\(|@import|<link|<script|src=", html)


def test_every_kind_is_drawn_by_a_function_of_its_own() -> None:
    drawn = {block["type"] for block, _ in SHOWN}
    assert BLOCKS.keys() - drawn <= {"divider", "context_actions"}
    assert all(callable(draw) for draw in ELEMENTS.values())

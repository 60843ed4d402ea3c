"""An answer read back from its thread, as it was posted or as Slack shows it."""

from typing import Any

import pytest

from bot.slack.format.blocks import EDITED_NOTE, QUOTED_NOTE, SHOW_PASSAGE, button, context, markdown
from bot.slack.format.rich_text import as_markdown
from bot.slack.mentors.sharing.reading_back import ShareableAnswer, answer_at
from bot.slack.questions.answer_metadata import ANSWER_EVENT

BOT, ANNA = "U0BOT", "U0ANNA"
ASKED = {"ts": "1.0", "user": ANNA, "text": f"<@{BOT}> what does <@U0BEN> earn &amp; why?"}


def part(ts: str, text: str, payload: dict[str, Any], *blocks: dict[str, Any], user: str = BOT) -> dict[str, Any]:
    metadata = {"event_type": ANSWER_EVENT, "event_payload": payload}
    return {"ts": ts, "user": user, "text": text, "blocks": [markdown(text), *blocks], "metadata": metadata}


def passages(key: str) -> dict[str, Any]:
    return {"type": "actions", "elements": [button("Show passage", SHOW_PASSAGE, key)]}


@pytest.mark.parametrize("ts", ["2.0", "3.0"])
def test_an_answer_in_two_messages_is_whole_from_either(ts: str) -> None:
    first = part("2.0", "One. [1]", {"question": "1.0", "part": 1, "of": 2})
    second = part("3.0", "Two. [2]", {"question": "1.0", "part": 2, "of": 2}, passages("k"))
    other = part("4.0", "Other.", {"question": "3.5", "part": 1, "of": 1}, passages("o"))
    found = answer_at([ASKED, first, second, other], ts, BOT)
    assert found == ShareableAnswer("k", "what does @colleague earn & why?", "One. [1]\n\nTwo. [2]")


def test_an_answer_away_from_its_question_tells_what_was_asked() -> None:
    posted = part("1.0", "So. [1]", {"asked": "How so?"}, context("Guide: [1] Pay", EDITED_NOTE), passages("k"))
    assert answer_at([posted], "1.0", BOT) == ShareableAnswer("k", "How so?", "So. [1]", (EDITED_NOTE,))


def test_how_it_was_made_and_who_judged_it_is_read_and_its_sources_are_not() -> None:
    line = context("Guide: [1] Pay", f"{QUOTED_NOTE} Answered on <!date^1^{{date_long}}|1970>.")
    judged = context("Confirmed by <@U0DORA> on 3 November 2026")
    found = answer_at([part("1.0", "So. [1]", {"asked": "How so?"}, line, judged)], "1.0", BOT)
    assert found is not None
    assert found.notes == (QUOTED_NOTE, "Confirmed by <@U0DORA> on 3 November 2026")


def test_an_answer_that_does_not_repeat_how_it_was_made_was_made_like_the_one_before_it() -> None:
    first = part("2.0", "One. [1]", {"question": "1.0", "part": 1, "of": 1}, context("Pay", QUOTED_NOTE), passages("k"))
    follow_up = {"ts": "3.0", "user": "U0ANNA", "text": "and then?"}
    second = part("4.0", "Two. [1]", {"question": "3.0", "part": 1, "of": 1}, context("Pay"), passages("l"))
    found = answer_at([ASKED, first, follow_up, second], "4.0", BOT)
    assert found is not None
    assert found.notes == (QUOTED_NOTE,)


def test_what_a_person_wrote_or_another_bot_marked_is_no_answer() -> None:
    forged = part("2.0", "Mine. [1]", {"question": "1.0", "part": 1, "of": 1}, passages("k"), user="U0EVIL")
    assert answer_at([ASKED, forged], "2.0", BOT) is None
    assert answer_at([ASKED, forged], "1.0", BOT) is None
    assert answer_at([ASKED], "9.0", BOT) is None
    assert answer_at([{"ts": "2.0", "user": BOT, "text": "Hello."}], "2.0", BOT) is None


def test_what_rests_on_no_passage_has_no_key() -> None:
    thanks = part("2.0", "You are welcome.", {"question": "1.0", "part": 1, "of": 1})
    found = answer_at([ASKED, thanks], "2.0", BOT)
    assert found is not None
    assert found.key == ""


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def section(*pieces: dict[str, Any], kind: str = "section") -> dict[str, Any]:
    return {"type": f"rich_text_{kind}", "elements": list(pieces)}


def words(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def test_rich_text_reads_as_the_markdown_it_was_made_of() -> None:
    link = {"type": "link", "url": "https://example.org", "text": "here"}
    items = {"type": "rich_text_list", "style": "bullet", "elements": [section(words("a")), section(words("b"))]}
    inner = {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [section(words("c"))]}
    text = rich(
        section(words("Pay", bold=True), words(" is "), words("high ", italic=True), words("x=1", code=True), link),
        items,
        inner,
        section(words("let x"), kind="preformatted"),
        section(words("said\ntwice"), kind="quote"),
    )
    assert as_markdown(text) == (
        "**Pay** is _high_ `x=1`[here](https://example.org)\n\n- a\n- b\n    1. c\n\n```\nlet x\n```\n\n> said\n> twice"
    )


def test_rich_text_names_nobody() -> None:
    called = section(words("Ask "), {"type": "user", "user_id": "U0BEN"}, {"type": "emoji", "name": "wave"})
    assert as_markdown(rich(called)) == "Ask :wave:"


def test_headings_and_tables_read_as_markdown() -> None:
    assert as_markdown({"type": "header", "text": {"type": "plain_text", "text": "Pay"}}) == "## Pay"
    cells = [[{"type": "raw_text", "text": "Role"}, rich(section(words("Pay|year")))]]
    cells.append([{"type": "raw_text", "text": "Baker"}, {"type": "raw_text", "text": "$30,000"}])
    table = as_markdown({"type": "table", "rows": cells})
    assert table == "| Role | Pay\\|year |\n| --- | --- |\n| Baker | $30,000 |"


def test_what_is_pressed_or_grey_is_not_read() -> None:
    assert as_markdown(passages("k")) == as_markdown(context("Guide")) == ""

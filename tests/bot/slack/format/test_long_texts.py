"""Long texts: in several fields of a window and one text again; in several sections without breaking what is marked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.format.cutting import pieces
from bot.slack.format.long_fields import left_out, long_field, text_in

WORDS = st.lists(st.sampled_from(["word", "line\n", "par.\n\n", "*bold words*", "_i t_", "`co de`", "<https://x.org/a b|a link>", "&amp;", "<@U1>", ":tada:"]), min_size=1, max_size=400)  # fmt: skip


def as_sent(text: str) -> dict[str, object]:
    """The state of a window that was sent as it was opened."""
    fields = [block for block in long_field("t", "Text", text) if block["type"] == "input"]
    values = {b["block_id"]: {b["block_id"]: {"value": b["element"].get("initial_value")}} for b in fields}
    return {"state": {"values": values}}


@given(st.lists(st.sampled_from(["a" * 50, "\n", "\n\n", " ", "b" * 3100, "é" * 70]), max_size=300).map("".join))
def test_fields_give_back_the_text_that_was_put_into_them(text: str) -> None:
    assert f"{text_in(as_sent(text), 't')}{left_out(text)}".split() == text.split()
    assert all(len(b["element"].get("initial_value", "")) <= 3000 for b in long_field("t", "T", text) if b["type"] == "input")  # fmt: skip


def test_a_text_that_no_window_holds_keeps_its_end_and_that_is_said() -> None:
    text = "\n\n".join(f"Paragraph {number}. {'word ' * 100}" for number in range(100))
    assert "do not fit" in str(long_field("t", "T", text)[-1])
    assert left_out(text).rstrip().endswith(text[-30:].rstrip())


@given(WORDS)
def test_pieces_break_nothing_that_is_marked_and_lose_nothing(words: list[str]) -> None:
    text = " ".join(words)
    cut = pieces(text, 120)
    assert all(len(piece) <= 120 for piece in cut)
    assert " ".join(cut).split() == text.split()
    for piece in cut:
        assert piece.count("*") % 2 == piece.count("`") % 2 == 0
        assert piece.count("<") == piece.count(">")
        assert not re.search(r"&\w*$", piece)


@pytest.mark.parametrize("code", ["\n".join(f"line {n}" for n in range(200)), "x" * 1000])
def test_code_longer_than_a_piece_is_closed_and_opened_again(code: str) -> None:
    cut = pieces(f"Look:\n```\n{code}\n```\nDone.", 300)
    assert all(len(piece) <= 300 and piece.count("```") % 2 == 0 for piece in cut)
    assert re.sub(r"[`\s]", "", "".join(cut)) == re.sub(r"\s", "", f"Look:{code}Done.")


@given(st.text())
def test_any_text_is_cut(text: str) -> None:
    assert all(len(piece) <= 20 for piece in pieces(text, 20))

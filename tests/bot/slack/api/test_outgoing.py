"""Nothing that goes out calls a channel or a group, whatever stands in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.api.outgoing import called_by_nobody, harmless


@pytest.mark.parametrize("call", ["<!channel>", "<!here|all>", "<!EVERYONE>", "<!subteam^S1>", "<!subteam^S1|x>", "@here", "@Channel", "x@everyone."])  # fmt: skip
def test_calls_are_taken_apart_and_read_as_they_were(call: str) -> None:
    safe = called_by_nobody(f"a {call} b")
    assert call not in safe
    assert safe.replace("\u2060", "") == f"a {call} b"
    assert called_by_nobody(safe) == safe


@pytest.mark.parametrize("text", ["<@U0ANNA> asked", "<!date^1795724274^{date_long}|today>", "https://x.org/@here", "<https://x.org/@channel|link>", "ann@heretic.org", "a < b"])  # fmt: skip
def test_everything_else_stays(text: str) -> None:
    assert called_by_nobody(text) == text


def test_what_is_shown_is_found_at_any_depth_and_what_people_edit_stays() -> None:
    view = {
        "title": {"type": "plain_text", "text": "@here"},
        "private_metadata": "@here",
        "blocks": [{"element": {"initial_value": "@here", "placeholder": {"text": "<!channel>"}}, "text": "@here"}],
    }
    safe = harmless(view)
    assert safe["title"]["text"] == "@\u2060here"
    assert safe["private_metadata"] == "@here"
    assert safe["blocks"][0]["element"] == {"initial_value": "@here", "placeholder": {"text": "<\u2060!channel>"}}


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_payload_keeps_its_shape(payload: object) -> None:
    assert harmless(harmless(payload)) == harmless(payload)

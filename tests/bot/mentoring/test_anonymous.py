"""What would say who somebody is goes; what was asked stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mentoring.anonymous import anonymous


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("What does <@U0ANNA1234> earn?", "What does … earn?"),
        ("What does <@U0ANNA1234|anna> earn?", "What does … earn?"),
        ("ask <!subteam^S123|@mentors> in <#C12|pay>", "ask … in …"),
        ("What does U0ANNA1234 earn?", "What does … earn?"),
        ("What does @anna.smith earn?", "What does … earn?"),
        ("What does @Anna Smith earn?", "What does … earn?"),
        ("@Anna What do I earn?", "… What do I earn?"),
        ("write to anna.smith+x@firm.example, please", "write to …, please"),
        ("<mailto:a@b.org|a@b.org> knows", "… knows"),
        ("anna＠firm.example knows", "… knows"),
        ("anna\u200b@firm.example knows", "… knows"),
        ("see https://x.example/a?b=c now", "see … now"),
        ("see <https://x.example|our pay>", "see …"),
        ("see www.firm.example/anna", "see …"),
        ("linkedin.com/in/anna-smith is me", "… is me"),
        ("I am at t.me/anna", "I am at …"),
        ("call +49 171 1234567 or 0171/123 45 67", "call … or …"),
        ("call (555) 123-4567", "call …"),
        ("my number is 1234567890", "my number is …"),
        ("@anna @ben what pays?", "… what pays?"),
        ("two\nlines\u202e here", "two lines here"),
    ],
)
def test_what_says_who_somebody_is_is_taken_out(text: str, left: str) -> None:
    assert anonymous(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Is $120,000 to $150,000 a year realistic?",
        "Is 100000-150000 a good offer?",
        "What changed between 2024 and 2026-11-24, or 2025-2026?",
        "Do I need Node.js, ASP.NET, C# and C++?",
        "401k or 80/20, 40 hours/week?",
        "Wie hoch ist die Kündigungsfrist?",
        "給料はいくらですか",
        "می‌خواهم",
    ],
)
def test_what_was_asked_stays(text: str) -> None:
    assert anonymous(text) == text


@given(st.text())
def test_any_text_becomes_one_line_that_stays_as_it_is(text: str) -> None:
    once = anonymous(text)
    assert "\n" not in once
    assert anonymous(once) == once
    once.encode()

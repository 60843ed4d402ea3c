"""What a mentor confirmed, as it is shown. Pure."""

from collections.abc import Sequence

from bot.mentoring.confirmations import day
from bot.mentoring.confirmed_answers import ConfirmedAnswer
from bot.slack.api.messages import Block
from bot.slack.format.blocks import Shown, button

FRESH, SHOW_CONFIRMED = "fresh_answer", "show_confirmed"
"""Action ids: the button under a confirmed answer, and the one under an answer to a question like a confirmed one."""


def confirmed_line(answer: ConfirmedAnswer) -> str:
    """Who confirmed an answer and when, as mrkdwn."""
    return f"Confirmed by {by(answer.confirmation.mentor)} on {day(answer.confirmation.made_at)}"


def shown_confirmed(answer: ConfirmedAnswer, key: str, buttons: Sequence[Block]) -> Shown:
    """A confirmed answer as it is shown to the question with this key."""
    fresh = button("Fresh answer", FRESH, key, accessibility_label="Answer this anew from the guides")
    confirmation = answer.confirmation
    return Shown(confirmation.answer, confirmation.sources, confirmed_line(answer), key, (fresh, *buttons))


def by(person: str) -> str:
    """A person as mrkdwn; somebody who wanted to be forgotten has no name."""
    return f"<@{person}>" if person else "a mentor"

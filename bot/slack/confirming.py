"""Mentors confirm and correct answers; what they confirmed is given first to the next who asks the same."""

from slack_bolt.async_app import AsyncApp

from bot.slack.office import Office


def listen_to_confirming(app: AsyncApp, office: Office) -> None:
    """What mentors press to confirm, correct, withdraw and export."""

"""Questions that the guides do not answer go to mentors, and their answers come back."""

from slack_bolt.async_app import AsyncApp

from bot.slack.office import Office


def listen_to_handovers(app: AsyncApp, office: Office) -> None:
    """What people press to ask a mentor, and what mentors press and write to answer."""

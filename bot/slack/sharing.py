"""Sharing an answer with a person or a channel, under one's own name and with a note."""

from slack_bolt.async_app import AsyncApp

from bot.slack.office import Office


def listen_to_sharing(app: AsyncApp, office: Office) -> None:
    """What people press to share an answer."""

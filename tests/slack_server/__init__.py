"""A Slack of our own on 127.0.0.1, strict where Slack is strict."""

from tests.slack_server.server import SlackServer

__all__ = ["SlackServer"]

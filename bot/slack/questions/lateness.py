"""What is said with an answer that took long. Pure but for the clock."""

import time
from collections.abc import Sequence
from dataclasses import replace

from bot.records.inbox import AskedQuestion
from bot.slack.api.messages import Post
from bot.slack.format.blocks import context

LATE_SECONDS = 180.0
"""An answer that comes later than this says so."""


def with_lateness(posts: Sequence[Post], question: AskedQuestion) -> Sequence[Post]:
    """The messages of an answer; the last one says that it comes late, if it does."""
    if not posts or question.fresh:
        return posts
    waited = time.time() - float(question.edited or question.ts)
    if waited < LATE_SECONDS:
        return posts
    return [*posts[:-1], replace(posts[-1], blocks=[*posts[-1].blocks, context(_told(waited))])]


def _told(seconds: float) -> str:
    minutes = round(seconds / 60)
    waited = f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
    return f"Sorry that this took {waited}: I could not answer before."

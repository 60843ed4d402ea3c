"""The event message, in all its subtypes: direct messages, and messages in channels the bot is in.

It must be taken even where it asks nothing: an event without a listener is not acknowledged and comes again.
"""

from bot.slack.app_mention import app_mentioned

message_posted = app_mentioned

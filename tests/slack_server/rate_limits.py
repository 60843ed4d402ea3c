"""Slack's documented rate limits, for calls of one app in one workspace.

Source: https://docs.slack.dev/apis/web-api/rate-limits and the page of each method. Slack lets short bursts pass; here nothing does.
"""

TIER_2, TIER_3, TIER_4 = 20, 50, 100
"""Calls a minute of a method."""
PER_MINUTE = {
    "chat.appendStream": TIER_4,
    "chat.delete": TIER_3,
    "chat.postEphemeral": TIER_4,
    "chat.startStream": TIER_2,
    "chat.stopStream": TIER_2,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.members": TIER_4,
    "conversations.replies": TIER_3,
    "users.conversations": TIER_3,
    "auth.teams.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.info": TIER_4,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.update": TIER_4,
    "assistant.threads.setSuggestedPrompts": TIER_4,
}
POSTS_PER_SECOND = 1
"""Messages a second in one channel, of chat.postMessage."""

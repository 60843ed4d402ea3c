"""The scopes and events that the code needs, for the manifest and for the doctor."""

SCOPES: dict[str, str] = {
    "app_mentions:read": "hear mentions (event app_mention)",
    "chat:write": "post answers (chat.postMessage, assistant.threads.setStatus)",
    "channels:history": "read the thread of a question in a public channel (conversations.replies)",
    "groups:history": "read the thread of a question in a private channel (conversations.replies)",
    "im:history": "hear direct messages (event message.im) and read their threads",
    "assistant:write": "be listed as an agent with suggested prompts (features.agent_view)",
}
"""Bot scope -> what it is needed for."""

EVENTS = ("agent_session_stopped", "app_home_opened", "app_mention", "message.channels", "message.groups", "message.im")
"""Bot events that listeners are registered for."""

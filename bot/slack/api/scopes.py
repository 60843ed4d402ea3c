"""What the code needs of Slack: Web API methods, events and features with their scopes, for the manifest and the doctor."""

HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
METHODS: dict[str, tuple[str, ...]] = {
    "agents.sessions.setStatus": ("chat:write", "assistant:write"),
    "apps.connections.open": (),
    "assistant.threads.setStatus": ("chat:write",),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "auth.teams.list": (),
    "auth.test": (),
    "chat.appendStream": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.startStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": HISTORY,
    "conversations.members": ("channels:read", "groups:read", "mpim:read"),
    "conversations.info": ("channels:read", "groups:read", "mpim:read"),
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
"""Web API method -> the scopes that calling it takes."""
EVENTS: dict[str, tuple[str, ...]] = {
    "agent_session_stopped": (),
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
}
"""Bot event -> the scopes that hearing it takes."""
ENDS = ("app_uninstalled", "tokens_revoked")
"""Events that are heard, beside those, where many workspaces have the bot: what is kept of one goes when it ends."""
FEATURES: dict[str, tuple[str, ...]] = {
    "features.agent_view": ("assistant:write",),
    "features.slash_commands": ("commands",),
    "features.shortcuts": ("commands",),
}
"""What the manifest declares -> the scopes that it takes."""


def scopes() -> dict[str, str]:
    """Every bot scope that is needed, with what it is needed for."""
    needed: dict[str, list[str]] = {}
    for name, taken in (METHODS | EVENTS | FEATURES).items():
        for scope in taken:
            needed.setdefault(scope, []).append(name)
    return {scope: ", ".join(names) for scope, names in sorted(needed.items())}

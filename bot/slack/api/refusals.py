"""What Slack's refusals of a message mean for the one who waits for it. Pure.

A refusal passes by itself (`errors.passing`), or somebody can mend it for the whole workspace, or nobody can mend it
where the message was to go.
"""

MENDABLE = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "not_allowed_token_type",
        "no_permission",
        "org_login_required",
        "ekm_access_denied",
        "access_denied",
        "two_factor_setup_required",
        "enterprise_is_restricted",
    }
)
"""The token, its scopes or the workspace's rules: once they are mended the same call works."""
_WHY = {
    "is_archived": "that channel is archived",
    "channel_not_found": "I cannot see that channel",
    "not_in_channel": "I am not a member of that channel",
    "restricted_action_thread_locked": "that thread is locked",
    "thread_locked": "that thread is locked",
    "restricted_action_thread_only_channel": "that channel takes messages in threads only",
    "restricted_action_read_only_channel": "that channel is read-only for me",
    "restricted_action_non_threadable_channel": "that channel takes no replies in threads",
    "restricted_action": "that channel is read-only for me",
    "messages_tab_disabled": "my Messages tab is switched off",
    "edit_window_closed": "Slack lets nobody change my answer any more",
    "cant_update_message": "Slack does not let me change my answer",
    "message_not_found": "the message is not there any more",
    "thread_not_found": "that thread is not there any more",
    "cannot_reply_to_message": "Slack takes no replies to that message",
    "user_is_restricted": "Slack does not let me write to you there",
    "cannot_dm_bot": "Slack does not let me write there",
}


def why(code: str) -> str:
    """Slack's error code as the second half of a sentence."""
    return _WHY.get(code, f"Slack does not take it ({code})" if code else "Slack does not take it")

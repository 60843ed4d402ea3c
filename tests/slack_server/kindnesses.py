"""Where this Slack is kinder than Slack: what works here and may fail there. `tests/test_slack_kindnesses.py` compares.

A scene that needs the hard way says so: by `limit_as_documented`, `give_up_waiting`, `lose_reply`, `fail`.
"""

KINDNESSES = {
    "events_wait_for_a_connection": "Slack delivers an event three times within some six minutes and then to nobody.",
    "retries_come_within_seconds": "Slack delivers again at once, after about a minute and after about five.",
    "nothing_is_limited_until_a_test_says_so": "Slack limits the rate of every method.",
    "posts_are_not_limited_for_the_workspace": "Slack limits chat.postMessage to some hundred a minute in a workspace, too.",
    "a_status_stays_for_good": "Slack takes a status away after two minutes, and ends a session after about an hour.",
    "any_message_can_be_changed_however_old": "A workspace may close the time in which messages are changed.",
    "links_are_not_unfurled_by_themselves": "Slack shows links and delivers that as message_changed.",
    "whispers_reach_people_who_are_away": "Slack shows an ephemeral message to nobody who is not there at that moment.",
    "files_are_there_at_once": "Slack posts an uploaded file some seconds later.",
    "people_who_have_left_are_written_to": "Slack refuses messages to deactivated accounts.",
    "every_name_of_an_argument_is_taken": "Slack warns of arguments that a method does not know.",
}
"""What is kind, by the name of the test that shows it, and what Slack does."""
UNLIMITED = frozenset(
    {
        "agents.sessions.setStatus",
        "assistant.threads.setStatus",
        "auth.test",
        "chat.getPermalink",
        "chat.postMessage",
        "conversations.open",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "users.list",
        "views.push",
    }
)
"""Methods that `limit_as_documented` does not limit by the minute. Slack limits each; chat.postMessage is limited by channel here."""
SCOPELESS = frozenset(
    {"auth.teams.list", "auth.test", "chat.getPermalink", "views.open", "views.publish", "views.push", "views.update"}
)
"""Methods that take no scope, here and at Slack."""

"""Everything that people use to ask for their own eyes: the slash command, the message shortcut, and their windows."""

from slack_bolt.async_app import AsyncApp

from bot.slack.private.answer_shortcut import DRAFT_VIEW, SHORTCUT, draft_discarded, draft_submitted, shortcut_used
from bot.slack.private.career_command import COMMAND, POST_DRAFT, career_asked, draft_posted
from bot.slack.private.channel_settings import SETTINGS_VIEW, SettingsForm
from bot.slack.private.drafting import Drafting
from bot.storage import Records


def listen_to_private(app: AsyncApp, records: Records, drafting: Drafting, settings: SettingsForm) -> None:
    """The slash command and the message shortcut, and the windows they open."""
    app.command(COMMAND)(career_asked(drafting, settings))
    app.action(POST_DRAFT)(draft_posted(records))
    app.view(SETTINGS_VIEW)(settings.submitted)
    app.shortcut(SHORTCUT)(shortcut_used(drafting))
    app.view(DRAFT_VIEW)(draft_submitted(records))
    app.view_closed(DRAFT_VIEW)(draft_discarded(records))

"""Everything that people use to ask for their own eyes: the slash command, the message shortcut, and their windows."""

from slack_bolt.async_app import AsyncApp

from bot.slack.private.answer_shortcut import SHORTCUT, draft_discarded, draft_submitted, shortcut_used
from bot.slack.private.career_command import COMMAND, career_asked, draft_posted
from bot.slack.private.channel_settings import GUIDES, SETTINGS_VIEW, SettingsForm
from bot.slack.private.drafting import DraftPosting
from bot.slack.private.private_answers import POST_DRAFT, PrivateAnswers
from bot.slack.private.views import DRAFT_VIEW
from bot.storage import Records


def listen_to_private(
    app: AsyncApp, records: Records, answers: PrivateAnswers, posting: DraftPosting, settings: SettingsForm
) -> None:
    """The slash command and the message shortcut, and the windows they open."""
    app.command(COMMAND)(career_asked(records, answers, settings))
    app.action(POST_DRAFT)(draft_posted(posting))
    app.view(SETTINGS_VIEW)(settings.submitted)
    app.options(GUIDES)(settings.searched)
    app.shortcut(SHORTCUT)(shortcut_used(records, answers))
    app.view(DRAFT_VIEW)(draft_submitted(posting))
    app.view_closed(DRAFT_VIEW)(draft_discarded(records))

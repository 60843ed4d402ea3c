"""A channel's settings where there are more guides than a menu of Slack's holds."""

from collections.abc import Sequence
from pathlib import Path

from bot.slack.private.channel_settings import GUIDES, SAVED, SETTINGS_VIEW
from knowledge.passages import Guide
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.scene import ANNA, NoGuides, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import TEAM


class Library(NoGuides):
    """Very many guides."""

    def guides(self) -> Sequence[Guide]:
        return [Guide(f"guides/{number:04}.md", f"Guide number {number} for Nurses <!here>") for number in range(250)]


async def test_any_of_very_many_guides_is_found_by_words_and_kept(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, Library(), admins=[ANNA]) as bot:
        await slack.command("C1", "/career", "settings")
        await slack.until(lambda: (slack.open_modal() or {}).get("callback_id") == SETTINGS_VIEW)
        assert len(await slack.suggested(GUIDES, "")) == 100
        assert await slack.suggested(GUIDES, "physician") == []
        (found,) = await slack.suggested(GUIDES, "nurses 237")
        assert "<!here>" not in str(found)
        values = {GUIDES: {GUIDES: {"type": "multi_external_select", "selected_options": [found]}}}
        await slack.submit(slack.open_modal() or {}, values)
        await slack.until(lambda: SAVED in shown(slack.open_modal()))
        settings = await bot._records.channels.settings(TEAM, "C1")
        assert settings.guides == {"guides/0237.md"}
        await slack.command("C1", "/career", "settings")
        await slack.until(lambda: (slack.open_modal() or {}).get("callback_id") == SETTINGS_VIEW)
        assert "Guide number 237" in str(slack.open_modal())
    assert slack.timeouts == []
    assert slack.problems == []

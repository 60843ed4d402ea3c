"""The bot in all workspaces that installed it, behind one address."""

from bot.slack.app import STOP_SECONDS, Front
from bot.slack.readiness import Phase
from bot.slack.workspaces.bots import InstalledBots
from bot.slack.workspaces.oauth import OAuth


class ManyWorkspaces:
    """Takes what Slack delivers and who installs the bot, from start() to stop(); the bots work as each would alone."""

    def __init__(self, front: Front, bots: InstalledBots, oauth: OAuth) -> None:
        self.bots = bots
        self.web = front.web
        self._front = front
        self._oauth = oauth

    async def start(self) -> None:
        """Listen, and start the bots of all installations.

        Raises SettingsError where the address cannot be listened on, RecordsUnavailable where the database does not answer.
        """
        await self.web.open()
        await self.bots.begin()
        await self._front.receiver.begin(self.bots)
        self._front.readiness.phase = Phase.RUNNING

    async def run(self) -> None:
        """Start, and work until this is cancelled."""
        await self.start()
        await self._front.receiver.lost()

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Take nothing new, let each bot finish what it does if that does not take longer, and hand back the rest."""
        self._front.readiness.phase = Phase.STOPPING
        await self._front.receiver.close()
        await self.bots.leave(seconds)
        await self._oauth.close()
        await self.web.close()  # last: until then it tells why nothing is taken

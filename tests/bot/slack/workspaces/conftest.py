"""Two workspaces and an organisation of Enterprise Grid, and the bot that they can install."""

from collections.abc import AsyncIterator

import pytest

from tests.slack_server import SlackServer
from tests.slack_server.cloud import SlackCloud


@pytest.fixture
def east() -> SlackServer:
    return _with_places(SlackServer(team="T0EAST", bot_user="U0BOTEAST"))


@pytest.fixture
def west() -> SlackServer:
    return _with_places(SlackServer(team="T0WEST", bot_user="U0BOTWEST"))


@pytest.fixture
def grid() -> SlackServer:
    """An organisation with two workspaces, whose people are of either."""
    organisation = _with_places(SlackServer(team="T0NORTH", bot_user="W0BOTGRID", organisation="E0GRID"))
    organisation.workspaces.add("T0SOUTH")
    organisation.add_person("U0SUE", name="Sue", team="T0SOUTH")
    return organisation


@pytest.fixture
async def cloud(east: SlackServer, west: SlackServer, grid: SlackServer) -> AsyncIterator[SlackCloud]:
    async with SlackCloud(east, west, grid) as opened:
        yield opened


def _with_places(server: SlackServer) -> SlackServer:
    """Channels and people of the same ids everywhere: nothing but the workspace tells them apart."""
    server.add_channel("C1")
    server.add_dm("D1")
    return server

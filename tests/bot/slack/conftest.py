"""A workspace with a channel and a direct message, and a model."""

from collections.abc import AsyncIterator

import pytest

from tests.openai_server import OpenAIServer
from tests.slack_server import SlackServer


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C1")
        server.add_dm("D1")
        yield server


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        yield server

"""A workspace with a channel and a direct message, and a model."""

from collections.abc import AsyncIterator

import pytest

from bot.answering.advisor import Advisor
from bot.answering.same_question import SameQuestions
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import composer_at
from tests.conftest import AdvisorWith
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


@pytest.fixture
def composing(searcher: Searcher, model: OpenAIServer, advisor_with: AdvisorWith) -> Advisor:
    """An advisor over the product's own guide whose answers the model writes."""
    return advisor_with(searcher, composer_at(model))


@pytest.fixture
def same(encoder: LocalEncoder) -> SameQuestions:
    """What compares questions, without a model."""
    return SameQuestions(encoder)

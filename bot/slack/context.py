"""What listeners share: the application context."""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.same_question import SameQuestions
from bot.mentoring.confirmed_answers import ConfirmedAnswers
from bot.mentoring.guides import GuideIndex
from bot.slack.api.clients import SlackClients
from bot.slack.api.mentors import Mentors
from bot.slack.questions.worker import QuestionWorker
from bot.storage import Records


@dataclass(frozen=True)
class AppContext:
    """The parts that sharing, confirming, handing over, reporting and the Home tab work with.

    `same` is missing where questions cannot be compared.
    """

    records: Records
    guide_index: GuideIndex
    clients: SlackClients
    worker: QuestionWorker
    mentors: Mentors
    confirmed: ConfirmedAnswers
    same: SameQuestions | None

    @property
    def client(self) -> AsyncWebClient:
        """The client that waits as long as Slack's rate limits say."""
        return self.clients.retrying

"""What the listeners of the mentors' work share."""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.same_question import SameQuestions
from bot.mentoring.guides import GuideIndex
from bot.slack.api.mentors import Mentors
from bot.slack.mentors.confirming.confirmed import ConfirmedAnswers
from bot.slack.questions.worker import QuestionWorker
from bot.storage import Records


@dataclass(frozen=True)
class AppContext:
    """The parts that sharing, confirming, handing over and reporting work with.

    `client` waits as long as Slack's rate limits say. `same` is missing where questions cannot be compared.
    """

    records: Records
    guide_index: GuideIndex
    client: AsyncWebClient
    worker: QuestionWorker
    mentors: Mentors
    confirmed: ConfirmedAnswers
    same: SameQuestions | None

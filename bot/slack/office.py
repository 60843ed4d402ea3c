"""What the listeners of the mentors' work share."""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.same_question import SameQuestions
from bot.records import Records
from bot.slack.confirmed import Confirmed
from bot.slack.desk import Desk
from bot.slack.library import Library
from bot.slack.mentors import Mentors


@dataclass(frozen=True)
class Office:
    """The parts that sharing, confirming, handing over and reporting work with.

    `client` waits as long as Slack's rate limits say. `same` is missing where questions cannot be compared.
    """

    records: Records
    library: Library
    client: AsyncWebClient
    desk: Desk
    mentors: Mentors
    confirmed: Confirmed
    same: SameQuestions | None

"""The arithmetic of a company: what its questions and its guides ask for, from measured costs. Pure."""

import math
from dataclasses import dataclass

WORKDAY = 8 * 3600
"""Seconds."""


@dataclass(frozen=True)
class Company:
    """How many people ask how much. `peak` is how many times the average the busiest hour has; all of it is assumed, nothing measured."""

    people: int = 100_000
    questions_a_month: float = 1.0
    """For each person."""
    workdays: int = 21
    peak: float = 5.0
    passages: int = 100_000


@dataclass(frozen=True)
class Costs:
    """What was measured: seconds of computing for a question and its seconds in Slack's calls and in the model's, MB of a process with
    the index of the company, its seconds of computing to make, tokens and Slack calls of an answer.
    """

    question_cpu: float
    question_seconds: float
    megabytes: float
    index_cpu: float
    prompt_tokens: float
    slack_calls: float
    at_once: int


@dataclass(frozen=True)
class Load:
    """What a company asks for, and how many processes of one core each that takes, at most `busy` of each used."""

    average_per_second: float
    peak_per_second: float
    cores: float
    processes: int
    megabytes: float
    streams_a_minute: float
    tokens_a_month: float
    slack_calls_a_minute: float
    index_hours: float
    saturates_first: str


BUSY = 0.6
"""The share of a core that may be used at the peak, so that questions do not wait long for each other."""
STREAMS_A_MINUTE = 20
"""Streams that Slack lets an app begin in a minute, about; beyond it answers come in one piece."""


def load(company: Company, costs: Costs) -> Load:
    """What a company asks for. Two processes at least, so that one may stop."""
    month = company.people * company.questions_a_month
    average = month / (company.workdays * WORKDAY)
    peak = average * company.peak
    cores = peak * costs.question_cpu / BUSY
    waiting = peak * costs.question_seconds / costs.at_once
    processes = max(2, math.ceil(max(cores, waiting)))
    reached = {
        "Slack's limit on streams": peak * 60 / STREAMS_A_MINUTE,
        "computing of one process": cores,
        "questions at once of one process": waiting,
    }
    return Load(
        average,
        peak,
        cores,
        processes,
        processes * costs.megabytes,
        peak * 60,
        month * costs.prompt_tokens,
        peak * 60 * costs.slack_calls,
        costs.index_cpu / 3600,
        max(reached, key=lambda name: reached[name]),
    )

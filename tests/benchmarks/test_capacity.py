"""The arithmetic of a company, and the passages that capacity is measured with."""

import numpy as np
import pytest

from knowledge.passages import Document, Guide, split
from knowledge.statements import statements
from tests.benchmarks.capacity import recombined, stock_of
from tests.benchmarks.company import BUSY, WORKDAY, Company, Costs, load

CHEAP = Costs(
    question_cpu=0.1,
    question_seconds=3.0,
    megabytes=500.0,
    index_cpu=7200.0,
    prompt_tokens=2000.0,
    slack_calls=4.0,
    at_once=8,
)


def test_a_companys_questions_are_spread_over_its_working_time_and_the_peak_is_so_many_times_more() -> None:
    asked = load(Company(people=100_000, questions_a_month=1, workdays=20, peak=5), CHEAP)
    assert asked.average_per_second == pytest.approx(100_000 / (20 * WORKDAY))
    assert asked.peak_per_second == pytest.approx(5 * asked.average_per_second)
    assert asked.cores == pytest.approx(asked.peak_per_second * 0.1 / BUSY)
    assert asked.tokens_a_month == 200_000_000
    assert asked.slack_calls_a_minute == pytest.approx(asked.peak_per_second * 240)
    assert asked.index_hours == 2.0


def test_a_small_company_has_two_processes_so_that_one_may_stop() -> None:
    small = load(Company(people=50), CHEAP)
    assert small.processes == 2
    assert small.megabytes == 1000.0


def test_what_saturates_first_is_what_is_used_most_of_its_limit() -> None:
    assert load(Company(), CHEAP).saturates_first == "Slack's limit on streams"
    slow = Costs(20.0, 3.0, 500.0, 7200.0, 2000.0, 4.0, 8)
    assert load(Company(), slow).saturates_first == "computing of one process"
    patient = Costs(0.1, 400.0, 500.0, 7200.0, 2000.0, 4.0, 8)
    assert load(Company(), patient).saturates_first == "questions at once of one process"


def test_recombined_passages_are_the_same_each_time_and_have_a_vector_for_each_of_their_statements() -> None:
    text = "\n\n".join(f"Fact number {n} of bakers is told here in some words." for n in range(12))
    passages = split(Document(Guide("baker.md", "Baker"), f"# Baker\n\n{text}"))
    count = sum(len(statements(passage)) for passage in passages)
    vectors = np.eye(max(count, 384), 384, dtype=np.float32)[:count]
    stock = stock_of(passages, vectors)
    made, encoded = recombined(stock, 30)
    again, _ = recombined(stock, 30)
    assert made == again
    assert len({passage.id for passage in made}) == 30
    assert [len(one.statements) for one in encoded] == [len(statements(passage)) for passage in made]
    assert all(np.linalg.norm(one.passage) == pytest.approx(1) for one in encoded)

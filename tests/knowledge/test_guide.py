"""The product's own guide holds every fact of its source, in its own words."""

import re
from pathlib import Path

import pytest

from knowledge.documents.reading import GuideFile, read
from tests.conftest import OUR_GUIDES

SOURCE = Path(__file__).parents[3] / "shared" / "eval" / "career-guide.txt"
FACTS = (
    """
Java|Python|Ruby|SQL|NoSQL|efficient|scalable|secure|design|develop|test|maintain|debugging|optimizing performance
front-end developers|UI/UX designers|project managers|end users|Agile|Scrum|problem-solving|analytical|communication
collaboration|bachelor's degree|computer science|software engineering|related field|several years of experience
$120,000 per year|United States|location|company size|industry|experience level
Senior Backend Engineer|Senior Java Developer|Senior Python Developer|Senior Ruby on Rails Developer
Senior Data Engineer|Senior Database Administrator|San Francisco, CA|New York, NY|Seattle, WA|Boston, MA|Chicago, IL
Spring|Flask|Ruby on Rails|Git|SVN|Maven|Gradle|JUnit|pytest
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.fixture(scope="module")
def text() -> str:
    return (OUR_GUIDES / "senior-backend-software-engineer.md").read_text("utf-8")


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_there(text: str, fact: str) -> None:
    assert fact in text


def test_the_guide_says_what_it_is_about() -> None:
    guide = read(GuideFile(OUR_GUIDES, OUR_GUIDES / "senior-backend-software-engineer.md")).guide
    assert all([guide.title, guide.role, guide.region, guide.edition, guide.source])


def test_no_figure_was_added(text: str) -> None:
    body = text.split("---", 2)[2]
    assert re.findall(r"\$[\d,]+", body) == ["$120,000"]
    assert not re.findall(r"\b\d{1,2}\+? years", body)


@pytest.mark.skipif(not SOURCE.exists(), reason="the source text is not part of the product and is not here")
def test_no_sentence_is_copied(text: str) -> None:
    sentences = [s for s in re.split(r"(?<=\.)\s+", SOURCE.read_text("utf-8")) if len(s.split()) > 8]
    assert [s for s in sentences if s in text] == []

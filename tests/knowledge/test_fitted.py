"""The file of fitted numbers has what the code asks for, and says what it rests on."""

import json
import math
import re
from pathlib import Path

from knowledge.fitted import Logistic, number
from knowledge.search.searcher import FEATURES

ROOT = Path(__file__).parents[2]
SOURCES = [
    path.read_text(encoding="utf-8") for package in ("bot", "knowledge") for path in (ROOT / package).rglob("*.py")
]
FITTED = json.loads((ROOT / "knowledge" / "fitted.json").read_text(encoding="utf-8"))


def _named(pattern: str) -> set[str]:
    return {name for source in SOURCES for name in re.findall(pattern, source)}


def test_the_numbers_are_those_that_the_code_asks_for() -> None:
    named = _named(r"\bnumber\(\"(\w+)\"\)")
    assert named == FITTED["numbers"].keys()
    assert all(math.isfinite(number(name)) for name in named)


def test_the_regressions_are_those_that_the_code_asks_for() -> None:
    named = _named(r"\bLogistic\.named\(\"(\w+)\"\)")
    assert named == {name for name, entry in FITTED.items() if "weights" in entry}
    assert all(math.isfinite(weight) for name in named for weight in Logistic.named(name).weights.values())


def test_every_number_is_asked_for_by_a_name_that_can_be_read_in_the_code() -> None:
    """Otherwise the two tests above would overlook it."""
    asked = sum(len(re.findall(r"(?<!def )(?<!\w)(?:number|Logistic\.named)\(", source)) for source in SOURCES)
    read = sum(len(re.findall(r"\b(?:number|Logistic\.named)\(\"\w+\"\)", source)) for source in SOURCES)
    assert asked == read


def test_search_weighs_every_one_of_its_scores() -> None:
    assert Logistic.named("search").weights.keys() == set(FEATURES)


def test_it_says_what_it_was_fitted_on_and_how_well_it_did_on_sources_left_out() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", FITTED["fitted_on"]["sha256"])
    assert FITTED["fitted_on"]["questions"] > 0
    assert {"search", "certainty", "quoting", "sentences"} <= FITTED["left_out"].keys()


def test_limits_rise_with_what_they_let_through() -> None:
    assert 0 < number("nearest") < number("covered") < 1
    assert number("doubtful") < number("likely") < number("supported")


def test_a_probability_grows_with_what_has_weight() -> None:
    fitted = Logistic({"a": 2.0, "b": -1.0}, 0.5)
    assert fitted.logit({"a": 1.0, "b": 1.0}) == 1.5
    assert 0 < fitted.probability({"a": 0.0, "b": 900.0}) < fitted.probability({"a": 900.0, "b": 0.0}) < 1

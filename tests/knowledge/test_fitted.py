"""The file of fitted numbers has what the code asks for, and says what it rests on."""

import json
import re
from pathlib import Path

from knowledge.fitted import Logistic, number
from knowledge.search import FEATURES

ROOT = Path(__file__).parents[2]
SOURCES = [
    path.read_text(encoding="utf-8") for package in ("bot", "knowledge") for path in (ROOT / package).rglob("*.py")
]


def test_every_number_and_regression_that_the_code_asks_for_is_there() -> None:
    named = {name for source in SOURCES for name in re.findall(r"\bnumber\(\"(\w+)\"\)", source)}
    assert named
    assert all(number(name) == number(name) for name in named)
    assert set(Logistic.named("search").weights) == set(FEATURES)


def test_it_says_what_it_was_fitted_on_and_how_well_it_did_on_sources_left_out() -> None:
    told = json.loads((ROOT / "knowledge" / "fitted.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[0-9a-f]{16}", told["fitted_on"]["sha256"])
    assert {"search", "certainty", "quoting", "sentences"} <= told["left_out"].keys()


def test_a_probability_grows_with_what_has_weight() -> None:
    fitted = Logistic({"a": 2.0, "b": -1.0}, 0.5)
    assert fitted.logit({"a": 1.0, "b": 1.0}) == 1.5
    assert 0 < fitted.probability({"a": 0.0, "b": 900.0}) < fitted.probability({"a": 900.0, "b": 0.0}) < 1

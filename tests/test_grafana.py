"""The dashboard for Grafana can be imported, and asks for what /metrics serves and for nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.meter import Failure, Place, Step
from bot.metrics import PrometheusMeter, served
from tests.bot.slack.test_metrics import text_at

ROOT = Path(__file__).parents[1]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
SOURCE = {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
COLUMNS = 24
SELECTED = re.compile(r"\b(\w+)\{([^}]*)\}")
"""A metric with its selector."""
KEYWORDS = {"sum", "max", "count", "by", "rate", "increase", "histogram_quantile", "le"}


def expressions() -> list[str]:
    return [target["expr"] for panel in PANELS for target in panel["targets"]]


async def samples() -> dict[str, list[dict[str, str]]]:
    """What a process serves once each thing has happened: the labels of each metric's samples, by its name."""
    meter = PrometheusMeter()
    for place in Place:
        meter.asked(place)
    for step in Step:
        meter.took(step, 0.2)
    for why in Failure:
        meter.slack_failed(why)
        meter.model_failed(why)
    for coverage in ("covered", "partly covered", "nearest", "not covered"):
        meter.answered("quoted", coverage, 1)
    meter.unanswered()
    meter.spent(1, 1)

    async def waiting() -> int:
        return 3

    async with served(meter, "127.0.0.1", 0, waiting) as port:
        told = await text_at(port)
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(told):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(dict(sample.labels))
    return found


async def test_every_expression_names_metrics_and_labels_that_are_served() -> None:
    there = await samples()
    for expression in expressions():
        selected = SELECTED.findall(expression)
        assert selected, expression
        for name, selector in selected:
            assert name in there, expression
            for label, how, value in re.findall(r'(\w+)(=~?)"([^"]*)"', selector):
                if label != "job":  # which Prometheus adds
                    values = {one[label] for one in there[name]}
                    assert set(value.split("|") if how == "=~" else [value]) <= values, expression
        grouped = {label.strip() for by in re.findall(r"by \(([^)]*)\)", expression) for label in by.split(",")}
        assert all(grouped <= set(there[name][0]) for name, _ in selected), expression


async def test_every_metric_of_ours_is_shown() -> None:
    shown = " ".join(expressions())
    ours = {name.removesuffix("_created") for name in await samples() if name.startswith("careerbot_")}
    assert {name for name in ours if name not in shown and not name.endswith("_seconds")} == set()


def test_no_expression_has_an_open_bracket_or_an_unknown_word() -> None:
    for expression in expressions():
        assert all(expression.count(a) == expression.count(b) for a, b in ("()", "[]", "{}"))
        plain = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^]]*\]|by \([^)]*\)', " ", expression)
        assert {
            word for word in re.findall(r"[a-z_]+", plain) if not word.startswith(("careerbot_", "process_"))
        } <= KEYWORDS


def test_it_can_be_imported_with_a_source_of_ones_own() -> None:
    (asked_for,) = DASHBOARD["__inputs"]
    assert (asked_for["name"], asked_for["type"], asked_for["pluginId"]) == (
        "DS_PROMETHEUS",
        "datasource",
        "prometheus",
    )
    assert DASHBOARD["id"] is None  # one of another Grafana's would be refused
    assert re.fullmatch(r"[\w-]{1,40}", DASHBOARD["uid"])
    assert DASHBOARD["title"]
    assert DASHBOARD["schemaVersion"] >= 36  # sources are objects from there on
    used = [panel["datasource"] for panel in PANELS] + [
        target["datasource"] for panel in PANELS for target in panel["targets"]
    ]
    used += [variable["datasource"] for variable in DASHBOARD["templating"]["list"]]
    assert all(one == SOURCE for one in used)
    asked_kinds = {one["id"] for one in DASHBOARD["__requires"] if one["type"] == "panel"}
    assert asked_kinds == {panel["type"] for panel in PANELS}
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    named = set(re.findall(r"\$\{?(\w+)", json.dumps(PANELS)))
    assert named <= {*variables, "DS_PROMETHEUS", "__range", "__rate_interval"}


def test_panels_lie_in_the_grid_and_on_none_of_the_others() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= COLUMNS
        assert not cells & taken
        taken |= cells
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_each_panel_has_a_title_and_targets_of_their_own_letters(panel: dict[str, Any]) -> None:
    assert panel["title"]
    letters = [target["refId"] for target in panel["targets"]]
    assert letters
    assert len(set(letters)) == len(letters)

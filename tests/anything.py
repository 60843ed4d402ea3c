"""What anybody might send: values of any type, hostile texts, and JSON with something in it missing, wrong, huge or hostile."""

import copy
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

LONG = bool(os.environ.get("TEST_LONG"))
"""Set by `make test-long`."""
SECONDS = 1.0
"""Of computing in this thread that one input may take."""
HOSTILE = (
    "<!channel> @here <@U0BOSS> <!subteam^S0ALL|all> <#C0SECRET> @everyone",
    "\x00\x1b[31m\u202e\u2066\ud800",
    "*_~`" * 50,
    "<" * 500,
    "[a](" * 200,
    "&lt;!channel&gt;",
    "../../etc/passwd",
    "%s %d {0} {name} {{7*7}} ${HOME}",
    "'; DROP TABLE inbox; --",
    "1" * 400,
    "1e999",
    "\n" * 300,
    "🎉" * 300,
    "a" * 40_000,
    "<@U1|" * 5_000,
    "> " * 5_000,
)


def _nested(depth: int, *, as_list: bool) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = [value] if as_list else {"elements": [value], "type": "rich_text"}
    return value


TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
ODD = st.one_of(
    SCALARS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8),
    st.sampled_from([[], {}, "", 0, -1, 10**40, [None], [[]], {"": None}, {"id": None}, {"ts": []}, ["a"] * 2000]),
    st.builds(_nested, st.sampled_from([5, 50, 300]), as_list=st.booleans()),
)  # fmt: skip
"""Anything that JSON can hold, rather what nobody expects."""


def often(few: int, many: int = 10_000) -> settings:
    """So many examples; many in `make test-long`. Always the same ones."""
    return settings(
        max_examples=many if LONG else few,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # what is large takes for ever to be made smaller
    )


@st.composite
def spoilt(draw: st.DrawFn, seeds: Sequence[Any]) -> Any:
    """One of the seeds with up to four places in it dropped, replaced or said twice."""
    value = copy.deepcopy(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(value))
        if not places:
            break
        inside, name = draw(st.sampled_from(places))
        match draw(st.sampled_from(["drop", "replace", "replace", "replace", "list"])):
            case "drop":
                del inside[name]
            case "replace":
                inside[name] = copy.deepcopy(draw(ODD))
            case _:
                inside[name] = [inside[name], copy.deepcopy(inside[name])]
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in nested JSON, as what it lies in and its name or number there."""
    for name, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, name
        if isinstance(inner, dict | list):
            yield from _places(inner)


def seconds_of(read: Callable[[], object]) -> float:
    """Of computing in this thread, so that a busy machine does not count."""
    started = time.thread_time()
    read()
    return time.thread_time() - started

"""What the runner of `make bench` and a contestant say to each other: a line of JSON each way, over standard input and output.

The runner starts `python ADAPTER DATA`, DATA being a folder that the contestant keeps its index in. The contestant says `ready` once
everything is imported. A line that it is sent then is an object whose `do` is one of

- `index` with `folder`: make the index of its files; answered with `passages`, how many there are.
- `open`: get the index ready to be searched; answered with `passages`.
- `search` with `turns` and `k`: answered with `found`, at most k of `guide`, `heading` and `text`, best first.
- `quote` with `turns`: answered without a model, with `answer` and `coverage`; where a contestant has no such thing, its nearest passage.
- `answer` with `turns`: answered by the model at OPENAI_BASE_URL, with `answer`, `coverage` and `first_ms`, the milliseconds until the
  reader could see the first of it.
- `burst` with `questions`, lists of turns, and `at_once`: as many answers at a time as that; answered with `answers`, how many came.
- `stop`.

To each answer `serve` adds `ms` and `cpu_ms`, the time that it took and the computing time of the process. A failure is answered
with `error`. Standard library alone: adapters run in environments of their own.
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

Handler = Callable[[Mapping[str, Any]], Mapping[str, Any]]
UNKNOWN = "I don't know"
"""How a reply begins that answers nothing; the recipes' prompts ask for it, and the benchmark's model says it."""
REST_UNKNOWN = "The documents do not say the rest."
"""How a reply ends that answers a part."""


def serve(handlers: Mapping[str, Handler]) -> None:
    """Answer lines of standard input until `stop` or its end. What libraries print goes to standard error."""
    out = sys.stdout
    _say(out, {"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "stop":
            return
        with contextlib.redirect_stdout(sys.stderr):
            answer = _timed(handlers[asked["do"]], asked)
        _say(out, answer)


def _say(out: TextIO, answer: Mapping[str, Any]) -> None:
    out.write(json.dumps(answer, ensure_ascii=False) + "\n")
    out.flush()


def _timed(handler: Handler, asked: Mapping[str, Any]) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        answer = dict(handler(asked))
    except Exception as error:  # noqa: BLE001 - the runner tells it
        answer = {"error": f"{type(error).__name__}: {error}"}
    return answer | {"ms": (time.perf_counter() - wall) * 1000, "cpu_ms": (time.process_time() - cpu) * 1000}


def coverage_of(reply: str) -> str:
    """What a reply of a recipe's model claims, in the words of the shared scorer."""
    if reply.startswith(UNKNOWN):
        return "not covered"
    return "partly covered" if reply.rstrip().endswith(REST_UNKNOWN) else "covered"

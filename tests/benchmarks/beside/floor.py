"""What nobody can be below: to tokenise, one pass of MiniLM, and one product of a matrix with a vector."""

import statistics
import time
from collections.abc import Sequence

import numpy as np

from knowledge.minilm.model import WIDTH, MiniLM, tokenizer
from knowledge.search import word_pieces

SEED = 1
MOST = 200
"""Passages that are passed for the floor of indexing; the others count like them."""


def floor(questions: Sequence[str], passages: Sequence[str], count: int) -> dict[str, float]:
    """Milliseconds of a question over vectors of `count` passages, and seconds of computing for as many passages, from some of their texts."""
    model, vectors = MiniLM("search"), np.random.default_rng(SEED).random((count, WIDTH), dtype=np.float32)
    times = []
    for question in [questions[0], *questions]:
        started = time.perf_counter()
        vector = model.states(word_pieces.of_question(question)).mean(axis=0)
        (vectors @ vector).argmax()
        times.append((time.perf_counter() - started) * 1000)
    some = passages[:: max(1, len(passages) // MOST)]
    started = time.process_time()
    for text in some:
        model.states(tokenizer().encode(text).ids)
    cpu = time.process_time() - started
    return {
        "passages": count,
        "search_ms": statistics.median(times[1:]),
        "index_cpu": cpu / max(len(some), 1) * count,
    }

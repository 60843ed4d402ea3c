"""The states of MiniLM are those of its architecture, and weights that are not as they should be are told."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.errors import EmbeddingsFailed
from knowledge.minilm.model import LONGEST, WEIGHTS_PACKAGE, WIDTH, MiniLM, read_tensors, weights_folder
from knowledge.search import word_pieces

Floats = NDArray[np.float32]
Linear = Callable[[Floats, str], Floats]
ROOT = Path(__file__).parents[2]
LAYERS, HEADS = 6, 12
TASKS = ["search", "reading", "checking"]
TEXTS = ["pay", "salary", "nurse", "ship", "bread", "degree", "remote", "interview", "do they work at night?"]


class Weights:
    """The weights of a task under the names of BERT, read from the files and used without onnxruntime."""

    def __init__(self, task: str) -> None:
        self._own = read_tensors(Path(str(resources.files("knowledge.minilm").joinpath(f"{task}.safetensors"))))
        self._official = read_tensors(weights_folder() / "model.safetensors")

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._own[name] if name in self._own else self._official[name]

    def exact(self, x: Floats, layer: str) -> Floats:
        """A linear layer whose weights alone are of 8 bits."""
        rows: Floats = x @ self[f"{layer}.weight"].astype(np.float32) * self[f"{layer}.scale"] + self[f"{layer}.bias"]
        return rows

    def in_integers(self, x: Floats, layer: str) -> Floats:
        """A linear layer that multiplies integers of 8 bits, each row of x by its own scale."""
        scale = np.maximum(np.abs(x).max(axis=-1, keepdims=True), 1e-8) / np.float32(127)
        product = np.round(x / scale).astype(np.int32) @ self[f"{layer}.weight"].astype(np.int32)
        rows: Floats = product * scale * self[f"{layer}.scale"] + self[f"{layer}.bias"]
        return rows


def bert(ids: Sequence[int], weights: Weights, linear: Linear) -> Floats:
    """BERT by its paper, in NumPy."""
    x = weights["embeddings.word_embeddings.weight"][list(ids)]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)] + weights["embeddings.token_type_embeddings.weight"][0]  # fmt: skip
    x = _norm(x, weights, "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            linear(x, f"{layer}.attention.self.{name}").reshape(len(ids), HEADS, -1).swapaxes(0, 1)
            for name in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.sqrt(WIDTH / HEADS)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (shares / shares.sum(axis=-1, keepdims=True) @ value).swapaxes(0, 1).reshape(len(ids), WIDTH)
        x = _norm(linear(mixed, f"{layer}.attention.output.dense") + x, weights, f"{layer}.attention.output.LayerNorm")
        wide = _gelu(linear(x, f"{layer}.intermediate.dense"))
        x = _norm(linear(wide, f"{layer}.output.dense") + x, weights, f"{layer}.output.LayerNorm")
    return x


def _norm(x: Floats, weights: Weights, layer: str) -> Floats:
    centred = x - x.mean(axis=-1, keepdims=True)
    normed: Floats = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
    scaled: Floats = normed * weights[f"{layer}.weight"] + weights[f"{layer}.bias"]
    return scaled


def _gelu(x: Floats) -> Floats:
    """By the error function, after Abramowitz and Stegun 7.1.26."""
    z = np.abs(x) / np.sqrt(2.0)
    t = 1 / (1 + 0.3275911 * z)
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    found: Floats = (x * (1 + np.sign(x) * (1 - series * np.exp(-z * z))) / 2).astype(np.float32)
    return found


def _cosines(one: Floats, other: Floats) -> Floats:
    found: Floats = (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    return found


@pytest.mark.parametrize("task", TASKS)
def test_states_are_those_of_the_architecture_in_integers_of_eight_bits(task: str) -> None:
    """Where a number lies between two integers, NumPy may round it to the other one; that is seen in few texts."""
    weights, model = Weights(task), MiniLM(task)
    least = [
        _cosines(model.states(ids), bert(ids, weights, weights.in_integers)).min()
        for ids in map(word_pieces.of_question, TEXTS)
    ]
    assert np.median(least) > 0.9999
    assert min(least) > 0.98


@pytest.mark.parametrize("task", TASKS)
def test_what_integers_round_away_hardly_turns_the_mean_of_the_states(task: str) -> None:
    weights, model = Weights(task), MiniLM(task)
    for ids in map(word_pieces.of_question, TEXTS):
        ours, exact = model.states(ids), bert(ids, weights, weights.exact)
        assert _cosines(ours.mean(axis=0, keepdims=True), exact.mean(axis=0, keepdims=True)).min() > 0.98


@pytest.mark.parametrize("kind", TASKS)
def test_tasks_have_weights_of_their_own(kind: str) -> None:
    others = {MiniLM(task).fingerprint for task in TASKS if task != kind}
    assert MiniLM(kind).fingerprint not in others


def test_threads_may_share_a_model() -> None:
    model = MiniLM("search")
    texts = [word_pieces.of_question(f"question number {n} " * (n + 1)) for n in range(20)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(model.states, texts))
    assert all(np.array_equal(states, model.states(ids)) for states, ids in zip(together, texts, strict=True))


def test_what_follows_the_longest_text_is_not_read() -> None:
    model = MiniLM("search")
    read = [101, *[2003] * (LONGEST - 1)]
    assert np.array_equal(model.states([*read, *[2000] * 2000]), model.states(read))
    assert model.states(read).shape == (LONGEST, WIDTH)


Installed = Callable[[Mapping[str, bytes]], None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    """Makes a package of weights with these files the installed one."""

    def install(files: Mapping[str, bytes]) -> None:
        told = tmp_path / f"{WEIGHTS_PACKAGE.replace('-', '_')}-0.1.0.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {WEIGHTS_PACKAGE}\nVersion: 0.1.0\n")
        (told / "RECORD").write_text("".join(f"{name},,\n" for name in files))
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        monkeypatch.syspath_prepend(tmp_path)
        weights_folder.cache_clear()

    yield install
    weights_folder.cache_clear()


def test_missing_weights_are_told_with_what_to_install(installed: Installed) -> None:
    installed({"vocab.txt": b"the"})
    with pytest.raises(EmbeddingsFailed, match=rf"missing: install {WEIGHTS_PACKAGE}"):
        MiniLM("search")


def test_a_package_that_is_not_there_is_told_as_missing_weights(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed({})
    monkeypatch.setattr("sys.path", [str(tmp_path / "empty")])
    with pytest.raises(EmbeddingsFailed, match=rf"missing: install {WEIGHTS_PACKAGE}"):
        weights_folder()


def test_damaged_weights_are_told_before_anything_is_computed_with_them(installed: Installed) -> None:
    installed({"model.safetensors": b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "})
    with pytest.raises(EmbeddingsFailed, match=rf"damaged: reinstall {WEIGHTS_PACKAGE}"):
        MiniLM("search")


def test_computing_a_vector_leaves_nothing_in_the_home_folder(tmp_path: Path) -> None:
    code = "from knowledge.search.encoder import LocalEncoder; LocalEncoder().vector('pay')"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    assert list(tmp_path.iterdir()) == []

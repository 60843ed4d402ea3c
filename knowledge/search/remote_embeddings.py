"""Embedding models of OpenAI, or of a service that speaks its protocol, for the vectors of passages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core.embeddings import Embeddings

from knowledge.errors import EmbeddingsFailed


class OpenAIEmbeddings(Embeddings):
    """`langchain_openai.OpenAIEmbeddings` with its errors turned into EmbeddingsFailed."""

    def __init__(self, model: str, api_key: str, base_url: str | None = None) -> None:
        from langchain_openai import OpenAIEmbeddings as Model
        from pydantic import SecretStr

        self.name = model
        # Checking lengths would make tiktoken download a file.
        options: dict[str, Any] = {"check_embedding_ctx_length": False, "max_retries": 2, "timeout": 30}
        self._model = Model(model=model, api_key=SecretStr(api_key), base_url=base_url, **options)

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


@contextmanager
def _failures_told(model: str) -> Iterator[None]:
    import openai

    try:
        yield
    except openai.OpenAIError as error:
        match error:
            case openai.AuthenticationError():
                why = "the service refused the key; check OPENAI_API_KEY"
            case openai.NotFoundError():
                why = "the service does not know this model; check EMBEDDINGS"
            case openai.APIConnectionError():
                why = "the service cannot be reached; check the network and OPENAI_BASE_URL"
            case _:
                why = "the service failed; try again later"
        raise EmbeddingsFailed(f"The embedding model {model} did not answer: {why}.") from error

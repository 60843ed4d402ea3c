"""Passages and questions to vectors: one of each passage, one of each of its statements, one of a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from knowledge.errors import EmbeddingsFailed
from knowledge.minilm.model import WIDTH, MiniLM
from knowledge.passages import Passage, embedding_text
from knowledge.search import word_pieces
from knowledge.statements import statements
from knowledge.threads import in_thread

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

TASK = "search"
LOCAL = "local"
"""The setting that computes everything on this machine."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """The vector of a passage, and those of its statements in order, all of length 1."""

    passage: "Vector"
    statements: "Vector"


class Encoder(Protocol):
    """What makes vectors. Vectors of encoders with different names cannot be compared."""

    @property
    def name(self) -> str:
        """What made the vectors: model and version."""

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        """The vectors of passages. Raises EmbeddingsFailed."""

    async def question(self, text: str) -> "Question":
        """The vectors of a question. Raises EmbeddingsFailed."""


@dataclass(frozen=True, eq=False)
class Question:
    """A question as passages and as statements are compared with it; the two differ only for a model of OpenAI's."""

    text: str
    for_passages: "Vector"
    for_statements: "Vector"


class LocalEncoder:
    """MiniLM, tuned on questions in everyday words. A statement's vector knows its passage: it is the mean of its word
    pieces' states where the passage is read.
    """

    def __init__(self, model: MiniLM | None = None) -> None:
        self._model = model or MiniLM(TASK)

    @property
    def name(self) -> str:
        """The model and its weights."""
        return f"careers-MiniLM-L6/{self._model.fingerprint}"

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        """The vectors of passages."""
        return [self._encoded(passage) for passage in passages]

    async def question(self, text: str) -> Question:
        """The vector of a question, computed in a thread."""
        vector = await in_thread(self.vector, text)
        return Question(text, vector, vector)

    def vector(self, text: str) -> "Vector":
        """The vector of a question or of a sentence."""
        return _unit(self._model.states(word_pieces.of_question(text)).mean(axis=0))

    def _encoded(self, passage: Passage) -> Encoded:
        import numpy as np

        read = [(pieces, self._states(pieces.ids)) for pieces in word_pieces.readings(passage)]
        whole = _unit(np.concatenate([states for _, states in read]).mean(axis=0))
        means = [whole] * len(statements(passage))
        for pieces, states in read:
            for number, span in enumerate(word_pieces.shifted(pieces.spans, 1)):
                if span:
                    means[number] = _unit(states[span[0] : span[1]].mean(axis=0))
        return Encoded(whole, np.array(means, dtype=np.float32).reshape(-1, WIDTH))

    def _states(self, ids: Sequence[int]) -> "Vector":
        return self._model.states([word_pieces.FIRST, *ids, word_pieces.LAST])


class RemoteEncoder:
    """Passages by an embedding model of LangChain's, statements by MiniLM, which need no call."""

    def __init__(self, model: "Embeddings", name: str, local: LocalEncoder) -> None:
        self._model = model
        self._local = local
        self.name = f"{name} + {local.name}"

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        """The vectors of passages; those of the passages themselves in one call."""
        import numpy as np

        vectors = self._model.embed_documents([embedding_text(passage) for passage in passages])
        local = self._local.encode(passages)
        return [
            Encoded(_unit(np.array(vector, dtype=np.float32)), own.statements)
            for vector, own in zip(vectors, local, strict=True)
        ]

    async def question(self, text: str) -> Question:
        """The two vectors of a question."""
        import numpy as np

        vector = await self._model.aembed_query(text)
        return Question(text, _unit(np.array(vector, dtype=np.float32)), await in_thread(self._local.vector, text))


def open_encoder(name: str, local: LocalEncoder, api_key: str = "", base_url: str | None = None) -> Encoder:
    """The encoder of a setting: "local", or the name of an embedding model, which needs a key or a server's address."""
    if name == LOCAL:
        return local
    if not (api_key or base_url):
        raise EmbeddingsFailed(f"EMBEDDINGS={name} needs OPENAI_API_KEY; set it, or set EMBEDDINGS=local.")
    from knowledge.search.remote_embeddings import OpenAIEmbeddings

    return RemoteEncoder(OpenAIEmbeddings(name, api_key or "none-needed", base_url), name, local)


def _unit(vector: "Vector") -> "Vector":
    import numpy as np

    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)

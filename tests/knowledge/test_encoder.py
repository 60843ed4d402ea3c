"""Vectors of passages, statements and questions, and what is said when they cannot be had."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from knowledge.encoder import LocalEncoder, open_encoder
from knowledge.errors import EmbeddingsFailed
from knowledge.minilm.model import MiniLM
from tests.conftest import passage
from tests.openai_server import KEY, Fault, OpenAIServer

TEXT = "Nurses earn $50,000 a year. They work at night."


def test_every_vector_has_length_one_and_any_text_has_one(encoder: LocalEncoder) -> None:
    (encoded,) = encoder.encode([passage(TEXT, "Nurse")])
    vectors = [encoded.passage, *encoded.statements, *map(encoder.vector, ["", "🎉", "word " * 5000])]
    assert [float(np.linalg.norm(vector)) for vector in vectors] == pytest.approx([1.0] * 6, abs=1e-5)


def test_a_passage_alone_and_among_others_has_the_same_vectors(encoder: LocalEncoder) -> None:
    one, other = passage(TEXT, "Nurse"), passage("a much longer text about many careers " * 20, "Careers")
    assert np.array_equal(encoder.encode([one])[0].passage, encoder.encode([other, one])[1].passage)


def test_a_statement_knows_the_headings_of_its_passage(encoder: LocalEncoder) -> None:
    asked = encoder.vector("what do nurses earn")
    of_nurses, of_pilots = encoder.encode(
        [passage("The pay is $50,000.", "Nurse"), passage("The pay is $50,000.", "Pilot")]
    )
    assert float(of_nurses.statements[0] @ asked) > float(of_pilots.statements[0] @ asked)


def test_a_question_lies_nearest_to_the_statement_that_answers_it(encoder: LocalEncoder) -> None:
    (encoded,) = encoder.encode([passage(TEXT, "Nurse")])
    assert (encoded.statements @ encoder.vector("how much money do they make?")).argmax() == 0
    assert (encoded.statements @ encoder.vector("do they have night shifts?")).argmax() == 1


def test_threads_may_share_a_model(encoder: LocalEncoder) -> None:
    texts = [f"question number {n}" for n in range(20)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(encoder.vector, texts))
    assert all(np.array_equal(vector, encoder.vector(text)) for vector, text in zip(together, texts, strict=True))


def test_the_states_of_a_text_do_not_depend_on_what_follows_the_longest_length() -> None:
    model = MiniLM("search")
    assert model.states([101, *[2003] * 2000]).shape == (512, 384)


def test_openai_embeddings_without_a_key_say_what_to_set(encoder: LocalEncoder) -> None:
    with pytest.raises(EmbeddingsFailed, match="OPENAI_API_KEY"):
        open_encoder("text-embedding-3-small", encoder)


async def test_a_remote_model_is_sent_texts_and_no_tokens_and_statements_stay_here(encoder: LocalEncoder) -> None:
    async with OpenAIServer() as server:
        remote = open_encoder("text-embedding-3-small", encoder, KEY, server.url)
        question = await remote.question("what does it pay?")
        assert [request["input"] for request in server.requests] == [["what does it pay?"]]
    assert np.array_equal(question.for_statements, encoder.vector("what does it pay?"))
    assert len(question.for_passages) != len(question.for_statements)
    assert encoder.name in remote.name


@pytest.mark.parametrize(("model", "key", "fault", "said"), [
    ("text-embedding-3-small", "sk-wrong", None, "OPENAI_API_KEY"),
    ("text-embedding-9", KEY, None, "EMBEDDINGS"),
    ("text-embedding-3-small", KEY, Fault(status=400), "try again later"),
])  # fmt: skip
async def test_a_failing_service_is_told_without_the_key(
    encoder: LocalEncoder, model: str, key: str, fault: Fault | None, said: str
) -> None:
    async with OpenAIServer() as server:
        server.faults += [fault] if fault else []
        with pytest.raises(EmbeddingsFailed, match=said) as caught:
            await open_encoder(model, encoder, key, server.url).question("x")
        assert key not in str(caught.value)

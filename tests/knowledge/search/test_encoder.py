"""Vectors of passages, statements and questions, and what is said when they cannot be had."""

import asyncio

import numpy as np
import pytest

from knowledge.errors import EmbeddingsFailed
from knowledge.search.encoder import LocalEncoder, open_encoder
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


def test_the_same_text_has_the_same_vector_each_time(encoder: LocalEncoder) -> None:
    assert np.array_equal(encoder.vector("what does it pay?"), LocalEncoder().vector("what does it pay?"))


def test_of_a_long_question_the_end_counts(encoder: LocalEncoder) -> None:
    asked = "what does a nurse earn in her first year " * 12
    assert np.array_equal(encoder.vector(f"I once met a baker. {asked}"), encoder.vector(asked))


def test_a_statement_beyond_what_is_read_at_once_has_a_vector_of_its_own_that_knows_its_headings(
    encoder: LocalEncoder,
) -> None:
    text = " ".join([*(f"Sentence number {n} says something about ovens." for n in range(60)), "The pay is $50,000."])
    of_nurses, of_pilots = encoder.encode([passage(text, "Nurse"), passage(text, "Pilot")])
    asked = encoder.vector("what do nurses earn")
    assert (of_nurses.statements @ asked).argmax() == 60
    assert float(of_nurses.statements[60] @ asked) > float(of_pilots.statements[60] @ asked)


def test_a_passage_without_statements_has_a_vector(encoder: LocalEncoder) -> None:
    (encoded,) = encoder.encode([passage("", "Nurse")])
    assert encoded.statements.shape == (0, len(encoded.passage))


def test_everything_is_computed_here_unless_a_model_is_named(encoder: LocalEncoder) -> None:
    assert open_encoder("local", encoder) is encoder


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


async def test_a_remote_model_is_asked_once_for_all_passages(encoder: LocalEncoder) -> None:
    passages = [passage(TEXT, "Nurse"), passage("Ovens bake bread.", "Baker")]
    async with OpenAIServer() as server:
        remote = open_encoder("text-embedding-3-small", encoder, KEY, server.url)
        encoded = await asyncio.to_thread(remote.encode, passages)
        assert [request["input"] for request in server.requests] == [["Nurse\n" + TEXT, "Baker\nOvens bake bread."]]
    own = encoder.encode(passages)
    assert all(np.array_equal(one.statements, other.statements) for one, other in zip(encoded, own, strict=True))
    assert [float(np.linalg.norm(one.passage)) for one in encoded] == pytest.approx([1.0, 1.0])


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

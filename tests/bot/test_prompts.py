from dataclasses import replace

import pytest

from bot.answering.composing import MOST_PASSAGES
from bot.errors import SettingsError
from bot.answering.prompts import Prompt, Prompts
from knowledge.search import Searcher

TOKENS_PER_CHARACTER = 0.25
"""OpenAI's rule of thumb for English text."""


def test_every_prompt_is_a_file_and_renders_with_what_the_code_gives() -> None:
    prompts = Prompts.load()
    assert prompts.advise.render().startswith("You answer")
    assert "Keep its language" in prompts.rewrite.render(language="")
    assert "Write it in English" in prompts.rewrite.render(language="English")
    assert "into German" in prompts.translate.render(language="German")
    assert "Why?" in prompts.question.render(passages=[], earlier=[], question="Why?")


def test_a_variable_that_the_code_does_not_give_is_named() -> None:
    with pytest.raises(SettingsError, match=r"prompts/question\.md.*name"):
        Prompt("question", "Hello {{ name }}").render()


def test_a_variable_that_the_file_does_not_use_is_named() -> None:
    with pytest.raises(SettingsError, match=r"prompts/question\.md.*asked"):
        Prompt("question", "Hello").render(asked="x")


def test_a_broken_template_is_named_with_the_reason() -> None:
    with pytest.raises(SettingsError, match=r"prompts/question\.md cannot be rendered"):
        Prompt("question", "{% if %}").render()


def test_the_hash_changes_with_the_text_of_the_prompts_that_make_answers() -> None:
    prompts = Prompts.load()
    for name in ("advise", "question", "translate"):
        changed = replace(prompts, **{name: Prompt(name, getattr(prompts, name).text + " Be kind.")})
        assert changed.hash != prompts.hash
    assert len(prompts.hash) == 12


def test_braces_in_a_question_are_text() -> None:
    assert "{{ 7 * 7 }}" in Prompts.load().question.render(passages=[], earlier=[], question="{{ 7 * 7 }}")


@pytest.mark.parametrize("question", ["What does it pay?", "Which skills do I need?", "Where are the jobs?"])
async def test_a_guide_question_costs_at_most_twelve_hundred_tokens(searcher: Searcher, question: str) -> None:
    prompts = Prompts.load()
    passages = [hit.passage for hit in await searcher.search(question)][:MOST_PASSAGES]
    asked = prompts.advise.render() + prompts.question.render(passages=passages, earlier=[], question=question)
    assert len(asked) * TOKENS_PER_CHARACTER <= 1200

from dataclasses import replace

import pytest

from bot.answering.composing import Doubt, fitting
from bot.answering.prompts import Prompt, Prompts
from bot.errors import SettingsError
from knowledge.search.searcher import Searcher

TOKENS_PER_CHARACTER = 0.25
"""OpenAI's rule of thumb for English text."""


def test_every_prompt_is_a_file_and_renders_with_what_the_code_gives() -> None:
    prompts = Prompts.load()
    assert prompts.advise.render().startswith("You answer")
    assert "Keep the message's language" in prompts.plan.render(language="")
    assert "in English" in prompts.plan.render(language="English")
    assert "yes" in prompts.verify.render()
    assert "yes" in prompts.same.render()
    assert "1. Bakers bake." in prompts.sentences.render(sentences=[Doubt("Bakers bake.", ("So they do.",))])
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


async def test_a_question_costs_at_most_three_thousand_tokens(searcher: Searcher) -> None:
    prompts = Prompts.load()
    passages = fitting([hit.passage for hit in await searcher.search("What does it pay?", 14)])
    asked = prompts.advise.render() + prompts.question.render(passages=passages, earlier=[], question="What?")
    assert len(asked) * TOKENS_PER_CHARACTER <= 3000

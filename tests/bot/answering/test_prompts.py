import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from bot.answering.chat_model import open_chat_model
from bot.answering.composing import Composer, Doubt, fitting
from bot.answering.conversation import QUOTED, Conversation
from bot.answering.prompts import Prompt, Prompts
from bot.composition import Application
from bot.errors import ModelUnavailable, SettingsError
from bot.settings import Settings
from knowledge.search.searcher import Searcher
from tests.openai_server import KEY, OpenAIServer

TOKENS_PER_CHARACTER = 0.25
"""OpenAI's rule of thumb for English text."""


def test_every_prompt_is_a_file_and_renders_with_what_the_code_gives() -> None:
    prompts = Prompts.load()
    assert prompts.advise.render().startswith("You answer")
    assert "Keep the message's language" in prompts.plan.render(language="")
    assert "in English" in prompts.plan.render(language="English")
    assert "yes" in prompts.verify.render()
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


@pytest.fixture
def prompts_folder(tmp_path: Path) -> Path:
    """A copy of the prompts, to be broken."""
    return shutil.copytree(str(resources.files("prompts")), tmp_path / "prompts")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"{% for passage in passages %}{{ question }}{{ earlier }}", "cannot be rendered"),
        (b"{{ passages[0].page }} {{ question }} {{ earlier }}", "cannot be rendered"),
        (b"{{ 1 / (earlier | length) }} {{ question }} {{ passages }}", "cannot be rendered"),
        (b"{{ question }} {{ earlier }} {{ passages }} {{ language }}", "disagree on: language"),
        (b"\xff\xfe", "cannot be read as text"),
        (b"", "disagree on: earlier, passages, question"),
    ],
)
def test_a_prompt_that_cannot_be_used_is_named_when_it_is_loaded(prompts_folder: Path, text: bytes, why: str) -> None:
    (prompts_folder / "question.md").write_bytes(text)
    with pytest.raises(SettingsError, match=rf"^prompts/question\.md .*{why}"):
        Prompts.load(prompts_folder)


def test_all_prompts_that_are_missing_or_empty_are_named_at_once(prompts_folder: Path) -> None:
    (prompts_folder / "plan.md").unlink()
    (prompts_folder / "verify.md").write_text(" \n", encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        Prompts.load(prompts_folder)
    assert str(told.value) == "prompts/plan.md is missing; put it back. prompts/verify.md is empty."


async def test_a_prompt_that_real_data_breaks_is_a_model_that_cannot_be_asked() -> None:
    prompts = Prompts.load()
    broken = replace(prompts, plan=Prompt("plan", "{{ language / 2 }}"))
    composer = Composer(open_chat_model("gpt-5.4-mini", "", "http://127.0.0.1:9", 1), broken)
    with pytest.raises(ModelUnavailable, match=r"could not be asked: prompts/plan\.md cannot be rendered"):
        await composer.plan(Conversation.of(["What does it pay?"]))


async def test_with_a_broken_prompt_the_bot_starts_says_so_and_quotes(
    prompts_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (prompts_folder / "verify.md").unlink()
    async with OpenAIServer() as model:
        monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        application = Application(Settings.load(), prompts=prompts_folder)
        application.sync(lambda done, of: None)
        advisor = application.advisor()
        answer = await advisor.answer(Conversation.of(["What does a senior backend engineer earn?"]))
    assert "verify.md is missing; put it back. Answers are quoted" in application.mode
    assert "verify.md is missing" in advisor.model_trouble
    assert answer.receipt.mode == QUOTED
    assert "$120,000" in answer.text
    assert "verify.md is missing" in answer.receipt.notice
    assert model.requests == []


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

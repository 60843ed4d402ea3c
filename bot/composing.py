"""Passages to an answer's text, written by a chat model."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.conversation import Turn
from bot.errors import ModelUnavailable, SettingsError
from bot.prompts import Prompts
from knowledge.orders import without_orders
from knowledge.passages import Passage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

TURNS_SHOWN = 6
"""Turns before the question that the model is shown."""
TURN_CHARACTERS = 600
"""Longer turns are cut; what a follow-up refers to stands at the start."""
MOST_PASSAGES = 6
"""Passages the model is shown; with nine in the prompt the guide's questions cost over 1,200 tokens."""

_STATUSES = {
    401: "refused the key; check OPENAI_API_KEY",
    403: "refused the key; check OPENAI_API_KEY",
    404: "does not exist at this provider; check CHAT_MODEL and OPENAI_BASE_URL",
    429: "is rate limited or out of quota; try again later",
}

_NUMBERED = re.compile(r"\s*(\d{1,2})[.)]\s+(.*\S)")

OnText = Callable[[str], Awaitable[None]]
"""Called with each piece of text as the model sends it."""


class ChatComposer:
    """Writes answers with a LangChain chat model.

    `timeout` is the number of seconds that a whole answer may take. Raises ModelUnavailable when the model refuses,
    fails or takes longer; the message can be shown.
    """

    def __init__(self, model: "BaseChatModel", name: str, prompts: Prompts, timeout: float) -> None:
        self._model = model
        self._prompts = prompts
        self._timeout = timeout
        self.name = name
        """The model's name, for the receipt."""
        self.prompt_hash = prompts.hash

    async def compose(
        self,
        question: str,
        earlier: Sequence[Turn],
        passages: Sequence[Passage],
        on_text: OnText | None = None,
    ) -> str:
        """The model's answer in Markdown, citing the passages by their place in `passages` from 1."""
        parts: list[str] = []
        async for piece in self._stream(self._messages(question, earlier, passages)):
            parts.append(piece)
            if on_text:
                await on_text(piece)
        text = "".join(parts).strip()
        if not text:
            raise ModelUnavailable(f"The chat model {self.name} gave an empty answer.")
        return text

    async def rewrite(self, question: str, earlier: Sequence[Turn], language: str = "") -> str:
        """The question made to stand alone; in the language of that English name, or its own."""
        from langchain_core.messages import HumanMessage, SystemMessage

        said = "\n".join(f"{turn.speaker}: {turn.text}" for turn in [*_shown(earlier), Turn("person", question)])
        messages = [SystemMessage(self._prompts.rewrite.render(language=language)), HumanMessage(said)]
        return "".join([piece async for piece in self._stream(messages)]).strip() or question

    async def translated(self, sentences: Sequence[str], language: str) -> AsyncIterator[tuple[int, str]]:
        """The sentences in the language of that English name, each as soon as it is complete, with its place from 0."""
        from langchain_core.messages import HumanMessage, SystemMessage

        numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(sentences, 1))
        messages = [SystemMessage(self._prompts.translate.render(language=language)), HumanMessage(numbered)]
        async for line in _lines(self._stream(messages)):
            if found := _NUMBERED.match(line):
                yield int(found[1]) - 1, found[2]

    async def check(self) -> None:
        """Ask the model for one word, to learn whether it can be reached. Raises ModelUnavailable."""
        from langchain_core.messages import HumanMessage

        async for _ in self._stream([HumanMessage("Reply with OK.")]):
            return

    def _messages(self, question: str, earlier: Sequence[Turn], passages: Sequence[Passage]) -> "list[BaseMessage]":
        """The part that never changes first, so that the provider's prompt cache serves it."""
        from langchain_core.messages import HumanMessage, SystemMessage

        shown = [replace(passage, text=without_orders(passage.text)) for passage in passages[:MOST_PASSAGES]]
        asked = self._prompts.question.render(passages=shown, earlier=_shown(earlier), question=question)
        return [SystemMessage(self._prompts.advise.render()), HumanMessage(asked)]

    async def _stream(self, messages: "list[BaseMessage]") -> AsyncIterator[str]:
        begun = False
        try:
            async with asyncio.timeout(self._timeout):
                async for chunk in self._model.astream(messages):
                    begun = True
                    if text := chunk.text:
                        yield str(text)
        except TimeoutError as error:
            raise ModelUnavailable(f"The chat model {self.name} did not answer within {self._timeout:g} s.") from error
        except (ModelUnavailable, asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:
            why = "broke off its answer; try again" if begun else _why(error)
            raise ModelUnavailable(f"The chat model {self.name} {why}.") from error


def open_chat_model(name: str, api_key: str, base_url: str | None, timeout: float) -> "BaseChatModel":
    """The chat model of a setting: a model of OpenAI's protocol, or "provider:model" of any LangChain provider.

    Raises SettingsError when the provider's package is not installed or its settings are incomplete.
    """
    if ":" not in name:
        return _open_openai(name, api_key, base_url, timeout)
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(name, timeout=timeout)
    except (ImportError, ValueError) as error:
        raise SettingsError(f"CHAT_MODEL={name} cannot be used: {str(error).splitlines()[0]}") from error


def _open_openai(name: str, api_key: str, base_url: str | None, timeout: float) -> "BaseChatModel":
    import httpx
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    # The default pool of 100 connections waits for one; a question waits for nobody.
    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None, max_keepalive_connections=50), timeout=timeout)
    return ChatOpenAI(
        model=name,
        api_key=SecretStr(api_key),
        base_url=base_url,
        timeout=timeout,
        max_retries=1,
        stream_usage=False,
        http_async_client=client,
    )


async def _lines(pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """The lines of a text that comes in pieces, each as soon as it is complete."""
    rest = ""
    async for piece in pieces:
        *complete, rest = (rest + piece).split("\n")
        for line in complete:
            yield line
    yield rest


def _shown(earlier: Sequence[Turn]) -> list[Turn]:
    return [Turn(turn.speaker, turn.text[:TURN_CHARACTERS]) for turn in earlier[-TURNS_SHOWN:]]


def _why(error: Exception) -> str:
    """What a provider's exception means to the person who runs the bot, without keys or addresses."""
    status = getattr(error, "status_code", None)
    if status is not None:
        return _STATUSES.get(status, f"failed with status {status}; try again later")
    kind = type(error).__name__
    if "Timeout" in kind:
        return "did not answer in time"
    if "Connect" in kind or isinstance(error, OSError):
        return "cannot be reached; check the network and OPENAI_BASE_URL"
    return f"failed ({kind}); try again later"

"""A chat model through LangChain, whoever serves it: opened from the settings, asked, and its failures told in a sentence."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from bot.answering.model_output import LONGEST_REPLY
from bot.errors import ModelUnavailable, SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

MOST_TOKENS = 1500
"""Tokens of a reply at most: an answer has some 150, a model that thinks before it answers needs the rest."""
NO_KEY = "none-needed"
"""What a local server is given for a key; OpenAI's client insists on one."""
_STATUSES = {
    401: "refused the key; check OPENAI_API_KEY",
    403: "refused the key; check OPENAI_API_KEY",
    404: "does not exist at this provider; check CHAT_MODEL and OPENAI_BASE_URL",
    429: "is rate limited or out of quota; try again later",
}
_OPTIONAL = ("temperature", "max_tokens")
"""Parameters that some models refuse and that an answer can do without."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chunk:
    """A piece of a reply as it comes; `cut` tells that the model was stopped at its limit of tokens."""

    text: str
    cut: bool = False


class ChatModel:
    """A model that is asked with messages.

    `timeout` is the number of seconds that a whole reply may take. Raises ModelUnavailable when the model refuses, fails
    or takes longer; the message can be shown.
    """

    def __init__(self, model: "BaseChatModel", name: str, timeout: float) -> None:
        self._model = model
        self._timeout = timeout
        self.name = name

    async def stream(self, messages: "Sequence[BaseMessage]") -> AsyncGenerator[Chunk]:
        """The reply piece by piece, at most `LONGEST_REPLY` characters of it."""
        deadline = asyncio.get_running_loop().time() + self._timeout
        length = 0
        async with aclosing(self._pieces(messages)) as pieces:
            while length < LONGEST_REPLY:
                try:
                    async with asyncio.timeout_at(
                        deadline
                    ):  # never across a yield: the reader's time is not the model's
                        chunk = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError as error:
                    raise ModelUnavailable(
                        f"The chat model {self.name} did not answer within {self._timeout:g} s."
                    ) from error
                except Exception as error:
                    raise ModelUnavailable(f"The chat model {self.name} {_why(error, begun=length > 0)}.") from error
                length += len(chunk.text)
                if chunk.text or chunk.cut:
                    yield chunk

    async def reply(self, messages: "Sequence[BaseMessage]") -> str:
        """The whole reply."""
        return "".join([chunk.text async for chunk in self.stream(messages)])

    async def _pieces(self, messages: "Sequence[BaseMessage]") -> AsyncGenerator[Chunk]:
        """The model's pieces; asked again without the parameters that it refuses."""
        begun = False
        try:
            async for chunk in self._model.astream(list(messages)):
                begun = True
                yield Chunk(str(chunk.text), _is_cut(chunk))
        except Exception as error:
            refused = [] if begun else _refused_parameters(error, self._model)
            if not refused:
                raise
            log.info("The chat model %s takes no %s; it is asked without", self.name, " and ".join(refused))
            self._model = self._model.model_copy(update=dict.fromkeys(refused))
            async for chunk in self._model.astream(list(messages)):
                yield Chunk(str(chunk.text), _is_cut(chunk))


def open_chat_model(name: str, api_key: str, base_url: str | None, timeout: float) -> ChatModel:
    """The chat model of a setting: "provider:model" for a provider that LangChain knows, otherwise a model id of OpenAI or
    of a server that speaks its protocol ("llama3.2:3b" and "ft:gpt-4o:…" are such ids).

    Raises SettingsError when the provider's package is not installed or its settings are incomplete.
    """
    provider, _, model = name.partition(":")
    if model and not base_url and provider in _providers() and provider != "openai":
        return ChatModel(_open_provider(provider, model, timeout), name, timeout)
    model_id = model if provider == "openai" and model else name
    return ChatModel(_open_openai(model_id, api_key or NO_KEY, base_url, timeout), name, timeout)


def is_provider(name: str) -> bool:
    """Whether a setting names a model of a provider other than OpenAI."""
    provider, _, model = name.partition(":")
    return bool(model) and provider != "openai" and provider in _providers()


def _providers() -> Mapping[str, Any]:
    """The providers that LangChain knows, by the names in front of a model's."""
    from langchain.chat_models import base

    return base._BUILTIN_PROVIDERS


def _open_provider(provider: str, model: str, timeout: float) -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    package = str(_providers()[provider][0]).partition(".")[0].replace("_", "-")
    try:
        return init_chat_model(model, model_provider=provider, temperature=0, max_tokens=MOST_TOKENS, timeout=timeout)
    except ImportError:
        raise SettingsError(
            f"CHAT_MODEL={provider}:{model} needs a package: run `.venv/bin/pip install {package} 'langchain-core=={_installed('langchain-core')}'`."
        ) from None
    except Exception as error:  # noqa: BLE001  whatever a provider's package raises about its settings
        lines = str(error).strip().splitlines() or [type(error).__name__]
        told = lines[2] if len(lines) > 2 and "validation error" in lines[0] else lines[0]
        raise SettingsError(f"CHAT_MODEL={provider}:{model} cannot be used: {told.strip()}") from None


def _open_openai(name: str, api_key: str, base_url: str | None, timeout: float) -> "BaseChatModel":
    import httpx
    from langchain_openai import ChatOpenAI
    from langchain_openai.chat_models.base import BaseChatOpenAI
    from pydantic import SecretStr

    # The default pool of 100 connections waits for one; a question waits for nobody.
    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None, max_keepalive_connections=50), timeout=timeout)
    options: dict[str, Any] = {
        "model": name,
        "api_key": SecretStr(api_key),
        "base_url": base_url,
        "timeout": timeout,
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "max_retries": 1,
        "stream_usage": False,
        "http_async_client": client,
    }
    # Local servers know `max_tokens` only, OpenAI's newer models `max_completion_tokens` only.
    return BaseChatOpenAI(**options) if base_url else ChatOpenAI(**options)


def _is_cut(chunk: "AIMessageChunk") -> bool:
    told = chunk.response_metadata
    reason = told.get("finish_reason") or told.get("stop_reason") or told.get("done_reason") or ""
    return str(reason).lower() in {"length", "max_tokens"}


def _refused_parameters(error: Exception, model: "BaseChatModel") -> list[str]:
    """The optional parameters that a provider says it does not take."""
    if getattr(error, "status_code", None) not in (400, 422):
        return []
    said = str(error).lower().replace("max_completion_tokens", "max_tokens").replace("max tokens", "max_tokens")
    return [name for name in _OPTIONAL if name in said and getattr(model, name, None) is not None]


def _why(error: Exception, *, begun: bool) -> str:
    """What a provider's exception means to the person who runs the bot, without keys or addresses."""
    if begun:
        return "broke off its answer; try again"
    status = getattr(error, "status_code", None)
    if status is not None:
        return _STATUSES.get(status, f"failed with status {status}; try again later")
    kind = type(error).__name__
    if "Timeout" in kind:
        return "did not answer in time"
    if "Connect" in kind or isinstance(error, OSError):
        return "cannot be reached; check the network and OPENAI_BASE_URL"
    return f"failed ({kind}); try again later"


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "*"

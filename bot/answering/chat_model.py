"""A chat model through LangChain, whoever serves it: opened from the settings, asked, and its failures told in a sentence."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, TypeVar

from bot.answering.model_output import LONGEST_REPLY
from bot.errors import ModelUnavailable, SettingsError
from bot.flight_recorder import waiting
from bot.meter import Failure, Meter, Span, Step
from knowledge.circuit import Attempt, Circuit, CircuitOpen, Outage

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

MOST_TOKENS = 1500
"""Tokens of a reply at most: an answer has some 150, a model that thinks before it answers needs the rest."""
NO_KEY = "none-needed"
"""What a local server is given for a key; OpenAI's client insists on one."""
_OPTIONAL = {
    "temperature": ("temperature",),
    "max_tokens": ("max_tokens", "max tokens", "max_completion_tokens"),
    "stream_usage": ("stream_options", "include_usage"),
}
"""Parameters that some models refuse and that an answer can do without, with what a refusal calls them."""
_OF_ONE_QUESTION = frozenset(["content_filter", "content_policy_violation", "context_length_exceeded"])
"""Codes of OpenAI's protocol by which a model refuses what it was asked, not to be asked."""

log = logging.getLogger(__name__)


class Ending(StrEnum):
    """Why a model ended its reply."""

    SAID = ""
    LENGTH = "length"
    FILTERED = "content filter"


_ENDINGS = {
    Ending.LENGTH: frozenset(["length", "max_tokens", "max_output_tokens", "model_length"]),
    Ending.FILTERED: frozenset(
        ["content_filter", "refusal", "safety", "recitation", "prohibited_content", "blocklist", "spii", "content_filtered", "guardrail_intervened"]
    ),
}  # fmt: skip
"""What OpenAI, Anthropic, Google, Mistral, Ollama and Bedrock call the endings that are none of the model's own."""


@dataclass(frozen=True)
class Chunk:
    """A piece of a reply as it comes; `ending` tells with the last one that the model was stopped, and by what."""

    text: str
    ending: Ending = Ending.SAID

    @property
    def cut(self) -> bool:
        """Whether the model was stopped here."""
        return self.ending is not Ending.SAID


@dataclass(frozen=True)
class Access:
    """What leads to a model, as the person who runs the bot knows it: where its key and its address are set."""

    key: str = "OPENAI_API_KEY"
    address: str = "OPENAI_BASE_URL"


class ChatModel:
    """A model that is asked with messages.

    `timeout` is the number of seconds that a whole reply may take, without the time that its reader takes over it; `tells_all`
    whether a chunk that tells tokens tells those of the whole reply so far; `callbacks` are LangChain's and hear every call.
    Raises ModelUnavailable when the model refuses, fails or takes longer, and without asking while it is left alone
    after several failures; the message can be shown.
    """

    def __init__(
        self,
        model: "BaseChatModel",
        name: str,
        timeout: float,
        access: Access | None = None,
        meter: Meter | None = None,
        *,
        tells_all: bool = False,
        callbacks: "Sequence[BaseCallbackHandler]" = (),
    ) -> None:
        self._callbacks = list(callbacks)
        self._model = model
        self._tells_all = tells_all
        self._timeout = timeout
        self._access = access or Access()
        self._meter = meter or Meter()
        self._circuit = Circuit(f"The chat model {name}")
        self.name = name

    @property
    def outage(self) -> Outage | None:
        """What is known of the model while it is left alone."""
        return self._circuit.outage

    async def stream(self, messages: "Sequence[BaseMessage]") -> AsyncGenerator[Chunk]:
        """The reply piece by piece, at most `LONGEST_REPLY` characters of it."""
        with self._left_alone_told(), self._circuit.attempt() as attempt, self._asking() as step:
            length = 0
            async with aclosing(_within(self._pieces(messages, step), self._timeout)) as pieces:
                while length < LONGEST_REPLY:
                    try:
                        chunk = await anext(pieces)
                    except StopAsyncIteration:
                        attempt.answered = True
                        return
                    except Exception as error:
                        raise self._failure(error, attempt) from error
                    attempt.answered = True
                    text = chunk.text[: LONGEST_REPLY - length]
                    length += len(text)
                    if text or chunk.cut:
                        yield Chunk(text, chunk.ending)
            yield Chunk("", Ending.LENGTH)

    async def reply(self, messages: "Sequence[BaseMessage]") -> str:
        """The whole reply."""
        return "".join([chunk.text async for chunk in self.stream(messages)])

    def _failure(self, error: Exception, attempt: Attempt) -> ModelUnavailable:
        """A failure as it is told; it counts against the model unless it is about what was asked."""
        if isinstance(error, TimeoutError):
            why = f"did not answer within {self._timeout:g} s"
        else:
            why = _why(error, self._access, begun=attempt.answered)
        self._meter.model_failed(_kind(error))
        if getattr(error, "code", None) not in _OF_ONE_QUESTION:
            attempt.failure = f"it {why}"
        return ModelUnavailable(f"The chat model {self.name} {why}.")

    @contextmanager
    def _left_alone_told(self) -> Iterator[None]:
        try:
            yield
        except CircuitOpen as left_alone:
            raise ModelUnavailable(outage_told(self.name, left_alone.outage)) from None

    @contextmanager
    def _asking(self) -> Iterator[Span]:
        with self._meter.timing(Step.MODEL, aside=True) as step:
            step.tell(model=self.name)
            yield step

    async def _pieces(self, messages: "Sequence[BaseMessage]", step: Span) -> AsyncGenerator[Chunk]:
        """The model's pieces; asked again without the parameters that it refuses, and never with them once that has helped."""
        model, begun = self._model, False
        while not begun:
            try:
                with self._tokens_counted(step) as tokens:
                    async for chunk in model.astream(list(messages), {"callbacks": self._callbacks}):
                        begun, self._model = True, model
                        tokens.hear(chunk)
                        yield Chunk(str(chunk.text), _ending(chunk))
            except Exception as error:
                refused = [] if begun else _refused_parameters(error, model)
                if not refused:
                    raise
                log.info("The chat model %s takes no %s; it is asked without", self.name, " and ".join(refused))
                model = model.model_copy(update={name: False if name == "stream_usage" else None for name in refused})
            else:
                return

    @contextmanager
    def _tokens_counted(self, step: Span) -> Iterator["_Tokens"]:
        tokens = _Tokens(in_all=self._tells_all)
        try:
            yield tokens
        finally:
            if tokens.sent or tokens.received:
                self._meter.spent(tokens.sent, tokens.received)
                step.tell(sent=tokens.sent, received=tokens.received)


@dataclass
class _Tokens:
    """What a reply took, as its chunks tell: each what it took itself, or `in_all` so far, which servers of OpenAI's protocol
    tell with the last chunk, and some with every one.
    """

    in_all: bool
    sent: int = 0
    received: int = 0

    def hear(self, chunk: "AIMessageChunk") -> None:
        """Take what a chunk tells."""
        if told := chunk.usage_metadata:
            before = (0, 0) if self.in_all else (self.sent, self.received)
            self.sent, self.received = before[0] + told["input_tokens"], before[1] + told["output_tokens"]


def outage_told(name: str, outage: Outage) -> str:
    """That a model is left alone, since when and why, in a sentence."""
    return (
        f"The chat model {name} is not asked just now: it failed {outage.failures} times in a row since "
        f"{outage.since:%Y-%m-%d %H:%M} UTC, lastly because {outage.why}. It is tried again within {outage.seconds:.0f} s."
    )


T = TypeVar("T")


async def _within(pieces: AsyncGenerator[T], seconds: float) -> AsyncGenerator[T]:
    """Pieces as they come. Raises TimeoutError when waiting for them took more than so many seconds in all.

    No limit stands across the `yield`: what the reader does with a piece takes the reader's time, and a limit that
    expired there would be raised in the reader's own calls.
    """
    clock = asyncio.get_running_loop().time
    left = seconds
    async with aclosing(pieces):
        while True:
            asked_at = clock()
            try:
                async with waiting():
                    async with asyncio.timeout(left):
                        piece = await anext(pieces)
                    left -= clock() - asked_at
            except StopAsyncIteration:
                return
            yield piece


def open_chat_model(
    name: str,
    api_key: str,
    base_url: str | None,
    timeout: float,
    meter: Meter | None = None,
    *,
    callbacks: "Sequence[BaseCallbackHandler]" = (),
) -> ChatModel:
    """The chat model of a setting: "provider:model" for a provider that LangChain knows, otherwise a model id of OpenAI or
    of a server that speaks its protocol ("llama3.2:3b" and "ft:gpt-4o:…" are such ids).

    Raises SettingsError when the provider's package is not installed or its settings are incomplete.
    """
    provider, _, model = name.partition(":")
    if model and not base_url and provider in _providers() and provider != "openai":
        theirs = _open_provider(provider, model, timeout)
        return ChatModel(theirs, name, timeout, _access(theirs, _package(provider)), meter, callbacks=callbacks)
    model_id = model if provider == "openai" and model else name
    opened = _open_openai(model_id, api_key or NO_KEY, base_url, timeout)
    return ChatModel(opened, name, timeout, meter=meter, tells_all=True, callbacks=callbacks)


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

    try:
        return init_chat_model(model, model_provider=provider, temperature=0, max_tokens=MOST_TOKENS, timeout=timeout)
    except ImportError:
        raise SettingsError(
            f"CHAT_MODEL={provider}:{model} needs a package in the bot's environment: {_package(provider)}, together with "
            f"langchain-core=={_installed('langchain-core')}; docs/install.md says how to add one."
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
        "stream_usage": True,
        "http_async_client": client,
    }
    # Local servers know `max_tokens` only, OpenAI's newer models `max_completion_tokens` only.
    return BaseChatOpenAI(**options) if base_url else ChatOpenAI(**options)


def _package(provider: str) -> str:
    """The LangChain package of a provider."""
    return str(_providers()[provider][0]).partition(".")[0].replace("_", "-")


def _access(model: "BaseChatModel", package: str) -> Access:
    """Where a provider's key and address are set, as far as its package tells."""
    keys = " or ".join(dict.fromkeys(model.lc_secrets.values()))
    return Access(keys or f"the key that {package} uses", f"the address that {package} uses")


def _ending(chunk: "AIMessageChunk") -> Ending:
    told = chunk.response_metadata
    incomplete = told.get("incomplete_details") or {}
    reasons = [told.get(name) for name in ("finish_reason", "stop_reason", "stopReason", "done_reason")]
    said = {str(reason).lower() for reason in (*reasons, incomplete.get("reason")) if reason}
    return next((ending for ending, names in _ENDINGS.items() if said & names), Ending.SAID)


def _refused_parameters(error: Exception, model: "BaseChatModel") -> list[str]:
    """The optional parameters that a provider says it does not take; where it names none, the one that older servers do not know."""
    if getattr(error, "status_code", None) not in (400, 422) or getattr(error, "code", None) in _OF_ONE_QUESTION:
        return []
    said, sent = str(error).lower(), [name for name in _OPTIONAL if _is_sent(getattr(model, name, None))]
    named = [name for name in sent if any(word in said for word in _OPTIONAL[name])]
    return named or [name for name in sent if name == "stream_usage"]


def _is_sent(parameter: object) -> bool:
    return parameter is not None and parameter is not False


def _why(error: Exception, access: Access, *, begun: bool) -> str:
    """What a provider's exception means to the person who runs the bot, without keys or addresses."""
    if begun:
        return "broke off its answer; try again"
    if status := _status(error):
        return _refusal(status, access)
    kind = type(error).__name__
    if "Timeout" in kind:
        return "did not answer in time"
    if "Connect" in kind or isinstance(error, OSError):
        return f"cannot be reached; check the network and {access.address}"
    return f"failed ({kind}); try again later"


def _refusal(status: int, access: Access) -> str:
    match status:
        case 401 | 403:
            return f"refused the key; check {access.key}"
        case 404:
            return f"does not exist at this provider; check CHAT_MODEL and {access.address}"
        case 429:
            return "is rate limited or out of quota; try again later"
        case _:
            return f"failed with status {status}; try again later"


def _kind(error: Exception) -> Failure:
    """What a provider's exception is counted as."""
    status, name = _status(error), type(error).__name__
    if status:
        limited = HTTPStatus.TOO_MANY_REQUESTS
        server = Failure.SERVER if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Failure.REFUSED
        return Failure.RATE_LIMIT if status == limited else server
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return Failure.TIMEOUT
    return Failure.UNREACHABLE if "Connect" in name or isinstance(error, OSError) else Failure.OTHER


def _status(error: Exception) -> int:
    """The HTTP status of a provider's exception, wherever its package keeps it; 0 for none."""
    held = (error, getattr(error, "response", None))
    told = (getattr(one, name, None) for one in held for name in ("status_code", "http_status", "code"))
    return next((status for status in told if isinstance(status, int)), 0)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "*"

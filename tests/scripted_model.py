"""A chat model that plays the parts it is asked for: planning, writing, checking and translating."""

from collections.abc import Mapping
from typing import Any

from bot.answering.chat_model import open_chat_model
from bot.answering.composing import Composer
from bot.answering.prompts import Prompts
from tests.openai_server import KEY, OpenAIServer

MODEL = "gpt-5.4-mini"
PARTS = {
    "Prepare a search": "plan",
    "You check sentences": "verify",
    "Translate": "translate",
}
"""How the prompt of each part begins; every other prompt wants an answer."""
ALL_GOOD = "\n".join(f"{number}. yes" for number in range(1, 40))
NONE_GOOD = ALL_GOOD.replace("yes", "no")


def speaking(written: str, *, plan: str = "", verdicts: str = ALL_GOOD, translated: str = "") -> OpenAIServer:
    """A model that says this for each part; the second look finds everything good."""
    said = {"plan": plan, "verify": verdicts, "translate": translated, "write": written}
    return OpenAIServer(lambda request: said[part_of(str(request["messages"][0]["content"]))])


def part_of(order: str) -> str:
    """Which part a prompt asks for."""
    return next((part for begins, part in PARTS.items() if order.startswith(begins)), "write")


def parts(server: OpenAIServer) -> list[str]:
    """The parts that a server was asked for, in order."""
    return [part_of(prompt) for prompt in server.prompts()]


def composer_at(url: str, *, key: str = KEY, model: str = MODEL, timeout: float = 5.0) -> Composer:
    """A composer that asks the server at an address."""
    return Composer(open_chat_model(model, key, url, timeout), Prompts.load())


def request_of(server: OpenAIServer, part: str) -> Mapping[str, Any]:
    """The first request for a part."""
    return next(r for r in server.requests if part_of(str(r["messages"][0]["content"])) == part)

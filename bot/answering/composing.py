"""What a chat model is asked: to plan a search, to write an answer, to check sentences, to translate them."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answering.chat_model import ChatModel, Chunk
from bot.answering.conversation import Conversation, Turn
from bot.answering.model_output import without_thoughts
from bot.answering.prompts import Prompt, Prompts
from bot.errors import ModelUnavailable, SettingsError
from knowledge.circuit import Outage
from knowledge.passages import Passage, length

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

TURNS_SHOWN = 8
"""Turns before the question that the model is shown."""
TURN_CHARACTERS = 800
"""Longer turns are cut; what a follow-up refers to stands at the start."""
PASSAGE_TOKENS = 1800
"""Tokens of passages that a prompt holds, as far as `knowledge.passages.length` estimates them."""
FEWEST_PASSAGES, MOST_PASSAGES = 8, 14
LONGEST_QUESTION = 400
"""Characters of a planned question or search; a longer one is an answer."""
MOST_SEARCHES = 3

_PLANNED = re.compile(r"^[\s*#>-]*(question|search(?: \d)?)[\s*]*[:：][\s*]*(.+?)[\s*]*$", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*\W{0,4}(\d{1,2})[.):]\W{0,4}\s*(.*\S)")


@dataclass(frozen=True)
class Plan:
    """The question made to stand alone, empty where the model gave none, and what to search for beside it."""

    question: str
    searches: tuple[str, ...]


@dataclass(frozen=True)
class Doubt:
    """A sentence that the second look is asked about, and the texts it should rest on."""

    text: str
    passages: tuple[str, ...]


class Composer:
    """Asks a chat model with the prompts. Raises ModelUnavailable when it fails."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts
        self.name = model.name
        """The model's name, for the receipt."""
        self.prompt_hash = prompts.hash

    @property
    def outage(self) -> Outage | None:
        """What is known of the model while it is left alone after failures."""
        return self._model.outage

    async def plan(self, conversation: Conversation, language: str = "") -> Plan:
        """What to search for; in the language of that English name, or the message's own."""
        said = "\n".join(
            f"{turn.speaker}: {turn.text}" for turn in [*_shown(conversation.earlier), conversation.turns[-1]]
        )
        reply = await self._model.reply(_messages(_rendered(self._prompts.plan, language=language), said))
        return read_plan(reply)

    def messages(self, conversation: Conversation, passages: Sequence[Passage]) -> "list[BaseMessage]":
        """What the model is asked to answer. The part that never changes comes first, so that a provider can cache it."""
        asked = _rendered(
            self._prompts.question,
            passages=passages,
            earlier=_shown(conversation.earlier),
            question=conversation.question,
        )
        return _messages(_rendered(self._prompts.advise), asked)

    def compose(self, messages: "Sequence[BaseMessage]") -> AsyncGenerator[Chunk]:
        """The model's reply, piece by piece."""
        return self._model.stream(messages)

    async def verified(self, doubts: Sequence[Doubt]) -> Mapping[int, bool]:
        """For the places of sentences whether the model finds them supported; it may leave some out."""
        listed = _rendered(self._prompts.sentences, sentences=doubts)
        reply = await self._model.reply(_messages(_rendered(self._prompts.verify), listed))
        return read_verdicts(reply, len(doubts))

    async def translated(self, sentences: Sequence[str], language: str) -> AsyncGenerator[tuple[int, str]]:
        """The sentences in the language of that English name, each as soon as it is complete, with its place from 0."""
        numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(sentences, 1))
        messages = _messages(_rendered(self._prompts.translate, language=language), numbered)
        async with aclosing(_lines(self._model.stream(messages))) as lines:
            async for line in lines:
                if found := _NUMBERED.match(line):
                    yield int(found[1]) - 1, found[2]

    async def check(self) -> None:
        """Ask the model for one word, to learn whether it can be reached."""
        from langchain_core.messages import HumanMessage

        async with aclosing(self._model.stream([HumanMessage("Reply with OK.")])) as chunks:
            async for _ in chunks:
                return


def fitting(passages: Sequence[Passage]) -> list[Passage]:
    """The first passages that fit into a prompt: at least `FEWEST_PASSAGES` where there are as many."""
    taken: list[Passage] = []
    tokens = 0.0
    for passage in passages[:MOST_PASSAGES]:
        tokens += length(passage.text) + length(" ".join(passage.heading))
        if len(taken) >= FEWEST_PASSAGES and tokens > PASSAGE_TOKENS:
            break
        taken.append(passage)
    return taken


def read_plan(reply: str) -> Plan:
    """The plan in a reply. Lines that are no question (an answer, a story) are left out."""
    lines = [found for line in without_thoughts(reply).splitlines() if (found := _PLANNED.match(line))]
    said = [(found[1].lower(), found[2].strip("\"'“” ")) for found in lines if len(found[2]) <= LONGEST_QUESTION]
    question = next((text for kind, text in said if kind == "question"), "")
    searches = tuple(dict.fromkeys(text for kind, text in said if kind != "question"))
    return Plan(question, searches[:MOST_SEARCHES])


def read_verdicts(reply: str, sentences: int) -> Mapping[int, bool]:
    """For the places (from 0) of sentences whether a reply says yes or no to them; what it does not mention is left out."""
    said = [found for line in without_thoughts(reply).splitlines() if (found := _NUMBERED.match(line))]
    answered = {int(found[1]) - 1: found[2].strip("*_`. ").lower() for found in said}
    return {
        place: answer.startswith("yes")
        for place, answer in answered.items()
        if 0 <= place < sentences and answer.startswith(("yes", "no"))
    }


async def _lines(pieces: AsyncGenerator[Chunk]) -> AsyncGenerator[str]:
    """The lines of a text that comes in pieces, each as soon as it is complete."""
    rest = ""
    async for piece in pieces:
        *complete, rest = (rest + piece.text).split("\n")
        for line in complete:
            yield line
    yield rest


def _rendered(prompt: Prompt, **values: Any) -> str:
    """A prompt with its variables filled in. Raises ModelUnavailable where it cannot be: what passed with sample data may fail with these."""
    try:
        return prompt.render(**values)
    except SettingsError as error:
        raise ModelUnavailable(f"The chat model could not be asked: {error}") from error


def _messages(system: str, human: str) -> "list[BaseMessage]":
    from langchain_core.messages import HumanMessage, SystemMessage

    return [SystemMessage(system), HumanMessage(human)]


def _shown(earlier: Sequence[Turn]) -> list[Turn]:
    return [Turn(turn.speaker, turn.text[:TURN_CHARACTERS]) for turn in earlier[-TURNS_SHOWN:]]

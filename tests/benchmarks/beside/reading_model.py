"""The model that all contestants ask: it reads as well as can be, and only what it is given.

It knows what is right and says it where the prompt holds it, word for word or nearly (converters differ); otherwise it says that it does
not know. So what answers are worth depends on what was found and on what becomes of a reply, on nothing else, and is the same in every run.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.beside.protocol import REST_UNKNOWN, UNKNOWN
from tests.openai_server import ToolCall

Question = Mapping[str, Any]
SHARE = 0.9
"""The share of a span's words that must stand together for the prompt to hold it."""
ROOM = 1.3
"""How much longer the place may be in which they stand."""
_NUMBERED = re.compile(r"^\[(\d+)\]", re.M)
_OUR_RULES = "You answer questions about careers for colleagues in Slack."


class ReadingModel:
    """What the model says to a request about one of its questions; keeps the words of each request."""

    def __init__(self) -> None:
        self.questions: Sequence[Question] = ()
        """What may be asked: of those whose last turn stands in a request, it is the longest."""
        self.said: list[str] = []
        """The text of every request since it was last emptied."""

    def reply(self, body: Mapping[str, Any]) -> str | ToolCall:
        """A reply to one request, or the call of a tool that it offers and that was not called yet."""
        messages = body["messages"]
        text = "\n".join(_texts(messages))
        self.said.append(text + _tools(body))
        question = self._asked(text)
        if body.get("tools") and not any(message["role"] == "tool" for message in messages):
            return ToolCall(body["tools"][0]["function"]["name"], {"query": question["turns"][-1]})
        first = _text(messages[0])
        if first.startswith("You check sentences"):
            return "\n".join(f"{number}. yes" for number in range(1, 50))
        if first.startswith("Prepare a search"):
            return f"question: {question['turns'][-1]}"
        return written(question, text, ours=first.startswith(_OUR_RULES))

    @staticmethod
    def knows(question: Question, text: str) -> bool:
        """Whether a request holds all that answers a question."""
        spans = _spans(question)
        return bool(spans) and all(holds(text, span) for span in spans)

    def _asked(self, text: str) -> Question:
        there = [question for question in self.questions if question["turns"][-1] in text]
        return max(
            there, key=lambda question: len(question["turns"][-1]), default={"turns": [""], "kind": "unanswerable"}
        )


def written(question: Question, prompt: str, *, ours: bool) -> str:
    """What a reader of a prompt writes who knows which spans are right: those that the prompt holds, one a sentence.

    With `ours` in the form that this project's prompt asks for, each with the number of its passage.
    """
    spans = _spans(question)
    passages = _passages(prompt) if ours else {0: prompt}
    places = {span: next((n for n, text in passages.items() if holds(text, span)), None) for span in spans}
    there = [span for span in spans if places[span] is not None]
    if not there or question["kind"] == "unanswerable":
        return "Coverage: none\nThe guide does not cover this." if ours else UNKNOWN
    whole = len(there) == len(spans) and question["kind"] == "answerable"
    if not ours:
        return "\n".join([*there, *([] if whole else [REST_UNKNOWN])])
    lines = [f"{span} [{places[span]}]" for span in there]
    rest = [] if whole else ["The guide does not say the rest."]
    return "\n".join([f"Coverage: {'fully' if whole else 'partly'}", *lines, *rest])


def holds(text: str, span: str) -> bool:
    """Whether nearly all words of a span stand together somewhere in a text."""
    wanted, words = _words(span), _words(text)
    need, size = Counter(wanted), max(len(wanted), int(len(wanted) * ROOM))
    enough = SHARE * len(wanted)
    here: Counter[str] = Counter()
    met = 0
    for n, word in enumerate(words):
        here[word] += 1
        met += here[word] <= need[word]
        if n >= size:
            gone = words[n - size]
            met -= here[gone] <= need[gone]
            here[gone] -= 1
        if met >= enough:
            return bool(wanted)
    return False


def _spans(question: Question) -> list[str]:
    return [" ".join(span.split()) for span in question.get("spans") or [question.get("span")] if span]


def _passages(prompt: str) -> dict[int, str]:
    """The numbered passages of this project's prompt."""
    starts = list(_NUMBERED.finditer(prompt))
    ends = [*(start.start() for start in starts[1:]), len(prompt)]
    return {int(start[1]): prompt[start.end() : end] for start, end in zip(starts, ends, strict=True)}


def _words(text: str) -> list[str]:
    whole_numbers = re.sub(r"(?<=\d),(?=\d)", "", text.casefold())
    return re.findall(r"\w+", re.sub(r"\]\([^)]*\)|<[^>]*>", " ", whole_numbers))


def _texts(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_text(message) for message in messages]


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(str(part.get("text", "")) for part in content)


def _tools(body: Mapping[str, Any]) -> str:
    return "".join(f"\n{tool['function']}" for tool in body.get("tools") or [])

"""What was asked compared with what was answered, message by message. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.slack_server.server import BOT_ID, SlackServer

Message = Mapping[str, Any]
APOLOGIES = ("Sorry, I cannot answer", "Sorry, I could not answer")
ELSEWHERE = "You asked me something, but"


@dataclass(frozen=True)
class Asked:
    """A question that a person asked: the message that it stands in, and its thread."""

    channel: str
    ts: str
    thread_ts: str
    person: str


@dataclass(frozen=True)
class Verdict:
    """The questions that were accepted, and what became of them; everything that may not be is named by channel and ts."""

    asked: int
    accepted: int
    answered: int
    apologies: int
    told_privately: int
    lost: Sequence[str]
    doubled: Sequence[str]
    remains: Sequence[str]
    open_streams: Sequence[str]
    processing: Sequence[str]

    @property
    def problems(self) -> dict[str, Sequence[str]]:
        """The invariants that are broken."""
        names = ("lost", "doubled", "remains", "open_streams", "processing")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


def judge(slack: SlackServer, asked: Sequence[Asked], accepted: Collection[tuple[str, str]]) -> Verdict:
    """Compare the questions with the messages that stand in Slack."""
    fates = {question: _fate(slack, question) for question in asked if (question.channel, question.ts) in accepted}
    count = Counter(fates.values())
    answers = list(_answers(slack))
    apologized = {(channel, _payload(m).get("question")) for channel, m in answers if _apologizes(m)}
    return Verdict(
        len(asked),
        len(fates),
        count["answered"],
        count["apology"],
        count["privately"],
        [_name(question) for question, fate in fates.items() if fate == "lost"],
        [_name(question) for question in asked if _is_doubled(_parts(slack, question))],
        [
            f"{channel} {m['ts']}"
            for channel, m in answers
            if _is_left_over(m) and (channel, _payload(m).get("question")) not in apologized
        ],
        [f"{channel} {m['ts']}" for channel, m in answers if m.get("streaming")],
        [" ".join(place) for place, session in slack.sessions.items() if session.get("status") == "processing"],
    )


def _answers(slack: SlackServer) -> Iterator[tuple[str, Message]]:
    """Every message of the bot in a thread, with its channel."""
    for place in slack.channels.values():
        for message in place.messages.values():
            if message.get("bot_id") == BOT_ID and message.get("thread_ts"):
                yield place.id, message


def _fate(slack: SlackServer, question: Asked) -> str:
    parts = _parts(slack, question)
    if any(map(_apologizes, parts)):
        return "apology"
    if parts and {_payload(part).get("part") for part in parts} >= set(range(1, _of(parts[-1]) + 1)) and _of(parts[-1]):
        return "answered"
    private = [m for m in slack.sees(question.person) if str(m["text"]).startswith(ELSEWHERE)]
    return "privately" if any(float(m["ts"]) > float(question.ts) for m in private) else "lost"


def _apologizes(message: Message) -> bool:
    return str(message["text"]).startswith(APOLOGIES)


def _is_left_over(message: Message) -> bool:
    """Whether a message was broken off, which is neither a stream that is still open nor an apology in the place of an answer."""
    return not (_of(message) or message.get("streaming") or _apologizes(message))


def _is_doubled(parts: Sequence[Message]) -> bool:
    numbers = Counter(_payload(part).get("part") for part in parts if _of(part) or _apologizes(part))
    return any(count > 1 for count in numbers.values())


def _parts(slack: SlackServer, question: Asked) -> list[Message]:
    """The messages of its answer, in whichever thread: a direct message that leans on an answer is answered in its thread."""
    there = slack.channels[question.channel].messages.values()
    return [m for m in there if m.get("bot_id") == BOT_ID and _payload(m).get("question") == question.ts]


def _payload(message: Message) -> Mapping[str, Any]:
    return (message.get("metadata") or {}).get("event_payload") or {}


def _of(message: Message) -> int:
    return int(_payload(message).get("of") or 0)


def _name(question: Asked) -> str:
    return f"{question.channel} {question.ts}"

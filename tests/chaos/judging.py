"""What was asked compared with what was answered, message by message. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.slack_server.server import BOT_ID, SlackServer

Message = Mapping[str, Any]
APOLOGIES = ("Sorry, I cannot answer", "Sorry, I could not answer")
ELSEWHERE = "You asked me "


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
    answers = list(_answers(slack))
    parts, told = _by_question(answers), _told_privately(slack, {question.person for question in asked})
    fates = {
        question: _fate(parts[question.channel, question.ts], told[question.person], question)
        for question in asked
        if (question.channel, question.ts) in accepted
    }
    count = Counter(fates.values())
    apologized = {(channel, _payload(m).get("question")) for channel, m in answers if _apologizes(m)}
    return Verdict(
        len(asked),
        len(fates),
        count["answered"],
        count["apology"],
        count["privately"],
        [_name(question) for question, fate in fates.items() if fate == "lost"],
        [_name(question) for question in asked if _is_doubled(parts[question.channel, question.ts])],
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


def _by_question(answers: Sequence[tuple[str, Message]]) -> Mapping[tuple[str, str], Sequence[Message]]:
    """The messages of each answer by the channel and ts of its question, in whichever thread: a direct message that leans on an
    answer is answered in its thread.
    """
    found: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)
    for channel, message in answers:
        found[channel, str(_payload(message).get("question"))].append(message)
    return found


def _told_privately(slack: SlackServer, people: Collection[str]) -> Mapping[str, float]:
    """The ts of the last message by which the bot told each person that it could not answer where it was asked; 0 without one."""
    return {
        person: max((float(m["ts"]) for m in slack.sees(person) if str(m["text"]).startswith(ELSEWHERE)), default=0.0)
        for person in people
    }


def _fate(parts: Sequence[Message], told: float, question: Asked) -> str:
    if any(map(_apologizes, parts)):
        return "apology"
    if parts and {_payload(part).get("part") for part in parts} >= set(range(1, _of(parts[-1]) + 1)) and _of(parts[-1]):
        return "answered"
    return "privately" if told > float(question.ts) else "lost"


def _apologizes(message: Message) -> bool:
    return str(message["text"]).startswith(APOLOGIES)


def _is_left_over(message: Message) -> bool:
    """Whether a message was broken off, which is neither a stream that is still open nor an apology in the place of an answer."""
    return not (_of(message) or message.get("streaming") or _apologizes(message))


def _is_doubled(parts: Sequence[Message]) -> bool:
    numbers = Counter(_payload(part).get("part") for part in parts if _of(part) or _apologizes(part))
    return any(count > 1 for count in numbers.values())


def _payload(message: Message) -> Mapping[str, Any]:
    return (message.get("metadata") or {}).get("event_payload") or {}


def _of(message: Message) -> int:
    return int(_payload(message).get("of") or 0)


def _name(question: Asked) -> str:
    return f"{question.channel} {question.ts}"

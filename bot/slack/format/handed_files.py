"""The files that a message hands over. The bot opens none of them, and says which. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from bot.slack.format.escaping import clean, escaped
from bot.slack.format.message_text import DEPTH, Node, forwarded, is_forward, nodes

NAMED, NAME_LENGTH = 3, 60
"""So many files are named, each with so many characters of its name; the others are counted."""
_CLIPS = {"slack_audio": "a voice clip", "slack_video": "a video clip"}
"""What a person recorded in Slack, by the file's subtype; its name is Slack's."""
_GONE = "tombstone"
"""The mode of a file that was deleted."""


def files_in(message: Node, depth: int = DEPTH) -> tuple[str, ...]:
    """What to call the files in a message and in what it forwards, as plain text, each once."""
    found = {str(file.get("id") or number): file for number, file in enumerate(_files(message, depth))}
    return tuple(_called(file) for file in found.values() if file.get("mode") != _GONE)


def unread(files: Sequence[str]) -> str:
    """The sentence that says which files were not read, as Markdown that formats nothing; empty without any."""
    if not files:
        return ""
    more = len(files) - NAMED
    named = [escaped(name, literal=True) for name in files[:NAMED]] + ([f"{more} more"] if more > 0 else [])
    listed = f"{', '.join(named[:-1])} and {named[-1]}" if named[1:] else named[0]
    return f"I cannot open files, so I did not read {listed}. Please paste the part that matters as text."


def _files(message: Node, depth: int) -> Iterator[Mapping[str, object]]:
    yield from nodes(message.get("files"))
    for attachment in filter(is_forward, nodes(message.get("attachments"))):
        yield from nodes(attachment.get("files"))
        if depth:
            for inner in forwarded(attachment):
                yield from _files(inner, depth - 1)


def _called(file: Mapping[str, object]) -> str:
    if clip := _CLIPS.get(str(file.get("subtype"))):
        return clip
    name = " ".join(clean(str(file.get("title") or file.get("name") or "")).split())
    cut = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"
    return f"“{cut}”" if cut else "a file"

"""People's messages in Slack's mrkdwn, cut into pieces that a section takes, without breaking what is marked. Pure."""

import re
from collections.abc import Sequence

from bot.slack.api.limits import SECTION_TEXT

_FENCE = "```"
_WHOLE = re.compile(
    r"```[\s\S]*?(?:```|\Z)|`[^`\n]+`|<[^<>\n]*>|\*[^*\n]+\*|(?<!\w)_[^_\n]+_(?!\w)|~[^~\n]+~|&(?:amp|lt|gt);|:[\w+'-]+:"
)
"""What is not to be broken: code, links and mentions, bold, italics, struck words, entities, emoji."""


def pieces(text: str, longest: int = SECTION_TEXT) -> Sequence[str]:
    """A text in pieces of at most `longest` characters, cut at ends of paragraphs or lines, or else between words.

    A block of code that is longer than that is closed in one piece and opened again in the next.
    """
    found, rest = [], text.strip()
    while len(rest) > longest:
        piece, rest = _first(rest, longest)
        found.append(piece)
    return [*found, rest] if rest or not found else found


def _first(text: str, longest: int) -> tuple[str, str]:
    spans = [span.span() for span in _WHOLE.finditer(text, 0)]
    for sign in ("\n\n", "\n", " "):
        free = (at for at in range(longest, longest // 3, -1) if text.startswith(sign, at))
        at = next((at for at in free if not any(start < at < end for start, end in spans)), 0)
        if at:
            return text[:at].rstrip(), text[at:].strip("\n ")
    across = next(((start, end) for start, end in spans if start < longest < end), None)
    if across and text.startswith(_FENCE, across[0]) and across[0] < longest // 2:
        return _within_code(text, longest)
    at = across[0] if across and across[0] else longest
    return text[:at].rstrip(), text[at:].lstrip("\n ")


def _within_code(text: str, longest: int) -> tuple[str, str]:
    room = longest - len(_FENCE) - 1
    at = text.rfind("\n", room // 3, room)
    at = at if at > 0 else room
    return f"{text[:at]}\n{_FENCE}", f"{_FENCE}\n{text[at:].removeprefix(chr(10))}"

"""Texts that are longer than a field of a window: as many fields as they take, and one text again. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from bot.slack.api.limits import INPUT_TEXT
from bot.slack.api.messages import Block
from bot.slack.api.payloads import entered
from bot.slack.format.blocks import context
from bot.slack.format.modals import field

MOST_FIELDS = 10
"""Fields for one text; what is longer is left as it is, and said to be."""
_JOINTS = {"p": "\n\n", "l": "\n", "w": " ", "c": ""}
"""What stood where a text was cut: the end of a paragraph, of a line, a blank, nothing. Stands in the field's name."""
_LEFT = "{number:,} more characters do not fit into this window; they stay as they are, below what you write here."


def long_field(name: str, label: str, text: str) -> list[Block]:
    """A text in as many fields as it takes, the first under its own name; the person is told what does not fit."""
    parts = _cut(text)
    editor: Block = {"type": "plain_text_input", "multiline": True, "max_length": INPUT_TEXT}
    blocks = [
        field(
            f"{name}_{number}{joint}" if number else name,
            label if number == 0 else "… and on",
            editor | ({"initial_value": part} if part.strip() else {}),
            optional=number > 0,
        )
        for number, (joint, part) in enumerate(parts[:MOST_FIELDS])
    ]
    left = sum(len(part) for _, part in parts[MOST_FIELDS:])
    return [*blocks, *([context(_LEFT.format(number=left))] if left else [])]


def text_in(view: Mapping[str, Any], name: str) -> str:
    """What a person left in the fields of a text."""
    of_it = re.compile(rf"{re.escape(name)}_(\d+)([{''.join(_JOINTS)}])")
    found_in = filter(None, map(of_it.fullmatch, view["state"]["values"]))
    more = sorted((int(found[1]), found[2], found[0]) for found in found_in)
    parts = [_JOINTS[joint] + str(entered(view, other) or "") for _, joint, other in more]
    return "".join([str(entered(view, name) or ""), *parts]).strip()


def left_out(text: str) -> str:
    """The end of a text that its fields do not hold, with what joins it to them."""
    return "".join(_JOINTS[joint] + part for joint, part in _cut(text)[MOST_FIELDS:])


def _cut(text: str) -> list[tuple[str, str]]:
    """The pieces of a text, each with the kind of joint before it."""
    pieces, joint, rest = [], "c", text.strip()
    while len(rest) > INPUT_TEXT:
        kind, at = _place(rest)
        pieces.append((joint, rest[:at]))
        joint, rest = kind, rest[at + len(_JOINTS[kind]) :]
    return [*pieces, (joint, rest)]


def _place(text: str) -> tuple[str, int]:
    for kind, sign in _JOINTS.items():
        at = text.rfind(sign, INPUT_TEXT // 2, INPUT_TEXT) if sign else INPUT_TEXT
        if at > 0:
            return kind, at
    return "c", INPUT_TEXT

"""What must be escaped in Markdown so that it calls nobody in Slack and no click in it does harm. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from bot.slack.api.outgoing import WORD_JOINER

_MARKER = r"(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"
_LABEL = r"\[(?P<label>(?:[^\[\]\\\n]|\\.|\[[^\[\]\n]*\])*)\]"
_TARGET = r"<[^<>\n|]*>|(?:[^\s()<>|\\]|\\[^\s\w]|\([^\s()<>|]*\))*"
_TITLE = r"""(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?"""
_LINK = rf"!?{_LABEL}\([ \t]*(?P<target>{_TARGET}){_TITLE}[ \t]*\)"
_SPAN = r"(?<!`)(?P<ticks>`+)(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`)"
_CALL = r"@(?=(?:here|channel|everyone)\b|\Z)"
MARKUP = re.compile(
    rf"""(?P<fence>^[ \t>]*{_MARKER}(?P<rail>`{{3,}}(?=[^`\n]*$)|~{{3,}})(?s:.*?^[ \t>]*(?P=rail)[`~]*[ \t]*$|.*\Z))
    |(?P<quote>^[ \t]*{_MARKER}(?:>+(?=\s|\Z)[ \t]*)+)
    |(?P<literal>\\(?!{_CALL})[^\s\w])
    |(?P<span>{_SPAN})
    |(?P<link>{_LINK})
    |(?P<auto><(?:https?://|mailto:)[^\s<>|]+>|<[\w.+-]+@[\w-]+(?:\.[\w-]+)+>)
    |(?P<url>https?://[^\s<>|`*\[\]()@\\]+)
    |(?P<entity>&(?:amp|lt|gt);)
    |(?P<sign>[&<>])
    |(?P<colon>(?<=\]):)
    |(?P<call>{_CALL})""".replace("\n    ", ""),
    re.MULTILINE | re.IGNORECASE,
)
"""All that is not plain words in Markdown, by the name of its group: code, links, signs, calls."""
CODE_SPAN = re.compile(_SPAN)
_LIVE_IN_CODE = re.compile(rf"<(?=[!@#]|[a-z][\w+.-]*:|\Z)|{_CALL}", re.IGNORECASE)
_ALLOWED = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_IN_URL = str.maketrans({" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "|": "%7C"})
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e]")
"""Controls, and the marks that turn the direction of all that follows; isolates do that within bounds."""
_ISOLATES = re.compile("[\u2066-\u2069]")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc")
"""Letters and signs that show nothing."""


def escaped(text: str, *, literal: bool = False) -> str:
    """Text in which nothing calls people or channels. `literal` also keeps *, _, ` and ~ from formatting.

    Escaping twice changes nothing, except for `literal`.
    """
    if literal:
        safe = prose(clean(text))
        return re.sub(r"([*_`~])", lambda mark: f"{WORD_JOINER}{mark[0]}{WORD_JOINER}", safe)
    return MARKUP.sub(_escape, clean(text))


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found.lastgroup or ""](found)


def _link(found: re.Match[str]) -> str:
    label = MARKUP.sub(lambda inner: inner["label"] if inner["link"] else _escape(inner), found["label"])
    return _linked(label, found["target"].removeprefix("<").removesuffix(">"))


def _auto(found: re.Match[str]) -> str:
    target = found[0][1:-1]
    return _linked(MARKUP.sub(_escape, target), target if ":" in target else f"mailto:{target}")


def _linked(label: str, target: str) -> str:
    """A link where a click is harmless, otherwise its label. Slack decodes no entities in an address."""
    address = harmless(target.replace("&amp;", "&"))
    return f"[{label if visible(label) else address}]({address})" if address else label


def harmless(address: str) -> str:
    """An address as Slack takes it in a link; nothing where a click could do harm."""
    return address.translate(_IN_URL) if _ALLOWED.match(address) else ""


# Entities show as they are inside of Markdown's code: there only what Slack would act on is taken apart.
_ESCAPES: Mapping[str, Callable[[re.Match[str]], str]] = {
    "fence": lambda found: _dead(found[0]),
    "span": lambda found: _dead(found[0]),
    "quote": lambda found: found[0],
    "literal": lambda found: ENTITIES.get(found[0][1], found[0]),
    "link": _link,
    "auto": _auto,
    "url": lambda found: found[0].replace("&amp;", "&"),
    "entity": lambda found: found[0],
    "sign": lambda found: ENTITIES[found[0]],
    "colon": lambda _: f"{WORD_JOINER}:",
    "call": lambda _: f"@{WORD_JOINER}",
}


def _dead(code: str) -> str:
    return _LIVE_IN_CODE.sub(lambda live: live[0] + WORD_JOINER, code)


def prose(text: str) -> str:
    """Plain words as mrkdwn that calls nobody."""
    entities = re.sub("[&<>]", lambda sign: ENTITIES[sign[0]], text)
    return re.sub(_CALL, f"@{WORD_JOINER}", entities, flags=re.IGNORECASE)


def unescaped(text: str) -> str:
    """Text with the signs that entities stand for."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def clean(text: str) -> str:
    """Text without controls and half surrogates, in which no mark turns the direction of the lines after it."""
    paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    whole = _UNWANTED.sub("", _LINE_ENDS.sub("\n", paired))
    return "\n".join(map(_upright, whole.split("\n"))) if _ISOLATES.search(whole) else whole


def _upright(line: str) -> str:
    depth = 0
    for mark in _ISOLATES.findall(line):
        depth += -1 if mark == "\u2069" else 1
        if depth < 0:
            break
    return _ISOLATES.sub("", line) if depth else line


def visible(text: str) -> bool:
    """Whether there is anything to see in a text."""
    return any(unicodedata.category(character)[0] in "LNPS" and character not in _BLANKS for character in text)

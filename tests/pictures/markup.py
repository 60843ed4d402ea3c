"""Slack's texts as HTML: mrkdwn, standard Markdown and plain text. Pure; whatever is not ours is escaped."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

People = Mapping[str, str]
"""Names by id, of people, apps and channels."""
NOBODY: People = {}
EMOJI = {
    "+1": "👍", "-1": "👎", "thumbsup": "👍", "thumbsdown": "👎", "wave": "👋", "tada": "🎉", "rocket": "🚀",
    "eyes": "👀", "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "warning": "⚠️", "bulb": "💡",
    "memo": "📝", "books": "📚", "book": "📖", "mag": "🔍", "lock": "🔒", "hourglass": "⏳", "star": "⭐",
    "smile": "😄", "slightly_smiling_face": "🙂", "thinking_face": "🤔", "pray": "🙏", "raised_hands": "🙌",
    "clap": "👏", "fire": "🔥", "heart": "❤️", "point_right": "👉", "arrow_right": "➡️", "calendar": "📅",
    "speech_balloon": "💬", "briefcase": "💼", "mortar_board": "🎓", "chart_with_upwards_trend": "📈", "compass": "🧭",
    "no_bell": "🔕", "bell": "🔔", "wastebasket": "🗑️", "sparkles": "✨", "pushpin": "📌", "link": "🔗",
}  # fmt: skip
"""The shortcodes that are drawn; another one stays readable as it is written."""

_SHORTCODE = re.compile(r":([a-z0-9_+-]+):")
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_MARK = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
    r"|(?<![\w*\u2060])\*(?P<bold>[^\s*\u2060](?:[^*\n]*[^\s*\u2060])?)\*(?![\w*\u2060])"
    r"|(?<![\w\u2060])_(?P<italic>[^\s_\u2060](?:[^_\n]*[^\s_\u2060])?)_(?![\w\u2060])"
    r"|(?<![\w\u2060])~(?P<struck>[^\s~\u2060](?:[^~\n]*[^\s~\u2060])?)~(?![\w\u2060])"
)
_TAGS = {"bold": "b", "italic": "i", "struck": "s"}


def joined(parts: Iterator[Markup] | Sequence[Markup]) -> Markup:
    """Pieces of HTML one after the other."""
    return Markup("").join(parts)


def plain(text: object) -> Markup:
    """Text of a plain_text object: nothing is formatted but emoji."""
    return joined([escape(_SHORTCODE.sub(lambda found: EMOJI.get(found[1], found[0]), str(text)))])


def mrkdwn(text: object, people: People = NOBODY) -> Markup:
    """Slack's own markup."""
    return joined(list(_blocks(str(text), people)))


def mention(key: str, people: People) -> Markup:
    """A person as a chip; the one who looks at the picture (`viewer` in people) in yellow."""
    own = " own" if people.get("viewer") == key else ""
    return Markup('<span class="mention{}">@{}</span>').format(own, people.get(key, key))


def link(url: str, label: object = None) -> Markup:
    """A link; only to the web and to mail, anything else is shown as text."""
    shown = escape(label if label is not None else re.sub(r"^mailto:", "", url))
    if not url.startswith(("http://", "https://", "mailto:")):
        return shown
    return Markup('<a href="{}">{}</a>').format(url, shown)


def markdown(text: object, people: People = NOBODY) -> Markup:
    """Standard Markdown, as the markdown block and streams take it."""
    engine = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    engine.enable(["table", "strikethrough"]).disable(["text_join"])
    engine.validateLink = _leads_out  # type: ignore[method-assign]
    return Markup('<div class="markdown">{}</div>').format(Markup(engine.render(str(text), {"people": people})))


def _leads_out(url: str) -> bool:
    return url.startswith(("http://", "https://", "mailto:"))


class _Renderer(RendererHTML):
    """Names people in Markdown, links to nothing without an address, and loads no picture from anywhere."""

    def link_open(self, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]) -> str:
        tokens[at].attrs = {name: value for name, value in tokens[at].attrs.items() if value}
        return str(self.renderToken(tokens, at, options, env))

    def text(self, tokens: Sequence[Token], at: int, _: Any, env: Mapping[str, Any]) -> str:
        pieces = re.split(r"(<[@#!][^<>]+>)", tokens[at].content)
        return str(joined([_angle(p[1:-1], env["people"]) if n % 2 else plain(p) for n, p in enumerate(pieces)]))

    def text_special(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        return str(escape(tokens[at].content))

    def image(self, tokens: Sequence[Token], at: int, *_: Any) -> str:
        return str(link(str(tokens[at].attrs.get("src", "")), tokens[at].content))


def _blocks(text: str, people: People) -> Iterator[Markup]:
    for number, piece in enumerate(_FENCE.split(text)):
        if number % 2:
            yield Markup("<pre>{}</pre>").format(_unescaped(piece))
        elif piece.strip("\n"):
            yield from _lines(piece.strip("\n") if number else piece.rstrip("\n"), people)


def _lines(text: str, people: People) -> Iterator[Markup]:
    for quoted, lines in _runs(text.split("\n")):
        shown = Markup("<br>").join(_inline(line, people) for line in lines)
        yield Markup("<blockquote>{}</blockquote>").format(shown) if quoted else Markup("<p>{}</p>").format(shown)


def _runs(lines: Sequence[str]) -> Iterator[tuple[bool, list[str]]]:
    """Lines in runs of quoted ones and others."""
    run: list[str] = []
    before = False
    for line in lines:
        mark = re.match(r"(?:&gt;|>) ?", line)
        if run and bool(mark) != before:
            yield before, run
            run = []
        before = bool(mark)
        run.append(line[mark.end() :] if mark else line)
    yield before, run


def _inline(text: str, people: People) -> Markup:
    pieces: list[Markup] = []
    end = 0
    for found in _MARK.finditer(text):
        pieces += [_unescaped(text[end : found.start()]), _marked(found, people)]
        end = found.end()
    return joined([*pieces, _unescaped(text[end:])])


def _marked(found: re.Match[str], people: People) -> Markup:
    kind = str(found.lastgroup)
    inside = found[kind]
    if kind == "code":
        return Markup("<code>{}</code>").format(_unescaped(inside))
    if kind == "angle":
        return _angle(inside, people)
    if kind == "emoji":
        return escape(EMOJI.get(inside, found[0]))
    return Markup(f"<{_TAGS[kind]}>{{}}</{_TAGS[kind]}>").format(_inline(inside, people))


def _angle(inside: str, people: People) -> Markup:
    """What stands between < and >: a person, a channel, a call, a date or a link."""
    target, _, label = inside.partition("|")
    act = _ANGLES.get(target[:1])
    if act:
        return act(target[1:], html.unescape(label), people)
    if target.startswith(("http://", "https://", "mailto:")):
        return link(html.unescape(target), html.unescape(label) or None)
    return escape(f"<{html.unescape(inside)}>")


def _channel(key: str, label: str, people: People) -> Markup:
    return Markup('<span class="mention">#{}</span>').format(label or people.get(key, key))


def _call(key: str, label: str, people: People) -> Markup:
    name, _, rest = key.partition("^")
    shown = label or rest.split("^")[0] if rest else f"@{label or name}"
    return Markup('<span class="{}">{}</span>').format("date" if name == "date" else "mention own", shown)


_ANGLES: dict[str, Callable[[str, str, People], Markup]] = {
    "@": lambda key, label, people: mention(key, people if key in people else {**people, key: label or key}),
    "#": _channel,
    "!": _call,
}


def _unescaped(text: str) -> Markup:
    """Slack escapes three characters in its texts; they are shown as themselves."""
    return escape(re.sub(r"&(amp|lt|gt);", lambda found: {"amp": "&", "lt": "<", "gt": ">"}[found[1]], text))

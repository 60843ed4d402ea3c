"""Slack's messages and views as pages that look like its desktop client. Pure: dictionaries in, HTML out.

A page stands alone: its style and icons are inside, it loads nothing and runs nothing.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from tests.pictures.icons import icon
from tests.pictures.kit import blocks_html, picture_html, text_html
from tests.pictures.markup import NOBODY, People, joined, markdown, mrkdwn

Message = Mapping[str, Any]
STYLE = Path(__file__).with_name("style.css")
APP_NAME = "Career guide"
UNDER_TEXT = {"context", "actions", "context_actions"}
"""Blocks that stand under a text: a streamed message keeps its text beside them."""
_COLOURS = ("#2f6f4f", "#8a4b2d", "#37598f", "#7a3f72", "#2d7384", "#8f6a1e")


def channel_page(
    messages: Iterable[Message],
    *,
    title: str,
    people: People,
    viewer: str | None = None,
    ephemeral: Iterable[Message] = (),
    status: Mapping[str, Any] | None = None,
    thread: str | None = None,
) -> str:
    """A channel ("#career") or direct message ("Career guide"); `thread` is the ts of one that is open beside it.

    `viewer` is who looks: only their ephemeral messages are there. `status` holds the arguments of setStatus.
    """
    shown, people, private = list(messages), _seen_by(people, viewer), _own(ephemeral, viewer)
    roots = [m for m in shown if m.get("thread_ts") in (None, m["ts"]) or m.get("subtype") == "thread_broadcast"]
    drawn = [_message(m, people, _replies(m, shown, people)) for m in roots]
    drawn += [_ephemeral(m, people) for m in private if not m.get("thread_ts")]
    column = _column(_channel_head(title), joined(drawn), title, None if thread else status, streaming=False)
    panel = Markup("")
    if thread:
        whispered = [m for m in private if m.get("thread_ts")]
        panel = _thread(_in_thread(shown, thread), title, people, whispered, status)
    return _page(Markup('<div class="window">{}{}</div>').format(column, panel))


def thread_page(
    messages: Iterable[Message],
    *,
    title: str,
    people: People,
    viewer: str | None = None,
    ephemeral: Iterable[Message] = (),
    status: Mapping[str, Any] | None = None,
) -> str:
    """One thread alone: its first message, then the replies."""
    people = _seen_by(people, viewer)
    panel = _thread(list(messages), title, people, _own(ephemeral, viewer), status)
    return _page(Markup('<div class="window">{}</div>').format(panel))


def modal_page(view: Mapping[str, Any], *, behind: str = "", people: People = NOBODY) -> str:
    """A modal over a dimmed page; `behind` is what channel_page or thread_page gave."""
    submit = view.get("submit")
    close = text_html(view.get("close")) or Markup("Close")
    drawn = Markup(
        '<div class="veil"><div class="modal"><div class="modal-head"><b>{}</b>{}</div>'
        '<div class="modal-body">{}</div><div class="modal-foot">{}{}</div></div></div></body>'
    ).format(
        text_html(view.get("title")),
        icon("close", 20),
        blocks_html(view.get("blocks") or (), people),
        Markup('<span class="button plain">{}</span>').format(close),
        Markup('<span class="button primary">{}</span>').format(text_html(submit)) if submit else "",
    )
    page = behind or channel_page([], title="#career", people=people)
    return page.replace("</body>", drawn)


def home_page(view: Mapping[str, Any], *, name: str = APP_NAME, people: People = NOBODY) -> str:
    """The app's Home tab."""
    tabs = Markup("<nav><b>Home</b><span>Messages</span><span>About</span></nav>")
    head = Markup('<header class="tall-head"><div class="place">{}<b>{}</b></div>{}</header>').format(
        _avatar(name, name, app=True), name, tabs
    )
    body = Markup('<div class="home">{}</div>').format(blocks_html(view.get("blocks") or (), people))
    return _page(Markup('<div class="window"><div class="column">{}{}</div></div>').format(head, body))


# Application of a page


def _page(body: Markup) -> str:
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Picture</title><style>{}</style></head>'
    style = Markup(STYLE.read_text(encoding="utf-8"))
    return str(Markup(head).format(style) + Markup("<body>{}</body></html>").format(body))


def _column(head: Markup, body: Markup, title: str, status: Mapping[str, Any] | None, *, streaming: bool) -> Markup:
    status = None if streaming else status  # Slack takes the status away with the app's next message
    at_work = Markup('<div class="at-work">{} {}</div>').format(APP_NAME, status["status"]) if status else ""
    loading = _loading(status) if status else ""
    return Markup('<div class="column">{}<div class="messages">{}{}</div>{}{}</div>').format(
        head, body, loading, _composer(title, streaming=streaming or bool(status)), at_work
    )


def _channel_head(title: str) -> Markup:
    mark = "" if title.startswith("#") else _avatar(title, title, app=True)
    name = (
        Markup('<span class="hash">#</span><b>{}</b>').format(title[1:])
        if not mark
        else Markup("<b>{}</b>").format(title)
    )
    return Markup('<header><div class="place">{}{}</div></header>').format(mark, name)


def _thread(
    messages: Sequence[Message],
    title: str,
    people: People,
    ephemeral: Iterable[Message],
    status: Mapping[str, Any] | None,
) -> Markup:
    head = Markup('<header><div class="place"><b>Thread</b><small>{}</small></div>{}</header>').format(
        title, icon("close", 18)
    )
    drawn = [_message(m, people) for m in messages]
    if len(messages) > 1:
        drawn.insert(1, Markup('<div class="line"><span>{}</span></div>').format(_counted(len(messages) - 1)))
    drawn += [_ephemeral(m, people) for m in ephemeral]
    streaming = any(m.get("streaming") for m in messages)
    column = _column(head, joined(drawn), "", status, streaming=streaming)
    return Markup('<div class="panel">{}</div>').format(column)


def _composer(title: str, *, streaming: bool) -> Markup:
    said = f"Message {title}" if title else "Reply…"
    return Markup(
        '<div class="composer"><div>{}</div><div class="bar">{}<span class="{}">{}</span></div></div>'
    ).format(said, icon("plus", 17), "stop" if streaming else "send", icon("stop" if streaming else "send", 17))


def _loading(status: Mapping[str, Any]) -> Markup:
    lines = status.get("loading_messages") or [status["status"]]
    shown = Markup('<p class="loading">{}</p>').format(lines[0])
    return _row(_avatar(APP_NAME, APP_NAME, app=True), _name(APP_NAME, app=True), shown)


def _message(message: Message, people: People, below: Markup | str = "") -> Markup:
    app = bool(message.get("bot_id"))
    key = str(message.get("user") or message.get("bot_id") or "")
    name = people.get(key, key)
    edited = Markup(' <small class="edited">(edited)</small>') if message.get("edited") else ""
    shown = joined([_body(message, people), _files(message), Markup("{}{}").format(edited, below)])
    return _row(_avatar(key, name, app=app), _name(name, app=app, time=_clock(message)), shown, _kind(message))


def _row(avatar: Markup, name: Markup, body: Markup, kind: str = "") -> Markup:
    return Markup('<div class="message {}">{}<div class="said">{}{}</div></div>').format(kind, avatar, name, body)


def _kind(message: Message) -> str:
    return "streaming" if message.get("streaming") else ""


def _name(name: str, *, app: bool, time: str = "") -> Markup:
    badge = Markup('<span class="badge">APP</span>') if app else ""
    return Markup('<div class="who"><b>{}</b>{}<time>{}</time></div>').format(name, badge, time)


def _avatar(key: str, name: str, *, app: bool = False) -> Markup:
    if app:
        return Markup('<span class="avatar app">{}</span>').format(icon("compass", 26))
    colour = _COLOURS[zlib.crc32(key.encode()) % len(_COLOURS)]
    return Markup('<span class="avatar" style="background:{}">{}</span>').format(colour, name[:1].upper())


def _body(message: Message, people: People) -> Markup:
    """The blocks of a message; its text where it has none, or only such as stand under a text."""
    text, blocks = str(message.get("text") or ""), list(message.get("blocks") or ())
    streamed = bool(message.get("streaming"))
    if blocks and _is_run_of(blocks[0], text):
        streamed, blocks = True, blocks[1:]
    drawn = blocks_html([*blocks, *(message.get("tasks") or {}).values()], people)
    if any(block.get("type") not in UNDER_TEXT for block in blocks) and not streamed:
        return drawn
    if streamed or blocks:
        return markdown(text, people) + drawn
    return Markup('<div class="text">{}</div>').format(mrkdwn(text, people)) + drawn


def _is_run_of(block: Mapping[str, Any], text: str) -> bool:
    """Whether a block is the test server's stand-in for the rich text that Slack makes of a streamed text."""
    run = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return bool(text) and block.get("type") == "rich_text" and block.get("elements") == [run]


def _files(message: Message) -> Markup:
    """Attached files: a picture that is given as a data URI is shown."""
    return joined([_file(file) for file in message.get("files") or ()])


def _file(file: Mapping[str, Any]) -> Markup:
    name = file.get("title") or file.get("name")
    if str(file.get("mimetype", "")).startswith("image/"):
        return Markup('<div class="file"><small>{}</small>{}</div>').format(
            name, picture_html(file.get("url_private"), name)
        )
    return Markup('<div class="file"><div class="frame">{} {}</div></div>').format(icon("file"), name)


def _ephemeral(message: Message, people: People) -> Markup:
    """A message that only one person sees. It has no sender in what the app sends: the app is."""
    note = Markup('<div class="only-you">{} Only visible to you</div>').format(icon("eye", 15))
    time = _clock(message) if message.get("ts") else ""
    avatar, name = _avatar(APP_NAME, APP_NAME, app=True), _name(APP_NAME, app=True, time=time)
    return _row(avatar, note + name, _body(message, people), "ephemeral")


def _replies(root: Message, messages: Sequence[Message], people: People) -> Markup | str:
    replies = [m for m in messages if m.get("thread_ts") == root["ts"] and m["ts"] != root["ts"]]
    if not replies:
        return ""
    who = {str(m.get("user")): bool(m.get("bot_id")) for m in replies}
    faces = [_avatar(key, people.get(key, key), app=app) for key, app in list(who.items())[:5]]
    return Markup('<div class="replies">{}<a>{}</a></div>').format(joined(faces), _counted(len(replies)))


def _in_thread(messages: Sequence[Message], ts: str) -> list[Message]:
    return [m for m in messages if ts in (m.get("thread_ts"), m["ts"])]


def _counted(replies: int) -> str:
    return "1 reply" if replies == 1 else f"{replies} replies"


def _clock(message: Message) -> str:
    at = datetime.fromtimestamp(float(message.get("ts") or 0), UTC)
    return f"{at.hour % 12 or 12}:{at:%M %p}"


def _seen_by(people: People, viewer: str | None) -> People:
    return {**people, "viewer": viewer} if viewer else people


def _own(ephemeral: Iterable[Message], viewer: str | None) -> list[Message]:
    shown = [m for m in ephemeral if m.get("shown", True)]
    return [m for m in shown if viewer is None or m.get("user") in (None, viewer)]

"""Block Kit as HTML: a small function for each kind of block and element, found by its type. Pure.

What has no function here is drawn as a box with its type and texts, so that nothing is lost from a picture.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from tests.pictures.icons import icon
from tests.pictures.markup import EMOJI, NOBODY, People, joined, link, markdown, mention, mrkdwn, plain

Part = Mapping[str, Any]
"""A block, an element or a text object, as Slack's JSON has it."""
Draw = Callable[[Part, People], Markup]

_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")


def blocks_html(blocks: Sequence[Part], people: People = NOBODY) -> Markup:
    """Blocks one below the other."""
    return joined([block_html(block, people) for block in blocks])


def block_html(block: Part, people: People = NOBODY) -> Markup:
    """One block."""
    kind = str(block.get("type"))
    inside = BLOCKS.get(kind, _unknown)(block, people)
    return Markup('<div class="block block-{}">{}</div>').format(kind, inside)


def element_html(element: Part, people: People = NOBODY) -> Markup:
    """One element of a block: a button, a select, a text."""
    return ELEMENTS.get(str(element.get("type")), _unknown)(element, people)


def text_html(text: Part | None, people: People = NOBODY) -> Markup:
    """A text object."""
    if not text:
        return Markup("")
    said = text.get("text", "")
    return mrkdwn(said, people) if text.get("type") == "mrkdwn" else plain(said)


def picture_html(address: object, name: object) -> Markup:
    """A picture that is given as a data URI; one that would have to be loaded is a frame with its name."""
    if _PICTURE.fullmatch(str(address)):
        return Markup('<img class="picture" src="{}" alt="{}">').format(address, name)
    return Markup('<div class="frame">{} {}</div>').format(icon("file"), name or "picture")


# Blocks


def _section(block: Part, people: People) -> Markup:
    fields = [Markup('<div class="field">{}</div>').format(text_html(f, people)) for f in block.get("fields") or ()]
    text = Markup('<div class="section-text">{}{}</div>').format(
        text_html(block.get("text"), people),
        Markup('<div class="fields">{}</div>').format(joined(fields)) if fields else "",
    )
    accessory = block.get("accessory")
    return text + (element_html(accessory, people) if accessory else "")


def _context(block: Part, people: People) -> Markup:
    return joined([Markup("<span>{}</span>").format(element_html(e, people)) for e in block.get("elements") or ()])


def _elements(block: Part, people: People) -> Markup:
    return joined([element_html(element, people) for element in block.get("elements") or ()])


def _header(block: Part, people: People) -> Markup:
    return Markup("<h2>{}</h2>").format(text_html(block.get("text"), people))


def _image_block(block: Part, people: People) -> Markup:
    title = Markup('<div class="title">{}</div>').format(text_html(block["title"])) if block.get("title") else ""
    return escape(title) + picture_html(block.get("image_url"), block.get("alt_text"))


def _input(block: Part, people: People) -> Markup:
    optional = Markup(' <span class="optional">(optional)</span>') if block.get("optional") else ""
    hint = Markup('<div class="hint">{}</div>').format(text_html(block["hint"])) if block.get("hint") else ""
    label = Markup('<div class="label">{}{}</div>').format(text_html(block.get("label")), optional)
    return label + element_html(block.get("element") or {}, people) + hint


def _table(block: Part, people: People) -> Markup:
    rows = [_row(row, "td" if number else "th", people) for number, row in enumerate(block.get("rows") or ())]
    return Markup("<table>{}</table>").format(joined(rows))


def _row(cells: Sequence[Part], tag: str, people: People) -> Markup:
    drawn = [Markup(f"<{tag}>{{}}</{tag}>").format(_cell(cell, people)) for cell in cells]
    return Markup("<tr>{}</tr>").format(joined(drawn))


def _cell(cell: Part, people: People) -> Markup:
    return _rich_text(cell, people) if cell.get("type") == "rich_text" else plain(cell.get("text", ""))


def _unknown(part: Part, people: People) -> Markup:
    """A box for what is not drawn here: its type and every text in it."""
    texts = joined([Markup("<div>{}</div>").format(text) for text in _texts(part, people)])
    return Markup('<div class="unknown"><span class="kind">{}</span>{}</div>').format(part.get("type"), texts)


def _texts(part: Any, people: People) -> Iterator[Markup]:
    if isinstance(part, Mapping):
        if part.get("type") in {"plain_text", "mrkdwn"}:
            yield text_html(part, people)
            return
        yield from (plain(value) for key, value in part.items() if key in _SPOKEN and isinstance(value, str))
        for value in part.values():
            yield from _texts(value, people)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value, people)


_SPOKEN = {"text", "title", "subtitle", "body", "details", "output", "alt_text", "label", "status"}


# Rich text


def _rich_text(block: Part, people: People) -> Markup:
    return joined([RICH.get(str(e.get("type")), _unknown)(e, people) for e in block.get("elements") or ()])


def _rich_section(part: Part, people: People) -> Markup:
    return Markup("<p>{}</p>").format(_rich_inline(part, people))


def _rich_quote(part: Part, people: People) -> Markup:
    return Markup("<blockquote>{}</blockquote>").format(_rich_inline(part, people))


def _rich_preformatted(part: Part, people: People) -> Markup:
    return Markup("<pre>{}</pre>").format(_rich_inline(part, people))


def _rich_list(part: Part, people: People) -> Markup:
    items = joined([Markup("<li>{}</li>").format(_rich_inline(e, people)) for e in part.get("elements") or ()])
    tag = "ol" if part.get("style") == "ordered" else "ul"
    start, indent = int(part.get("offset") or 0) + 1, int(part.get("indent") or 0)
    return Markup(f'<{tag} start="{{}}" style="margin-left:{{}}px">{{}}</{tag}>').format(start, 24 * indent, items)


def _rich_inline(part: Part, people: People) -> Markup:
    return joined([_styled(e, RICH_INLINE.get(str(e.get("type")), _unknown), people) for e in part["elements"]])


def _styled(element: Part, draw: Draw, people: People) -> Markup:
    drawn = draw(element, people)
    for style, tag in {"bold": "b", "italic": "i", "strike": "s", "code": "code"}.items():
        if (element.get("style") or {}).get(style):
            drawn = Markup(f"<{tag}>{{}}</{tag}>").format(drawn)
    return drawn


def _rich_said(element: Part, people: People) -> Markup:
    return Markup("<br>").join(str(element.get("text", "")).split("\n"))


def _rich_emoji(element: Part, people: People) -> Markup:
    name = str(element.get("name"))
    return escape(EMOJI.get(name, f":{name}:"))


RICH: dict[str, Draw] = {
    "rich_text_section": _rich_section,
    "rich_text_list": _rich_list,
    "rich_text_quote": _rich_quote,
    "rich_text_preformatted": _rich_preformatted,
}
RICH_INLINE: dict[str, Draw] = {
    "text": _rich_said,
    "emoji": _rich_emoji,
    "link": lambda e, _: link(str(e.get("url")), e.get("text")),
    "user": lambda e, people: mention(str(e.get("user_id")), people),
    "channel": lambda e, people: mrkdwn(f"<#{e.get('channel_id')}>", people),
    "broadcast": lambda e, people: mrkdwn(f"<!{e.get('range')}>", people),
    "date": lambda e, _: escape(e.get("fallback") or e.get("format") or ""),
}


# Elements


def _button(element: Part, people: People) -> Markup:
    style = str(element.get("style") or "plain")
    return Markup('<span class="button {}">{}</span>').format(style, text_html(element.get("text")))


def _feedback(element: Part, people: People) -> Markup:
    halves = {"up": element.get("positive_button") or {}, "down": element.get("negative_button") or {}}
    drawn = [_tool(name, (half.get("text") or {}).get("text", "")) for name, half in halves.items()]
    return Markup('<span class="tools">{}</span>').format(joined(drawn))


def _icon_button(element: Part, people: People) -> Markup:
    seen = element.get("visible_to_user_ids")
    if seen and people.get("viewer") not in seen:
        return Markup("")
    return _tool("trash", (element.get("text") or {}).get("text", ""))


def _tool(name: str, label: str) -> Markup:
    return Markup('<span class="tool" title="{}">{}</span>').format(label, icon(name))


def _text_input(element: Part, people: People) -> Markup:
    kind = "field-box tall" if element.get("multiline") else "field-box"
    return Markup('<div class="{}">{}</div>').format(kind, _filled(element, element.get("initial_value")))


def _filled(element: Part, value: object) -> Markup:
    """What stands in a field, or else its placeholder."""
    if value:
        return plain(value)
    return Markup('<span class="placeholder">{}</span>').format(text_html(element.get("placeholder")))


def _choices(element: Part, people: People) -> Markup:
    chosen = [o.get("value") for o in element.get("initial_options") or [element.get("initial_option") or {}]]
    shape = "radio" if element.get("type") == "radio_buttons" else "box"
    return joined([_choice(o, shape, o.get("value") in chosen, people) for o in element.get("options") or ()])


def _choice(option: Part, shape: str, chosen: bool, people: People) -> Markup:
    more = Markup('<div class="hint">{}</div>').format(text_html(option["description"], people)) if option.get("description") else ""  # fmt: skip
    mark = Markup('<span class="mark {}{}"></span>').format(shape, " chosen" if chosen else "")
    return Markup('<div class="choice">{}<div>{}{}</div></div>').format(
        mark, text_html(option.get("text"), people), more
    )


def _select(element: Part, people: People) -> Markup:
    options = [*(element.get("initial_options") or ()), *_listed(element.get("initial_option"))]
    keys = [str(key) for name in _CHOSEN_IDS for key in _listed(element.get(name))]
    chosen = [text_html(option.get("text")) for option in options] + [escape(people.get(key, key)) for key in keys]
    kind = "chip" if str(element.get("type")).startswith("multi_") else "chosen-one"
    shown = joined([Markup('<span class="{}">{}</span>').format(kind, one) for one in chosen])
    return Markup('<div class="field-box select"><div>{}</div>{}</div>').format(
        shown or _filled(element, None), icon("chevron", 16)
    )


_CHOSEN_IDS = (
    "initial_user", "initial_users", "initial_conversation", "initial_conversations", "initial_channel",
    "initial_channels",
)  # fmt: skip


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _picker(element: Part, people: People) -> Markup:
    value = element.get("initial_time") or element.get("initial_date")
    return Markup('<div class="field-box picker">{}<div>{}</div></div>').format(
        icon("clock", 16), _filled(element, value)
    )


SELECTS = [
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
]
ELEMENTS: dict[str, Draw] = {
    "plain_text": text_html,
    "mrkdwn": text_html,
    "button": _button,
    "workflow_button": _button,
    "feedback_buttons": _feedback,
    "icon_button": _icon_button,
    "overflow": lambda *_: Markup('<span class="button plain">{}</span>').format(icon("more", 16)),
    "image": lambda e, _: Markup('<span class="thumb">{}</span>').format(
        picture_html(e.get("image_url"), e.get("alt_text"))
    ),
    "plain_text_input": _text_input,
    "email_text_input": _text_input,
    "url_text_input": _text_input,
    "number_input": _text_input,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "timepicker": _picker,
    "datepicker": _picker,
    **dict.fromkeys(SELECTS, _select),
}
BLOCKS: dict[str, Draw] = {
    "markdown": lambda block, people: markdown(block.get("text", ""), people),
    "section": _section,
    "context": _context,
    "actions": _elements,
    "context_actions": _elements,
    "divider": lambda *_: Markup("<hr>"),
    "header": _header,
    "image": _image_block,
    "input": _input,
    "rich_text": _rich_text,
    "table": _table,
}

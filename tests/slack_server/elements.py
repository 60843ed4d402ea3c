"""Buttons, menus and inputs within blocks: finding them, and what using one says. Pure."""

import copy
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SINGLE = frozenset({"static_select", "external_select", "overflow", "radio_buttons"})
SEVERAL = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
PICKED = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
"""Elements whose choice is a plain value, and where it is told."""
TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
PRESSED = frozenset({"button", "icon_button", "feedback_buttons"})


def elements(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every element with an action_id, with the block_id of its block, in the order shown."""
    return [element for block in blocks for element in _within(block, str(block.get("block_id", "")))]


def _within(thing: Any, block_id: str) -> Iterator[dict[str, Any]]:
    if isinstance(thing, Mapping):
        block_id = str(thing.get("block_id", block_id))
        if "action_id" in thing:
            yield {**thing, "block_id": block_id}
        for value in thing.values():
            yield from _within(value, block_id)
    elif isinstance(thing, list):
        for entry in thing:
            yield from _within(entry, block_id)


def element(blocks: Sequence[Mapping[str, Any]], action_id: str, user: str, nth: int = 0) -> dict[str, Any]:
    """The nth element with an action_id that this person sees."""
    shown = [e for e in elements(blocks) if user in (e.get("visible_to_user_ids") or [user])]
    found = [e for e in shown if e["action_id"] == action_id]
    assert len(found) > nth, f"{user} sees no {action_id!r} number {nth}; there is {[e['action_id'] for e in shown]}"
    return found[nth]


def pressed(button: Mapping[str, Any], value: str) -> dict[str, Any]:
    """The action of a pressed button; of two halves the one with the value's beginning."""
    assert button["type"] in PRESSED, f"a {button['type']} is not pressed"
    if button["type"] != "feedback_buttons":
        return dict(button)
    halves = (button["positive_button"], button["negative_button"])
    return {**button, "value": next(half["value"] for half in halves if half["value"].startswith(value))}


def chosen(menu: Mapping[str, Any], value: str) -> dict[str, Any]:
    """The action of a menu in which somebody chose a value; of several choices they are separated by commas."""
    head = {key: menu[key] for key in ("type", "action_id", "block_id")}
    return {**head, **choice(menu, value)}


def choice(menu: Mapping[str, Any], value: str) -> dict[str, Any]:
    """The state of a menu after somebody chose a value."""
    kind = str(menu["type"])
    if kind in PICKED:
        return {PICKED[kind]: value.split(",") if kind.startswith("multi_") else value}
    assert kind in SINGLE | SEVERAL, f"nothing is chosen in a {kind}"
    if kind in SINGLE:
        return {"selected_option": _option(menu, value)}
    return {"selected_options": [_option(menu, one) for one in value.split(",") if one]}


def _option(menu: Mapping[str, Any], value: str) -> dict[str, Any]:
    groups = menu.get("option_groups") or [{"options": menu.get("options") or []}]
    options = [option for group in groups for option in group["options"]]
    found = next((dict(option) for option in options if option.get("value") == value), None)
    assert found, f"{menu['action_id']!r} offers no {value!r} but {[option.get('value') for option in options]}"
    return found


def named(view: Mapping[str, Any]) -> dict[str, Any]:
    """A view whose blocks and elements all have ids: Slack gives one to those that came without."""
    made: dict[str, Any] = copy.deepcopy(dict(view))
    for block in made["blocks"]:
        block.setdefault("block_id", uuid.uuid4().hex[:5])
        if block["type"] == "input":
            block["element"].setdefault("action_id", uuid.uuid4().hex[:5])
    return made


def initial(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an input holds before anybody touches it."""
    state = {"type": entry["type"]}
    kind = str(entry["type"])
    if kind in SINGLE:
        return {**state, "selected_option": entry.get("initial_option")}
    if kind in SEVERAL:
        return {**state, "selected_options": entry.get("initial_options") or []}
    if kind in PICKED:
        return {**state, PICKED[kind]: entry.get(PICKED[kind].replace("selected", "initial"))}
    return {**state, "value": entry.get("initial_value")}


def is_filled(state: Mapping[str, Any]) -> bool:
    """Whether an input has a value."""
    return any(value not in (None, "", [], {}) for key, value in state.items() if key != "type")

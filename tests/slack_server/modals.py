"""Modals and the Home tab: what the app opens, and what people do in them."""

import time
import uuid
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.slack_server.blocks import view_problem
from tests.slack_server.elements import TYPED, choice, chosen, element, initial, is_filled, named, pressed
from tests.slack_server.response_urls import ResponseUrls
from tests.slack_server.workspace import APP_ID, Envelope, accepted, parsed, refused

MOST_VIEWS = 3
MOST_OPTIONS = 100
LONGEST_ID = 255
TRIGGER_PARTS = 3


class Modals(ResponseUrls):
    """Every view that was opened, and the stack of modals that each person has before them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._stacks: dict[str, list[dict[str, Any]]] = {}

    # What people do

    def open_modal(self, user: str = "U0ANNA") -> dict[str, Any] | None:
        """The modal that a person has before them."""
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def expire_triggers(self) -> None:
        """Let the seconds pass in which the triggers given out so far open a modal."""
        for trigger in self._triggers.values():
            trigger.made -= self.trigger_seconds + 1

    async def press_at_home(self, action_id: str, user: str = "U0ANNA", nth: int = 0, value: str = "") -> None:
        """A person presses a button in the Home tab."""
        await self._use_in_view(
            self.homes[user], pressed(self._in(self.homes[user], action_id, user, nth), value), user
        )

    async def select_at_home(self, action_id: str, value: str, user: str = "U0ANNA") -> None:
        """A person chooses in a menu of the Home tab."""
        await self._use_in_view(self.homes[user], chosen(self._in(self.homes[user], action_id, user), value), user)

    async def press_in_modal(self, action_id: str, user: str = "U0ANNA", *, value: str = "", nth: int = 0) -> None:
        """A person presses a button in the modal, or types `value` into an input that tells at once."""
        view = self._before(user)
        found = self._in(view, action_id, user, nth)
        typed = found["type"] in TYPED
        action = {**found, "value": value} if typed else pressed(found, value)
        if typed:
            self._remember(view, found, {"value": value})
        await self._use_in_view(view, action, user)

    async def select_in_modal(self, action_id: str, value: str, user: str = "U0ANNA") -> None:
        """A person chooses in a menu of the modal."""
        view = self._before(user)
        found = self._in(view, action_id, user)
        self._remember(view, found, choice(found, value))
        if all(block["block_id"] != found["block_id"] or _tells(block) for block in view["blocks"]):
            await self._use_in_view(view, chosen(found, value), user)

    async def suggested(self, action_id: str, query: str, user: str = "U0ANNA") -> list[dict[str, Any]]:
        """What a menu that asks the app for its options offers somebody who types `query` into it."""
        view = self._before(user)
        found = self._in(view, action_id, user)
        assert found["type"] in {"external_select", "multi_external_select"}, f"a {found['type']} asks for no options"
        answers: list[Mapping[str, Any]] = []
        payload = {
            "type": "block_suggestion",
            "action_id": action_id,
            "block_id": found["block_id"],
            "value": query,
            "view": dict(view),
            "container": {"type": "view", "view_id": view["id"]},
        }
        await self._interact(payload, user, trigger=False, answered=answers.append)
        await self.until(lambda: answers)
        options = list(answers[0].get("options") or [])
        assert len(options) <= MOST_OPTIONS, "more options than Slack takes"
        return options

    async def submit(self, view: Mapping[str, Any], values: Mapping[str, Any], user: str = "U0ANNA") -> None:
        """A person submits the modal before them; `values` is block_id -> action_id -> the state of the input."""
        shown = self._before(user)
        assert view["id"] == shown["id"], (
            f"{user} has {shown['callback_id']!r} before them, not {view['callback_id']!r}"
        )
        assert shown.get("submit") or any(b["type"] == "input" for b in shown["blocks"]), "there is nothing to submit"
        state = _state(shown, values)
        _check_inputs(shown, state)
        self.modal_errors.pop(user, None)
        shown["state"] = {"values": state}
        payload = {"type": "view_submission", "view": dict(shown), "response_urls": []}
        await self._interact(payload, user, answered=lambda said: self._submitted(user, shown, said))

    async def close(self, view: Mapping[str, Any], user: str = "U0ANNA") -> None:
        """A person closes the modal before them; the app hears of it only where it asked to."""
        shown = self._before(user)
        assert view["id"] == shown["id"], f"{user} has another modal before them"
        self._stacks[user].pop()
        self.modal_errors.pop(user, None)
        if shown["notify_on_close"]:
            await self._interact({"type": "view_closed", "view": dict(shown), "is_cleared": False}, user, trigger=False)

    async def _interact(
        self, payload: Mapping[str, Any], user: str, *, answered: Any = None, trigger: bool = True
    ) -> None:
        person = self._person(user)
        common = {
            "user": {"id": user, "username": person.name, "name": person.name, "team_id": person.team},
            "team": {"id": person.team, "domain": "test"} if self.names_team else None,
            "api_app_id": APP_ID,
            "token": "verification",
            "is_enterprise_install": bool(self.organisation),
            "enterprise": {"id": self.organisation, "name": "Grid"} if self.organisation else None,
        }
        if trigger:
            common["trigger_id"] = self._new_trigger(user)
        await self._deliver(Envelope({**common, **payload}, kind="interactive", answered=answered))

    async def _use_in_view(self, view: dict[str, Any], action: dict[str, Any], user: str) -> None:
        action = {**action, "action_ts": self._next_ts()}
        container = {"type": "view", "view_id": view["id"]}
        payload = {"type": "block_actions", "actions": [action], "view": dict(view), "container": container}
        await self._interact(payload, user)

    def _before(self, user: str) -> dict[str, Any]:
        view = self.open_modal(user)
        assert view is not None, f"{user} has no modal open"
        return view

    def _in(self, view: Mapping[str, Any], action_id: str, user: str, nth: int = 0) -> dict[str, Any]:
        return element(view["blocks"], action_id, user, nth)

    def _remember(self, view: dict[str, Any], entry: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        values = view["state"]["values"].setdefault(entry["block_id"], {})
        values[entry["action_id"]] = {"type": entry["type"], **state}

    # What the app answers to a submission

    def _submitted(self, user: str, view: dict[str, Any], said: Mapping[str, Any]) -> None:
        stack = self._stacks.get(user, [])
        match said.get("response_action"):
            case None if not said:
                self._stacks[user] = [other for other in stack if other is not view]
            case "clear":
                self._stacks[user] = []
            case "errors":
                self._show_errors(user, view, said.get("errors") or {})
            case "update":
                if self._fits(said.get("view")):
                    self._change(view, parsed(said["view"]))
            case "push":
                if len(stack) >= MOST_VIEWS:
                    self.problems.append("push_limit_reached")
                elif self._fits(said.get("view")):
                    self._put_before(user, parsed(said["view"]))
            case other:
                self.problems.append(f"a view_submission was answered with {other or dict(said)!r}")

    def _show_errors(self, user: str, view: Mapping[str, Any], errors: Mapping[str, str]) -> None:
        inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        if errors and set(errors) <= inputs:
            self.modal_errors[user] = dict(errors)
        else:
            self.problems.append(f"errors name {sorted(errors)}, inputs are {sorted(inputs)}")

    def _fits(self, view: Any) -> bool:
        error = _problem(parsed(view), "modal")
        if error:
            self.problems.append(f"the view in an acknowledgement: {error}")
        return error is None

    # Web API

    def _views_open(self, arguments: Mapping[str, Any]) -> web.Response:
        view = parsed(arguments.get("view"))
        if error := self._trigger_problem(arguments) or _problem(view, "modal"):
            return refused(error)
        user = self._use_trigger(arguments)
        self._stacks[user] = []
        return accepted(view=self._put_before(user, view))

    def _views_push(self, arguments: Mapping[str, Any]) -> web.Response:
        view = parsed(arguments.get("view"))
        if error := self._trigger_problem(arguments) or _problem(view, "modal"):
            return refused(error)
        stack = self._stacks.get(self._triggers[str(arguments["trigger_id"])].user)
        if not stack:
            return refused("not_found")
        if len(stack) >= MOST_VIEWS:
            return refused("push_limit_reached")
        return accepted(view=self._put_before(self._use_trigger(arguments), view))

    def _views_update(self, arguments: Mapping[str, Any]) -> web.Response:
        shown = [view for stack in self._stacks.values() for view in stack]
        key = "view_id" if arguments.get("view_id") else "external_id"
        wanted = arguments.get(key)
        found = next((view for view in shown if wanted and view[key.removeprefix("view_")] == wanted), None)
        if found is None:
            return refused("not_found")
        if arguments.get("hash") and arguments["hash"] != found["hash"]:
            return refused("hash_conflict")
        view = parsed(arguments.get("view"))
        if error := _problem(view, "modal"):
            return refused(error)
        return accepted(view=self._change(found, view))

    def _views_publish(self, arguments: Mapping[str, Any]) -> web.Response:
        view, user = parsed(arguments.get("view")), str(arguments.get("user_id"))
        if error := _problem(view, "home"):
            return refused(error)
        if any(map(self.refused_view_block, view["blocks"])):
            return refused("invalid_arguments")
        old = self.homes.get(user)
        if arguments.get("hash") and (old is None or arguments["hash"] != old["hash"]):
            return refused("hash_conflict")
        self.homes[user] = self._with_ids(view, old["id"] if old else _new_id())
        return accepted(view=self.homes[user])

    def _trigger_problem(self, arguments: Mapping[str, Any]) -> str | None:
        said = str(arguments.get("trigger_id") or "")
        if said.count(".") != TRIGGER_PARTS - 1:
            return "invalid_trigger_id"
        trigger = self._triggers.get(said)
        if trigger is None or time.monotonic() - trigger.made > self.trigger_seconds:
            return "expired_trigger_id"
        return "exchanged_trigger_id" if trigger.used else None

    def _use_trigger(self, arguments: Mapping[str, Any]) -> str:
        trigger = self._triggers[str(arguments["trigger_id"])]
        trigger.used = True
        return trigger.user

    def _put_before(self, user: str, view: Mapping[str, Any]) -> dict[str, Any]:
        stack = self._stacks.setdefault(user, [])
        shown = self._with_ids(view, _new_id())
        if stack:
            shown |= {"root_view_id": stack[0]["id"], "previous_view_id": stack[-1]["id"]}
        stack.append(shown)
        self.views.append(shown)
        return shown

    def _change(self, shown: dict[str, Any], view: Mapping[str, Any]) -> dict[str, Any]:
        """New content in place. Slack keeps what people typed where block_id and action_id stay the same."""
        new = self._with_ids(view, shown["id"])
        new |= {key: shown[key] for key in ("root_view_id", "previous_view_id")}
        blocks = {block["block_id"] for block in new["blocks"]}
        typed = shown["state"]["values"].items()
        new["state"] = {"values": {block_id: state for block_id, state in typed if block_id in blocks}}
        shown.clear()
        shown |= new
        return shown

    def _with_ids(self, view: Mapping[str, Any], view_id: str) -> dict[str, Any]:
        defaults = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "previous_view_id": None,
        }
        own = {
            "id": view_id,
            "root_view_id": view_id,
            "team_id": self.team,
            "app_installed_team_id": self.team,
            "app_id": APP_ID,
            "bot_id": self.bot_id,
            "hash": f"{self._next_ts()}.{uuid.uuid4().hex[:8]}",
            "state": {"values": {}},
        }
        return {**defaults, **named(view), **own}


def _new_id() -> str:
    return f"V{uuid.uuid4().hex[:10].upper()}"


def _problem(view: Any, kind: str) -> str | None:
    if error := view_problem(view):
        return error
    fits = view["type"] == kind and len(str(view.get("external_id") or "")) <= LONGEST_ID
    return None if fits else "invalid_arguments"


def _tells(block: Mapping[str, Any]) -> bool:
    """An input says what is chosen in it only when the modal is submitted, unless it is asked to at once."""
    return block["type"] != "input" or bool(block.get("dispatch_action"))


def _state(view: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    known = {block["block_id"] for block in view["blocks"]}
    assert set(values) <= known, f"the modal has no blocks {sorted(set(values) - known)}, only {sorted(known)}"
    held: dict[str, Any] = {
        block["block_id"]: {block["element"]["action_id"]: initial(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    for given in (view["state"]["values"], values):
        for block_id, states in given.items():
            held[block_id] = {**held.get(block_id, {}), **states}
    return held


def _check_inputs(view: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Slack's client does not let an input be empty, or longer than it may be."""
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        entry = block["element"]
        held = state[block["block_id"]]
        assert set(held) == {entry["action_id"]}, f"{block['block_id']} holds {entry['action_id']}, not {sorted(held)}"
        value = held[entry["action_id"]]
        assert block.get("optional") or is_filled(value), f"{block['block_id']} needs a value"
        text = str(value.get("value") or "")
        assert not text or entry.get("min_length", 0) <= len(text) <= entry.get("max_length", 3000), (
            f"{block['block_id']} takes {entry.get('min_length', 0)} to {entry.get('max_length', 3000)} characters"
        )

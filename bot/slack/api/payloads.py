"""The parts of Slack's payloads that Bolt and the bot read, and their types: what lacks them is refused at the door. Pure."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.errors import CareerBotError

DEPTH = 100
"""Levels of lists and objects in a payload; a forward of a forward with lists in lists has some thirty."""
UNREADABLE = "Slack sent me something that I cannot read, so I did nothing. Please try again."

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,255}$")]
"""Of a person, a channel, a workspace: nothing that could be markup where it stands in a mention."""
_TIMESTAMP = r"^[0-9]{1,12}\.[0-9]{1,9}$"
Timestamp = Annotated[str, Field(pattern=_TIMESTAMP)]
WebAddress = Annotated[str, Field(pattern=r"^https?://")]


class MalformedPayload(CareerBotError):
    """A payload of Slack's lacks what is read of it, or has it in another type. `place` tells where, by names alone."""

    def __init__(self, place: str) -> None:
        super().__init__(UNREADABLE)
        self.place = place


def check(payload: Mapping[str, Any]) -> None:
    """Look at a payload before anything reads it. Raises MalformedPayload, also for a kind that nothing listens to."""
    if _is_deeper(payload, DEPTH):
        raise MalformedPayload("its depth")
    event = payload.get("event")
    kind = payload.get("type", "command" if "command" in payload else None)
    parts = [
        (kind, _KINDS),
        *([(event.get("type"), _EVENTS)] if kind == "event_callback" and isinstance(event, dict) else []),
    ]
    for (name, known), part in zip(parts, (payload, event), strict=False):
        model = known.get(name) if isinstance(name, str) else None
        if model is None:
            raise MalformedPayload("type")
        try:
            model.model_validate(part)
        except ValidationError as error:
            raise MalformedPayload(_place(error)) from None


def is_timestamp(value: object) -> bool:
    """Whether a value is what Slack calls a ts."""
    return isinstance(value, str) and re.fullmatch(_TIMESTAMP, value) is not None


def is_message(message: Any) -> bool:
    """Whether something in a thread can be read as a message."""
    try:
        _Message.model_validate(message)
    except ValidationError:
        return False
    return not _is_deeper(message, DEPTH)


def _place(error: ValidationError) -> str:
    """Where the first fault is: names of ours, never what was sent."""
    told = error.errors(include_input=False, include_url=False)[0]
    return (
        ".".join(str(part) for part in told["loc"] if not isinstance(part, str) or part.isidentifier()) or "its parts"
    )


def _is_deeper(value: Any, levels: int) -> bool:
    inside = [value]
    for _ in range(levels):
        inside = [
            inner
            for part in inside
            for inner in (part.values() if isinstance(part, dict) else part)
            if isinstance(inner, dict | list)
        ]
        if not inside:
            return False
    return True


def value_of(action: Mapping[str, Any]) -> str:
    """The value of what was pressed or chosen. Raises MalformedPayload where it has none."""
    chosen = action.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, dict) else action.get("value")
    if not isinstance(value, str):
        raise MalformedPayload("actions.0.value")
    return value


def pressed_at(body: Mapping[str, Any]) -> tuple[str, str]:
    """Channel and ts of the message under which something was pressed. Raises MalformedPayload where it was no message."""
    place, message = body.get("channel"), body.get("message")
    if not place or not message:
        raise MalformedPayload("message")
    return str(place["id"]), str(message["ts"])


def entered(view: Mapping[str, Any], name: str, key: str = "value") -> Any:
    """What a person left in the field of a window: a text, or by another key what they chose; None where it is empty."""
    values = view["state"]["values"]
    state = (values.get(name) or {}).get(name)
    if state is None:
        raise MalformedPayload(f"view.state.values.{name}")
    return state.get(key)


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Named(_Part):
    id: Id


class _Person(_Named):
    team_id: Id | None = None


class _Installed(_Part):
    """Of which workspace and organisation it is; Bolt looks for it at several levels."""

    team_id: Id | None = None
    enterprise_id: Id | None = None
    enterprise: _Named | Id | None = None
    authorizations: "list[_Installed] | None" = None


class _Edited(_Part):
    ts: Timestamp


class _Metadata(_Part):
    event_type: str | None = None
    event_payload: dict[str, Any] | None = None


class _Block(_Part):
    type: str
    block_id: str | None = None
    element: dict[str, Any] | None = None
    elements: list[dict[str, Any]] | None = None


class _Message(_Part):
    ts: Timestamp
    thread_ts: Timestamp | None = None
    user: Id | None = None
    team: Id | None = None
    user_team: Id | None = None
    source_team: Id | None = None
    subtype: str | None = None
    text: str | None = None
    client_msg_id: str | None = None
    edited: _Edited | None = None
    metadata: _Metadata | None = None
    blocks: list[_Block] | None = None


class _MessageEvent(_Message, _Installed):
    type: Literal["message", "app_mention"]
    channel: Id
    channel_type: str | None = None
    event_ts: Timestamp | None = None
    message: _Message | None = None
    previous_message: _Message | None = None
    deleted_ts: Timestamp | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        needed = {"message_changed": "message", "message_deleted": "deleted_ts"}.get(self.subtype or "")
        if needed and getattr(self, needed) is None:
            raise ValueError("it lacks what it tells of")
        return self


class _TabOpened(_Installed):
    user: Id
    channel: Id
    tab: str | None = None


class _SessionStopped(_Installed):
    channel: Id
    thread_ts: Timestamp


class _Tokens(_Part):
    bot: list[Id] | None = None


class _Ended(_Installed):
    tokens: _Tokens | None = None


class _EventCallback(_Installed):
    event: dict[str, Any]
    event_time: int | None = None


class _Option(_Part):
    value: str


class _Field(_Part):
    value: str | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    selected_user: Id | None = None
    selected_conversation: Id | None = None
    selected_time: Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$")] | None = None


class _State(_Part):
    values: dict[str, dict[str, _Field]]


class _Title(_Part):
    text: str


class _View(_Installed):
    id: Id
    type: Literal["modal", "home"]
    callback_id: str
    private_metadata: str
    title: _Title | None = None
    hash: str | None = None
    state: _State | None = None
    blocks: list[_Block]
    app_installed_team_id: Id | None = None


class _ResponseAddress(_Part):
    response_url: WebAddress


class _Interaction(_Installed):
    user: _Person
    team: _Named | None = None
    channel: _Named | None = None
    response_url: WebAddress | None = None
    response_urls: list[_ResponseAddress] | None = None


class _Action(_Part):
    action_id: str
    block_id: str | None = None
    value: str | None = None
    selected_option: _Option | None = None


class _Container(_Part):
    message_ts: Timestamp | None = None
    channel_id: Id | None = None
    thread_ts: Timestamp | None = None


class _Pressed(_Interaction):
    trigger_id: str
    actions: Annotated[list[_Action], Field(min_length=1)]
    container: _Container | None = None
    message: _Message | None = None
    view: _View | None = None

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        if self.view is None and self.response_url is None:
            raise ValueError("what is pressed under a message is answered at its response_url")
        return self


class _Closed(_Interaction):
    view: _View


class _SentView(_View):
    title: _Title
    state: _State


class _Sent(_Interaction):
    view: _SentView


class _Suggestion(_Interaction):
    action_id: str
    block_id: str | None = None
    value: str | None = None


class _Shortcut(_Interaction):
    callback_id: str
    trigger_id: str
    channel: _Named
    message: _Message


class _Command(_Installed):
    command: str
    text: str | None = None
    team_id: Id
    channel_id: Id
    user_id: Id
    trigger_id: str
    response_url: WebAddress


class _UrlVerification(_Part):
    challenge: Annotated[str, Field(max_length=1000)]


_KINDS: Mapping[str, type[_Part]] = {
    "url_verification": _UrlVerification,
    "event_callback": _EventCallback,
    "block_actions": _Pressed,
    "block_suggestion": _Suggestion,
    "view_submission": _Sent,
    "view_closed": _Closed,
    "message_action": _Shortcut,
    "command": _Command,
}
_EVENTS: Mapping[str, type[_Part]] = {
    "message": _MessageEvent,
    "app_mention": _MessageEvent,
    "app_home_opened": _TabOpened,
    "agent_session_stopped": _SessionStopped,
    "app_uninstalled": _Ended,
    "tokens_revoked": _Ended,
}

"""`/career settings`: how the bot behaves in a channel, set in a window by people who may."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.mentoring.guides import GuideIndex
from bot.records.channels import AnswerPolicy, ChannelSettings, QuietHours
from bot.slack.api.limits import OPTION_TEXT, OPTIONS
from bot.slack.api.payloads import MalformedPayload, entered
from bot.slack.api.people import People
from bot.slack.format.blocks import plain_text
from bot.slack.format.modals import field, modal, section
from bot.slack.questions.submitting import Submitted, submit
from bot.storage import Records
from knowledge.passages import Guide

SETTINGS_VIEW, GUIDES = "channel_settings", "guides"
NOT_IN_A_CHANNEL = "Settings belong to a channel: use `/career settings` in the channel that you mean."
NOT_ALLOWED = "Only workspace admins and the people whom the bot's operator named may change how I behave in a channel."
SAVING = "Saving…"
SAVED = "Saved. This holds from now on in this channel."
BOTH_OR_NONE = "Quiet hours need a beginning and an end; leave both empty for none."
_ANSWERS = {
    AnswerPolicy.MENTIONS: "Only when somebody mentions me",
    AnswerPolicy.QUESTIONS: "Also questions to everybody, when the guides answer them",
}
_ANSWER_POLICIES = {policy.value: policy for policy in AnswerPolicy}


class SettingsForm:
    """The window with a channel's settings. `admins` may change them, besides those who run the workspace."""

    def __init__(self, records: Records, people: People, guide_index: GuideIndex, admins: frozenset[str]) -> None:
        self._records = records
        self._people = people
        self._guide_index = guide_index
        self._admins = admins

    async def open(self, client: AsyncWebClient, command: Mapping[str, Any]) -> str | None:
        """Open it for the person who asked; what to tell them instead where they may not."""
        team, channel, person = command["team_id"], command["channel_id"], command["user_id"]
        if channel.startswith("D"):
            return NOT_IN_A_CHANNEL
        if not await self._may_change(person):
            return NOT_ALLOWED
        settings = await self._records.channels.settings(team, channel)
        zone = settings.quiet.zone if settings.quiet else (await self._people.person(person)).zone
        place = {"team": team, "channel": channel, "zone": zone or "UTC"}
        view = settings_modal(settings, self._guide_index.guides(), place)
        await client.views_open(trigger_id=command["trigger_id"], view=view)
        return None

    async def submitted(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """The listener of its button "Save"."""
        await submit(ack, client, body, self._saved(str(body["user"]["id"]), view), SAVING)

    async def _saved(self, person: str, view: Mapping[str, Any]) -> Submitted:
        if not await self._may_change(person):
            return Submitted(NOT_ALLOWED)
        place = _place_of(view)
        settings = settings_in(view, self._guide_index.guides(), place["zone"])
        if settings is None:
            return Submitted(errors={"quiet_until": BOTH_OR_NONE})
        await self._records.channels.change(place["team"], place["channel"], settings, person)
        return Submitted(SAVED)

    async def searched(self, ack: AsyncAck, payload: dict[str, Any]) -> None:
        """The listener that fills the menu of guides where there are too many for one: those whose titles have all words."""
        await ack(options=found_guides(self._guide_index.guides(), str(payload.get("value") or "")))

    async def _may_change(self, person: str) -> bool:
        return person in self._admins or (await self._people.person(person)).is_admin


def settings_modal(settings: ChannelSettings, guides: Sequence[Guide], place: Mapping[str, str]) -> dict[str, Any]:
    """The window, filled in with the settings as they are."""
    answers = {kind.value: label for kind, label in _ANSWERS.items()}
    choice = {
        "type": "radio_buttons",
        "options": _options(answers),
        "initial_option": _option(settings.answers, answers),
    }
    titles = {_short(guide): guide.title for guide in guides}
    chosen = {_short(guide): guide.title for guide in guides if guide.path in settings.guides}
    which: dict[str, Any] = {"placeholder": plain_text("All guides")}
    if len(titles) > OPTIONS:
        which |= {"type": "multi_external_select", "min_query_length": 0}
    else:
        which |= {"type": "multi_static_select", "options": _options(titles)}
    which |= {"initial_options": _options(chosen)[:OPTIONS]} if chosen else {}
    quiet = settings.quiet
    times = [
        ("quiet_from", "Quiet from", quiet.start if quiet else ""),
        ("quiet_until", "until", quiet.until if quiet else ""),
    ]
    told = (
        f"In quiet hours I answer only those who mention me. Times are in {place['zone']}; leave both empty for none."
    )
    blocks = [
        field("answers", "What do I answer in this channel?", choice),
        *([field(GUIDES, "From which guides?", which, optional=True)] if titles else []),
        *(field(name, label, _time(value), optional=True) for name, label, value in times),
        section(told),
    ]
    return modal("Settings", blocks, submit="Save", callback_id=SETTINGS_VIEW, private_metadata=json.dumps(place))


def _place_of(view: Mapping[str, Any]) -> Mapping[str, str]:
    """Team, channel and zone as the window was opened with them. Raises MalformedPayload where it was not."""
    try:
        place = json.loads(view["private_metadata"])
        return {name: str(place[name]) for name in ("team", "channel", "zone")}
    except (ValueError, TypeError, LookupError):
        raise MalformedPayload("view.private_metadata") from None


def found_guides(guides: Sequence[Guide], query: str) -> list[dict[str, Any]]:
    """The guides whose title, role or file name has all words of a query, as options; the first where there are very many."""
    words = query.casefold().split()
    names = ((guide, f"{guide.title} {guide.role} {guide.path}".casefold()) for guide in guides)
    titles = {_short(guide): guide.title for guide, name in names if all(word in name for word in words)}
    return _options(titles)[:OPTIONS]


def settings_in(view: Mapping[str, Any], guides: Sequence[Guide], zone: str) -> ChannelSettings | None:
    """The settings as they were filled in; None where quiet hours have no beginning or no end."""
    start, until = (str(entered(view, name, "selected_time") or "") for name in ("quiet_from", "quiet_until"))
    if bool(start) != bool(until):
        return None
    offered = GUIDES in view["state"]["values"]  # without any guide there is no such field
    chosen = {option["value"] for option in (entered(view, GUIDES, "selected_options") if offered else None) or []}
    paths = frozenset(guide.path for guide in guides if _short(guide) in chosen)
    answers = _ANSWER_POLICIES.get(str((entered(view, "answers", "selected_option") or {}).get("value")))
    if answers is None:
        raise MalformedPayload("view.state.values.answers")
    return ChannelSettings(answers, paths, QuietHours(start, until, zone) if start else None)


def _options(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_option(value, labels) for value in labels]


def _option(value: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"text": plain_text(labels[value], OPTION_TEXT), "value": str(value)}


def _time(initial: str) -> dict[str, Any]:
    return {"type": "timepicker", **({"initial_time": initial} if initial else {})}


def _short(guide: Guide) -> str:
    """A guide's path can be longer than the value of an option."""
    return hashlib.sha256(guide.path.encode()).hexdigest()[:16]

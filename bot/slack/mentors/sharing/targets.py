"""With whom an answer can be shared, and what must not be told to them: asked of Slack at the moment of sharing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.mentoring.naming import lower_case_words, naming
from bot.mentoring.shares import Share
from bot.slack.api.errors import passing
from bot.slack.api.membership import members_among
from bot.slack.context import AppContext
from bot.slack.mentors.sharing.texts import (
    ANSWER_MAY_NAME_ASKER,
    CHOOSE,
    CHOOSE_ONE,
    MAY_NAME_ASKER,
    NAMES_ASKER,
    NO_CHANNEL,
    NO_PERSON,
    NO_QUESTION,
    NOT_HERE,
    NOT_THERE,
    OUTSIDER,
    SHARED_CHANNEL,
)
from bot.slack.mentors.sharing.views import CHANNEL, NOTE, PERSON, QUESTION, Chosen

REMEMBERED = 1_000
"""Things that people were shown and may decide about; older ones are shown again."""
SLACKBOT = "USLACKBOT"
"""Slack's own bot, which its profile does not call one."""


class Unshareable(Exception):
    """An answer cannot be shared, or not any more; the message says why and can be shown."""


class Misfilled(Exception):
    """Something in the window has to be filled in otherwise."""

    def __init__(self, name: str, told: str) -> None:
        super().__init__(told)
        self.field = name


@dataclass(frozen=True)
class Target:
    """Who gets a share: a person or channel by id, the field they were chosen in, and how to speak of them."""

    id: str
    field: str
    told: str


class Targets:
    """Resolves and checks what somebody has chosen in the window. Every method raises what Slack raises."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._shown: set[tuple[str, ...]] = set()

    async def resolve(self, person: str, chosen: Chosen) -> Target:
        """Who gets it, as a person has chosen. Raises Misfilled."""
        if chosen.person and chosen.channel:
            raise Misfilled(CHANNEL, CHOOSE_ONE)
        if chosen.person:
            return await self._person(chosen.person)
        if chosen.channel:
            return await self._channel(person, chosen.channel)
        raise Misfilled(PERSON, CHOOSE)

    async def check_words(self, share: Share, chosen: Chosen) -> None:
        """Whether something on the card may name somebody else's asker: the sharer sees what, and decides by sending it again.

        Raises Misfilled.
        """
        if not chosen.question:
            raise Misfilled(QUESTION, NO_QUESTION)
        if share.asker in {"", share.sharer}:
            return
        names = _names(await self._profile(share.asker))
        common = lower_case_words(share.text)
        for name, text in ((QUESTION, chosen.question), (NOTE, chosen.note)):
            if share.asker in text:
                raise Misfilled(name, NAMES_ASKER)
            self._let_decide(share, name, naming(names, text, common), MAY_NAME_ASKER)
        answer = naming(names, share.text, common) + [share.asker] * (share.asker in share.text)
        self._let_decide(share, QUESTION, answer, ANSWER_MAY_NAME_ASKER)

    def _let_decide(self, share: Share, name: str, found: Sequence[str], told: str) -> None:
        """Say once what was found; whoever sends it again has seen it."""
        shown = (share.id, name, *found)
        if found and shown not in self._shown:
            if len(self._shown) >= REMEMBERED:
                self._shown.clear()
            self._shown.add(shown)
            raise Misfilled(name, told.format(names=", ".join(f"“{word}”" for word in found)))

    async def _person(self, user: str) -> Target:
        profile = await self._profile(user)
        no_human = profile.get("is_bot") or profile.get("deleted") or user in {SLACKBOT, self._ctx.clients.bot_user}
        if not profile or no_human:
            raise Misfilled(PERSON, NO_PERSON)
        audience = self._ctx.clients.audience
        if not audience.everybody and audience.outside(profile):
            raise Misfilled(PERSON, OUTSIDER)
        return Target(user, PERSON, f"with {next(iter(_names(profile)), 'the person you chose')}")

    async def _channel(self, person: str, channel: str) -> Target:
        if not channel.startswith(("C", "G")):
            raise Misfilled(CHANNEL, NO_CHANNEL)
        me = self._ctx.clients.bot_user
        there = await members_among(self._ctx.client, channel, {person, me})
        if me not in there:
            raise Misfilled(CHANNEL, NOT_HERE)
        if person not in there:
            raise Misfilled(CHANNEL, NOT_THERE)
        if not self._ctx.clients.audience.everybody and await self._is_shared(channel):
            raise Misfilled(CHANNEL, SHARED_CHANNEL)
        return Target(channel, CHANNEL, "in the channel you chose")

    async def _is_shared(self, channel: str) -> bool:
        """Whether people of other organisations read a channel, or are about to."""
        try:
            told = (await self._ctx.client.conversations_info(channel=channel))["channel"]
        except SlackApiError as error:
            if passing(error):
                raise
            return False
        return any(told.get(name) for name in ("is_ext_shared", "is_pending_ext_shared"))

    async def _profile(self, user: str) -> Mapping[str, Any]:
        """A person's profile, empty where there is none."""
        try:
            told = await self._ctx.client.users_info(user=user)
        except SlackApiError as error:
            if passing(error):
                raise
            return {}
        return dict(told["user"])


def _names(profile: Mapping[str, Any]) -> list[str]:
    """What a person is called in Slack, the name that is shown first."""
    shown = profile.get("profile") or {}
    names = [shown.get("display_name"), profile.get("real_name"), shown.get("real_name")]
    first = [str(name).split()[0] for name in names if name]
    return [name for name in dict.fromkeys([*filter(None, map(str, filter(None, names))), *first]) if len(name) > 1]

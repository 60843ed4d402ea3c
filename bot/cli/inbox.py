"""What was set aside of the inbox: listed, tried again, dropped."""

from bot.errors import CareerBotError
from bot.records.leases import SetAside
from bot.serving import records_of
from bot.settings import Settings

NOTHING = "No question is set aside."


class UnknownReference(CareerBotError):
    """No question that is set aside has this reference."""


async def listed(settings: Settings, workspace: str = "") -> str:
    """The questions of a workspace that were set aside, a line each, without their texts. Raises RecordsUnavailable."""
    async with records_of(settings, workspace) as records:
        aside = await records.leases.list_set_aside()
    return "\n".join(map(_line, aside)) or NOTHING


async def settled(settings: Settings, reference: str, workspace: str = "", *, retry: bool) -> str:
    """Have one of them answered by the running bot after all, or forget it; says which.

    Raises UnknownReference and RecordsUnavailable.
    """
    async with records_of(settings, workspace) as records:
        found = [one for one in await records.leases.list_set_aside() if one.reference == reference]
        if not found:
            raise UnknownReference(
                f"No question with the reference {reference} is set aside; `careerbot inbox` lists them."
            )
        act = records.leases.retry if retry else records.leases.drop
        await act(found[0].key)
    return f"{reference} is answered as soon as a bot runs." if retry else f"{reference} is dropped."


def _line(one: SetAside) -> str:
    return f"{one.reference}  {one.accepted_at:%Y-%m-%d %H:%M} UTC  {one.key}  asked by {one.person}: {one.reason}"

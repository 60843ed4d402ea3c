"""The pages of installations that ended: what happened, in a sentence, and what to do. Pure."""

import html
from dataclasses import dataclass
from http import HTTPStatus

LONGEST_CODE = 40


@dataclass(frozen=True)
class Ending:
    """How an installation ended: the status and the page, with a link to begin again where `again` is a path."""

    status: HTTPStatus
    happened: str
    to_do: str
    again: str = ""

    @property
    def html(self) -> str:
        """The page."""
        link = f'<p><a href="{html.escape(self.again)}">Begin again</a></p>' if self.again else ""
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>The bot was not installed</title>
<style>body {{ max-width: 40em; margin: 3em auto; padding: 0 1em; font-family: sans-serif; line-height: 1.5 }}</style>
</head>
<body>
<h1>The bot was not installed</h1>
<p>{html.escape(self.happened)}</p>
<p>{html.escape(self.to_do)}</p>
{link}
</body>
</html>
"""


NOT_NOW = Ending(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The bot cannot be installed just now.",
    "Please try again in a few minutes. If it stays so, tell whoever runs the bot.",
)
_ENDINGS = {
    "access_denied": (
        HTTPStatus.FORBIDDEN,
        "The installation was cancelled at Slack, so nothing was changed in your workspace.",
        "If you want the bot after all, begin again and choose Allow. Where admins have to approve apps, ask one of them first.",
    ),
    "invalid_browser": (
        HTTPStatus.BAD_REQUEST,
        "This browser did not begin this installation, or has begun another one since.",
        "Begin again, and stay in one browser and one tab. The page must be opened with https:// and cookies must be allowed.",
    ),
    "invalid_state": (
        HTTPStatus.BAD_REQUEST,
        "This installation was done or ended before, or it took more than ten minutes.",
        "If the bot is in your workspace already there is nothing to do. Otherwise begin again.",
    ),
    "invalid_code": (
        HTTPStatus.BAD_REQUEST,
        "Slack did not take the code of this installation, which is good for a short time and only once.",
        "Begin again. If that does not help, tell whoever runs the bot: its client ID and secret may be wrong.",
    ),
    "missing_code": (
        HTTPStatus.BAD_REQUEST,
        "Slack did not say that the installation was allowed.",
        "Begin again. If that does not help, tell whoever runs the bot.",
    ),
}


def code_of(reason: object) -> str:
    """Why an installation ended, by its code; empty where it is none, since anybody can send anything in its place."""
    told = str(reason)
    return told if told.isascii() and told.isidentifier() and len(told) <= LONGEST_CODE else ""


def ending(reason: object, again: str) -> Ending:
    """How an installation ended, by the code of Bolt or Slack, and the path at which it is begun again."""
    if reason == "storage_error":
        return NOT_NOW
    if str(reason) in _ENDINGS:
        return Ending(*_ENDINGS[str(reason)], again)
    code = f" It gives {code_of(reason)} as the reason." if code_of(reason) else ""
    return Ending(
        HTTPStatus.BAD_REQUEST,
        f"Slack did not let the bot be installed.{code}",
        "Begin again. If that does not help, tell whoever runs the bot, with this sentence.",
        again,
    )

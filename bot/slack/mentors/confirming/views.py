"""What mentors see when they confirm, correct, look again and withdraw, as windows, notices and lines. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from bot.mentoring.confirmations import Confirmation, ConfirmationState, day
from bot.mentoring.confirmed_answers import ConfirmOutcome
from bot.slack.api.limits import INPUT_TEXT, SECTION_TEXT
from bot.slack.api.messages import Block, Post
from bot.slack.api.outgoing import WORD_JOINER
from bot.slack.api.payloads import entered
from bot.slack.format.blocks import button, context, place_of, plain_text
from bot.slack.format.confirmed import by
from bot.slack.format.escaping import escaped, unescaped
from bot.slack.format.markdown import split
from bot.slack.format.modals import field, modal, section
from knowledge.passages import Passage

CONFIRM_VIEW, WITHDRAW, EXPORT, CONFIRM_AGAIN = (
    "confirm_answer",
    "withdraw_confirmation",
    "export_confirmations",
    "confirm_again",
)
QUESTION, ANSWER = "question", "answer"
TITLE = "Confirmed answers"
LISTED = 10
"""Confirmations listed in the Home tab."""
MOST_SOURCES, MOST_PARTS = 8, 10
"""Lines of sources in a window, and its fields for an answer."""
QUOTED = 300
"""Characters of a question in a list or a notice."""
NO_NAMES = "Leave out names: others will see it."
WHAT_FOLLOWS = "Whoever asks the same gets this answer first, with your name and today's date."
DONE = "Done. Whoever asks the same gets this answer first, with your name and the date."
GONE = "This window is too old, or was another person's. Please open it again from the answer's menu."
CHANGED = "The guide has changed since this answer, so it cannot be confirmed as it is. Ask again to get one from the present guide."


def window(
    draft: Confirmation, question: str, *, editable: bool, notice: str = "", before: Confirmation | None = None
) -> Block:
    """The window in which a mentor confirms an answer, or corrects it where it is `editable`.

    `before` is the confirmation whose place it would take; `notice` is the place of a message that led here.
    """
    replaces = [mrkdwn(f"{what_became(before)} What you save takes its place.")] if before else []
    written: Block = {"type": "plain_text_input", "max_length": INPUT_TEXT}
    written |= {"initial_value": question[:INPUT_TEXT]} if question else {}
    asked = field(QUESTION, "The question, as anybody may ask it", written) | {"hint": plain_text(NO_NAMES)}
    answer = _fields(draft.answer) if editable else [section(part) for part in split(draft.answer, SECTION_TEXT // 2)]
    told = context(*draft.sources[:MOST_SOURCES], WHAT_FOLLOWS)
    name = "Correct this answer" if editable else "Confirm this answer"
    return modal(
        name,
        [*replaces, asked, *answer, told],
        submit="Save" if editable else "Confirm",
        callback_id=CONFIRM_VIEW,
        private_metadata=f"{draft.id} {notice}".strip(),
    )


def filled_in(view: Mapping[str, Any]) -> tuple[str, str | None]:
    """The question and the answer as a mentor left them; no answer where there was none to edit."""
    fields = [name for name in view["state"]["values"] if name.startswith(f"{ANSWER}_")]
    said = [str(entered(view, name) or "") for name in fields]
    question = str(entered(view, QUESTION) or "")
    return " ".join(question.split()), "\n\n".join(filter(None, map(str.strip, said))) if said else None


def first_field(view: Mapping[str, Any]) -> str:
    """The name of the first field of the answer."""
    return next(str(name) for name in view["state"]["values"] if name.startswith(f"{ANSWER}_"))


def now_reads(passages: Sequence[Passage]) -> list[Block]:
    """How the guide has it now, for a mentor who looks again."""
    shown: list[Block] = []
    for passage in passages:
        place = plain_text(f"Now in the guide · {passage.guide.title} · {place_of(passage)}")
        texts = [section(part) for part in split(passage.text, SECTION_TEXT // 2)]
        shown += [{"type": "context", "elements": [place]}, *texts]
    return shown


def note(text: str) -> Block:
    """A window that only says something, in Slack's mrkdwn."""
    return modal(TITLE, [mrkdwn(text)])


def told(outcome: ConfirmOutcome, key: str, mentor: str) -> str:
    """How an attempt to confirm ended, for the mentor who made it with the draft of this id."""
    standing = outcome.standing
    if standing is None:
        return GONE
    if standing.state is ConfirmationState.DRAFTED:
        return CHANGED
    if standing.id == key and standing.state is ConfirmationState.ACTIVE:
        places = "".join(f"\n\nIt takes the place of “{_quoted(one)}”: {what_became(one)}" for one in outcome.replaced)
        return f"{DONE}{places}"
    return f"{what_became(standing, mentor)} Your window changed nothing."


def what_became(confirmation: Confirmation, reader: str = "") -> str:
    """Who did what to a confirmation, and when, as mrkdwn."""
    person = "You" if reader and reader == confirmation.changed_by else _who(confirmation.changed_by)
    at = _at(confirmation.changed_at)
    match confirmation.state:
        case ConfirmationState.ACTIVE:
            return f"{person} {'corrected' if confirmation.corrected else 'confirmed'} this answer {at}."
        case ConfirmationState.WITHDRAWN:
            return f"{person} withdrew the confirmation {at}."
        case ConfirmationState.REPLACED:
            return f"{person} confirmed another answer in its place {at}."
        case _:
            return f"The guide has changed, so the confirmation expired {at}."


def label(confirmation: Confirmation) -> str:
    """The line under the answer that was confirmed."""
    did = "Corrected" if confirmation.corrected else "Confirmed"
    line = f"{did} by {by(confirmation.mentor)} on {day(confirmation.made_at)}"
    if confirmation.state is ConfirmationState.WITHDRAWN:
        return f"{line}, withdrawn by {by(confirmation.changed_by)} on {day(confirmation.changed_at)}"
    return f"{line}. The guide has changed since." if confirmation.state is ConfirmationState.EXPIRED else line


def expired_notice(confirmation: Confirmation, changed: Sequence[str], *, again: bool, own: bool) -> Post:
    """Asks a mentor to look again, the one who confirmed it where it is their `own`.

    `changed` are the places of the passages, `again` is whether any of them is left.
    """
    who = "you" if own else "a mentor"
    text = f"The guide has changed under an answer that {who} confirmed, so I do not give it to anybody any more."
    places = "\n".join(f"• {escaped(place, literal=True)}" for place in changed)
    said = f"{text}\n> {_quoted(confirmation)}\nWhat changed:\n{places}"
    look = [button("Confirm again", CONFIRM_AGAIN, confirmation.id, style="primary")] if again else []
    actions = {"type": "actions", "elements": [*look, button("Withdraw", WITHDRAW, confirmation.id)]}
    return Post(text, [mrkdwn(said), actions])


def settled_notice(confirmation: Confirmation, what: str) -> Post:
    """The notice after somebody has looked again."""
    return Post(what, [mrkdwn(f"> {_quoted(confirmation)}\n{what}")])


def listed(confirmations: Sequence[Confirmation]) -> list[Block]:
    """The newest confirmations with a button to withdraw each, and one to export all of them."""
    if not confirmations:
        return [mrkdwn("No answer is confirmed yet. Use the menu under an answer to confirm or correct it.")]
    more = len(confirmations) - LISTED
    rest = [context(f"… and {more} more; the export has all of them.")] if more > 0 else []
    export = button("Export as Markdown", EXPORT, accessibility_label="Send me all confirmed answers as a file")
    return [*map(_entry, confirmations[:LISTED]), *rest, {"type": "actions", "elements": [export]}]


def mrkdwn(text: str) -> Block:
    """A paragraph that is Slack's mrkdwn already."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:SECTION_TEXT]}}


def _entry(confirmation: Confirmation) -> Block:
    sure = {
        "title": plain_text("Withdraw this answer?"),
        "text": plain_text("People who ask the same then get an answer from the guides again."),
        "confirm": plain_text("Withdraw"),
        "deny": plain_text("Keep"),
    }
    line = f"*{_quoted(confirmation)}*\n{label(confirmation)}"
    return mrkdwn(line) | {"accessory": button("Withdraw", WITHDRAW, confirmation.id, confirm=sure)}


def _fields(answer: str) -> list[Block]:
    """The answer in as many fields as it takes."""
    parts = [unescaped(part).replace(WORD_JOINER, "") for part in split(answer, INPUT_TEXT)][:MOST_PARTS]
    editor: Block = {"type": "plain_text_input", "multiline": True, "max_length": INPUT_TEXT}
    return [
        field(f"{ANSWER}_{n}", "The answer" if n == 0 else "… and on", editor | {"initial_value": part}, optional=n > 0)
        for n, part in enumerate(parts)
    ]


def _quoted(confirmation: Confirmation) -> str:
    return escaped(" ".join(confirmation.question.split())[:QUOTED], literal=True)


def _who(person: str) -> str:
    return f"<@{person}>" if person else "A mentor"


def _at(moment: dt.datetime) -> str:
    """A moment in the reader's own time zone."""
    written = f"on {day(moment)} at {moment.astimezone(dt.UTC):%H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{written}>"

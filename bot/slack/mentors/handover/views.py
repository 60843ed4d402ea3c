"""What a question to the mentors looks like: the asker's window, the mentors' card, the answer that goes back. Pure."""

import re
from collections.abc import Mapping

from bot.mentoring.handovers import Handover, HandoverState
from bot.slack.api.limits import INPUT_TEXT
from bot.slack.api.messages import Block, Metadata, Post
from bot.slack.api.outgoing import WORD_JOINER
from bot.slack.api.payloads import entered
from bot.slack.format.blocks import button, context, markdown, plain_text
from bot.slack.format.cutting import pieces
from bot.slack.format.modals import field, modal, section
from bot.slack.format.mrkdwn import as_text
from bot.slack.format.reading import readable
from bot.slack.questions.answer_metadata import ANSWER_EVENT
from bot.slack.questions.buttons import ASK_MENTOR

ASK_VIEW, TAKE, GIVE_BACK, OFFER = "ask_mentor_window", "take_question", "give_question_back", "offer_answer"
SEND, SEND_AND_KEEP, FOLLOW = "send_answer", "send_and_keep_answer", "change_sent_answer"
QUESTION, NAMED = "question", "named"
HANDOVER_EVENT = "career_handover"
"""The type of a card's metadata, by which it is found again after a crash. The payload tells nothing of the asker."""
LONGEST_ANSWER = 9_000
"""Characters of an answer that go back in one message; Slack takes about 13,200 in all."""
TOO_LONG = f"That is more than I can carry: please shorten your answer to {LONGEST_ANSWER:,} characters."
QUOTED = 300

TITLE = "Ask a mentor"
CONSENT = "Mentors see only this text, and your name only if you choose so."
WHERE_TO = (
    "With your name, the answer comes back to the thread where you asked. Without it, it comes to your direct messages "
    "if others can read that thread. A mentor may keep question and answer for others, without your name."
)
TAKEN_BACK = "This question was taken back."
HOW_TO = (
    "Write your answer here in the thread. I ask you before I carry it to the asker, and nothing else leaves this "
    "thread. If I do not ask, press *Send my answer* above."
)
STILL_OPEN = "Still open. Who takes it?"
_CALL = re.compile(r"<!([^>|]*)(?:\|([^>]*))?>")
_LINK = re.compile(r"<(https?://[^>|\s]+)\|([^>]+)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])")


def ask_window(key: str, question: str) -> Block:
    """The question as it would be posted, to be edited, and whether with a name: that is the consent."""
    editor: Block = {"type": "plain_text_input", "multiline": True, "max_length": INPUT_TEXT}
    editor |= {"initial_value": question[:INPUT_TEXT]} if question.strip() else {}
    options = [_option("With my name", "named"), _option("Without my name", "anonymous")]
    asked = field(QUESTION, "Your question", editor) | {"hint": plain_text(CONSENT)}
    blocks = [
        asked,
        field(NAMED, "How shall mentors see it?", {"type": "radio_buttons", "options": options}),
        context(WHERE_TO),
    ]
    return modal(TITLE, blocks, submit="Send", callback_id=ASK_VIEW, private_metadata=key)


def filled_in(view: Mapping[str, Block]) -> tuple[str, bool | None]:
    """The question, and whether with the asker's name; None where nothing was chosen."""
    chosen = entered(view, NAMED, "selected_option")
    named = {"named": True, "anonymous": False}.get(str(chosen and chosen["value"]))
    return str(entered(view, QUESTION) or "").strip(), named


def offering(view: Block, key: str) -> Block:
    """A window that also offers to ask a mentor."""
    offer = [section("A mentor can answer your question, too."), _actions(button(TITLE, ASK_MENTOR, key))]
    return view | {"blocks": [*view["blocks"], *offer]}


def card(handover: Handover) -> Post:
    """A question as mentors see it: never who asked it without a name, nor where."""
    if handover.state is HandoverState.WITHDRAWN:
        return Post(TAKEN_BACK, [_mrkdwn(TAKEN_BACK)])
    asked = f"asked by <@{handover.person}>" if handover.named else "asked without a name"
    head = f"A question for mentors, {asked}"
    quoted = "\n".join(f"> {line}".rstrip() for line in handover.question.splitlines())
    return Post(f"{head}: {as_text(handover.question)}", [context(head), markdown(quoted), *_standing(handover)])


def card_metadata(handover: Handover) -> Metadata:
    """By what a card is found again."""
    return {"event_type": HANDOVER_EVENT, "event_payload": {"handover": handover.id}}


def offer(handover: Handover, ts: str, text: str, *, files: bool) -> Post:
    """Asks the mentor whether a message of theirs shall go to the asker."""
    said = " ".join(readable(text, "").split())
    quoted = f"{said[:QUOTED]}…" if len(said) > QUOTED else said
    note = [context("Files do not go with it.")] if files else []
    value = f"{handover.id} {ts}"
    buttons = _actions(
        button("Send", SEND, value, style="primary"),
        button("Send and keep as a confirmed answer", SEND_AND_KEEP, value),
    )
    head = "Send this to the asker?"
    return Post(head, [_mrkdwn(f"*{head}*"), markdown(f"> {quoted}"), *note, buttons])


def offer_to_follow(handover: Handover) -> Post:
    """Asks the mentor whether what was carried shall say what their edited message says."""
    told = "You edited an answer that I have carried to the asker."
    kept = "A confirmed answer that you kept of it stays as it is."
    change = button("Change the asker's copy", FOLLOW, handover.id, style="primary")
    return Post(told, [_mrkdwn(told), context(kept), _actions(change)])


def answer(handover: Handover, *, quoted: bool) -> Post:
    """A mentor's answer as the asker gets it, `quoted` where the question does not stand above it."""
    by = f": <@{handover.mentor}>" if handover.mentor else ""
    head = f"A mentor answers your question{by}"
    parts = [_mrkdwn(part) for part in pieces(calling_nobody(handover.answer))]
    said = as_text(readable(handover.answer, ""))
    return Post(f"{head}\n{said}", [context(head), *(_question(handover) if quoted else []), *parts])


def answer_begun(handover: Handover) -> Post:
    """What stands in the asker's direct messages for the moment before the answer is put there."""
    head = "A mentor answers your question"
    return Post(f"{head}: {as_text(handover.question, QUOTED)}", [context(head), *_question(handover)])


def answer_metadata(handover: Handover, *, quoted: bool) -> Metadata:
    """By what an answer is found again. What was asked is told only where nobody but the asker reads it."""
    asked = {"asked": handover.question[:QUOTED]} if quoted else {}
    return {"event_type": ANSWER_EVENT, "event_payload": {"handover": handover.id} | asked}


def claimer_reminder(handover: Handover) -> Post:
    """Reminds the mentor who took a question, and nobody else."""
    text = "You took this question, and its asker still waits for the answer."
    more = f"Answer in its thread in <#{handover.card_channel}>, or press *Give it back* there."
    return Post(text, [_mrkdwn(text), *_question(handover), _mrkdwn(more)])


def told_mentor(handover: Handover | None, mentor: str) -> str:
    """How things stand with a question, for a mentor who came too late or presses again; mrkdwn."""
    if handover is None or handover.state is HandoverState.WITHDRAWN:
        return TAKEN_BACK
    mine = handover.mentor == mentor
    who = "You have" if mine else f"<@{handover.mentor}> has" if handover.mentor else "A mentor has"
    match handover.state:
        case HandoverState.CLAIMED:
            return "You have this question. Write your answer in its thread." if mine else f"{who} taken this question."
        case HandoverState.ANSWERING | HandoverState.ANSWERED:
            return f"{who} answered this question already."
        case _:
            return "Nobody has this question now. Press *I take it* first."


def told_asker(handover: Handover) -> str:
    """How things stand with a question, for the one who asked it."""
    match handover.state:
        case HandoverState.CLAIMED | HandoverState.ANSWERING:
            return "You have asked the mentors this already. A mentor has taken it; the answer will come to you."
        case HandoverState.ANSWERED:
            return "You have asked the mentors this already, and a mentor has answered it."
        case _:
            return "You have asked the mentors this already. I bring you the answer when there is one."


def calling_nobody(mrkdwn: str) -> str:
    """A person's message in which nothing calls a channel or a group; people it names stay named."""
    return _CALL.sub(lambda found: found[2] or f"@{WORD_JOINER}{found[1].partition('^')[0]}", mrkdwn)


def as_markdown(mrkdwn: str) -> str:
    """A person's message as Markdown, without mentions."""
    linked = _LINK.sub(lambda found: f"[{found[2]}]({found[1]})", mrkdwn)
    return readable(_BOLD.sub(r"**\1**", linked), "")


def said(mrkdwn: str, *blocks: Block) -> Post:
    """A message of one sentence that is mrkdwn already."""
    return Post(mrkdwn, [_mrkdwn(mrkdwn), *blocks])


def _standing(handover: Handover) -> list[Block]:
    by = f" by <@{handover.mentor}>" if handover.mentor else ""
    match handover.state:
        case HandoverState.CLAIMED:
            own = button("Send my answer", OFFER, handover.id), button("Give it back", GIVE_BACK, handover.id)
            return [context(f"Taken{by}"), _actions(*own)]
        case HandoverState.ANSWERING:
            return [context(f"Taken{by}")]
        case HandoverState.ANSWERED:
            return [context(f"Answered{by}")]
        case _:
            return [_actions(button("I take it", TAKE, handover.id, style="primary"))]


def _question(handover: Handover) -> list[Block]:
    words = " ".join(handover.question.split())
    return [markdown(f"> {words[:QUOTED]}…" if len(words) > QUOTED else f"> {words}")]


def _actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def _mrkdwn(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _option(label: str, value: str) -> Block:
    return {"text": plain_text(label), "value": value}

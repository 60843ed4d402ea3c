"""Modals and the Home tab. Pure."""

import re
from collections.abc import Mapping, Sequence

from bot.answering.hearing import examples
from bot.records.drafts import Draft
from bot.slack.api.limits import INPUT_TEXT, MODAL_BLOCKS, MODAL_TITLE, SECTION_TEXT
from bot.slack.format.blocks import Block, button, context, place_of, plain_text
from bot.slack.format.markdown import split
from bot.slack.format.mrkdwn import as_text
from knowledge.passages import Guide, Passage
from knowledge.statements import statements
from knowledge.words import is_function_word, stem, words

REASON_VIEW, DELETE_DATA, ASK_EXAMPLE, DRAFT_TEXT = "feedback_reason", "delete_my_data", "ask_example", "draft_text"
REASONS = {
    "wrong": "It is wrong",
    "outdated": "It is outdated",
    "not_in_guide": "The guide does not say that",
    "unclear": "It is unclear, or no answer to my question",
    "other": "Something else",
}
"""What a thumbs-down can mean."""
SUPPORTS = 0.6
"""A statement whose words stand in the answer to this share is highlighted in its passage."""
MOST_GUIDES = 40
"""Guides listed in the Home tab, in one section."""
_LEAD_IN = re.compile(r"[*|]|:$")
"""What bold would break, and the words before a list."""
_SECTION_MARKDOWN = SECTION_TEXT // 2
"""Characters of a passage in one section: escaped it may become longer."""
_QUOTED, _MOST_SOURCES = 300, 8
_PRIVACY = (
    "**Privacy**\n"
    "- I read a thread when I am asked in it, and keep no copy of it.\n"
    "- I keep your question until it is answered. After that I keep which passages the answer used, your feedback, "
    "and questions that the guides do not answer; private drafts for a day.\n"
    "- What you share is posted under your name. What you ask a mentor is kept until it is answered, without your name if you say so.\n"
    "- *Delete my data* removes all of that, and the cards you shared."
)
_CHANGED = (
    "The guide has changed since this answer: passages it rests on are not there any more as they were. "
    "Ask again to get an answer from the present ones."
)


def passages_modal(passages: Mapping[int, Passage], answer: str, *, whole: bool = True) -> Block:
    """The exact passages that an answer cites under their numbers, with the statements that support it in bold.

    `whole` is whether all of them are still in the guides as they were.
    """
    blocks = [block for number, passage in passages.items() for block in _passage(number, passage, answer)]
    gone = [] if whole else [section(_CHANGED)]
    return modal("Sources", [*gone, *blocks[:-1]])


def changed_modal() -> Block:
    """That a passage is not there any more."""
    return note_modal("Sources", _CHANGED)


def note_modal(title: str, text: str) -> Block:
    """A window that only says something."""
    return modal(title, [section(text)])


def draft_modal(draft: Draft, callback_id: str) -> Block:
    """A draft that can be edited, posted in the thread or thrown away."""
    editor = {"type": "plain_text_input", "multiline": True, "max_length": INPUT_TEXT}
    editor["initial_value"] = draft.text[:INPUT_TEXT]
    quoted = "> " + " ".join(draft.question.split())[:_QUOTED]
    blocks = [
        section(quoted),
        field(DRAFT_TEXT, "Your answer", editor),
        context(*draft.sources[:_MOST_SOURCES], "It is posted in the thread under your name. Nobody sees it before."),
    ]
    closing = {"close": plain_text("Discard"), "notify_on_close": True}
    return (
        modal("Career guide", blocks, submit="Post in thread", callback_id=callback_id, private_metadata=draft.id)
        | closing
    )


def reason_modal(key: str) -> Block:
    """What was not good about an answer."""
    options = [{"text": plain_text(label), "value": value} for value, label in REASONS.items()]
    more = {"type": "plain_text_input", "multiline": True, "max_length": 1000}
    more["placeholder"] = plain_text("Goes to the people who look after the guides")
    blocks = [
        field("reason", "What went wrong?", {"type": "radio_buttons", "options": options}),
        field("text", "What should it say?", more, optional=True),
    ]
    return modal("Feedback", blocks, submit="Send", callback_id=REASON_VIEW, private_metadata=key)


def reason_in(view: Block) -> tuple[str, str]:
    """The reason and the words in a submitted feedback window."""
    given = view["state"]["values"]
    reason = (given["reason"]["reason"].get("selected_option") or {}).get("value") or "other"
    return str(reason), str(given["text"]["text"].get("value") or "")


def home(guides: Sequence[Guide], mode: str) -> Block:
    """The Home tab: what the bot is and is not, its guides, examples, and what is kept of a person."""
    examples_shown = [button(text, f"{ASK_EXAMPLE}_{n}", text) for n, text in enumerate(examples(roles_of(guides)))]
    blocks = [
        {"type": "header", "text": plain_text("What I can do for you")},
        section(
            "I answer career questions from the guides below and show the passages that each answer rests on. "
            f"I am automated. I know only these guides and can be wrong, so check anything important. {mode}"
        ),
        section("**Try one**"),
        {"type": "actions", "elements": examples_shown},
        {"type": "divider"},
        section(f"**Guides**\n{_listed(guides)}"),
        {"type": "divider"},
        section(_PRIVACY),
        {"type": "actions", "elements": [button("Delete my data", DELETE_DATA, style="danger", confirm=_confirm())]},
    ]
    return {"type": "home", "blocks": blocks}


def roles_of(guides: Sequence[Guide]) -> list[str]:
    """The roles that guides are about, for examples of what to ask."""
    return list(dict.fromkeys(guide.role for guide in guides if guide.role))


def _listed(guides: Sequence[Guide]) -> str:
    lines = [f"- {guide.title}{f' ({guide.edition})' if guide.edition else ''}" for guide in guides[:MOST_GUIDES]]
    more = [f"- … and {len(guides) - MOST_GUIDES} more"] if len(guides) > MOST_GUIDES else []
    return "\n".join([*lines, *more]) or "None can be read just now."


def _confirm() -> Block:
    told = "Your questions, drafts, feedback and the records of your answers are deleted. Messages in Slack stay."
    return {
        "title": plain_text("Delete my data?"),
        "text": plain_text(told),
        "confirm": plain_text("Delete"),
        "deny": plain_text("Keep"),
    }


def _passage(number: int, passage: Passage, answer: str) -> list[Block]:
    guide = passage.guide
    edition = f" · edition {guide.edition}" if guide.edition else ""
    place = plain_text(f"[{number}] {guide.title}{edition} · {place_of(passage)}"[:SECTION_TEXT])
    texts = [section(part) for part in split(_highlighted(passage, answer), _SECTION_MARKDOWN)]
    return [{"type": "context", "elements": [place]}, *texts, {"type": "divider"}]


def _highlighted(passage: Passage, answer: str) -> str:
    text, said = passage.text, set(map(stem, words(answer)))
    for statement in statements(passage):
        own = {stem(word) for word in words(statement.text) if not is_function_word(word)}
        if own and len(own & said) >= SUPPORTS * len(own) and not _LEAD_IN.search(statement.text):
            text = text.replace(statement.text, f"**{statement.text}**", 1)
    return text


def section(text: str) -> Block:
    """A paragraph of Markdown, where only Slack's mrkdwn is taken."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": as_text(text, SECTION_TEXT)}}


def field(name: str, label: str, element: Block, *, optional: bool = False) -> Block:
    """A labelled input whose block and action have the same name."""
    named = element | {"action_id": name}
    return {"type": "input", "block_id": name, "label": plain_text(label), "element": named, "optional": optional}


def modal(title: str, blocks: Sequence[Block], *, submit: str = "", **more: str) -> Block:
    """A window; with `submit` it has a button of that name."""
    sending = (
        {"submit": plain_text(submit), "close": plain_text("Cancel")} if submit else {"close": plain_text("Close")}
    )
    head = {"type": "modal", "title": plain_text(title[:MODAL_TITLE]), "blocks": list(blocks[:MODAL_BLOCKS])}
    return head | sending | more

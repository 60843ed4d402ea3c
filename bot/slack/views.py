"""Modals and the Home tab. Pure."""

from collections.abc import Sequence

from bot.drafts import Draft
from bot.slack.blocks import Block, button, context, plain_text
from bot.slack.limits import INPUT_TEXT, MODAL_BLOCKS, MODAL_TITLE, SECTION_TEXT
from bot.slack.markdown import as_text, split
from bot.smalltalk import EXAMPLES
from knowledge.passages import Guide, Passage
from knowledge.statements import statements
from knowledge.words import is_function_word, stem, words

REASON_VIEW, DELETE_DATA, ASK_EXAMPLE, DRAFT_TEXT = "feedback_reason", "delete_my_data", "ask_example", "draft_text"
REASONS = {
    "wrong": "It is wrong",
    "outdated": "It is outdated",
    "not_in_guide": "It is not what the guide says",
    "unclear": "It is unclear",
    "other": "Something else",
}
"""What a thumbs-down can mean."""
SUPPORTS = 0.6
"""A statement whose words stand in the answer to this share is highlighted in its passage."""
MOST_GUIDES = 40
"""Guides listed in the Home tab, in one section."""
_SECTION_MARKDOWN = SECTION_TEXT // 2
"""Characters of a passage in one section: escaped it may become longer."""
_QUOTED, _MOST_SOURCES = 300, 8
_CHANGED = (
    "The guide has changed since this answer: passages it rests on are not there any more as they were. "
    "Ask again to get an answer from the present ones."
)


def passages_modal(passages: Sequence[Passage], answer: str, *, whole: bool = True) -> Block:
    """The exact passages that an answer cites, with their place, and the words that support it in bold.

    `whole` is whether all of them are still in the guides.
    """
    blocks = [block for number, passage in enumerate(passages, 1) for block in _passage(number, passage, answer)]
    gone = [] if whole else [section(_CHANGED)]
    return modal("Sources", [*gone, *blocks])


def changed_modal() -> Block:
    """That a passage is not there any more."""
    return note_modal("Sources", _CHANGED)


def note_modal(title: str, text: str) -> Block:
    """A window that only says something."""
    return modal(title, [section(text)])


def draft_modal(draft: Draft, callback_id: str) -> Block:
    """A draft that can be edited, posted in the thread or thrown away."""
    text = draft.text if len(draft.text) <= INPUT_TEXT else split(draft.text, INPUT_TEXT)[0]
    editor = {"type": "plain_text_input", "multiline": True, "initial_value": text, "max_length": INPUT_TEXT}
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
    blocks = [
        field("reason", "What was not good?", {"type": "radio_buttons", "options": options}),
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
    listed = "\n".join(
        f"- {guide.title}{f', edition {guide.edition}' if guide.edition else ''}" for guide in guides[:MOST_GUIDES]
    )
    more = f"\n- … and {len(guides) - MOST_GUIDES} more" if len(guides) > MOST_GUIDES else ""
    blocks = [
        {"type": "header", "text": plain_text("Career guide")},
        section(
            f"I answer career questions from the guides below, with their passages as sources. I am automated, I know nothing but these guides, and I may be wrong: check what matters. {mode}"
        ),
        section(f"**Guides**\n{listed}{more}"),
        section("**Try one**"),
        {"type": "actions", "elements": [button(text, f"{ASK_EXAMPLE}_{n}", text) for n, text in enumerate(EXAMPLES)]},
        {"type": "divider"},
        section(
            "**Privacy.** I read a thread when I am asked in it and keep no copy of it. I keep your question until it is answered; after that which passages the answer used, your feedback, and questions that the guides do not answer. Private drafts are kept for a day."
        ),
        {"type": "actions", "elements": [button("Delete my data", DELETE_DATA, style="danger", confirm=_confirm())]},
    ]
    return {"type": "home", "blocks": blocks}


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
    place = {
        "type": "plain_text",
        "text": f"[{number}] {guide.title}{edition} · {' › '.join(passage.heading)}"[:SECTION_TEXT],
    }
    texts = [section(part) for part in split(_highlighted(passage, answer), _SECTION_MARKDOWN)]
    return [{"type": "context", "elements": [place]}, *texts, {"type": "divider"}]


def _highlighted(passage: Passage, answer: str) -> str:
    text, said = passage.text, set(map(stem, words(answer)))
    for statement in statements(passage):
        own = {stem(word) for word in words(statement.text) if not is_function_word(word)}
        if own and len(own & said) >= SUPPORTS * len(own) and "*" not in statement.text and "|" not in statement.text:
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

"""The Home tab. Pure."""

from collections.abc import Sequence

from bot.answering.hearing import examples
from bot.slack.api.messages import Block
from bot.slack.format.blocks import button, plain_text
from bot.slack.format.modals import section
from knowledge.passages import Guide

DELETE_DATA, ASK_EXAMPLE = "delete_my_data", "ask_example"
MOST_GUIDES = 40
"""Guides listed in the Home tab, in one section."""
_PRIVACY = (
    "**Privacy**\n"
    "- I read a thread when I am asked in it, and keep no copy of it.\n"
    "- I keep your question until it is answered. After that I keep which passages the answer used, your feedback, "
    "and questions that the guides do not answer; private drafts for a day.\n"
    "- What you share is posted under your name. What you ask a mentor is kept until it is answered, without your name if you say so.\n"
    "- *Delete my data* removes all of that, and the cards you shared."
)


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
    told = "Your questions, drafts, feedback and the records of your answers are deleted. Cards you shared go, cards of your questions to mentors are emptied. Other messages in Slack stay."
    return {
        "title": plain_text("Delete my data?"),
        "text": plain_text(told),
        "confirm": plain_text("Delete"),
        "deny": plain_text("Keep"),
    }

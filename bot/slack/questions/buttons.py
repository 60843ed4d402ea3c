"""What can be done with an answer, as the buttons beside "Show passage". Pure."""

from dataclasses import dataclass

from bot.answering.conversation import Answer, Coverage
from bot.slack.api.messages import Block
from bot.slack.format.blocks import CONTINUE_PRIVATELY, button, plain_text
from bot.slack.questions.personal import is_personal

SHARE, MENTOR_MENU, ASK_MENTOR = "share_answer", "mentor_menu", "ask_mentor"
"""Action ids of the buttons."""
CONFIRM, CORRECT = "confirm", "correct"
"""What the mentors' menu can ask for; its options hold one of these and the answer's key."""


@dataclass(frozen=True)
class AnswerButtons:
    """What an installation offers under answers: the mentors' menu, and asking a mentor."""

    mentors: bool = False
    handover: bool = False

    # Their labels are short: a thread beside a channel is some 40 letters wide, and what is wider breaks into a line of its own.
    def under(self, answer: Answer, question: str, key: str, *, direct: bool) -> list[Block]:
        """The buttons under an answer to a question; `direct` where it was asked in a direct message."""
        buttons = []
        if answer.citations:
            buttons.append(button("Share", SHARE, key, accessibility_label="Share this answer with somebody"))
        if self.handover and answer.retrieved and answer.coverage is not Coverage.COVERED:
            buttons.append(button("Ask a mentor", ASK_MENTOR, key))
        if not direct and is_personal(question):
            aloud = "Continue in a direct message with the bot"
            buttons.append(button("Ask privately", CONTINUE_PRIVATELY, key, accessibility_label=aloud))
        if self.mentors and answer.citations:
            buttons.append(_mentor_menu(key))
        return buttons


def _mentor_menu(key: str) -> Block:
    options = [
        {"text": plain_text("Mentors: confirm this answer"), "value": f"{CONFIRM} {key}"},
        {"text": plain_text("Mentors: correct this answer"), "value": f"{CORRECT} {key}"},
    ]
    return {"type": "overflow", "action_id": MENTOR_MENU, "options": options}

"""Messages that ask nothing: greetings, thanks, an empty mention. They get a human reply without a search."""

import re
from collections.abc import Sequence

from knowledge.questions import plain
from knowledge.words import fold

ROLE = "senior backend engineer"
"""The role of the examples where nothing is known of the guides."""

_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|yo|hallo|hola|bonjour|salut|ciao|ola|moin|greetings|good (?:morning|afternoon|evening|day))"
    r"(?: there| all| bot| everyone| team)?|help|start|what can you do|who are you|what are you|how are you|test|ping)$"
)
_THANKS = re.compile(
    r"^(?:ok(?:ay)? |great |perfect |cool |awesome |nice |super |alright |no )*(?:thanks?(?: you)?|thx|ty|cheers|merci|gracias|danke|obrigad[oa]|grazie|got it|perfect|great|cool|awesome|nice)"
    r"(?: (?:so|very|a lot|a bunch|much|again|bot|all|you|for (?:the|your|that|this|all)(?: \w+)?|that helps?|that s helpful|this helps?|everyone))*$"
)
_GOODBYE = re.compile(r"^(?:bye|goodbye|see you(?: later)?|good night|ciao|that s all|that is all|no more questions)$")


def reply(message: str) -> str | None:
    """What to say to a message that asks nothing, in Markdown; None when it asks something."""
    said = re.sub(r"[^\w]+", " ", fold(plain(message))).strip()
    if not message.strip():
        return greeting()
    if not said:
        return None if "`" in message else f"I can only read words. {greeting()}"
    if _GREETING.match(said):
        return greeting()
    if _THANKS.match(said):
        return "You're welcome! Ask me anything else whenever you like."
    if _GOODBYE.match(said):
        return "Good luck, and come back any time."
    return None


def greeting() -> str:
    """Who the bot is and three questions to start with."""
    listed = "\n".join(f"- {example}" for example in examples())
    return f"Hello! I answer career questions from the guides I was given, with sources. Try for example:\n{listed}"


def examples(roles: Sequence[str] = ()) -> list[str]:
    """Three questions that show a newcomer what to ask, about roles that there are guides for."""
    first, second, third = ([*roles[:3]] * 3 or [ROLE] * 3)[:3]
    return [
        f"What does {_a(first)} earn?",
        f"Which skills does {_a(second)} need?",
        f"How do I become {_a(third)}?",
    ]


def _a(role: str) -> str:
    spoken = " ".join(word.lower() if word[1:].islower() else word for word in role.split())
    return f"{'an' if spoken[:1].casefold() in set('aeiou') else 'a'} {spoken}"

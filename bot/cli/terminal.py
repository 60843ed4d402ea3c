"""The same conversation in a terminal."""

from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from bot.answering.advisor import Advisor
from bot.answering.conversation import QUOTED, Answer, Conversation, Turn
from bot.errors import CareerBotError
from knowledge.errors import KnowledgeError

PROMPT = "\nyou › "
Read = Callable[[str], Awaitable[str]]
"""Asks for a line; raises EOFError when there are no more."""


async def converse(advisor: Advisor, console: Console, read: Read, mode: str) -> None:
    """Ask and answer until the person leaves. `/new` starts a new conversation, `/quit` or the end of input ends."""
    console.print(Markdown(advisor.greeting))
    console.print(f"[dim]{mode} /new starts over, /quit leaves.[/dim]")
    turns: tuple[Turn, ...] = ()
    while (said := await _next(read)) is not None:
        if said == "/new":
            turns = ()
            console.print("[dim]A new conversation.[/dim]")
        elif said:
            turns = await _reply(advisor, console, (*turns, Turn("person", said)))


async def _next(read: Read) -> str | None:
    try:
        said = (await read(PROMPT)).strip()
    except (EOFError, KeyboardInterrupt):
        return None
    return None if said in {"/quit", "/exit", "/q"} else said


async def _reply(advisor: Advisor, console: Console, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    try:
        with console.status("looking it up…"):
            answer = await advisor.answer(Conversation(turns))
    except (CareerBotError, KnowledgeError) as error:
        console.print(Text(str(error), style="red"))
        return turns[:-1]
    show(answer, console)
    return (*turns, Turn("bot", answer.text))


def show(answer: Answer, console: Console) -> None:
    """Print an answer with its sources."""
    console.print()
    console.print(Markdown(answer.text.replace("[", "\\[")))
    for line in sources(answer):
        console.print(Text(line, style="dim"))
    if note := footnote(answer):
        console.print(Text(note, style="dim italic"))


def sources(answer: Answer) -> list[str]:
    """One line for each passage that an answer cites."""
    return [
        f"  [{c.number}] {c.passage.guide.title}{_edition(c.passage.guide.edition)} › {' › '.join(c.passage.heading[1:]) or c.passage.heading[0]}"
        for c in answer.citations
    ]


def footnote(answer: Answer) -> str:
    """A word on how the answer was made, where a reader should know."""
    if not answer.citations:
        return ""
    if answer.receipt.mode != QUOTED:
        return ""
    return f"  Quoted from the guides, without a language model. {answer.receipt.notice}".rstrip()


def _edition(edition: str) -> str:
    return f" ({edition})" if edition else ""

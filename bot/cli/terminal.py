"""The same conversation in a terminal."""

import asyncio
import re
import signal

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from bot.answering.advisor import Advisor
from bot.answering.conversation import QUOTED, Answer, Conversation, Turn
from bot.cli.commands import as_typed
from bot.cli.line_editor import Read
from bot.errors import CareerBotError
from knowledge.errors import KnowledgeError

PROMPT = "\nyou › "
COMMANDS = {"/new": "starts over", "/help": "shows this", "/quit": "leaves"}
LEAVING = frozenset(["/quit", "/exit", "/q", "quit", "exit"])
KEYS = "Ctrl-C breaks off an answer, Ctrl-D leaves."
_COMMAND = re.compile(r"/[a-z?]+", re.IGNORECASE)


async def converse(advisor: Advisor, console: Console, read: Read, mode: str) -> None:
    """Ask and answer until the person leaves, by `/quit`, Ctrl-D or the end of input. `/new` starts a new conversation."""
    console.print(Markdown(advisor.greeting))
    console.print(f"[dim]{mode} {_known()}[/dim]")
    turns: tuple[Turn, ...] = ()
    noted = ""
    while (said := await _next(read, console)) not in LEAVING:
        if said == "/new":
            turns, noted = (), ""
            console.print("[dim]A new conversation.[/dim]")
        elif _COMMAND.fullmatch(said.partition(" ")[0]):
            console.print(Text(_told(said), style="dim"))
        elif said:
            turns, noted = await _reply(advisor, console, (*turns, Turn("person", said)), noted)


async def _next(read: Read, console: Console) -> str:
    """What the person says next, a command in lower case; the command to leave when nothing more comes."""
    try:
        said = (await read(PROMPT)).strip()
    except EOFError:
        return "/quit"
    except KeyboardInterrupt:
        console.print("[dim]/quit or Ctrl-D leaves.[/dim]")
        return ""
    return said.lower() if _COMMAND.fullmatch(said) or said.lower() in LEAVING else said


def _told(said: str) -> str:
    """What is said to a command that does nothing else."""
    command, _, rest = said.partition(" ")
    if command == "/help":
        return f"{_known()} {KEYS}"
    if command in COMMANDS or command in LEAVING:
        return f"{command} stands alone, without “{rest}”."
    return f"There is no command {command}. {_known()}"


def _known() -> str:
    told = [f"{command} {does}" for command, does in COMMANDS.items()]
    return f"{', '.join(told)}."


async def _reply(
    advisor: Advisor, console: Console, turns: tuple[Turn, ...], noted: str
) -> tuple[tuple[Turn, ...], str]:
    """The conversation with an answer to its last turn, and the last word said on how answers are made."""
    try:
        with console.status("looking it up…"):
            answer = await _unless_interrupted(advisor, Conversation(turns))
    except (CareerBotError, KnowledgeError) as error:
        console.print(Text(as_typed(str(error)), style="red"))
        return turns[:-1], noted
    if answer is None:
        console.print("[dim]Broken off.[/dim]")
        return turns[:-1], noted
    show(answer, console, noted)
    return (*turns, Turn("bot", answer.text)), footnote(answer) or noted


async def _unless_interrupted(advisor: Advisor, conversation: Conversation) -> Answer | None:
    """The answer, or None when the person pressed Ctrl-C meanwhile."""
    work = asyncio.ensure_future(advisor.answer(conversation))
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, work.cancel)
    try:
        await asyncio.wait([work])
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        work.cancel()
    return None if work.cancelled() else work.result()


def show(answer: Answer, console: Console, noted: str = "") -> None:
    """Print an answer with its sources, and how it was made unless that was the last word on it (`noted`)."""
    console.print()
    console.print(Markdown(answer.text.replace("[", "\\[")))
    for line in sources(answer):
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 2)))
    if (note := footnote(answer)) and note != noted:
        console.print(Text(note, style="dim italic"))


def sources(answer: Answer) -> list[str]:
    """One line for each passage that an answer cites."""
    return [
        f"[{c.number}] {c.passage.guide.title}{_edition(c.passage.guide.edition)} › {' › '.join(c.passage.heading[1:]) or c.passage.heading[0]}"
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

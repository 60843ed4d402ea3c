"""An advisor put together as the command line does it, for what runs outside pytest."""

from pathlib import Path

from bot.answering.advisor import Advisor
from bot.answering.checking import Checker
from bot.answering.composing import Composer
from bot.answering.hearing import Sayings
from bot.answering.interpreting import Interpreter
from bot.answering.prompts import Prompt
from bot.answering.quoted_answers import QuotedAnswers
from bot.answering.quoting import Quoter
from bot.answering.writing import Writer
from knowledge.documents.reading import GuideFolders
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.search.encoder import LocalEncoder
from knowledge.search.reader import Reader
from knowledge.search.searcher import Searcher


def searcher_over(folder: Path, guides: Path, encoder: LocalEncoder) -> Searcher:
    """Search over guides, indexed in a folder."""
    store = IndexStore(folder)
    sync(store, GuideFolders((guides,)), encoder)
    return Searcher(IndexReader(store), encoder)


def advisor_over(
    searcher: Searcher,
    encoder: LocalEncoder,
    composer: Composer | None = None,
    *,
    reader: Reader | None = None,
    checker: Checker | None = None,
    sayings: Sayings | None = None,
    contact: str = "",
) -> Advisor:
    """An advisor; what is not given is made."""
    told = sayings or plain_sayings()
    return Advisor(
        searcher,
        Interpreter(encoder),
        QuotedAnswers(Quoter(reader or Reader()), told, contact),
        told,
        Writer(composer, checker or Checker(encoder)) if composer else None,
    )


def plain_sayings() -> Sayings:
    """What the bot says to messages that are no questions."""
    people = Prompt.load("people")
    return Sayings.of(
        people, contact="@dana", emergency="call 112", composed=False, days=90, roles=["nurse"], titles=["Nurse"]
    )

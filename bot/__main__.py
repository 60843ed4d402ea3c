"""The command line, and the only place where concrete parts are chosen and joined."""

import asyncio
import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.errors import CareerBotError, SettingsError
from bot.logs import start_log
from bot.settings import Settings
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from rich.console import Console

    from bot.answering.advisor import Advisor
    from bot.answering.composing import Composer
    from bot.answering.conversation import Answer, Citation
    from bot.answering.hearing import Sayings
    from bot.answering.same_question import SameQuestions
    from bot.confirmations import Confirmation
    from bot.report import Report
    from knowledge.encoder import Encoder, LocalEncoder
    from knowledge.index import IndexStore, SyncReport
    from knowledge.search import Searcher

cli = typer.Typer(
    name="careerbot",
    help="Answers career questions from guides, with sources: in Slack, in a terminal, in scripts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
GuidesOption = Annotated[
    Path | None,
    typer.Option("--guides", help="Answer from the guides in this folder only.", exists=True, file_okay=False),
]


def main() -> None:
    """Run the command line; what a person can mend is told in a sentence and ends with status 1."""
    # The tokenizers library warns about forks that this program never makes.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        cli()
    except (CareerBotError, KnowledgeError) as error:
        typer.echo(f"careerbot: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@cli.command()
def run() -> None:
    """Build or refresh the index, then start the bot: in Slack when both tokens are set, otherwise in this terminal."""
    settings = _settings()
    console = _console()
    tokens, why = _where(settings)
    parts = Parts(settings)
    _print_report(parts.sync(console), console)
    console.print(f"[dim]{why}[/dim]")
    if tokens:
        console.print(f"[dim]{parts.mode}[/dim]")
        _serve_slack(settings, parts, tokens)
    else:
        _converse(parts, console)


@cli.command()
def chat(guides: GuidesOption = None) -> None:
    """Ask and answer in this terminal, with follow-up questions."""
    parts = Parts(_settings(), guides)
    console = _console()
    _print_report(parts.sync(console), console)
    _converse(parts, console)


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts.")] = False,
    guides: GuidesOption = None,
) -> None:
    """Answer one question and print it with its sources. Builds the index first when there is none."""
    limit = _settings().max_question_chars
    if not question.strip() or len(question) > limit:
        raise SettingsError(f"A question has between 1 and {limit} characters.")
    parts = Parts(_settings(), guides)
    if not parts.is_indexed():
        parts.sync(_console(stderr=True))
    answer = _once(parts.advisor().answer, _conversation([question]))
    if as_json:
        typer.echo(json.dumps(_as_json(answer), ensure_ascii=False))
    else:
        from bot.terminal import show

        show(answer, _console())


@cli.command()
def index(guides: GuidesOption = None) -> None:
    """Bring the index in line with the guides and say what was done, and which files were skipped and why."""
    console = _console()
    _print_report(Parts(_settings(), guides).sync(console), console, always=True)


@cli.command()
def confirmations(
    form: Annotated[Literal["md", "json"], typer.Option("--format", help="A guide in Markdown, or JSON.")] = "md",
) -> None:
    """Print the answers that mentors confirmed, without names: as a guide to put into KNOWLEDGE_DIR, or as JSON."""
    from bot.confirmations import as_guide, as_objects
    from bot.database import now

    active = _once(_confirmed, _settings())
    if form == "md":
        typer.echo(as_guide(active, now()), nl=False)
    else:
        typer.echo(json.dumps(as_objects(active), ensure_ascii=False, indent=2))


@cli.command()
def doctor() -> None:
    """Check everything that a first installation gets wrong, a line each with the remedy."""
    from bot.doctor import diagnose

    if not asyncio.run(diagnose(typer.echo)):
        raise typer.Exit(1)


@cli.command()
def answer(
    questions: Annotated[
        Path, typer.Argument(help="Lines of JSON with `id` and `turns`.", exists=True, dir_okay=False)
    ],
    answers: Annotated[Path, typer.Argument(help="Where the answers go, a line of JSON each.", dir_okay=False)],
    guides: Annotated[Path, typer.Option("--guides", help="The guides to answer from.", exists=True, file_okay=False)],
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Compose with the chat model of the settings.")
    ] = False,
) -> None:
    """Answer a file of questions from a folder of guides, for evaluations; the normal index is not touched."""
    asked = _read_questions(questions)
    settings = _settings() if with_model else _settings().without_model()
    parts = Parts(settings, guides)
    parts.sync(_console(stderr=True))
    _once(_answer_all, parts.advisor(), asked, answers)


@cli.command()
def report(
    since: Annotated[str, typer.Option(help="From when on: 12h, 30d, 4w, or a date such as 2026-11-01.")] = "30d",
    form: Annotated[Literal["md", "json", "csv", "html"], typer.Option("--format", help="How it is written.")] = "md",
    out: Annotated[Path | None, typer.Option(help="Write it to this file.", dir_okay=False)] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw a picture (PNG) into this file.", dir_okay=False)] = None,
) -> None:
    """Tell what people asked: gaps, topics, answers found not helpful. Names nobody, shows no group below three people."""
    settings = _settings()
    told = _once(_report, settings, Parts(settings), since)
    text, png = _written(told, form, drawn=chart is not None)
    if chart:
        _save(chart, png)
    if out:
        _save(out, text.encode("utf-8-sig" if form == "csv" else "utf-8"))  # the mark that Excel knows UTF-8 by
    else:
        typer.echo(text, nl=False)


class Parts:
    """The parts of the bot for one set of settings, each built when it is first asked for.

    `guides` stands for answering from one folder alone, with an index kept apart.
    """

    def __init__(self, settings: Settings, guides: Path | None = None) -> None:
        self._settings = settings
        self._guides = guides.resolve() if guides else None
        self._searcher: Searcher | None = None

    @property
    def mode(self) -> str:
        """How answers are made, for the person who started the bot."""
        if self._settings.has_model:
            return f"Answers are composed by {self._settings.chat_model} and checked against the guides."
        return "No chat model is set, so answers are quoted from the guides."

    @property
    def folders(self) -> list[Path]:
        """The folders that guides are read from."""
        if self._guides:
            return [self._guides]
        ours = Path(str(resources.files("knowledge"))) / "guides"
        return [ours, self._settings.knowledge_dir] if self._settings.knowledge_dir else [ours]

    def store(self) -> "IndexStore":
        """Where the index is kept."""
        from knowledge.index import IndexStore

        return IndexStore(self._index_folder(), "" if self._guides else self._settings.chroma_url)

    def _index_folder(self) -> Path:
        if not self._guides:
            return self._settings.data_dir / "index"
        return self._settings.data_dir / "evaluations" / hashlib.sha256(str(self._guides).encode()).hexdigest()[:16]

    def is_indexed(self) -> bool:
        """Whether there is an index to answer from."""
        from knowledge.errors import IndexMissing

        try:
            self.store().current()
        except IndexMissing:
            return False
        return True

    @cached_property
    def local_encoder(self) -> "LocalEncoder":
        """MiniLM on this machine."""
        from knowledge.encoder import LocalEncoder

        return LocalEncoder()

    @cached_property
    def encoder(self) -> "Encoder":
        """What makes the vectors of the index."""
        from knowledge.encoder import open_encoder

        s = self._settings
        return open_encoder(s.embeddings, self.local_encoder, s.openai_key, s.openai_base_url)

    def sync(self, console: "Console") -> "SyncReport":
        """Bring the index in line with the guides, showing a progress bar."""
        from knowledge.index import sync

        with _progress_bar(console) as progress:
            return sync(self.store(), self.folders, self.encoder, progress)

    def searcher(self) -> "Searcher":
        """Search over the current index."""
        from knowledge.index import IndexReader
        from knowledge.search import Searcher

        if self._searcher is None:
            self._searcher = Searcher(IndexReader(self.store()), self.encoder)
        return self._searcher

    def advisor(self) -> "Advisor":
        """The advisor over the current index."""
        from bot.answering.advisor import Advisor
        from bot.answering.checking import Checker
        from bot.answering.quoting import Quoter
        from knowledge.reader import Reader

        return Advisor(
            self.searcher(),
            self.local_encoder,
            Quoter(Reader()),
            Checker(self.local_encoder),
            self._sayings(),
            composer=self.composer,
            contact=self._settings.contact,
        )

    def same_questions(self) -> "SameQuestions":
        """What tells whether two questions ask for the same."""
        from bot.answering.same_question import SameQuestions

        return SameQuestions(self.local_encoder, self.composer)

    @cached_property
    def composer(self) -> "Composer | None":
        """What asks the chat model, if one is set."""
        if not self._settings.has_model:
            return None
        from bot.answering.chat_model import open_chat_model
        from bot.answering.composing import Composer
        from bot.answering.prompts import Prompts

        s = self._settings
        return Composer(open_chat_model(s.chat_model, s.openai_key, s.openai_base_url, s.chat_timeout), Prompts.load())

    def _sayings(self) -> "Sayings":
        from bot.answering.hearing import Sayings
        from bot.answering.prompts import Prompts

        s = self._settings
        guides = self.searcher().guides() if self.is_indexed() else ()
        roles = list(dict.fromkeys(guide.role for guide in guides if guide.role))
        titles = [guide.title for guide in guides]
        return Sayings.of(
            Prompts.load().people, contact=s.contact, emergency=s.emergency, composed=s.has_model, days=s.retention_days, roles=roles, titles=titles
        )  # fmt: skip


def _settings() -> Settings:
    settings = Settings.load()
    start_log(settings.log_level)
    return settings


def _where(settings: Settings) -> tuple[tuple[str, str] | None, str]:
    """The Slack tokens when the bot goes to Slack, and why it does or does not."""
    if settings.slack_tokens:
        return settings.slack_tokens, "Both Slack tokens are set, so the bot answers in Slack."
    if settings.slack_bot_token or settings.slack_app_token:
        lacking = "SLACK_APP_TOKEN" if settings.slack_bot_token else "SLACK_BOT_TOKEN"
        return None, f"{lacking} is not set, so the bot answers here instead of in Slack."
    return None, "No Slack tokens are set, so the bot answers here."


def _serve_slack(settings: Settings, parts: Parts, tokens: tuple[str, str]) -> None:
    from bot.records import Records, database_url
    from bot.slack.app import Limits, SlackBot, Upkeep, Workspace, serve
    from bot.slack.mentors import Circle

    limits = Limits(settings.max_question_chars, settings.max_concurrent)
    circle = Circle(settings.mentor_ids, settings.mentor_group, settings.mentors_channel)
    workspace = Workspace(*tokens, settings.slack_api_url, settings.admins, circle)
    upkeep = Upkeep(settings.remind_hours, settings.weekly_report, settings.retention_days)

    async def serving() -> None:
        records = await Records.open(database_url(settings.database_url, settings.data_dir))
        same = parts.same_questions()
        await serve(SlackBot(parts.advisor(), parts.searcher(), records, workspace, limits, same=same, upkeep=upkeep))
        await records.close()

    asyncio.run(serving())


async def _report(settings: Settings, parts: Parts, since: str) -> "Report":
    from bot.database import now
    from bot.records import Records, database_url
    from bot.report import by_words, made, observed
    from bot.report import since as moment

    until = now()
    start = moment(since, until)
    records = await Records.open(database_url(settings.database_url, settings.data_dir))
    try:
        seen = await observed(records, parts.searcher().passage, start, until)
    finally:
        await records.close()
    groups = parts.same_questions().groups if parts.is_indexed() else by_words
    return await made(seen, groups, start, until)


def _written(report: "Report", form: str, *, drawn: bool) -> tuple[str, bytes]:
    """The report in a format, and its chart where the format or the person asks for it."""
    from bot import formats

    png = b""
    if drawn or form == "html":
        from bot.chart import chart

        png = chart(report)
    if form == "html":
        return formats.as_html(report, png), png
    return {"md": formats.as_markdown, "json": formats.as_json, "csv": formats.as_csv}[form](report), png


def _save(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from None


def _converse(parts: Parts, console: "Console") -> None:
    from bot.terminal import converse

    async def read(prompt: str) -> str:
        return await asyncio.to_thread(console.input, prompt)

    _once(converse, parts.advisor(), console, read, parts.mode)


async def _confirmed(settings: Settings) -> "list[Confirmation]":
    from bot.records import Records, database_url

    records = await Records.open(database_url(settings.database_url, settings.data_dir))
    try:
        return await records.confirmations.active()
    finally:
        await records.close()


def _once(act: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Any:
    """Run the one event loop of this process: langchain-openai's client cannot be used from a second."""
    return asyncio.run(act(*args))


def _conversation(turns: Sequence[str]) -> Any:
    from bot.answering.conversation import Conversation

    return Conversation.of(turns)


async def _answer_all(advisor: "Advisor", asked: Sequence[tuple[str, list[str]]], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for key, turns in asked:
            given = await advisor.answer(_conversation(turns))
            file.write(json.dumps({"id": key, **_as_json(given)}, ensure_ascii=False) + "\n")


def _read_questions(path: Path) -> list[tuple[str, list[str]]]:
    asked: list[tuple[str, list[str]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            turns = [str(turn) for turn in entry["turns"]]
            turns[-1]  # a question has at least one turn
            asked.append((str(entry["id"]), turns))
        except (ValueError, KeyError, TypeError, IndexError):
            raise SettingsError(f"Line {number} of {path} is not an object with `id` and `turns`.") from None
    return asked


def _as_json(answer: "Answer") -> dict[str, Any]:
    return {
        "answer": answer.text,
        "citations": [_citation(citation) for citation in answer.citations],
        "retrieved": [_citation(citation) for citation in answer.retrieved],
        "coverage": answer.coverage.value,
        "probability": answer.receipt.probability,
        "withheld": [{"text": one.text, "why": one.why} for one in answer.receipt.withheld],
        "notice": answer.receipt.notice,
        "mode": answer.receipt.mode,
        "ms": answer.receipt.milliseconds,
    }


def _citation(citation: "Citation") -> dict[str, Any]:
    passage = citation.passage
    return {
        "guide": passage.guide.path,
        "heading": " > ".join(passage.heading),
        "text": passage.text,
        "score": round(citation.score, 4),
    }


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


@contextlib.contextmanager
def _progress_bar(console: "Console") -> Iterator[Callable[[int, int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Indexing passages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)
        yield lambda done, of: bar.update(task, completed=done, total=of, visible=True)


def _print_report(report: "SyncReport", console: "Console", *, always: bool = False) -> None:
    if always or not report.unchanged:
        console.print(report.summary(), markup=False)
    for skipped in report.skipped if always or not report.unchanged else ():
        console.print(f"  skipped {skipped.path}: {skipped.reason}", markup=False)


if __name__ == "__main__":
    main()

"""The commands."""

import asyncio
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.commands import as_typed
from bot.cli.output import failure_logged, open_console, print_report, progress_bar, report_as_object, teller, warn
from bot.cli.patience import patiently
from bot.cli.quiet import keep_from_bolt, silence_libraries
from bot.composition import Application, fetch_guides, kept_fresh
from bot.errors import CareerBotError, SettingsError
from bot.logs import start_log, trace
from bot.private_files import mend_rights, restrict_new_files
from bot.serving import check_start, serve_slack
from bot.settings import Settings
from knowledge.errors import IndexBusy, IndexElsewhere, IndexUnusable, KnowledgeError, NoGuides

if TYPE_CHECKING:
    from rich.console import Console

cli = typer.Typer(
    name="careerbot",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
GuidesOption = Annotated[
    Path | None,
    typer.Option("--guides", help="Answer from the guides in this folder only.", exists=True, file_okay=False),
]
WorkspaceOption = Annotated[
    str, typer.Option("--workspace", help="Of which workspace, by its id (T… or E…), where many have the bot.")
]


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"careerbot {version('career-advice-bot')}")
        raise typer.Exit


@cli.callback()
def _before_every_command(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Answers career questions from guides, with sources: in Slack, in a terminal, in scripts."""


def main() -> None:
    """Run the command line; what a person can mend is told in a sentence and ends with status 1, a fault of the program with status 70."""
    silence_libraries()
    restrict_new_files()
    try:
        cli()
    except (CareerBotError, KnowledgeError) as error:
        typer.echo(f"careerbot: {as_typed(str(error))}", err=True)
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  Python would print its message, which may hold what people wrote
        typer.echo(f"careerbot: Something went wrong that nobody foresaw: {trace(error)}.", err=True)
        sys.exit(70)  # EX_SOFTWARE of sysexits.h
    except KeyboardInterrupt:
        sys.exit(130)


@cli.command()
def run() -> None:
    """Build or refresh the index, then start the bot: in Slack when its tokens are set, otherwise in this terminal."""
    settings = _settings()
    keep_from_bolt()
    logged = settings.log_format == "json"
    with failure_logged(logged=logged):
        _start(settings, open_console(), logged=logged)


def _start(settings: Settings, console: "Console", *, logged: bool) -> None:
    """Start the bot where it answers by its settings, after all that is looked at soon."""
    if settings.half_set_up and not (sys.stdin and sys.stdin.isatty()):  # nobody is there to converse with
        raise SettingsError(f"{settings.half_set_up}.")
    application = Application(settings)
    wait = settings.start_wait if settings.slack_mode else 0.0
    tell = partial(warn, logged=logged)
    patiently(lambda: asyncio.run(check_start(settings, application)), wait, tell)
    _fetch(application, logged=logged)
    patiently(lambda: _bring_in_line(application, console, logged=logged), wait, tell)
    say = teller(console, logged=logged, style="dim")
    say(_where(settings))
    if settings.slack_mode:
        say(application.mode)
        asyncio.run(serve_slack(settings, application))
    else:
        _converse(application, console, settings)


@cli.command()
def chat(guides: GuidesOption = None) -> None:
    """Ask and answer in this terminal, with follow-up questions.

    The arrow keys bring back what you typed: it is kept in DATA_DIR/history, a file that you alone can read; what is older than RETENTION_DAYS is dropped when you come back. Ctrl-C breaks off an answer, Ctrl-D leaves.
    """
    settings = _settings()
    application = Application(settings, guides)
    console = open_console()
    _sync(application, console)
    _converse(application, console, settings)


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts.")] = False,
    guides: GuidesOption = None,
) -> None:
    """Answer one question and print it with its sources. Brings the index in line with the guides first."""
    limit = _settings().max_question_chars
    if not question.strip() or len(question) > limit:
        raise SettingsError(f"A question has between 1 and {limit} characters.")
    application = Application(_settings(), guides)
    _make_fresh(application, only_these=guides is not None)
    from bot.answering.conversation import Conversation

    answer = asyncio.run(application.advisor().answer(Conversation.of([question])))
    if as_json:
        from bot.cli.json_lines import as_object

        typer.echo(json.dumps(as_object(answer), ensure_ascii=False))
    else:
        from bot.cli.terminal import show

        show(answer, open_console())


@cli.command()
def index(
    guides: GuidesOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of another installation's on the Chroma server.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts.")] = False,
) -> None:
    """Bring the index in line with the guides and say what was done, which files were skipped and why, and what are editions of one guide."""
    application = Application(_settings(), guides)
    if not as_json:
        _sync(application, open_console(), always=True, replace=replace)
        return
    _fetch(application)
    with progress_bar(open_console(stderr=True)) as progress:
        report = application.sync(progress, replace=replace)
    typer.echo(json.dumps(report_as_object(report), ensure_ascii=False))


@cli.command()
def confirmations(
    form: Annotated[Literal["md", "json"], typer.Option("--format", help="A guide in Markdown, or JSON.")] = "md",
    workspace: WorkspaceOption = "",
) -> None:
    """Print the answers that mentors confirmed, without names: as a guide to put into KNOWLEDGE_DIR, or as JSON."""
    from bot.cli.reports import active_confirmations
    from bot.mentoring.confirmations import as_guide, as_objects
    from bot.records.database import now

    active = asyncio.run(active_confirmations(_settings(), workspace))
    if form == "md":
        typer.echo(as_guide(active, now()), nl=False)
    else:
        typer.echo(json.dumps(as_objects(active), ensure_ascii=False, indent=2))


@cli.command()
def inbox(
    retry: Annotated[str, typer.Option(help="Have the question with this reference answered after all.")] = "",
    drop: Annotated[str, typer.Option(help="Forget the question with this reference.")] = "",
    workspace: WorkspaceOption = "",
) -> None:
    """List questions that failed again and again and were set aside; try one again, or drop it. Their texts are not shown."""
    from bot.cli.inbox import listed, settled

    if retry and drop:
        raise SettingsError("A question is either retried or dropped.")
    settings = _settings()
    reference = retry or drop
    told = settled(settings, reference, workspace, retry=bool(retry)) if reference else listed(settings, workspace)
    typer.echo(asyncio.run(told))


@cli.command()
def doctor() -> None:
    """Check everything that a first installation gets wrong, a line each with the remedy."""
    from bot.cli.doctor import diagnose

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
    from bot.cli.json_lines import answer_all, read_questions

    asked = read_questions(questions)
    settings = _settings() if with_model else _settings().without_model()
    application = Application(settings, guides)
    _sync_quietly(application)
    asyncio.run(answer_all(application.advisor(), asked, answers))


@cli.command()
def report(
    since: Annotated[str, typer.Option(help="From when on: 12h, 30d, 4w, or a date such as 2026-11-01.")] = "30d",
    form: Annotated[Literal["md", "json", "csv", "html"], typer.Option("--format", help="How it is written.")] = "md",
    out: Annotated[Path | None, typer.Option(help="Write it to this file.", dir_okay=False)] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw a picture (PNG) into this file.", dir_okay=False)] = None,
    workspace: WorkspaceOption = "",
) -> None:
    """Tell what people asked: gaps, topics, answers found not helpful. Names nobody, shows no group below three people."""
    from bot.cli.reports import made_report, save, written

    settings = _settings()
    told = asyncio.run(made_report(settings, Application(settings), since, workspace))
    text, png = written(told, form, drawn=chart is not None)
    if form == "html" and not png:
        from bot.mentoring.chart import MISSING

        typer.echo(f"The report goes without its chart: {MISSING}.", err=True)
    if chart:
        save(chart, png)
    if out:
        save(out, text.encode("utf-8-sig" if form == "csv" else "utf-8"))  # the mark that Excel knows UTF-8 by
    else:
        typer.echo(text, nl=False)


def _settings() -> Settings:
    settings = Settings.load()
    start_log(settings.log_level, settings.log_format)
    mend_rights(settings.data_dir)
    return settings


def _where(settings: Settings) -> str:
    """Where the bot answers, and why."""
    match settings.slack_mode:
        case "Socket Mode":
            return "Both Slack tokens are set, so the bot answers in Slack, over Socket Mode."
        case "HTTP mode":
            where = f"{settings.http_host}:{settings.listening_port}"
            if settings.many_workspaces:
                return f"SLACK_CLIENT_ID is set, so the bot answers in every workspace that installs it, at http://{where}/slack/install."
            return f"A bot token and a signing secret are set, so the bot answers in Slack, over HTTP on {where}."
    if lacking := settings.slack_lacks:
        return f"{lacking} is not set, so the bot answers here instead of in Slack."
    return "No Slack tokens are set, so the bot answers here."


def _sync(application: Application, console: "Console", *, always: bool = False, replace: bool = False) -> None:
    """Fetch guides that come from elsewhere, and bring the index in line with all guides."""
    _fetch(application)
    _bring_in_line(application, console, always=always, replace=replace)


def _bring_in_line(
    application: Application,
    console: "Console",
    *,
    always: bool = False,
    replace: bool = False,
    logged: bool = False,
) -> None:
    """Bring the index in line with the guides, with a progress bar, and print what was done where there is something new."""
    with progress_bar(console) as progress:
        report = application.sync(progress, replace=replace)
    print_report(report, teller(console, logged=logged), always=always)


def _make_fresh(application: Application, *, only_these: bool) -> None:
    """Bring the index in line with the guides. Where that cannot be done just now, and the guides are not `only_these`, the index as it is serves."""
    try:
        _sync_quietly(application)
    except (IndexBusy, IndexElsewhere, IndexUnusable, NoGuides) as error:
        if only_these or not application.is_indexed():
            raise
        warn(f"The answer is from the index as it was before: {error}")


def _fetch(application: Application, *, if_due: bool = False, logged: bool = False) -> None:
    """Fetch the guides that come from elsewhere, and say what kept that from succeeding."""
    if trouble := fetch_guides(application, if_due=if_due):
        warn(trouble, logged=logged)


def _sync_quietly(application: Application) -> None:
    _fetch(application, if_due=True)
    with progress_bar(open_console(stderr=True)) as progress:
        application.sync(progress)


def _converse(application: Application, console: "Console", settings: Settings) -> None:
    from bot.cli.line_editor import open_reader
    from bot.cli.terminal import COMMANDS, converse

    read = open_reader(console, settings.data_dir, settings.retention_days, COMMANDS)

    async def conversation() -> None:
        async with kept_fresh(application):
            await converse(application.advisor(), console, read, application.mode)

    asyncio.run(conversation())


if __name__ == "__main__":
    main()

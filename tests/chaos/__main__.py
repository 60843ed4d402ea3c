"""`make chaos`: the bot as real processes, killed and cut off from what it needs, against a strict Slack and a faulty model.

It ends with 1 where an invariant is broken: a question that Slack was told is accepted is lost, or answered twice, or a
stream or a session is left as if the bot were at work. It is no part of `make test`. Everything is on 127.0.0.1.
"""

import argparse
import asyncio
import json
import logging
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tests.chaos.bots import bots_in, new_database
from tests.chaos.faults import Services
from tests.chaos.proxy import Proxy
from tests.chaos.slack import UnreliableSlack
from tests.chaos.trial import Options, Report, Trial, figures
from tests.chroma_server import chroma_server_in
from tests.openai_server import KEY, OpenAIServer
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN, SlackServer

DATABASE = "chaos"
GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"
CHAT_TIMEOUT = "8"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a trial, print its table, and tell by the status whether all invariants held."""
    wanted = _parser().parse_args(arguments)
    logging.disable(logging.CRITICAL)  # the servers' own view of cut connections
    options = Options(
        wanted.questions, wanted.kills, wanted.stops, wanted.seed, not wanted.no_outages,
        (min(5.0, wanted.longest_outage), wanted.longest_outage), not wanted.no_model,
        wanted.longest_life, not wanted.no_reindexing,
    )  # fmt: skip
    folder = wanted.keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    report = asyncio.run(run(options, folder, wanted.processes, wanted.postgres, chroma=wanted.chroma))
    for name, value in figures(report):
        print(f"{name:40} {value}")
    for broken in report.broken:
        print(f"BROKEN {broken}")
    if report.broken:
        print(f"What the bot logged and Slack saw is in {folder}.")
    elif not wanted.keep:
        shutil.rmtree(folder)
    return 1 if report.broken else 0


async def run(options: Options, folder: Path, processes: int, postgres: str, *, chroma: bool = False) -> Report:
    """Run a trial in a folder: on PostgreSQL if the address of a server is given, otherwise on SQLite; `chroma` starts a Chroma server for the index."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(UnreliableSlack(random.Random(options.seed)))
        model = await stack.enter_async_context(OpenAIServer())
        lines = {"slack": Proxy.before(slack.url)}
        if options.model:
            lines["model"] = Proxy.before(model.url)
        if postgres:
            postgres = await stack.enter_async_context(new_database(postgres, DATABASE))
            lines["database"] = Proxy.before(postgres)
        if chroma:
            address = stack.enter_context(chroma_server_in(folder / "chroma"))
            lines["chroma"] = Proxy.before(address)
        for line in lines.values():
            await stack.enter_async_context(line)
        slack.go_through(lines["slack"].port)
        guides = shutil.copytree(GUIDES, folder / "guides")
        environment = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack.url,
            "DATABASE_URL": lines["database"].url(postgres) if postgres else "",
            "KNOWLEDGE_DIR": str(guides),
            "CHROMA_URL": lines["chroma"].url(address) if chroma else "",
        }
        if options.model:
            environment |= {
                "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": lines["model"].url(model.url), "CHAT_TIMEOUT": CHAT_TIMEOUT,
            }  # fmt: skip
        bots = await bots_in(folder, processes, environment)
        print(f"seed {options.seed}, {processes} process(es), {', '.join(lines)}", flush=True)
        trial = Trial(options, Services(slack, lines, guides), model, bots, partial(print, flush=True))
        report = await trial.run()
        if report.broken:
            _keep_what_slack_saw(slack, report, folder / "slack.jsonl")
        return report


def _keep_what_slack_saw(slack: SlackServer, report: Report, file: Path) -> None:
    """Every message of the channels that broken invariants are about, and every call."""
    broken = {place.split()[0] for places in report.verdict.problems.values() for place in places}
    lines: list[object] = [
        {"channel": place.id, "message": message}
        for place in slack.channels.values() if place.id in broken
        for message in place.messages.values()
    ]  # fmt: skip
    lines += [{"at": call.at, "call": call.method, **call.arguments} for call in slack.calls]
    file.write_text("\n".join(json.dumps(line, default=str) for line in lines), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument(
        "--kills", type=int, default=10, help="kill -9 in the middle of work, with a new start each time"
    )
    parser.add_argument("--stops", type=int, default=2, help="SIGTERM, with a new start each time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="more than one need --postgres")
    parser.add_argument(
        "--postgres", default="", help="a PostgreSQL server, postgresql://…, whose user may create databases"
    )
    parser.add_argument("--chroma", action="store_true", help="the index is on a Chroma server")
    parser.add_argument("--longest-outage", type=float, default=20.0, help="seconds")
    parser.add_argument(
        "--longest-life", type=float, default=5.0, help="seconds that a process lives at most once connected"
    )
    parser.add_argument("--no-outages", action="store_true")
    parser.add_argument("--no-reindexing", action="store_true", help="no guide changes meanwhile")
    parser.add_argument("--no-model", action="store_true", help="answers are quotes")
    parser.add_argument("--keep", type=Path, help="a new folder for the data and the logs, which is kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""The command line in a process of its own, as a person runs it."""

import asyncio
import json
import os
import pty
import select
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.answering.conversation import Answer, Coverage, Receipt
from bot.mentoring.confirmations import Basis, Confirmation
from bot.records.database import database_url
from bot.records.inbox import AskedQuestion, reference_of
from bot.storage import Records
from knowledge.fitted import number
from tests.git_repository import Repository
from tests.https_server import HAS_OPENSSL, certificate_in, web_folder
from tests.slack_server import SlackServer
from tests.slack_server.http_mode import SIGNING_SECRET

ROOT = Path(__file__).parents[2]
QUESTION = "what does a senior backend engineer earn?"
Careerbot = Callable[..., subprocess.CompletedProcess[str]]
BAKER = "# Baker\n\n## Pay\n\nBakers earn about $30,000 per year on average.\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("careerbot")


@pytest.fixture(scope="module")
def careerbot(place: Path) -> Careerbot:
    """Runs the command in an empty folder with nothing set but what is given."""

    def run(*arguments: str, said: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = kept | {"PYTHONPATH": str(ROOT), "CAREERBOT_HOME": str(place), "COLUMNS": "200"} | settings
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, cwd=place, env=environment, input=said, capture_output=True, text=True, timeout=120, check=False
        )

    return run


@pytest.mark.parametrize(
    "command", ["run", "chat", "ask", "index", "doctor", "answer", "report", "confirmations", "inbox"]
)
def test_every_command_explains_itself(careerbot: Careerbot, command: str) -> None:
    told = careerbot(command, "--help")
    assert told.returncode == 0
    assert len(told.stdout.splitlines()) > 5


def test_the_version_is_that_of_the_package(careerbot: Careerbot) -> None:
    told = careerbot("--version")
    assert (told.returncode, told.stdout) == (0, f"careerbot {version('career-advice-bot')}\n")


@pytest.mark.parametrize("command", ["index", "report", "confirmations", "doctor", "ask", "chat"])
def test_no_library_writes_on_the_screen(careerbot: Careerbot, tmp_path: Path, command: str) -> None:
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "baker.md").write_text(BAKER)
    (guides / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    told = careerbot(command, *([QUESTION] if command == "ask" else []), KNOWLEDGE_DIR=str(guides))
    assert told.stderr == ""
    assert "Warning" not in told.stdout


def test_no_library_keeps_or_sends_anything_of_its_own(careerbot: Careerbot, tmp_path: Path) -> None:
    careerbot("ask", QUESTION, HOME=str(tmp_path))
    assert (
        list(tmp_path.rglob("*")) == []
    )  # onnxruntime would keep what it sends in ~/.cache, with an id of the machine


def test_ask_prints_the_answer_with_its_source_and_builds_the_index_first(careerbot: Careerbot) -> None:
    told = careerbot("ask", QUESTION)
    assert told.returncode == 0, told.stderr
    assert "$120,000" in told.stdout
    assert "[1] Senior" in told.stdout
    assert "Average salary" in told.stdout


def test_ask_json_is_one_object_for_scripts(careerbot: Careerbot) -> None:
    told = careerbot("ask", "--json", QUESTION)
    answer = json.loads(told.stdout)
    assert "$120,000" in answer["answer"]
    assert answer["mode"] == "quoted"
    assert 0 < answer["probability"] < 1
    assert answer["coverage"] == ("covered" if answer["probability"] >= number("covered") else "nearest")
    assert answer["citations"][0].keys() == {"guide", "heading", "text", "score"}


@pytest.mark.parametrize("question", ["", "x" * 5000])
def test_a_question_of_the_wrong_length_is_refused_with_the_limit(careerbot: Careerbot, question: str) -> None:
    told = careerbot("ask", question)
    assert told.returncode == 1
    assert "between 1 and 4000" in told.stderr
    assert "Traceback" not in told.stderr


def test_index_says_what_it_did_and_names_what_it_skipped(careerbot: Careerbot, tmp_path: Path) -> None:
    (tmp_path / "baker.md").write_text(BAKER)
    (tmp_path / "broken.pdf").write_bytes(b"not a pdf")
    first = careerbot("index", "--guides", str(tmp_path))
    assert first.returncode == 0, first.stderr
    assert "1 guide" in first.stdout
    assert "skipped broken.pdf" in first.stdout
    again = careerbot("index", "--guides", str(tmp_path))
    assert "up to date" in again.stdout.lower()


def test_index_tells_scripts_how_much_of_each_file_is_in_passages_and_what_are_editions(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    for year in (2025, 2026):
        (tmp_path / f"baker {year}.md").write_text(BAKER, encoding="utf-8")
    told = json.loads(careerbot("index", "--json", "--guides", str(tmp_path)).stdout)
    assert told["files"] == [{"path": f"baker {year}.md", "share": 1.0} for year in (2025, 2026)]
    assert [[one["edition"] for one in group] for group in told["editions"]] == [["2026", "2025"]]
    shown = careerbot("index", "--guides", str(tmp_path)).stdout
    assert "editions of one guide: baker 2026.md (2026) answers; older: baker 2025.md (2025)" in shown


def test_an_index_that_cannot_be_read_is_told_in_a_sentence(careerbot: Careerbot, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("in the way")
    told = careerbot("ask", QUESTION, DATA_DIR=str(tmp_path))
    assert told.returncode == 1
    assert told.stderr.startswith("careerbot: ")
    assert "Traceback" not in told.stderr


def test_a_fault_of_the_program_is_told_with_its_frames_and_without_its_message(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['bm25s'] = None\n")
    told = careerbot("ask", QUESTION, PYTHONPATH=f"{tmp_path}:{ROOT}", DATA_DIR=str(tmp_path))
    assert told.returncode == 70
    (line,) = told.stderr.splitlines()
    assert "nobody foresaw: ModuleNotFoundError at " in line
    assert " knowledge/search/lexical.py:" in line
    assert "halted" not in line


def test_a_wrong_setting_is_told_in_a_sentence(careerbot: Careerbot) -> None:
    told = careerbot("ask", QUESTION, SLACK_BOT_TOKEN="wrong-secret")
    assert told.returncode == 1
    assert "SLACK_BOT_TOKEN" in told.stderr
    assert "wrong-secret" not in told.stderr


def test_without_tokens_run_converses_in_the_terminal_and_says_why(careerbot: Careerbot) -> None:
    told = careerbot("run", said=f"{QUESTION}\nwhich cities are popular?\nwhich of those is in Illinois?\n/quit\n")
    assert told.returncode == 0, told.stderr
    assert "No Slack tokens are set" in told.stdout
    assert "No chat model is set, so answers are quoted from the guides." in told.stdout
    assert "$120,000" in told.stdout
    assert "Chicago" in told.stdout.rsplit("you ›", 2)[-2]


def test_in_a_real_terminal_lines_come_back_and_ctrl_d_leaves(place: Path) -> None:
    up, ctrl_c, ctrl_d = "\x1b[A", "\x03", "\x04"
    screen = Terminal([sys.executable, "-m", "bot", "chat"], place)
    screen.until("you ›")
    screen.type("/nothing\r")
    screen.until("There is no command /nothing")
    screen.until("you ›")
    screen.type(f"never sent{ctrl_c}")
    screen.until("Ctrl-D leaves")
    screen.until("you ›")
    screen.type(f"{up}\r")
    screen.until("There is no command /nothing")
    screen.until("you ›")
    screen.type(ctrl_d)
    assert screen.ended() == 0
    assert "Traceback" not in screen.shown
    assert (place / "data" / "history").stat().st_mode & 0o777 == 0o600


class Terminal:
    """A program on a terminal of its own, as on a person's screen."""

    def __init__(self, command: list[str], home: Path) -> None:
        self._keys, screen = pty.openpty()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CAREERBOT_HOME": str(home),
            "TERM": "xterm",
        }
        self._program = subprocess.Popen(
            command, cwd=home, env=environment, stdin=screen, stdout=screen, stderr=screen, start_new_session=True
        )
        os.close(screen)
        self.shown = ""
        self._seen = 0

    def type(self, keys: str) -> None:
        os.write(self._keys, keys.encode())

    def until(self, words: str) -> None:
        """Wait until the words appear after those that were waited for before."""
        while (at := self.shown.find(words, self._seen)) < 0:
            ready, _, _ = select.select([self._keys], [], [], 60)
            assert ready, self.shown
            piece = os.read(self._keys, 4096).decode(errors="replace")
            if "\x1b[6n" in piece:  # where is the cursor?
                self.type("\x1b[1;1R")
            self.shown += piece
        self._seen = at + len(words)

    def ended(self) -> int:
        return self._program.wait(timeout=60)


OF_MANY = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cret", "SLACK_SIGNING_SECRET": SIGNING_SECRET}
IN_HTTP_MODE = {"SLACK_BOT_TOKEN": "xoxb-s3cret", "SLACK_SIGNING_SECRET": SIGNING_SECRET}


@pytest.mark.parametrize(
    ("half", "lacking"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET for HTTP mode,"),
        (OF_MANY | {"SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET"),
        (OF_MANY | {"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        (OF_MANY | {"SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_ID"),
    ],
)
def test_half_a_setup_of_slack_ends_with_what_lacks_where_nobody_is_at_a_terminal(
    careerbot: Careerbot, tmp_path: Path, half: dict[str, str], lacking: str
) -> None:
    sentence = f"{lacking} is not set though other settings of Slack are; set it, or leave those out"
    told = careerbot("run", DATA_DIR=str(tmp_path / "data"), **half)
    assert (told.returncode, told.stdout, told.stderr) == (1, "", f"careerbot: {sentence}.\n")
    assert not (tmp_path / "data").exists()
    assert f"FAIL  Slack: {sentence}\n" in careerbot("doctor", **half).stdout.replace("\n      ", " ")


def test_half_a_setup_of_slack_is_told_at_a_terminal_and_the_bot_answers_there(place: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN=xoxb-1\nDATA_DIR={place / 'data'}\n")
    screen = Terminal([sys.executable, "-m", "bot", "run"], tmp_path)
    screen.until("is not set, so the bot")
    screen.until("you ›")
    screen.type("\x04")
    assert screen.ended() == 0


def test_a_file_in_the_place_of_the_datas_folder_is_told_by_every_command(careerbot: Careerbot, tmp_path: Path) -> None:
    (file := tmp_path / "data").write_text("in the way")
    sentence = f"{file} cannot be written (it is a file); set DATA_DIR to a folder that can"
    assert careerbot("run", DATA_DIR=str(file)).stderr == f"careerbot: {sentence}.\n"
    doctor = careerbot("doctor", DATA_DIR=str(file)).stdout.replace("\n      ", " ")
    assert f"FAIL  disk: {sentence}\n" in doctor
    assert "damaged" not in doctor
    assert "read-only" not in doctor
    indexed = careerbot("index", DATA_DIR=str(file)).stderr
    assert "a file stands where its folder should be; take it away, or set DATA_DIR" in indexed


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"HTTP_PORT": "{busy}"}, "HTTP_HOST and HTTP_PORT"),
        ({"METRICS_PORT": "{busy}"}, "METRICS_HOST and METRICS_PORT"),
        ({"DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/x", "START_WAIT": "0"}, "PostgreSQL cannot be reached"),
        ({"DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/x", "START_WAIT": "1"}, "Waiting for it, for 1 s"),
        (OF_MANY | {"SLACK_BOT_TOKEN": "", "MENTORS": "U1"}, "MENTORS is of one workspace"),
    ],
)
def test_what_keeps_the_bot_from_starting_and_is_known_soon_is_told_before_guides_are_indexed(
    careerbot: Careerbot, tmp_path: Path, wrong: dict[str, str], told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        wrong = {name: value.replace("{busy}", str(busy.getsockname()[1])) for name, value in wrong.items()}
        settings = IN_HTTP_MODE | {"HTTP_PORT": str(port), "DATA_DIR": str(tmp_path)} | wrong
        ended = careerbot("run", **settings)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert told in ended.stderr
    assert "s3cret" not in ended.stderr
    assert not (tmp_path / "index").exists()


async def test_with_a_log_in_json_everything_that_run_says_at_its_start_is_in_the_log(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    async with SlackServer() as slack:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        settings = IN_HTTP_MODE | {"SLACK_API_URL": slack.url, "HTTP_PORT": port, "LOG_FORMAT": "json"}
        ended = await asyncio.to_thread(lambda: careerbot("run", DATA_DIR=str(tmp_path), **settings))
    assert (ended.returncode, ended.stdout) == (1, "")
    said = [json.loads(line) for line in ended.stderr.splitlines()]
    for words in ("1 guide", "so the bot answers in Slack, over HTTP", "No chat model is set", "invalid_auth"):
        assert any(words in line["message"] for line in said), words


def test_answer_writes_a_line_for_every_question(careerbot: Careerbot, tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    (guides / "food").mkdir(parents=True)
    (guides / "food" / "baker.md").write_text(BAKER)
    asked = [
        {"id": "a", "turns": ["What do bakers earn?"]},
        {"id": "b", "turns": ["What do bakers earn?", "in Norway?"]},
    ]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(q) + "\n" for q in asked))
    told = careerbot("answer", str(tmp_path / "q.jsonl"), str(tmp_path / "a.jsonl"), "--guides", str(guides))
    assert told.returncode == 0, told.stderr
    first, second = (json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines())
    assert first.keys() == {
        "id", "answer", "citations", "retrieved", "coverage", "mode", "ms", "probability", "withheld", "notice",
    }  # fmt: skip
    assert first["id"] == "a"
    assert "$30,000" in first["answer"]
    assert first["citations"][0]["guide"] == "food/baker.md"
    assert first["citations"][0]["heading"] == "Baker > Pay"
    assert second["coverage"] != "covered"


def test_a_line_that_is_no_question_is_named(careerbot: Careerbot, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a", "turns": ["Why?"]}\n{"id": "b"}\n')
    told = careerbot("answer", str(tmp_path / "q.jsonl"), str(tmp_path / "a.jsonl"), "--guides", str(tmp_path))
    assert told.returncode == 1
    assert "Line 2" in told.stderr


def test_doctor_says_a_line_for_each_thing_it_looks_at(careerbot: Careerbot) -> None:
    assert careerbot("index").returncode == 0
    told = careerbot("doctor")
    assert told.returncode == 0, told.stdout
    assert "ok    Python" in told.stdout
    assert "All is well." in told.stdout


async def asked_by_three(folder: Path) -> None:
    """Three people ask what the guides do not answer."""
    records = await Records.open(database_url("", folder))
    for place, person in enumerate(("U0ANNA", "U0BEN", "U0CLEO")):
        question = AskedQuestion("T1", "C1", f"{place}.0", f"{place}.0", person, "?")
        gaps = ("=Is there a part-time track?",)
        answer = Answer("-", Coverage.NOT_COVERED, (), (), Receipt("quoted", "", 1), gaps)
        await records.inbox.accept(question)
        await records.receipts.keep(question.key, question.person, answer)
        await records.inbox.answered(question)
    await records.close()


async def set_aside(folder: Path) -> AskedQuestion:
    """A question was set aside."""
    records = await Records.open(database_url("", folder))
    question = AskedQuestion("T1", "C1", "1.0", "1.0", "U0ANNA", "a secret question")
    await records.inbox.accept(question)
    await records.leases.set_aside(question, "failed again and again")
    await records.close()
    return question


async def waiting(folder: Path) -> list[AskedQuestion]:
    records = await Records.open(database_url("", folder))
    try:
        return await records.inbox.unanswered()
    finally:
        await records.close()


def test_a_question_that_was_set_aside_is_told_listed_without_its_text_and_tried_again(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    question = asyncio.run(set_aside(tmp_path))
    reference = reference_of(question.key)
    assert "1 question set aside" in careerbot("doctor", DATA_DIR=str(tmp_path)).stdout
    listed = careerbot("inbox", DATA_DIR=str(tmp_path)).stdout
    assert reference in listed
    assert "secret" not in listed
    assert careerbot("inbox", "--retry", reference, DATA_DIR=str(tmp_path)).returncode == 0
    assert asyncio.run(waiting(tmp_path)) == [question]
    assert careerbot("inbox", DATA_DIR=str(tmp_path)).stdout == "No question is set aside.\n"


def test_a_question_that_was_set_aside_can_be_dropped_and_an_unknown_one_is_named(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    reference = reference_of(asyncio.run(set_aside(tmp_path)).key)
    assert careerbot("inbox", "--drop", reference, DATA_DIR=str(tmp_path)).returncode == 0
    told = careerbot("inbox", "--drop", reference, DATA_DIR=str(tmp_path))
    assert (told.returncode, f"reference {reference} is set aside" in told.stderr) == (1, True)
    assert asyncio.run(waiting(tmp_path)) == []


def test_report_is_written_in_every_format_with_the_same_numbers(careerbot: Careerbot, tmp_path: Path) -> None:
    asyncio.run(asked_by_three(tmp_path))
    told = {
        form: careerbot("report", "--format", form, DATA_DIR=str(tmp_path)) for form in ("md", "json", "csv", "html")
    }
    assert {form: said.stderr for form, said in told.items() if said.returncode} == {}
    group = {"kind": "gap", "label": "=Is there a part-time track?", "questions": 3, "people": 3}
    assert json.loads(told["json"].stdout)["groups"] == [group]
    assert "gap,'=Is there a part-time track?,3,3" in told["csv"].stdout
    assert "| =Is there a part-time track? | 3 | 3 |" in told["md"].stdout
    assert "<td>=Is there a part-time track?</td><td>3</td><td>3</td>" in told["html"].stdout
    assert "data:image/png;base64," in told["html"].stdout
    assert "U0" not in "".join(said.stdout for form, said in told.items() if form != "html")


def test_report_goes_into_files(careerbot: Careerbot, tmp_path: Path) -> None:
    told = careerbot("report", "--since", "4w", "--out", str(tmp_path / "r.md"), "--chart", str(tmp_path / "r.png"))
    assert (told.returncode, told.stdout) == (0, "")
    assert "Not enough people asked yet" in (tmp_path / "r.md").read_text()
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_a_report_goes_without_its_chart_and_says_so_once(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['matplotlib'] = None\n")
    places = f"{tmp_path}:{ROOT}"
    told = careerbot("report", "--format", "html", PYTHONPATH=places)
    assert told.returncode == 0
    assert "<h1>" in told.stdout
    assert "<img" not in told.stdout
    assert told.stderr.count("goes without its chart: matplotlib is not installed") == 1
    asked_for = careerbot("report", "--chart", str(tmp_path / "r.png"), PYTHONPATH=places)
    assert asked_for.returncode == 1
    assert asked_for.stderr.startswith("careerbot: There can be no chart: matplotlib is not installed")
    assert careerbot("report", PYTHONPATH=places).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "lately"), "12h, 30d or 4w"),
        (("--since", "2999-01-01"), "in the past"),
        (("--out", "no/such/folder/r.md"), "cannot be written"),
        (("--format", "pdf"), "pdf"),
    ],
)
def test_what_is_wrong_with_a_report_is_told_in_a_sentence(
    careerbot: Careerbot, arguments: tuple[str, str], said: str
) -> None:
    told = careerbot("report", *arguments)
    assert told.returncode in {1, 2}
    assert said in told.stderr
    assert "Traceback" not in told.stderr


async def confirm(folder: Path) -> None:
    """A mentor has confirmed an answer."""
    records = await Records.open(database_url("", folder))
    rests_on = (Basis("p1", "h1", "baker.md", "Baker: Pay"),)
    said = ("What does a pastry chef in Lyon earn?", "A pastry chef in Lyon earns about €31,000 per year. [1]")
    draft = Confirmation("c1", "T1", "T1:C1:1.0", *said, ("Baker: [1] Pay",), rests_on, "U0DORA")
    await records.confirmations.draft(draft)
    assert await records.confirmations.confirm(draft, [], await records.confirmations.version())
    await records.close()


def test_confirmed_answers_are_printed_as_a_guide_that_answers_when_it_is_put_in_place(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    asyncio.run(confirm(tmp_path / "data"))
    data = str(tmp_path / "data")
    told = careerbot("confirmations", DATA_DIR=data)
    assert told.returncode == 0, told.stderr
    assert "U0DORA" not in told.stdout
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "confirmed.md").write_text(told.stdout, encoding="utf-8")
    question = "what does a pastry chef in Lyon earn?"
    answered = careerbot("ask", "--json", question, KNOWLEDGE_DIR=str(guides), DATA_DIR=data)
    assert "€31,000" in json.loads(answered.stdout)["answer"]


def test_confirmed_answers_are_printed_as_json_for_scripts(careerbot: Careerbot, tmp_path: Path) -> None:
    assert json.loads(careerbot("confirmations", "--format", "json", DATA_DIR=str(tmp_path)).stdout) == []
    asyncio.run(confirm(tmp_path))
    (entry,) = json.loads(careerbot("confirmations", "--format", "json", DATA_DIR=str(tmp_path)).stdout)
    assert entry.keys() == {"question", "answer", "sources", "passages", "confirmed_at"}
    assert "U0DORA" not in str(entry)


def test_guides_from_a_repository_are_answered_from_and_what_keeps_them_from_being_fetched_is_said(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    repository = Repository.made(tmp_path / "repository", {"docs/guides/baker.md": BAKER, "README.md": "# No guide\n"})
    data = str(tmp_path / "data")
    settings = {"KNOWLEDGE_GIT": repository.address, "KNOWLEDGE_GIT_FOLDER": "docs/guides", "DATA_DIR": data}
    assert "$30,000" in careerbot("ask", "What does a baker earn?", **settings).stdout
    repository.commit({"docs/guides/baker.md": BAKER.replace("$30,000", "$36,000")})
    assert "1 changed" in careerbot("index", **settings).stdout
    assert "$36,000" in careerbot("ask", "What does a baker earn?", **settings).stdout
    repository.folder.rename(tmp_path / "elsewhere")
    told = careerbot("index", **settings)
    assert told.returncode == 0
    assert f"careerbot: The guides in {repository.address} were not fetched: " in told.stderr
    assert "The copy of 20" in told.stderr
    assert "FAIL  guides in git: The guides in" in careerbot("doctor", **settings).stdout
    told = careerbot("index", **settings | {"KNOWLEDGE_GIT": f"{repository.address}#other"})
    assert told.returncode == 1
    assert "There is no copy of them yet" in told.stderr


def test_the_credentials_of_a_repository_are_shown_nowhere(careerbot: Careerbot, tmp_path: Path) -> None:
    address = "https://anna:glpat-s3cret@127.0.0.1:1/guides.git"
    for command in (["index"], ["ask", QUESTION], ["doctor"], ["index", "--json"]):
        told = careerbot(*command, KNOWLEDGE_GIT=address, DATA_DIR=str(tmp_path / "data"), LOG_LEVEL="DEBUG")
        assert told.returncode == 1
        assert "https://127.0.0.1:1/guides.git" in " ".join((told.stdout + told.stderr).split())
        assert "s3cret" not in told.stdout + told.stderr
    refused = careerbot("index", KNOWLEDGE_GIT="http://anna:glpat-s3cret@example.org/guides.git")
    assert (
        refused.stderr
        == "careerbot: Some settings are wrong. KNOWLEDGE_GIT: it begins with https://, ssh:// or file://.\n"
    )


@pytest.mark.skipif(not HAS_OPENSSL, reason="openssl makes the certificate of the server")
def test_guides_from_a_web_server_are_answered_from_and_take_the_place_of_those_from_a_repository(
    careerbot: Careerbot, tmp_path: Path
) -> None:
    repository = Repository.made(tmp_path / "repository", {"baker.md": BAKER, "cook.md": BAKER.replace("aker", "ook")})
    certificate = certificate_in(tmp_path)
    settings = {
        "DATA_DIR": str(tmp_path / "data"),
        "SSL_CERT_FILE": str(certificate),
        "KNOWLEDGE_GIT": repository.address,
    }
    with web_folder(certificate, tmp_path / "web", "anna:s3cret") as web:
        web.write({"baker.md": BAKER.replace("$30,000", "$36,000")})
        settings["KNOWLEDGE_HTTPS"] = web.address.replace("https://", "https://anna:s3cret@")
        assert "$36,000" in careerbot("ask", "What does a baker earn?", **settings).stdout
        assert "$30,000" in careerbot("ask", "What does a cook earn?", **settings).stdout
        web.write({"baker.md": BAKER.replace("$30,000", "$37,000")})
        assert "1 changed" in careerbot("index", **settings).stdout
        well = " ".join(careerbot("doctor", **settings).stdout.split())
        assert "ok guides in git: The copy of 20" in well
        assert "ok guides over https: The copy of 20" in well
    told = careerbot("index", **settings)
    assert told.returncode == 0
    assert (
        f"careerbot: The guides in {web.address}/ were not fetched: the server cannot be reached. The copy"
        in told.stderr
    )
    failed = careerbot("doctor", **settings).stdout
    assert "FAIL  guides over https: The guides in" in failed
    assert "s3cret" not in told.stdout + told.stderr + failed
    refused = careerbot("index", **settings | {"KNOWLEDGE_HTTPS": "https://anna:s3cret@example.org/guides.git"})
    assert refused.stderr == (
        "careerbot: Some settings are wrong. KNOWLEDGE_HTTPS: it is a git repository, which belongs into KNOWLEDGE_GIT.\n"
    )

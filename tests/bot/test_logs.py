import asyncio
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.logs import MOST_FRAMES, OneLine, about, trace


def fail(deep: int = 0) -> None:
    if deep:
        fail(deep - 1)
    raise RuntimeError("private words")


def caught(deep: int = 0) -> RuntimeError:
    try:
        fail(deep)
    except RuntimeError as error:
        return error
    raise AssertionError


def written(message: str, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    return OneLine().format(logging.LogRecord("lib", logging.ERROR, "x.py", 1, message, (), info))


def test_an_exception_is_its_type_with_file_and_line_of_each_frame_and_no_message() -> None:
    line = written("It failed", caught())
    ours = r"(?:tests/bot/)?test_logs\.py:\d+"
    assert re.search(rf"ERROR lib: It failed \(RuntimeError at {ours} {ours}\)$", line)
    assert "private words" not in line
    assert "/root" not in line


def test_what_caused_an_exception_is_told_with_its_own_frames_and_no_message() -> None:
    try:
        try:
            fail()
        except RuntimeError as error:
            raise ValueError("more private words") from error
    except ValueError as error:
        told = trace(error)
    assert re.fullmatch(r"ValueError at \S+:\d+, from RuntimeError at \S+:\d+ \S+:\d+", told)


def test_a_library_file_is_named_from_its_package_on() -> None:
    try:
        asyncio.run(asyncio.wait_for(asyncio.Event().wait(), 0))
    except TimeoutError as error:
        told = trace(error)
    assert " asyncio/runners.py:" in told
    assert sys.prefix not in told


def test_of_a_deep_trace_the_outermost_and_the_innermost_frames_are_told() -> None:
    told = trace(caught(500))
    assert told.count("test_logs.py:") == MOST_FRAMES
    assert " … " in told


def test_an_exception_that_was_never_raised_is_its_type() -> None:
    assert trace(RuntimeError("private words")) == "RuntimeError"


async def test_lines_about_a_question_carry_its_reference_in_tasks_too() -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        return written("answered")

    with about("T1:C1:1.0"):
        task = asyncio.create_task(work())
        assert "ERROR lib [T1:C1:1.0]: asked" in written("asked")
    assert "ERROR lib: later" in written("later")
    assert "ERROR lib [T1:C1:1.0]: answered" in await task


async def test_questions_at_the_same_time_keep_their_own_references() -> None:
    async def work(reference: str) -> str:
        with about(reference):
            await asyncio.sleep(0)
            return written("answered")

    assert ["[a]" in line for line in await asyncio.gather(work("a"), work("b"))] == [True, False]


async def test_what_asyncio_tells_of_a_lost_exception_has_its_frames_and_no_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    task = asyncio.create_task(asyncio.to_thread(fail))
    await asyncio.wait([task])
    context = {"message": "Task exception was never retrieved", "exception": task.exception(), "future": task}
    asyncio.get_running_loop().call_exception_handler(context)
    (record,) = caplog.records
    assert "private words" in record.getMessage()
    line = OneLine().format(record)
    assert "asyncio: Task exception was never retrieved (RuntimeError at " in line
    assert "private words" not in line


def test_tokens_and_keys_are_hidden() -> None:
    line = written("Failed with xoxb-12-ab, xapp-1-A and sk-proj-99, see desk-work")
    assert line.endswith("Failed with [hidden], [hidden] and [hidden], see desk-work")


def test_an_event_is_one_line() -> None:
    assert "\n" not in written("one\n  two")


@pytest.mark.parametrize("level", ["DEBUG", "WARNING"])
def test_libraries_only_warn_and_the_bot_writes_from_the_level_of_the_settings_on(level: str) -> None:
    code = (
        f"from bot.logs import start_log; import logging; start_log('{level}')\n"
        "for name in ('bot.answering', 'openai', 'matplotlib'):\n"
        "    for level in ('debug', 'warning'): getattr(logging.getLogger(name), level)('%s %s', name, level)"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    told = [line.rpartition(": ")[2] for line in done.stderr.splitlines()]
    ours = ["bot.answering debug"] if level == "DEBUG" else []
    assert told == [*ours, "bot.answering warning", "openai warning"]


def test_the_log_is_json_where_that_is_set() -> None:
    code = (
        "from bot.logs import start_log; import logging; start_log('INFO', 'json'); logging.getLogger('bot').info('ö')"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    told = json.loads(done.stderr)
    assert (told["level"], told["logger"], told["message"]) == ("INFO", "bot", "ö")

import logging
import sys

from bot.logs import OneLine


def written(message: str, *, failing: bool = False) -> str:
    error = None
    if failing:
        try:
            raise RuntimeError("private words")
        except RuntimeError:
            error = sys.exc_info()
    return OneLine().format(logging.LogRecord("lib", logging.ERROR, "x.py", 1, message, (), error))


def test_an_exception_is_its_type_and_no_traceback() -> None:
    line = written("It failed", failing=True)
    assert line.endswith("ERROR lib: It failed (RuntimeError)")
    assert "private words" not in line


def test_tokens_and_keys_are_hidden() -> None:
    line = written("Failed with xoxb-12-ab, xapp-1-A and sk-proj-99, see desk-work")
    assert line.endswith("Failed with [hidden], [hidden] and [hidden], see desk-work")


def test_an_event_is_one_line() -> None:
    assert "\n" not in written("one\n  two")

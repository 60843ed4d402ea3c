"""The log: one line an event, without tracebacks and tokens, whatever a library wants to write."""

import logging
import re

QUIET = ("httpx", "chromadb", "pdfminer", "slack_bolt", "slack_sdk", "aiosqlite", "bm25s")
"""Libraries that write more than a person who runs the bot wants to read; some would write messages of people."""
_SECRET = re.compile(r"\b(?:xox[a-z]|xapp|sk)-[\w-]+")


class OneLine(logging.Formatter):
    """Writes an exception as its type and hides tokens and keys."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[0]:
            line += f" ({record.exc_info[0].__name__})"
        return _SECRET.sub("[hidden]", " ".join(line.split()))


def start_log(level: str) -> None:
    """Log to standard error from `level` on."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=level, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)

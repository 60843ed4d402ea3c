"""Keeps what libraries tell about themselves off the screen, and conversations in the house: warnings, progress bars, telemetry."""

import os
import sys
import warnings

SWITCHES = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",  # without it, a warning about forks that this program never makes
    "TQDM_DISABLE": "1",  # bm25s
}


LEADS_ELSEWHERE = (
    "LANGCHAIN_HANDLER", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_GATEWAY", "LANGSMITH_TRACING",
    "LANGSMITH_TRACING_V2",
)  # fmt: skip
"""Variables by which LangChain sends every prompt to LangSmith, whatever this program's settings say, or refuses to work."""
READ_BY_BOLT = (
    "SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET", "SLACK_VERIFICATION_TOKEN",
)  # fmt: skip
"""Variables that Bolt takes as its own settings, whatever it is given: it warns that it does not use them, or installs the app by OAuth."""


def silence_libraries() -> None:
    """Switch it off, before the libraries are imported, where the environment or `python -W` does not ask for it; what would
    send conversations elsewhere is switched off even then: TRACES_LANGSMITH alone says so.
    """
    for name in LEADS_ELSEWHERE:
        os.environ.pop(name, None)
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def keep_from_bolt() -> None:
    """Take Slack's secrets out of the environment once the settings have been read: Bolt is given what it is to know of them."""
    for name in READ_BY_BOLT:
        os.environ.pop(name, None)

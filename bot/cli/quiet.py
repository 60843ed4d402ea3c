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

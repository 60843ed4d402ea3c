"""Keeps what libraries tell about themselves off the screen: warnings, progress bars, telemetry."""

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


def silence_libraries() -> None:
    """Switch it off, before the libraries are imported, where the environment or `python -W` does not ask for it."""
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")

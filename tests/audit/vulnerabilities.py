"""What is known of weaknesses in the locked packages: pip-audit asked, and what it said."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 600


@dataclass(frozen=True)
class Findings:
    """What pip-audit found: sentences on weaknesses, how many packages its service knew and did not know, or why it could not ask."""

    weaknesses: tuple[str, ...] = ()
    known: int = 0
    unknown: int = 0
    not_asked: str = ""


def findings(lock: Path, options: Sequence[str] = ()) -> Findings:
    """Ask for every package of a lock file. The options are pip-audit's, such as `-s osv`."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes", "--disable-pip",
        "--progress-spinner", "off", "--format", "json", *options,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return Findings(not_asked=f"it did not answer within {SECONDS} s")
    return read(done.stdout, done.stderr)


def read(output: str, errors: str) -> Findings:
    """What pip-audit wrote, understood."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        last = (errors.strip() or "it said nothing").splitlines()[-1]
        return Findings(not_asked=last)
    known = [package for package in packages if "vulns" in package]
    return Findings(
        tuple(_sentence(package, weakness) for package in known for weakness in package["vulns"]),
        len(known),
        len(packages) - len(known),
    )


def _sentence(package: dict[str, str], weakness: dict[str, list[str]]) -> str:
    mended = ", ".join(weakness["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}"

"""`make audit`: the licences of all locked packages, always; known weaknesses, where pip-audit's service can be reached.

It ends with 1 where a licence is not allowed or a weakness is known. What follows the command goes to pip-audit.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.audit.licences import EXEMPTIONS, judged, locked_packages
from tests.audit.vulnerabilities import Findings, findings

LOCK = Path(__file__).parents[2] / "requirements-dev.lock"
"""It holds whatever the other lock files hold."""


def main(options: Sequence[str]) -> int:
    """Print what was found; 1 if something must be done about it."""
    refused = licences()
    print("Asking pip-audit about known weaknesses ...", flush=True)
    found = findings(LOCK, options)
    print(summary(found))
    return 1 if refused or found.weaknesses else 0


def licences() -> int:
    """Print the licences that are not allowed and those that somebody looked at; how many are not allowed."""
    packages = list(judged(locked_packages(LOCK)))
    refused = [package for package in packages if package.refused]
    for package in refused:
        print(f"{package.name} {package.version}: {package.refused}")
    for name, exemption in EXEMPTIONS.items():
        print(f"{name}: allowed by exemption. {exemption.told}. {exemption.reason}.")
    print(f"Licences: {len(packages)} locked packages, {len(refused)} not allowed.")
    return len(refused)


def summary(found: Findings) -> str:
    """What pip-audit found, as sentences."""
    if found.not_asked:
        return f"Known weaknesses: NOT LOOKED UP, pip-audit reached no service. It said: {found.not_asked}"
    if not found.known:
        return f"Known weaknesses: NOT LOOKED UP, the service knows none of the {found.unknown} packages."
    unknown = f" Not looked up, because the service does not know them: {found.unknown}." if found.unknown else ""
    lines = [*found.weaknesses, f"Known weaknesses: {len(found.weaknesses)} in {found.known} packages.{unknown}"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

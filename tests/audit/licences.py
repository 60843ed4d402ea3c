"""The licences of packages as their installed metadata tell them, and which of them are allowed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, Licensing, get_spdx_licensing
from packaging.requirements import Requirement

ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-CMU", "MPL-2.0", "PSF-2.0",
    "Zlib",
}  # fmt: skip
"""By their SPDX identifiers. None asks that this project takes a licence over; MPL asks so for changed files of the package."""
SPDX = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What classifiers and older metadata call a licence, in small letters. All that are called BSD are permissive."""


@dataclass(frozen=True)
class Exemption:
    """A package that somebody looked at: what its metadata say, word by word, and why it may be used all the same."""

    told: str
    reason: str


EXEMPTIONS = {
    "docutils": Exemption(
        "Public Domain, BSD License, GNU General Public License (GPL)",
        "COPYING.rst: all that is installed is in the public domain or under BSD-2-Clause; under the GPL is only "
        "tools/editors/emacs/rst.el, which no wheel contains",
    ),
    "pypdfium2": Exemption(
        "BSD-3-Clause, Apache-2.0, dependency licenses",
        "licenses/BUILD_LICENSES in the wheel: PDFium and what it is built with are under licences like BSD, MIT, Apache, zlib "
        "and FreeType's own; the GPL stands there with exceptions only, for build scripts of ICU and for libgcc in builds for musl",
    ),
}
"""By the package's name. One that tells something else by now must be looked at again."""


@dataclass(frozen=True)
class Package:
    """A locked package: name, version, what its metadata say of its licence, and why that is not allowed ("" where it is)."""

    name: str
    version: str
    told: str
    refused: str


def locked_packages(lock: Path) -> Iterator[Requirement]:
    """The packages of a lock file that belong on this machine and this Python."""
    for line in re.findall(r"^\w[^\\\n]*", lock.read_text(encoding="utf-8"), re.M):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement


def judged(requirements: Iterable[Requirement]) -> Iterator[Package]:
    """The packages with their licences, judged; one that is not installed, or in another version, is refused."""
    for requirement in requirements:
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            yield Package(requirement.name, "", "", "it is not installed: make .venv/installed-dev")
            continue
        told = licence_told(found.metadata.json)
        refused = why_refused(requirement.name, told)
        if found.version not in requirement.specifier:
            refused = f"version {found.version} is installed, not the locked one: make .venv/installed-dev"
        yield Package(requirement.name, found.version, told, refused)


def licence_told(metadata: Mapping[str, Any]) -> str:
    """What a package says of its licence: an SPDX expression where it has one, else names as it has them; "" for nothing."""
    if expression := metadata.get("license_expression"):
        return str(expression)
    text = str(metadata.get("license", "")).strip()
    if _spdx_names(text) is not None:
        return text
    classifiers = [name for name in metadata.get("classifier", ()) if name.startswith("License ::")]
    return ", ".join(name.rpartition(" :: ")[2] for name in classifiers) or text.partition("\n")[0].strip()


def why_refused(name: str, told: str) -> str:
    """Why a package with this licence may not be used; "" if it may."""
    if (known := EXEMPTIONS.get(name)) and known.told == told:
        return ""
    if not told:
        return "its metadata tell no licence"
    options = _options(told)
    if not options:
        return f"its licence is not known here: {told}"
    return "" if any(every <= ALLOWED for every in options) else f"its licence is not among those allowed: {told}"


def _options(told: str) -> list[set[str]]:
    """The sets of licences, each of which is enough; none where a name is not known. Names in a list all hold."""
    if (options := _spdx_names(told)) is not None:
        return options
    names = [SPDX.get(name.lower()) for name in ([told] if told.lower() in SPDX else told.split(", "))]
    return [{name for name in names if name}] if all(names) else []


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


@cache
def _spdx_names(text: str) -> list[set[str]] | None:
    """The same of an SPDX expression; None for what is none."""
    licensing = _licensing()
    try:
        parsed = licensing.parse(text, validate=True)
    except (ExpressionError, ValueError):
        return None
    if parsed is None:
        return None
    either = licensing.dnf(parsed)
    parts = either.args if isinstance(either, licensing.OR) else [either]
    return [{str(symbol) for symbol in licensing.license_symbols(part, decompose=False)} for part in parts]

"""An environment for each contestant, made once from its locked requirements, in a folder of the user's caches."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements"


def cache() -> Path:
    """The folder that the environments are kept in; XDG_CACHE_HOME moves it."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "career-advice-bot" / "beside"


def folder_of(name: str) -> Path:
    """Where the environment of a contestant lies, whether it is made or not: another lock, another folder."""
    lock = (REQUIREMENTS / f"{name}.lock").read_bytes()
    return cache() / f"{name}-{hashlib.sha256(lock).hexdigest()[:12]}"


def python_of(name: str) -> Path | None:
    """The interpreter of a contestant's environment; None where it is not made."""
    folder = folder_of(name)
    return folder / "bin" / "python" if (folder / "installed").is_file() else None


def make(name: str) -> Path:
    """The interpreter of a contestant's environment, which is made if it is not there. Raises CalledProcessError."""
    if made := python_of(name):
        return made
    folder = folder_of(name)
    print(f"Installing what {name} needs into {folder} ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--require-hashes"]
    lock = str(REQUIREMENTS / f"{name}.lock")
    subprocess.run([str(folder / "bin" / "python"), *install, "-r", lock], check=True)
    # Starting an adapter once leaves its modules compiled, which no measurement is to pay for.
    subprocess.run(
        [str(folder / "bin" / "python"), str(HERE / f"{name}.py"), str(folder / "tried")],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OPENAI_API_KEY": "none"},
    )
    (folder / "installed").touch()
    return folder / "bin" / "python"


def versions(name: str, packages: tuple[str, ...]) -> dict[str, str]:
    """The locked versions of some packages."""
    lines = (REQUIREMENTS / f"{name}.lock").read_text(encoding="utf-8").splitlines()
    locked = dict(line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith(" "))
    return {package: locked[package] for package in packages}

"""Guides from real git repositories: what the copy holds, what is refused, and what is told when it cannot be fetched."""

import asyncio
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.documents.reading import GuideFolders, look
from knowledge.errors import SourceUnavailable
from knowledge.index.syncing import stamps
from knowledge.sources.copied_guides import CopiedGuides
from knowledge.sources.git_address import GitAddress
from knowledge.sources.git_guides import GitGuides
from tests.git_repository import Repository, served

BAKER, FERRYMAN = "# Baker\n\nA baker earns $30,100 a year.\n", "# Ferryman\n\nA ferryman earns $41,300 a year.\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.made(tmp_path / "repository", {"docs/guides/baker.md": BAKER, "notes.md": "# Notes\n\nNone.\n"})


@pytest.fixture
def marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that a program of somebody's configuration of git would make."""
    made, home = tmp_path / "a-program-ran", tmp_path / "home"
    home.mkdir()
    hooks = home / "hooks"
    hooks.mkdir()
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / hook).write_text(f"#!/bin/sh\ntouch {made}\n")
        (hooks / hook).chmod(0o755)
    (home / ".gitconfig").write_text(
        f'[core]\n\thooksPath = {hooks}\n\tfsmonitor = "touch {made}"\n\tsshCommand = "touch {made}"\n\taskPass = "{hooks}/post-checkout"\n'
        f'[filter "lfs"]\n\tsmudge = "touch {made}; cat"\n\trequired = true\n'
        f'[credential]\n\thelper = "!touch {made}"\n[url "ext::touch {made} "]\n\tinsteadOf = file://\n[protocol "ext"]\n\tallow = always\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch {made}")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.fsmonitor=touch {made}'")
    return made


def guides_of(address: str, place: Path, folder: str = "", **limits: float) -> CopiedGuides:
    origin = GitGuides(GitAddress.of(address), folder, **limits)  # type: ignore[arg-type]
    return CopiedGuides(origin, place / "sources", 10)


def files_of(guides: CopiedGuides) -> dict[str, str]:
    folder = guides.folder
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_copy_holds_the_files_of_the_folder_and_follows_them(repository: Repository, tmp_path: Path) -> None:
    guides = guides_of(repository.address, tmp_path, "docs/guides")
    guides.pull()
    assert files_of(guides) == {"baker.md": BAKER}
    repository.commit({"docs/guides/baker.md": "# Baker\n", "docs/guides/sea/ferryman.md": FERRYMAN})
    guides.pull()
    assert files_of(guides) == {"baker.md": "# Baker\n", "sea/ferryman.md": FERRYMAN}
    repository.commit({}, "docs/guides/baker.md")
    guides.pull()
    assert files_of(guides) == {"sea/ferryman.md": FERRYMAN}
    assert not guides.trouble


def test_what_did_not_change_is_not_written_again_and_what_somebody_damaged_is_put_right(
    repository: Repository, tmp_path: Path
) -> None:
    guides = guides_of(repository.address, tmp_path)
    guides.pull()
    before = stamps(GuideFolders((guides.folder,)))
    repository.commit({"ferryman.md": FERRYMAN})
    guides.pull()
    after = stamps(GuideFolders((guides.folder,)))
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"ferryman.md"}
    (guides.folder / "ferryman.md").unlink()
    (guides.folder / "docs/guides/baker.md").write_text("# Nobody\n")
    guides.pull()
    assert files_of(guides)["docs/guides/baker.md"] == BAKER
    assert files_of(guides)["ferryman.md"] == FERRYMAN


def test_a_branch_is_followed_also_where_it_was_written_anew(repository: Repository, tmp_path: Path) -> None:
    repository.git("switch", "--quiet", "--create", "pay/2026")
    repository.commit({"ferryman.md": FERRYMAN})
    repository.git("switch", "--quiet", "main")
    guides = guides_of(f"{repository.address}#pay/2026", tmp_path)
    guides.pull()
    assert "ferryman.md" in files_of(guides)
    repository.git("branch", "--quiet", "--force", "pay/2026", "main")
    guides.pull()
    assert "ferryman.md" not in files_of(guides)


def test_old_commits_take_no_room(repository: Repository, tmp_path: Path) -> None:
    guides = guides_of(repository.address, tmp_path)
    for count in range(4):
        repository.commit({"large.txt": os.urandom(200_000).hex()} | {f"{count}.md": BAKER})
        guides.pull()
    kept = sum(path.stat().st_size for path in (tmp_path / "sources").rglob("*.pack"))
    assert 200_000 < kept < 400_000


def test_what_cannot_be_fetched_keeps_the_copy_and_is_told_until_it_can(repository: Repository, tmp_path: Path) -> None:
    guides = guides_of(repository.address, tmp_path)
    guides.pull()
    before = files_of(guides)
    shutil.move(repository.folder, tmp_path / "elsewhere")
    guides.pull()
    assert files_of(guides) == before
    assert guides.trouble.startswith(f"The guides in {repository.address} were not fetched: ")
    assert "does not appear to be a git repository. The copy of 20" in guides.trouble
    shutil.move(tmp_path / "elsewhere", repository.folder)
    guides.pull()
    assert not guides.trouble


@pytest.mark.parametrize(
    ("branch", "folder", "reason"),
    [("#nowhere", "", "couldn't find remote ref nowhere"), ("", "no/guides", "it has no folder `no/guides`"), ("", "notes.md", "it has no folder `notes.md`")],
)  # fmt: skip
def test_without_a_copy_it_is_an_error_that_says_why(
    repository: Repository, tmp_path: Path, branch: str, folder: str, reason: str
) -> None:
    with pytest.raises(SourceUnavailable, match=f"{reason}. There is no copy of them yet; mend KNOWLEDGE_GIT"):
        guides_of(repository.address + branch, tmp_path, folder).pull()


def test_where_git_is_not_installed_that_is_told(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceUnavailable, match="the program git is not installed"):
        guides_of(repository.address, tmp_path).pull()


def test_neither_the_repository_nor_anybodys_configuration_runs_a_program(
    repository: Repository, tmp_path: Path, marker: Path
) -> None:
    other = Repository.made(tmp_path / "other", {"ferryman.md": FERRYMAN})
    repository.commit({".gitattributes": "*.md filter=lfs\n", "cook.md": "# Cook\n"})
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.address, "module")
    repository.commit({})
    guides = guides_of(repository.address, tmp_path)
    guides.pull()
    assert files_of(guides)["cook.md"] == "# Cook\n"
    assert "module/ferryman.md" not in files_of(guides)
    assert not guides.trouble
    assert not marker.exists()


def test_a_link_out_of_the_repository_is_not_followed_and_is_named(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "private.md").write_text("# Private\n")
    (repository.folder / "private.md").symlink_to(tmp_path / "private.md")
    repository.commit({})
    guides = guides_of(repository.address, tmp_path)
    guides.pull()
    found = look(GuideFolders((guides.folder,)))
    assert {file.name for file in found.files} == {"docs/guides/baker.md", "notes.md"}
    assert [skipped.path for skipped in found.skipped] == ["private.md"]


def test_a_folder_that_is_a_link_is_no_folder_of_the_repository(repository: Repository, tmp_path: Path) -> None:
    (repository.folder / "linked").symlink_to("/etc")
    repository.commit({})
    with pytest.raises(SourceUnavailable, match="it has no folder `linked`"):
        guides_of(repository.address, tmp_path, "linked").pull()


def test_a_repository_that_unpacks_to_more_than_the_limit_keeps_the_copy(
    repository: Repository, tmp_path: Path
) -> None:
    guides = guides_of(repository.address, tmp_path, largest=3 << 20)
    guides.pull()
    repository.commit({"large.txt": "a career " * 500_000})
    guides.pull()
    assert "its files are larger than 3 MB together" in guides.trouble
    assert "large.txt" not in files_of(guides)


def test_a_server_that_never_answers_is_given_up_and_nothing_of_git_runs_on(
    repository: Repository, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/guides.git"
        with pytest.raises(SourceUnavailable, match="git took longer than 1 s"):
            guides_of(address, tmp_path, seconds=1.0).pull()
        _until_it_is_gone(silent)


async def test_a_stop_ends_what_is_being_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/guides.git"
        guides = CopiedGuides(GitGuides(GitAddress.of(address)), tmp_path / "sources", 0)
        async with guides.kept():
            connection, _ = await asyncio.to_thread(silent.accept)
        _until_closed(connection)


def _until_it_is_gone(silent: socket.socket) -> None:
    connection, _ = silent.accept()
    _until_closed(connection)


def _until_closed(connection: socket.socket) -> None:
    with connection:
        connection.settimeout(20)
        while connection.recv(4096):
            pass


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def test_it_is_pulled_on_schedule_and_a_failure_is_logged_once_and_ends(
    repository: Repository, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    guides = CopiedGuides(GitGuides(GitAddress.of(repository.address)), tmp_path / "sources", 0.001)
    async with guides.kept():
        await asyncio.to_thread(_until, lambda: guides.folder.joinpath("notes.md").exists())
        shutil.move(repository.folder, tmp_path / "elsewhere")
        await asyncio.to_thread(_until, lambda: bool(guides.trouble))
        shutil.move(tmp_path / "elsewhere", repository.folder)
        await asyncio.to_thread(_until, lambda: not guides.trouble)
    assert caplog.text.count("have changed") == 1
    assert caplog.text.count("were not fetched") == 1


def test_where_it_is_not_due_nothing_is_asked(repository: Repository, tmp_path: Path) -> None:
    guides = guides_of(repository.address, tmp_path)
    guides.pull(if_due=True)
    repository.commit({"ferryman.md": FERRYMAN})
    guides.pull(if_due=True)
    assert "ferryman.md" not in files_of(guides)
    (fetched,) = (tmp_path / "sources").glob("*/fetched")
    os.utime(fetched, (time.time() - 601,) * 2)
    guides.pull(if_due=True)
    assert "ferryman.md" in files_of(guides)


def test_several_at_once_give_a_whole_copy(repository: Repository, tmp_path: Path) -> None:
    several = [guides_of(repository.address, tmp_path) for _ in range(4)]
    threads = [threading.Thread(target=guides.pull) for guides in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [guides.trouble for guides in several] == [""] * 4
    assert files_of(several[0]) == {"docs/guides/baker.md": BAKER, "notes.md": "# Notes\n\nNone.\n"}


def test_a_lock_that_a_killed_process_left_is_removed(repository: Repository, tmp_path: Path) -> None:
    guides = guides_of(repository.address, tmp_path)
    guides.pull()
    (place,) = (tmp_path / "sources").iterdir()
    for name in ("index.lock", "shallow.lock"):
        (place / "repository" / name).touch()
        os.utime(place / "repository" / name, (time.time() - 1000,) * 2)
    repository.commit({"ferryman.md": FERRYMAN})
    guides.pull()
    assert "ferryman.md" in files_of(guides)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate of the server")
def test_credentials_reach_their_server_alone_and_are_neither_shown_nor_kept(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, tmp_path, "anna", "glpat-s3cret") as server:
        monkeypatch.setenv("GIT_SSL_CAINFO", str(server.certificate))
        host = server.address.removeprefix("https://")
        guides = guides_of(f"https://anna:glpat-s3cret@{host}/repository/.git", tmp_path)
        guides.pull()
        assert "notes.md" in files_of(guides)
        assert "anna:glpat-s3cret" in server.seen
        wrong = guides_of(f"https://anna:wr0ng-s3cret@{host}/repository/.git#main", tmp_path)
        with pytest.raises(SourceUnavailable, match="Authentication failed") as raised:
            wrong.pull()
        assert "s3cret" not in str(raised.value)
        none = guides_of(f"https://{host}/repository/.git#main", tmp_path)
        with pytest.raises(SourceUnavailable, match="could not read Username"):
            none.pull()
    kept = [path for path in (tmp_path / "sources").rglob("*") if path.is_file()]
    assert not any(b"s3cret" in path.read_bytes() for path in kept)

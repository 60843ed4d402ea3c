"""Guides from real servers behind HTTPS: what the copy holds, what is asked for again, what is refused, and what is told."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge.documents.reading import GuideFolders
from knowledge.errors import SourceUnavailable
from knowledge.index.syncing import stamps
from knowledge.sources.copied_guides import CopiedGuides
from knowledge.sources.https_address import HttpsAddress
from knowledge.sources.https_guides import HttpsGuides
from tests.https_server import HAS_OPENSSL, Reply, WebFolder, certificate_in, web_folder
from tests.knowledge.sources.test_archives import tarred, zipped

pytestmark = pytest.mark.skipif(not HAS_OPENSSL, reason="openssl makes the certificate of the server")
BAKER, FERRYMAN = "# Baker\n\nA baker earns $30,100 a year.\n", "# Ferryman\n\nA ferryman earns $41,300 a year.\n"
PAGE = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def web(certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebFolder]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with web_folder(certificate, tmp_path / "web") as web:
        web.write(
            {"baker.md": BAKER, "sea/ferryman & co.md": FERRYMAN, "picture.png": "no guide", ".hidden.md": "# No\n"}
        )
        yield web


def guides_of(address: str, place: Path, **limits: float) -> CopiedGuides:
    return CopiedGuides(HttpsGuides(HttpsAddress.of(address), **limits), place / "sources", 10)  # type: ignore[arg-type]


def files_of(guides: CopiedGuides) -> dict[str, str]:
    folder = guides.folder
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_copy_holds_the_guides_that_the_pages_list_and_follows_them(web: WebFolder, tmp_path: Path) -> None:
    guides = guides_of(f"{web.address}/", tmp_path)
    guides.pull()
    assert files_of(guides) == {"baker.md": BAKER, "sea/ferryman & co.md": FERRYMAN}
    assert not [path for path, _ in web.asked if "picture" in path or "hidden" in path]
    web.write({"baker.md": "# Baker\n", "sea/deep/cook.md": "# Cook\n"})
    (web.folder / "sea/ferryman & co.md").unlink()
    guides.pull()
    assert files_of(guides) == {"baker.md": "# Baker\n", "sea/deep/cook.md": "# Cook\n"}
    assert not guides.trouble


@pytest.mark.parametrize("path", ["", "/sub", "/sub/", "/sub/index.html"])
def test_a_folder_is_found_with_its_slash_without_it_and_by_its_index(
    path: str, web: WebFolder, tmp_path: Path
) -> None:
    web.write({"sub/cook.md": "# Cook\n"})
    if path.endswith("html"):
        web.write({"sub/index.html": '<a href="cook.md">cook</a>'})
    guides = guides_of(web.address + path, tmp_path)
    guides.pull()
    assert {name.rpartition("/")[2] for name in files_of(guides)} >= {"cook.md"}
    assert path == "" or files_of(guides) == {"cook.md": "# Cook\n"}


def test_what_did_not_change_is_not_sent_again_and_what_somebody_damaged_is_put_right(
    web: WebFolder, tmp_path: Path
) -> None:
    guides = guides_of(f"{web.address}/", tmp_path)
    guides.pull()
    assert web.fetched() == ["/baker.md", "/sea/ferryman%20&%20co.md"]
    before = stamps(GuideFolders((guides.folder,)))
    guides.pull()
    assert sorted(path for path, status in web.asked if status == 304) == ["/baker.md", "/sea/ferryman%20&%20co.md"]
    assert web.fetched() == []
    assert stamps(GuideFolders((guides.folder,))) == before
    (guides.folder / "baker.md").write_text("# Nobody\n")
    (guides.folder / "nobody.md").write_text("# Nobody\n")
    (guides.folder / "sea/ferryman & co.md").unlink()
    guides.pull()
    assert files_of(guides) == {"baker.md": BAKER, "sea/ferryman & co.md": FERRYMAN}


@pytest.mark.parametrize("noted", ["", "{", "[]", '{"stamps": {"baker.md": null}, "versions": {}}'])
def test_what_a_killed_process_left_is_put_right(noted: str, web: WebFolder, tmp_path: Path) -> None:
    guides = guides_of(f"{web.address}/", tmp_path)
    guides.pull()
    place = guides.folder.parent
    (place / "files.json").write_text(noted)
    (place / "coming").mkdir()
    (place / "coming/0.file").write_text("half of it")
    (guides.folder / "baker.md").write_text("# Half\n")
    guides.pull()
    assert files_of(guides) == {"baker.md": BAKER, "sea/ferryman & co.md": FERRYMAN}
    assert not guides.trouble


def test_a_change_within_the_second_of_the_last_one_is_not_missed(web: WebFolder, tmp_path: Path) -> None:
    now = time.time()
    guides = guides_of(f"{web.address}/baker.md", tmp_path)
    for text in (BAKER, "# Baker\n", "# Baker of bread\n"):
        (web.folder / "baker.md").write_text(text)
        os.utime(web.folder / "baker.md", (now, now))
        guides.pull()
        assert files_of(guides) == {"baker.md": text}


def test_what_comes_again_as_it_was_is_not_written(web: WebFolder, tmp_path: Path) -> None:
    web.replies["/baker.md"] = Reply(body=BAKER.encode())
    guides = guides_of(f"{web.address}/", tmp_path)
    guides.pull()
    before = stamps(GuideFolders((guides.folder,)))
    guides.pull()
    assert "/baker.md" in web.fetched()
    assert stamps(GuideFolders((guides.folder,))) == before


@pytest.mark.parametrize(("name", "pack"), [("guides.zip", zipped), ("guides.tar.gz", tarred), ("download", zipped)])
def test_an_archive_is_unpacked_and_fetched_again_only_when_it_changed(
    name: str, pack: Callable[..., bytes], web: WebFolder, tmp_path: Path
) -> None:
    path = f"/{name}"
    web.replies[path] = Reply(body=pack({"g/baker.md": BAKER, "g/sea/ferryman.md": FERRYMAN}), fields={"ETag": '"1"'})
    guides = guides_of(web.address + path, tmp_path)
    guides.pull()
    assert files_of(guides) == {"baker.md": BAKER, "sea/ferryman.md": FERRYMAN}
    guides.pull()
    assert [status for _, status in web.asked] == [200, 304]
    (guides.folder / "baker.md").unlink()
    guides.pull()
    assert files_of(guides).keys() == {"baker.md", "sea/ferryman.md"}
    web.replies[path] = Reply(body=pack({"g/baker.md": "# Baker\n"}), fields={"ETag": '"2"'})
    guides.pull()
    assert files_of(guides) == {"baker.md": "# Baker\n"}


@pytest.mark.parametrize(
    ("path", "fields", "name"),
    [
        ("/baker.md", {}, "baker.md"),
        ("/pages/baker.html", PAGE, "baker.html"),
        ("/download?id=1", {"Content-Disposition": "attachment; filename*=UTF-8''B%C3%A4cker.md"}, "Bäcker.md"),
        ("/download?id=2", {"Content-Disposition": 'attachment; filename="../../up.md"'}, "up.md"),
    ],
)
def test_a_single_guide_can_be_named(
    path: str, fields: dict[str, str], name: str, web: WebFolder, tmp_path: Path
) -> None:
    web.replies[path] = Reply(body=BAKER.encode(), fields=fields)
    guides = guides_of(web.address + path, tmp_path)
    guides.pull()
    assert files_of(guides) == {name: BAKER}


@pytest.mark.parametrize(
    ("path", "reply", "reason"),
    [
        ("/", Reply(body=b"<p>Welcome!</p>", fields=PAGE), "there is no guide in it"),
        ("/", Reply(body=b'[{"name": "baker.md"}]', fields={"Content-Type": "application/json"}), "it is neither a page"),
        ("/guides.zip", Reply(body=b"<p>Log in</p>", fields=PAGE), "the server answers with a page of HTML, perhaps one to log in"),
        ("/baker.md", Reply(body=b"<p>Log in</p>", fields=PAGE), "the server answers with a page of HTML, perhaps one to log in"),
        ("/guides.zip", Reply(body=zipped({"picture.png": ""})), "there is no guide in it"),
        ("/guides.zip", Reply(body=b"PK\3\4 no archive"), "its archive is damaged, or is none"),
        ("/guides.zip", Reply(body=b"no archive"), "it is neither a page"),
        ("/", Reply(404), r"the server has nothing there \(404\)"),
        ("/", Reply(403), r"the server does not allow it \(403\)"),
        ("/", Reply(500), "the server answers with status 500"),
        ("/", Reply(304), "the server answers with status 304"),
        ("/baker.md", Reply(body=b"packed", fields={"Content-Encoding": "gzip"}), "the server packs what it was asked for as it is"),
        ("/", Reply(302, fields={"Location": "/"}), "it leads from one address to another without end"),
        ("/", Reply(302, fields={"Location": "http://127.0.0.1:1/"}), "it leads to an address that does not begin with https://"),
        ("/", Reply(302, fields={"Location": "file:///etc/passwd"}), "it leads to an address that does not begin with https://"),
        ("/", Reply(302, fields={"Location": "https://127.0.0.1:x/"}), "it leads to what is no address"),
    ],
)  # fmt: skip
def test_without_a_copy_it_is_an_error_that_says_why(
    path: str, reply: Reply, reason: str, web: WebFolder, tmp_path: Path
) -> None:
    web.replies[path] = reply
    with pytest.raises(SourceUnavailable, match=f"{reason}.*. There is no copy of them yet; mend KNOWLEDGE_HTTPS"):
        guides_of(web.address + path, tmp_path).pull()


@pytest.mark.parametrize(
    ("path", "reply", "reason"),
    [
        ("/baker.md", Reply(403), r"`baker.md`: the server does not allow it \(403\)"),
        ("/baker.md", Reply(302, fields={"Location": "/login"}), "`baker.md`: the server answers with a page of HTML"),
        ("/baker.md", Reply(302, fields={"Location": "http://127.0.0.1:1/baker.md"}), "`baker.md`: it leads to an address that"),
        ("/baker.md", Reply(body=b"cut", fields={"Content-Length": "99"}), "`baker.md`: the connection broke off"),
        ("/sea/", Reply(302, fields={"Location": "/../login"}), "`sea/`: it leads out of the folder"),
        ("/sea/", Reply(503), "`sea/`: the server answers with status 503"),
        ("/", Reply(302, fields={"Location": "/login"}), "there is no guide in it"),
        ("/", Reply(body=b"<a href='x.md'>x</a>", fields=PAGE), "there is no guide in it"),
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_whole_keeps_the_copy_as_it_was_until_it_can(
    path: str, reply: Reply, reason: str, web: WebFolder, tmp_path: Path
) -> None:
    web.write({"in/baker.md": BAKER, "in/sea/ferryman.md": FERRYMAN})
    guides = guides_of(f"{web.address}/in/", tmp_path)
    guides.pull()
    before = stamps(GuideFolders((guides.folder,)))
    web.write({"in/baker.md": "# Baker\n", "in/cook.md": "# Cook\n", "in/sea/ferryman.md": "# Ferryman\n"})
    web.replies = {f"/in{path}": reply, "/login": Reply(body=b"<a href='/in/other.md'>Log in</a>", fields=PAGE)}
    guides.pull()
    assert stamps(GuideFolders((guides.folder,))) == before
    assert guides.trouble.startswith(f"The guides in {web.address}/in/ were not fetched: ")
    assert reason.replace("\\", "") in guides.trouble
    assert "The copy of 20" in guides.trouble
    assert not list((tmp_path / "sources").glob("*/coming"))
    web.replies.clear()
    web.write({"in/sea/ferryman.md": "# Ferryman of the sea\n"})
    guides.pull()
    assert not guides.trouble
    assert files_of(guides) == {
        "baker.md": "# Baker\n", "cook.md": "# Cook\n", "sea/ferryman.md": "# Ferryman of the sea\n",
    }  # fmt: skip


def test_a_listed_file_that_is_not_there_is_none(web: WebFolder, tmp_path: Path) -> None:
    web.replies["/"] = Reply(
        body=b"<a href='baker.md'>x</a> <a href='gone.md'>x</a> <a href='gone/'>x</a>", fields=PAGE
    )
    guides = guides_of(web.address, tmp_path)
    guides.pull()
    assert files_of(guides) == {"baker.md": BAKER}


def test_links_out_of_the_folder_are_not_followed(web: WebFolder, tmp_path: Path) -> None:
    web.write({"in/cook.md": "# Cook\n"})
    page = (
        b"<a href='cook.md'>x</a> <a href='/baker.md'>x</a> <a href='../baker.md'>x</a> <a href='%2e%2e/baker.md'>x</a>"
    )
    web.replies["/in/"] = Reply(body=page, fields=PAGE)
    guides = guides_of(f"{web.address}/in/", tmp_path)
    guides.pull()
    assert files_of(guides) == {"cook.md": "# Cook\n"}
    assert {path for path, _ in web.asked} == {"/in/", "/in/cook.md"}


def test_folders_that_lead_into_themselves_are_given_up(web: WebFolder, tmp_path: Path) -> None:
    (web.folder / "again").symlink_to(web.folder)
    with pytest.raises(SourceUnavailable, match="its folders lie more than 10 deep in each other"):
        guides_of(web.address, tmp_path).pull()


def test_more_guides_than_are_taken_are_refused(web: WebFolder, tmp_path: Path) -> None:
    links = "".join(f"<a href='{number}.md'>x</a>" for number in range(5001))
    web.replies["/"] = Reply(body=links.encode(), fields=PAGE)
    with pytest.raises(SourceUnavailable, match="it lists more than 5000 guides"):
        guides_of(web.address, tmp_path).pull()


def test_a_file_that_is_also_a_folder_keeps_the_copy(web: WebFolder, tmp_path: Path) -> None:
    guides = guides_of(f"{web.address}/guides.zip", tmp_path)
    web.replies["/guides.zip"] = Reply(body=zipped({"baker.md": BAKER}))
    guides.pull()
    web.replies["/guides.zip"] = Reply(body=zipped({"a.md": BAKER, "a.md/b.md": BAKER}))
    guides.pull()
    assert "`a.md` is both a file and a folder" in guides.trouble
    assert files_of(guides) == {"baker.md": BAKER}


def test_a_file_can_become_a_folder_and_a_folder_a_file(web: WebFolder, tmp_path: Path) -> None:
    guides = guides_of(f"{web.address}/guides.zip", tmp_path)
    for files in ({"a.md": BAKER, "b.md/c.md": BAKER}, {"a.md/b.md": BAKER, "b.md": BAKER}):
        web.replies["/guides.zip"] = Reply(body=zipped(files))
        guides.pull()
        assert files_of(guides) == files


def test_nothing_is_written_through_a_link_that_somebody_put_into_the_copy(web: WebFolder, tmp_path: Path) -> None:
    guides = guides_of(f"{web.address}/guides.zip", tmp_path)
    web.replies["/guides.zip"] = Reply(body=zipped({"baker.md": BAKER}))
    guides.pull()
    (tmp_path / "outside").mkdir()
    (guides.folder / "sea").symlink_to(tmp_path / "outside")
    web.replies["/guides.zip"] = Reply(body=zipped({"baker.md": BAKER, "sea/ferryman.md": FERRYMAN}))
    guides.pull()
    assert files_of(guides) == {"baker.md": BAKER, "sea/ferryman.md": FERRYMAN}
    assert not list((tmp_path / "outside").iterdir())


def test_more_bytes_than_the_limit_keep_the_copy(web: WebFolder, tmp_path: Path) -> None:
    guides = guides_of(web.address, tmp_path, largest=1 << 20)
    guides.pull()
    web.write({"large.md": "a career " * 200_000})
    guides.pull()
    assert "more than 1 MB came" in guides.trouble
    assert "large.md" not in files_of(guides)


def test_credentials_reach_their_server_alone_and_are_neither_shown_nor_kept(
    certificate: Path, web: WebFolder, tmp_path: Path
) -> None:
    with web_folder(certificate, tmp_path / "private", "anna:glpat-s3cret") as private:
        private.write({"baker.md": BAKER})
        host = private.address.removeprefix("https://")
        private.replies["/moved.md"] = Reply(
            302, fields={"Location": f"https://anna:other@{web.address.removeprefix('https://')}/baker.md"}
        )
        private.replies["/"] = Reply(body=b"<a href='baker.md'>x</a> <a href='moved.md'>x</a>", fields=PAGE)
        guides = guides_of(f"https://anna:glpat-s3cret@{host}/", tmp_path)
        guides.pull()
        assert files_of(guides) == {"baker.md": BAKER, "moved.md": BAKER}
        assert set(private.given) == {"anna:glpat-s3cret"}
        assert ("/baker.md", 200) in web.asked
        assert web.given == []
        wrong = guides_of(f"https://anna:wr0ng-s3cret@{host}/baker.md?signature=s3cret", tmp_path)
        with pytest.raises(
            SourceUnavailable, match=r"asks for a name and a password that it accepts \(401\)"
        ) as raised:
            wrong.pull()
        assert "s3cret" not in str(raised.value)
    kept = [path for path in (tmp_path / "sources").rglob("*") if path.is_file()]
    assert not any(b"s3cret" in path.read_bytes() for path in kept)
    assert not any(path.stat().st_mode & 0o077 for path in kept)


def test_a_certificate_that_nobody_trusts_is_refused(
    web: WebFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(SourceUnavailable, match=r"its certificate is not trusted \(self.signed certificate\)"):
        guides_of(web.address, tmp_path).pull()


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="the server cannot be reached"):
        guides_of("https://127.0.0.1:1/", tmp_path).pull()


def test_a_server_that_never_answers_is_given_up_and_its_connection_is_closed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(SourceUnavailable, match="it took longer than 1 s"):
            guides_of(address, tmp_path, seconds=1.0).pull()
        connection, _ = silent.accept()
    _until_closed(connection)


def test_a_server_that_drips_is_given_up(certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        guides = guides_of(f"https://127.0.0.1:{listening.getsockname()[1]}/", tmp_path, seconds=2.0)

        async def drip() -> None:
            async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writer.write(b"HTTP/1.1 200 OK\r\n")
                for number in range(1000):
                    writer.write(f"X-{number}: x\r\n".encode())
                    await writer.drain()
                    await asyncio.sleep(0.05)

            async with await asyncio.start_server(answer, sock=listening.dup(), ssl=context):
                with pytest.raises(SourceUnavailable, match="it took longer than 2 s"):
                    await asyncio.to_thread(guides.pull)

        asyncio.run(drip())


async def test_a_stop_ends_what_is_being_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = HttpsGuides(HttpsAddress.of(f"https://127.0.0.1:{silent.getsockname()[1]}/"))
        async with CopiedGuides(origin, tmp_path / "sources", 0).kept():
            connection, _ = await asyncio.to_thread(silent.accept)
            began = time.monotonic()
        assert time.monotonic() - began < 2
        await asyncio.to_thread(_until_closed, connection)


def _until_closed(connection: socket.socket) -> None:
    with connection:
        connection.settimeout(20)
        while connection.recv(4096):
            pass

"""Archives as people make them and as enemies do."""

import gzip
import io
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from knowledge.sources.archives import unpacked
from knowledge.sources.copied_guides import NotFetched

BAKER, FERRYMAN = "# Baker\n", "# Ferryman\n"
GUIDES = {"guides/baker.md": BAKER, "guides/sea/ferryman.md": FERRYMAN}


def zipped(files: Mapping[str, str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def tarred(files: Mapping[str, str], *others: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
        for other in others:
            archive.addfile(other)
    return made.getvalue()


def of_kind(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


def files_in(
    data: bytes, place: Path, largest: int = 1 << 20, look: Callable[[], None] = lambda: None
) -> dict[str, str]:
    (place / "archive").write_bytes(data)
    found = unpacked(place / "archive", place / "unpacked", look, largest)
    return {name: path.read_text() for name, path in found.items()}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("outer", ["", "team-guides-4f2a/"])
def test_guides_are_unpacked_without_the_folder_around_all_of_them(
    pack: Callable[[Mapping[str, str]], bytes], outer: str, tmp_path: Path
) -> None:
    files = {
        "baker.md": BAKER, "sea/ferryman.md": FERRYMAN, "picture.png": "no guide", ".git/hidden.md": "hidden",
        "__MACOSX/._baker.md": "hidden",
    }  # fmt: skip
    found = files_in(pack({outer + name: text for name, text in files.items()}), tmp_path)
    assert found == {"baker.md": BAKER, "sea/ferryman.md": FERRYMAN}


def test_names_that_windows_wrote_are_understood(tmp_path: Path) -> None:
    assert files_in(zipped({"sea\\ferryman.md": FERRYMAN, "baker.md": BAKER}), tmp_path).keys() == {
        "sea/ferryman.md", "baker.md",
    }  # fmt: skip


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("name", ["../up.md", "/etc/up.md", "a/../../up.md"])
def test_a_name_that_leads_out_of_the_folder_is_refused(
    pack: Callable[[Mapping[str, str]], bytes], name: str, tmp_path: Path
) -> None:
    with pytest.raises(NotFetched, match="leads out of the folder"):
        files_in(pack(GUIDES | {name: "# Up\n"}), tmp_path)
    assert not list(tmp_path.parent.glob("up.md"))


def test_links_and_devices_are_left_where_they_are(tmp_path: Path) -> None:
    strange = [
        of_kind("passwd.md", tarfile.SYMTYPE, "/etc/passwd"), of_kind("hard.md", tarfile.LNKTYPE, "guides/baker.md"),
        of_kind("null.md", tarfile.CHRTYPE), of_kind("pipe.md", tarfile.FIFOTYPE), of_kind("sea", tarfile.SYMTYPE, "/etc"),
    ]  # fmt: skip
    assert files_in(tarred(GUIDES, *strange), tmp_path).keys() == {"baker.md", "sea/ferryman.md"}


def test_a_link_in_a_zip_is_left_where_it_is(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("passwd.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("baker.md", BAKER)
    assert files_in(made.getvalue(), tmp_path) == {"baker.md": BAKER}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_what_unpacks_to_more_than_the_limit_is_refused(
    pack: Callable[[Mapping[str, str]], bytes], tmp_path: Path
) -> None:
    with pytest.raises(NotFetched, match="unpacks to more than 1 MB"):
        files_in(pack({"bomb.md": "0" * (20 << 20)}), tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 2 << 20


def test_a_bomb_that_is_no_guide_is_refused_in_a_tar_and_not_unpacked_in_a_zip(tmp_path: Path) -> None:
    files = GUIDES | {"guides/bomb.bin": "0" * (20 << 20)}
    assert files_in(zipped(files), tmp_path).keys() == {"baker.md", "sea/ferryman.md"}
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(NotFetched, match="unpacks to more than 1 MB"):
        files_in(tarred(files), other)


def test_a_list_of_files_that_is_itself_a_bomb_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 16 << 20
    data = gzip.compress(header.tobuf() + bytes(16 << 20) + bytes(1024))
    with pytest.raises(NotFetched, match="list of files that is too long"):
        files_in(data, tmp_path, largest=64 << 20)


def test_more_guides_than_are_taken_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match="more than 5000 guides"):
        files_in(zipped({f"{number}.md": "" for number in range(5001)}), tmp_path)


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_a_damaged_archive_is_told_as_that(
    pack: Callable[[Mapping[str, str]], bytes], cut: float, tmp_path: Path
) -> None:
    data = pack({f"{number}.md": str(number) * 50 for number in range(100)})
    with pytest.raises(NotFetched, match="its archive is damaged"):
        files_in(data[: int(len(data) * cut)], tmp_path)


def test_a_damaged_file_in_a_zip_is_told(tmp_path: Path) -> None:
    data = zipped({"baker.md": "# Baker of bread"}, zipfile.ZIP_STORED).replace(
        b"# Baker of bread", b"# Maker of bread", 1
    )
    with pytest.raises(NotFetched, match="its archive is damaged"):
        files_in(data, tmp_path)


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_rare_ways_of_packing_are_told(packing: int, tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match="packed in a way that is not read"):
        files_in(zipped(GUIDES, packing), tmp_path)


def test_an_encrypted_archive_is_told(tmp_path: Path) -> None:
    data = bytearray(zipped({"baker.md": BAKER}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    with pytest.raises(NotFetched, match="encrypted"):
        files_in(bytes(data), tmp_path)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_unpacking_ends_when_it_is_told_to(pack: Callable[[Mapping[str, str]], bytes], tmp_path: Path) -> None:
    def look() -> None:
        raise NotFetched("the bot was stopped")

    began = time.monotonic()
    with pytest.raises(NotFetched, match="the bot was stopped"):
        files_in(pack({"large.md": "0" * (50 << 20)}), tmp_path, 1 << 30, look)
    assert time.monotonic() - began < 20

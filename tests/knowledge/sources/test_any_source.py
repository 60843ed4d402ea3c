"""Whatever a server sends: names stay below the folder, damage is told as that, and no address is shown that is refused."""

import contextlib
import gzip
import shutil
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sources.archives import unpacked
from knowledge.sources.copied_guides import NotFetched
from knowledge.sources.https_address import HttpsAddress
from knowledge.sources.page_links import Listed, folder_of, listed
from tests.anything import SECONDS, TEXTS, often, seconds_of
from tests.knowledge.sources.test_archives import tarred, zipped

TOP = "https://example.org/guides/"
FILES = {f"g/{number}.md": f"# Guide {number}\n" * number for number in range(12)}
ARCHIVES = [zipped(FILES), tarred(FILES)]
BITS = st.sampled_from(
    [
        "../", "..", "%2e", "%2f", "%5c", "//", "/", "https://", "http:", "example.org", "example.org:443", "guides/", "a.md", ".md",
        "&#xD800;", "&#0;", "&amp;", "?", "#", "[", "]", "%", "%zz", "%ff", "\\", "\t", "\n", "é", "℀", "@", ":", "99999", "javascript:", "'",
    ]
)  # fmt: skip
LINKS = st.lists(st.one_of(BITS, TEXTS), max_size=7).map("".join)


@often(200)
@given(st.lists(LINKS, max_size=8), st.one_of(st.none(), LINKS))
def test_whatever_a_page_links_to_lies_below_the_folder(links: list[str], base: str | None) -> None:
    page = "".join(f'<a href="{link}">x</a>' for link in links)
    html = f'<base href="{base}">{page}' if base is not None else page
    for entry in listed(html.encode("utf-8", "replace"), TOP, TOP):
        assert entry.url.startswith(TOP)
        assert not {"", ".", ".."} & set(entry.name.removesuffix("/").split("/"))
        assert unquote(entry.url.removeprefix(TOP)) == entry.name
        assert not entry.is_folder or folder_of(entry.url) == entry.url


@often(200)
@given(
    st.sampled_from([0, 1, 2]), st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6)
)
def test_a_damaged_archive_is_unpacked_below_the_folder_or_told_as_that(
    tmp_path_factory: pytest.TempPathFactory, kind: int, damage: list[tuple[float, int]]
) -> None:
    data = bytearray(ARCHIVES[kind] if kind < 2 else gzip.decompress(ARCHIVES[1]))
    for where, byte in damage:
        data[int(where * len(data))] = byte
    place = tmp_path_factory.mktemp("archive")
    (place / "archive").write_bytes(gzip.compress(data, 1) if kind == 2 else data)
    with contextlib.suppress(NotFetched):
        found = unpacked(place / "archive", place / "unpacked", lambda: None, 1 << 20)
        assert all(path.parent == place / "unpacked" for path in found.values())
        assert not any(".." in name.split("/") or name.startswith("/") for name in found)
    assert {path.name for path in place.iterdir()} <= {"archive", "unpacked", "unpacked.tar"}
    shutil.rmtree(place)


@often(200)
@given(st.one_of(LINKS, LINKS.map("https://example.org/".__add__), LINKS.map("https://".__add__)))
def test_any_address_is_understood_or_refused_without_being_shown(text: str) -> None:
    told = ""
    try:
        shown = HttpsAddress.of(text).url
    except ValueError as error:
        shown, told = "https://", str(error)
    assert shown.startswith("https://")
    assert "@" not in shown.removeprefix("https://").partition("/")[0]
    assert len(text) < 20 or text not in told


def test_a_large_page_is_read_soon() -> None:
    html = "".join(f"<a href='{number}/'>{number}</a> <a href='../{number}.md'>x</a>" for number in range(10_000))
    found: list[Listed] = []
    assert seconds_of(lambda: found.extend(listed(html.encode(), TOP, TOP))) < 3 * SECONDS
    assert len(found) == 10_000
    with pytest.raises(NotFetched, match="more than 20000 links"):
        list(listed(f"{html}<a href='x.md'>x</a>".encode(), TOP, TOP))

"""Pages as servers make them, and what is followed of them."""

import pytest

from knowledge.sources.page_links import folder_of, listed

TOP = "https://example.org/our/guides/"
APACHE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head><title>Index of /our/guides</title></head><body><h1>Index of /our/guides</h1>
<table><tr><th valign="top"><img src="/icons/blank.gif" alt="[ICO]"></th><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><td><img src="/icons/back.gif" alt="[PARENTDIR]"></td><td><a href="/our/">Parent Directory</a></td><td>&nbsp;</td></tr>
<tr><td><img src="/icons/folder.gif" alt="[DIR]"></td><td><a href="sea/">sea/</a></td><td>2026-11-01 10:00</td></tr>
<tr><td><img src="/icons/unknown.gif" alt="[   ]"></td><td><a href="baker%20%26%20co.md">baker &amp; co.md</a></td><td>2026-11-01 10:00</td></tr>
</table><address>Apache/2.4.62 (Debian) Server at example.org Port 443</address></body></html>"""
NGINX = """<html>
<head><title>Index of /our/guides/</title></head>
<body><h1>Index of /our/guides/</h1><hr><pre><a href="../">../</a>
<a href="sea/">sea/</a>                      01-Nov-2026 10:00       -
<a href="baker%20%26%20co.md">baker &amp; co.md</a>           01-Nov-2026 10:00    1234
</pre><hr></body></html>"""
BY_HAND = """<base href="/our/guides/"><ul><li><a href="./baker%20&%20co.md#pay">Baker</a>, <a href="https://EXAMPLE.org:443/our/guides/sea/">sea</a>
<li><a href='/our/guides/baker &amp; co.md'>the same</a> <a href="mailto:anna@example.org">Anna</a> <a name="x">no link</a> <a href="http://[">broken</a></ul>"""
OUT = """<a href="../private.md">x</a><a href="/private.md">x</a><a href="https://example.com/our/guides/other.md">x</a><a href="//example.com/our/guides/other.md">x</a>
<a href="http://example.org/our/guides/plain.md">x</a><a href="https://example.org:8443/our/guides/port.md">x</a><a href="%2e%2e/up.md">x</a><a href="..%2fup.md">x</a>
<a href="a%2f..%2f..%2fup.md">x</a><a href="a%5cup.md">x</a><a href="a%00up.md">x</a><a href=".hidden.md">x</a><a href=".git/x.md">x</a>
<a href="javascript:alert(1)">x</a><a href="file:///etc/passwd.md">x</a><a href="https://anna:pw@example.org/our/guides/login.md">x</a><a href="picture.png">x</a><a href="">x</a>"""


@pytest.mark.parametrize("html", [APACHE, NGINX, BY_HAND])
def test_files_and_folders_are_found_on_the_pages_of_servers(html: str) -> None:
    found = {entry.name: entry.url for entry in listed(html.encode(), TOP, TOP)}
    assert found == {"sea/": f"{TOP}sea/", "baker & co.md": f"{TOP}baker%20%26%20co.md"}


def test_what_leads_out_of_the_folder_or_is_no_guide_is_not_followed() -> None:
    assert list(listed(OUT.encode(), TOP, TOP)) == []


def test_names_of_a_folder_below_are_told_from_the_top() -> None:
    (entry,) = listed(b'<a href="ferryman.md">x</a><a href="../">up</a>', f"{TOP}sea/", TOP)
    assert (entry.name, entry.is_folder) == ("sea/ferryman.md", False)


@pytest.mark.parametrize(
    ("page", "folder"),
    [
        (TOP, TOP),
        ("https://example.org/our/guides", TOP),
        ("https://example.org/our/guides/index.html?x=1", TOP),
        ("https://example.org", "https://example.org/"),
        ("https://Example.org:443/our/guides/", TOP),
    ],
)
def test_the_folder_of_a_page_is_itself_or_where_its_index_lies(page: str, folder: str) -> None:
    assert folder_of(page) == folder

import pytest

from knowledge.sources.git_address import GitAddress


@pytest.mark.parametrize(
    ("text", "url", "branch"),
    [
        ("https://example.org/team/guides.git", "https://example.org/team/guides.git", ""),
        ("https://example.org/guides.git#feature/pay-2026", "https://example.org/guides.git", "feature/pay-2026"),
        ("https://example.org/guides.git#", "https://example.org/guides.git", ""),
        ("ssh://git@example.org:2222/guides.git#main", "ssh://git@example.org:2222/guides.git", "main"),
        ("git@example.org:team/guides.git#main", "git@example.org:team/guides.git", "main"),
        ("file:///srv/guides.git", "file:///srv/guides.git", ""),
        ("https://[::1]:8443/guides.git", "https://[::1]:8443/guides.git", ""),
    ],
)
def test_an_address_of_each_kind_has_its_branch_taken_off(text: str, url: str, branch: str) -> None:
    assert GitAddress.of(text) == GitAddress(url, branch)


def test_credentials_are_taken_out_of_the_address_belong_to_its_server_alone_and_are_not_printed() -> None:
    address = GitAddress.of("https://an%6ea:p%40ss@example.org:8443/guides.git#main")
    assert address.url == "https://example.org:8443/guides.git"
    assert address.login
    assert (address.login.server, address.login.name, address.login.password) == (
        "https://example.org:8443", "anna", "p@ss",
    )  # fmt: skip
    assert "anna" not in repr(address)
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "ext::sh -c touch% /tmp/secret", "ext::secret", "http://example.org/secret", "git://example.org/secret", "/srv/secret",
        "secret", "--upload-pack=secret", "-oProxyCommand=secret@x:y", "ssh://-oProxyCommand=secret/x", "file://server/secret",
        "file:secret", "https:///secret", "https://example.org/secret?token=1", "https://example.org:secret/", "https://[::1/secret",
        "https://example.org/secret#--upload-pack=x", "https://example.org/secret#a..b", "https://example.org/secret#a:b",
        "https://example.org/secret guide", "https://example.org/secret\n", "https://a:secret%0Ahost=evil@example.org/x",
        "ssh://git:secret@example.org/x", "https://example\u2100.org/secret", "file::secret",
        "https://example.org/secret.zip", "https://example.org/secret.tar.gz#main",
    ],
)  # fmt: skip
def test_what_could_run_a_program_or_is_no_address_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"^it |^its |^file://|^ssh |^what ") as raised:
        GitAddress.of(text)
    assert "secret" not in str(raised.value)

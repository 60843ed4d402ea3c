import pytest

from knowledge.sources.https_address import HttpsAddress


@pytest.mark.parametrize(
    ("text", "url", "query"),
    [
        ("https://example.org/guides/", "https://example.org/guides/", ""),
        ("https://example.org", "https://example.org/", ""),
        ("https://[::1]:8443/guides.tar.gz", "https://[::1]:8443/guides.tar.gz", ""),
        ("https://example.org/guides.zip?X-Signature=s3cret", "https://example.org/guides.zip", "X-Signature=s3cret"),
    ],
)
def test_an_address_is_shown_without_its_query_which_may_be_a_signature(text: str, url: str, query: str) -> None:
    address = HttpsAddress.of(text)
    assert (address.url, address.query, address.login) == (url, query, None)
    assert address.whole == (text if "/" in text.removeprefix("https://") else f"{text}/")
    assert "s3cret" not in repr(address)


def test_credentials_are_taken_out_of_the_address_and_are_not_printed() -> None:
    address = HttpsAddress.of("https://an%6ea:p%40ss@example.org:8443/guides/")
    assert address.whole == "https://example.org:8443/guides/"
    assert address.login
    assert (address.login.server, address.login.name, address.login.password) == (
        "https://example.org:8443", "anna", "p@ss",
    )  # fmt: skip
    assert "anna" not in repr(address)
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://example.org/secret/", "it begins with https://"),
        ("http://127.0.0.1/secret/", "it begins with https://"),
        ("ftp://example.org/secret", "it begins with https://"),
        ("file:///srv/secret", "it begins with https://"),
        ("secret", "it begins with https://"),
        ("https:secret", "it begins with https://"),
        ("https:///secret", "it names a server"),
        ("https://example.org:secret/", "it is no address"),
        ("https://[::1/secret", "it is no address"),
        ("https://example.org/secret#part", "it has no part that begins with #"),
        ("https://example.org/secret guide", "it has no spaces"),
        ("https://example.org/secret\n", "it has no spaces"),
        ("https://a:secret%0Ab@example.org/x", "its name and password have no control characters"),
        ("https://example.org/team/secret.git", "it is a git repository, which belongs into KNOWLEDGE_GIT"),
    ],
)
def test_what_is_no_such_address_is_refused_with_the_reason_and_not_shown(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$") as raised:
        HttpsAddress.of(text)
    assert "secret" not in str(raised.value)

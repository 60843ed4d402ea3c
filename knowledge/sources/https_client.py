"""Gets files over https: credentials go to their server alone, nothing goes over http, and what is large or slow is given up."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote
from urllib.request import getproxies, proxy_bypass

from knowledge.sources.copied_guides import NotFetched
from knowledge.sources.login import Login

if TYPE_CHECKING:
    from aiohttp import BasicAuth, ClientError, ClientResponse, ClientSession
    from yarl import URL

CONNECT_SECONDS = 20.0
"""Seconds in which a server accepts a connection."""
SILENT_SECONDS = 30.0
"""Seconds for which it may send nothing."""
MOST_REDIRECTS = 5
HTML = ("text/html", "application/xhtml+xml")
JUST_NOW = timedelta(seconds=2)
_REDIRECTS = {301, 302, 303, 307, 308}
_PIECE = 1 << 16


class Gone(NotFetched):
    """The server says that there is nothing at an address."""


@dataclass(frozen=True)
class Version:
    """How a server tells one version of a file from another; empty where it does not."""

    etag: str = ""
    modified: str = ""

    @property
    def asked(self) -> Mapping[str, str]:
        """The fields that ask for another version only."""
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Got:
    """A file that came: where it was in the end, where it lies now, what kind of file it is, its name, its version."""

    url: str
    path: Path
    media_type: str
    name: str
    version: Version

    @property
    def is_page(self) -> bool:
        """Whether it is a page of HTML, as far as the server knows."""
        return self.media_type in HTML


@dataclass
class HttpsClient:
    """Gets files from the server of `login`, or from others without it, at most `largest` bytes together."""

    login: Login | None
    largest: int
    session: "ClientSession" = field(repr=False)
    come: int = 0

    @classmethod
    @asynccontextmanager
    async def opened(cls, login: Login | None, largest: int) -> "AsyncIterator[Self]":
        """A client that gets at most so many bytes, while this lasts."""
        from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

        timeout = ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
        connector = TCPConnector(ssl=ssl.create_default_context())
        fields = {"User-Agent": "careerbot", "Accept-Encoding": "identity"}
        async with ClientSession(
            connector=connector, timeout=timeout, headers=fields, cookie_jar=DummyCookieJar(), auto_decompress=False
        ) as session:
            yield cls(login, largest, session)

    async def get(self, url: str, into: Path, version: Version | None = None) -> Got | None:
        """The file at an address, written to a path; None where it is still the `version` that is there.

        Raises NotFetched with the reason, Gone where the server says that nothing is there.
        """
        from aiohttp import ClientError
        from yarl import URL

        try:
            return await self._get(URL(url), into, version or Version(), MOST_REDIRECTS)
        except TimeoutError:
            raise NotFetched("the server does not answer in time") from None
        except ClientError as error:
            raise NotFetched(_reason(error)) from None
        except ValueError:
            raise NotFetched("it leads to what is no address") from None

    async def _get(self, url: "URL", into: Path, version: Version, redirects: int) -> Got | None:
        if url.scheme != "https" or not url.host:
            raise NotFetched("it leads to an address that does not begin with https://")
        async with self.session.get(
            url, headers=version.asked, auth=self._auth(url), proxy=_proxy(url.host), allow_redirects=False
        ) as response:
            if response.status == HTTPStatus.NOT_MODIFIED and version.asked:
                return None
            if response.status not in _REDIRECTS or "Location" not in response.headers:
                _look_at(response)
                await self._write(response, into)
                return _got(response, into)
            target = _joined(url, response.headers["Location"])
        if not redirects:
            raise NotFetched("it leads from one address to another without end")
        return await self._get(target, into, version, redirects - 1)

    def _auth(self, url: "URL") -> "BasicAuth | None":
        from aiohttp import BasicAuth
        from yarl import URL

        if self.login is None or url.origin() != URL(self.login.server).origin():
            return None
        return BasicAuth(self.login.name, self.login.password, "utf-8")

    async def _write(self, response: "ClientResponse", into: Path) -> None:
        with into.open("wb") as file:
            async for piece in response.content.iter_chunked(_PIECE):
                self.come += len(piece)
                if self.come > self.largest:
                    raise NotFetched(f"more than {self.largest >> 20} MB came")
                file.write(piece)


def _joined(url: "URL", location: str) -> "URL":
    """Where a redirect leads, without the credentials that may stand in it. Raises ValueError where it is no address."""
    from yarl import URL

    target = url.join(URL(location, encoded=location.isascii()))
    return target.with_user(None).with_fragment(None) if target.host else target


def _proxy(host: str) -> str | None:
    """The proxy that the environment names for a host."""
    return None if proxy_bypass(host) else getproxies().get("https")


def _look_at(response: "ClientResponse") -> None:
    """Raise NotFetched where a response holds no file."""
    status, packing = response.status, response.headers.get("Content-Encoding", "identity").lower()
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise Gone(f"the server has nothing there ({status})")
    if status == HTTPStatus.UNAUTHORIZED:
        raise NotFetched("the server asks for a name and a password that it accepts (401)")
    if status == HTTPStatus.FORBIDDEN:
        raise NotFetched("the server does not allow it (403)")
    if status != HTTPStatus.OK:
        raise NotFetched(f"the server answers with status {status}")
    if packing != "identity" and not response.url.raw_path.endswith((".gz", ".tgz")):
        raise NotFetched("the server packs what it was asked for as it is")


def _got(response: "ClientResponse", into: Path) -> Got:
    fields = response.headers
    media_type = fields.get("Content-Type", "").partition(";")[0].strip().lower()
    version = Version(fields.get("ETag", ""), _modified(fields.get("Last-Modified", ""), fields.get("Date", "")))
    return Got(str(response.url), into, media_type, _name_of(response), version)


def _modified(told: str, now: str) -> str:
    """When a file was modified, unless that was just now: it may be so again within the second, which such a time cannot tell."""
    try:
        settled = parsedate_to_datetime(now) - parsedate_to_datetime(told) > JUST_NOW
    except (TypeError, ValueError):
        return ""
    return told if settled else ""


def _name_of(response: "ClientResponse") -> str:
    """The name that the server gives the file, otherwise the last part of its address; nothing of a path is in it."""
    told = Message()
    told["Content-Disposition"] = response.headers.get("Content-Disposition", "attachment")
    name = told.get_filename() or unquote(response.url.raw_path)
    return PurePosixPath(name.replace("\\", "/")).name


def _reason(error: "ClientError") -> str:
    """What went wrong on the way, without addresses, which may hold credentials."""
    from aiohttp import ClientConnectorCertificateError, ClientConnectorError, ClientHttpProxyError, InvalidURL

    if isinstance(error, ClientConnectorCertificateError):
        why = error.certificate_error
        return f"its certificate is not trusted ({why.verify_message if isinstance(why, ssl.SSLCertVerificationError) else why})"
    if isinstance(error, ClientHttpProxyError):
        return "the proxy refuses to connect"
    if isinstance(error, InvalidURL):
        return "it leads to what is no address"
    if isinstance(error, ClientConnectorError):
        return "the server cannot be reached"
    return "the connection broke off"

"""Pip-audit asked of a server of ours: what it finds is told, and also when it could not ask."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.audit.__main__ import summary
from tests.audit.vulnerabilities import Findings, findings, read

WEAK = {
    "id": "PYSEC-1",
    "summary": "Something",
    "affected": [
        {
            "package": {"name": "weak-one", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


@asynccontextmanager
async def service(status: int = 200) -> AsyncIterator[str]:
    """A server that speaks OSV's protocol and knows of one weak package."""

    async def answer(request: web.Request) -> web.Response:
        asked: dict[str, Any] = json.loads(await request.text())
        known = [WEAK] if asked["package"]["name"] == "weak-one" else []
        return web.json_response({"vulns": known} if known else {}, status=status)

    app = web.Application()
    app.router.add_post("/v1/query", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def closed_port() -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "a.lock"
    path.write_text("".join(f"{name}==1.0 \\\n    --hash=sha256:{'0' * 64}\n" for name in ("weak-one", "sound-one")))
    return path


def asking(url: str, cache: Path) -> list[str]:
    return ["--vulnerability-service", "osv", "--osv-url", f"{url}/v1/query", "--cache-dir", str(cache)]


async def test_a_known_weakness_is_named_with_the_version_that_mends_it(lock: Path, tmp_path: Path) -> None:
    async with service() as url:
        found = await asyncio.to_thread(findings, lock, asking(url, tmp_path))
    assert found == Findings(("weak-one 1.0: PYSEC-1, mended in 1.1",), known=2)
    assert summary(found).endswith("Known weaknesses: 1 in 2 packages.")


async def test_a_service_that_fails_is_said_to_be_out_of_reach(lock: Path, tmp_path: Path) -> None:
    async with service(status=503) as url:
        found = await asyncio.to_thread(findings, lock, asking(url, tmp_path))
    assert found.known == 0
    assert "NOT LOOKED UP" in summary(found)


def test_a_service_that_cannot_be_reached_is_no_clean_record(lock: Path, tmp_path: Path) -> None:
    with closed_port() as url:
        found = findings(lock, asking(url, tmp_path))
    assert found.not_asked
    assert "NOT LOOKED UP" in summary(found)


def test_packages_that_the_service_does_not_know_are_counted_and_not_called_sound() -> None:
    unknown = (
        '{"dependencies": [{"name": "a", "skip_reason": "not found"}, {"name": "b", "version": "1", "vulns": []}]}'
    )
    assert summary(read(unknown, "")).endswith(
        "0 in 1 packages. Not looked up, because the service does not know them: 1."
    )
    nothing = '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'
    assert "NOT LOOKED UP" in summary(read(nothing, ""))

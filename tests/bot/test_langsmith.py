"""What goes to LangSmith, and that nothing does unless TRACES_LANGSMITH says so: `careerbot ask` as a process."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import SettingsError
from bot.settings import Settings
from tests.bot.slack.scene import PAY, PAY_SAID, saying
from tests.openai_server import KEY, OpenAIServer

ROOT = Path(__file__).parents[2]
STRAY = {
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_TRACING": "true",
    "LANGCHAIN_TRACING": "true",
    "LANGSMITH_GATEWAY": "true",
}


@asynccontextmanager
async def langsmith(taken: list[tuple[str, bytes]]) -> AsyncIterator[str]:
    """The address of a LangSmith that keeps what it is sent."""

    async def take(request: web.Request) -> web.Response:
        taken.append((request.headers.get("X-API-Key", ""), await request.read()))
        return web.json_response({})

    app = web.Application(client_max_size=10 * 2**20)
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("setting", ["", "true"])
async def test_prompts_go_to_langsmith_where_our_setting_says_so_and_not_for_a_stray_variable(
    setting: str, tmp_path: Path
) -> None:
    taken: list[tuple[str, bytes]] = []
    async with langsmith(taken) as address, OpenAIServer() as model:
        model.reply_with(saying(PAY_SAID))
        environment = {
            **os.environ, **STRAY, "CAREERBOT_HOME": str(tmp_path), "OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": KEY,
            "LANGSMITH_ENDPOINT": address, "LANGSMITH_API_KEY": "lsv2-key", "TRACES_LANGSMITH": setting,
        }  # fmt: skip
        command = [sys.executable, "-m", "bot", "ask", PAY]
        asked = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await asked.communicate()
    assert asked.returncode == 0
    assert "$120,000" in told.decode()
    assert bool(taken) is bool(setting)
    assert (PAY.encode() in b"".join(body for _, body in taken)) is bool(setting)
    assert {key for key, _ in taken} <= {"lsv2-key"}


def test_without_a_key_langsmith_is_named_at_the_start_whether_there_is_a_model_or_not() -> None:
    for key in ({}, {"langsmith_api_key": ""}):
        with pytest.raises(SettingsError, match="LANGSMITH_API_KEY: TRACES_LANGSMITH needs it"):
            Settings.load(_env_file=None, traces_langsmith=True, **key)

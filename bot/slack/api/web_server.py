"""The HTTP server of this process: whether it lives, whether it can answer, and what else it is given to serve."""

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import cast

from aiohttp import web

from bot.errors import SettingsError
from bot.slack.api.connections import Bounds, Connections, heads_end
from bot.slack.api.limits import LARGEST_REQUEST

ALIVE = "The process is alive.\n"
READY = "Questions are answered.\n"
END_SECONDS = 0.5
"""How long the end waits for requests at hand."""


class WebServer:
    """Serves /healthz, /readyz and `routes` on one address, from open() to close().

    /healthz answers 200 as long as the event loop turns, /readyz 503 with one sentence while `unready` gives one.
    Connections are held to `bounds`, or to those that fit this process.
    """

    def __init__(
        self,
        host: str,
        port: int,
        unready: Callable[[], Awaitable[str]],
        routes: Iterable[web.AbstractRouteDef] = (),
        bounds: Bounds | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._unready = unready
        self._connections = Connections(bounds or Bounds.of_process())
        app = web.Application(middlewares=[heads_end], client_max_size=LARGEST_REQUEST)
        app.add_routes([web.get("/healthz", self._alive), web.get("/readyz", self._ready), *routes])
        # bodies stay as they were signed: Slack compresses none, and a small one could become a large one
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=END_SECONDS,
            auto_decompress=False,
            keepalive_timeout=self._connections.bounds.idle_seconds,
        )

    async def open(self) -> None:
        """Listen. Raises SettingsError where that address cannot be listened on."""
        await self._runner.setup()
        try:
            await self._connections.listen(self._host, self._port, cast("web.Server", self._runner.server))
        except OSError:
            await self._runner.cleanup()
            raise SettingsError(
                f"Nothing can listen on {self._host}:{self._port}; set HTTP_HOST and HTTP_PORT to an address of this machine whose port is free."
            ) from None

    @property
    def port(self) -> int:
        """The port that is listened on, also where any was asked for with 0."""
        return self._connections.port

    async def close(self) -> None:
        """Listen no more."""
        self._connections.close()
        await self._runner.cleanup()

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text=ALIVE)

    async def _ready(self, _: web.Request) -> web.Response:
        if unready := await self._unready():
            return web.Response(text=f"{unready}\n", status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response(text=READY)

"""One ASGI app: the channels' routes, health, the pages of officers and citizens, and in simulation the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.assembly.core import Core
from bot.health import report
from nlu.port import Interpreter


class Server(uvicorn.Server):
    """uvicorn, which says goodbye to open event streams before it waits for their end."""

    def __init__(self, config: uvicorn.Config, farewell: Callable[[], None]) -> None:
        super().__init__(config)
        self._farewell = farewell
        self._loop = asyncio.get_running_loop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take SIGTERM or SIGINT; called between any two instructions, so the rest waits for the loop."""
        self._loop.call_soon_threadsafe(self._farewell)
        super().handle_exit(sig, frame)


async def serve(app: FastAPI, *, host: str, port: int, farewell: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get three seconds to end."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
        # Longer than a proxy keeps its side open: a request on a connection that we close is lost.
        timeout_keep_alive=75,
    )
    await Server(config, farewell).serve()


def build_app(
    core: Core,
    *,
    understanding: Interpreter | None,
    processes: Path,
    console: Sequence[BaseRoute] = (),
    citizen: Sequence[BaseRoute] = (),
    simulator: Sequence[BaseRoute] = (),
) -> FastAPI:
    """Return the app. The channels' routes stand first: a webhook waits for nothing else."""
    app = FastAPI(title="PST", docs_url=None, redoc_url=None, openapi_url=None)
    for channel in core.channels.values():
        app.router.routes.extend(channel.routes())

    @app.get("/healthz")
    async def healthz() -> Response:
        status, content = await report(core, understanding, processes)
        return JSONResponse(content, status_code=status)

    @app.get("/", include_in_schema=False)
    async def root() -> Response:
        if simulator:
            return RedirectResponse("/simulator")
        return PlainTextResponse(f"PST {core.settings.office.office.name}\n")

    app.router.routes.extend(console)
    app.router.routes.extend(citizen)
    app.router.routes.extend(simulator)
    return app

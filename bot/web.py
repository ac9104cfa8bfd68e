"""One ASGI app: the channels' routes, health, and in simulation the simulator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.assembly import Core
from bot.health import report
from nlu.port import Interpreter


def build_app(
    core: Core,
    *,
    understanding: Interpreter | None,
    processes: Path,
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

    app.router.routes.extend(simulator)
    return app

"""The yardstick: a FastAPI handler that inserts one row and commits. Run as `python -m bench.bare URL PORT`."""

from __future__ import annotations

import asyncio
import sys

import uvicorn
import uvloop
from fastapi import FastAPI, Request, Response
from psycopg_pool import AsyncConnectionPool


async def main(url: str, port: int) -> None:
    """Serve until told to stop; POST / keeps its body."""
    async with AsyncConnectionPool(url, min_size=12, max_size=12, open=False) as pool:
        async with pool.connection() as connection:
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY, body text)"
            )
        app = FastAPI()

        @app.post("/")
        async def keep(request: Request) -> Response:
            body = (await request.body()).decode()
            async with pool.connection() as connection:
                await connection.execute("INSERT INTO bare (body) VALUES (%s)", (body,))
            return Response("ok")

        await uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False)).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2])))

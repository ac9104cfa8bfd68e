"""The connection to PostgreSQL: one transaction a step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

# What every step is handed: one open transaction.
Transaction = AsyncConnection
# What is raised when the server is away or does not answer in time.
DATABASE_ERRORS = (SQLAlchemyError, OSError, TimeoutError)

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 30_000


class Database:
    """Hands out transactions. Leaving the block commits, an exception rolls back."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """Take a `postgresql://` URL; nothing is connected before the first transaction."""
        self.url = url
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=CONNECT_SECONDS,
            # Errors name no parameters: they would carry what a citizen wrote into the logs.
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC",
            },
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open one transaction. Raises SQLAlchemy's OperationalError when the server is away."""
        async with self._engine.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Give back all connections."""
        await self._engine.dispose()


async def driver_connection(connection: Transaction) -> Any:
    """Return psycopg's own connection under SQLAlchemy's, to let the queue join the transaction."""
    return (await connection.get_raw_connection()).driver_connection

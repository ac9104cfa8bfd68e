"""The connection to PostgreSQL: one transaction a step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection as DriverConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# What every step is handed: one open transaction.
Transaction = AsyncConnection
# What is raised when the server is away or does not answer in time.
DATABASE_ERRORS = (SQLAlchemyError, OSError, TimeoutError)

CONNECT_SECONDS = 5
STATEMENT_MILLISECONDS = 30_000


def is_away(error: Exception) -> bool:
    """Tell whether an error means that the server cannot be reached or has given up on us for now."""
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout | OSError | TimeoutError)


class Database:
    """Hands out transactions. Leaving the block commits, an exception rolls back."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """Take a `postgresql://` URL; nothing is connected before the first transaction."""
        self.url = url
        self._engine = _engine(url, pool_size)
        # A pool of its own: to change a connection from one way to the other costs more than a statement.
        self._single = _engine(url, max(2, pool_size // 2), isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open one transaction. Raises SQLAlchemy's OperationalError when the server is away."""
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Transaction]:
        """Open a connection for exactly one statement, which is a transaction by itself.

        It commits when it has run: there are no BEGIN and COMMIT to wait for. Two statements need
        `transaction`.
        """
        async with self._single.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Give back all connections."""
        await self._engine.dispose()
        await self._single.dispose()


def _engine(url: str, pool_size: int, **options: Any) -> AsyncEngine:
    return create_async_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,  # what all processes of a machine may open has to fit the server's limit
        pool_timeout=CONNECT_SECONDS,
        # Errors name no parameters: they would carry what a citizen wrote into the logs.
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            # A machine that is gone in the middle of a transaction does not hold its locks for ever.
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC"
            f" -c idle_in_transaction_session_timeout={STATEMENT_MILLISECONDS}",
        },
        **options,
    )


async def driver_connection(connection: Transaction) -> Any:
    """Return psycopg's own connection under SQLAlchemy's, to let the queue join the transaction."""
    return (await connection.get_raw_connection()).driver_connection


def single_statement_pool(**arguments: Any) -> AsyncConnectionPool:
    """Return the pool on which the queue fetches and finishes jobs; `arguments` are psycopg_pool's.

    Each of the queue's own operations is one statement, so it needs no BEGIN and COMMIT around it. Nor
    does its commit wait for the disk: after a power cut a job may be there that was fetched or finished
    already, and doing a job twice has no effect twice. Jobs are deferred in the transactions of the rows
    they are about, not here.
    """
    options = {
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c synchronous_commit=off",
    }
    return AsyncConnectionPool(
        **{**arguments, "kwargs": options, "configure": _commit_each_statement, "check": _is_open}
    )


async def _commit_each_statement(connection: DriverConnection) -> None:
    await connection.set_autocommit(True)


async def _is_open(connection: DriverConnection) -> None:
    """Raise psycopg's OperationalError when the server has closed the connection.

    The end of a server is to be read on the socket: unlike the pool's own check, no round trip is needed.
    """
    connection.pgconn.consume_input()

"""A database for one run: made empty beside the others of a server, and removed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.store.upgrade import upgrade

KEPT = "pst_chat"


@contextmanager
def scratch_database(url: str, *, keep: bool) -> Iterator[str]:
    """Give the address of an upgraded database on the server of `url`.

    With `keep` it is always the same one, and stays. Raises psycopg's errors when the server does not
    let us make one.
    """
    name = KEPT if keep else f"{KEPT}_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as server:
        if not _exists(server, name):
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = make_url(url).set(database=name).render_as_string(hide_password=False)
    try:
        upgrade(address)
        yield address
    finally:
        if not keep:
            with psycopg.connect(url, autocommit=True, connect_timeout=5) as server:
                server.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


def _exists(server: psycopg.Connection, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

"""Looking for a person in every column of every table, and in every file."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import text

from tests.fakes import Stage

_COLUMNS = """
    SELECT table_name, column_name, udt_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name IN (
        SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
    )
    ORDER BY 1, 2
"""


async def columns(stage: Stage) -> list[tuple[str, str, str]]:
    """Return (table, column, type) of all there is, the queue's tables included."""
    async with stage.core.database.transaction() as tx:
        return [(row[0], row[1], row[2]) for row in await tx.execute(text(_COLUMNS))]


async def traces(stage: Stage, words: Iterable[str]) -> list[str]:
    """Return where any of these words (in small letters) stands: "table.column", "file"."""
    wanted = [word.lower() for word in words]
    found = []
    for table, column, kind in await columns(stage):
        selected = f'"{column}"' if kind == "bytea" else f'"{column}"::text'
        async with stage.core.database.transaction() as tx:
            values = (await tx.execute(text(f'SELECT DISTINCT {selected} FROM "{table}"'))).scalars()
            if any(word in said for said in _said(values) for word in wanted):
                found.append(f"{table}.{column}")
    for path in (stage.core.settings.files).rglob("*"):
        if path.is_file() and any(word in _plain(path.read_bytes()) for word in wanted):
            found.append(f"file {path.read_bytes()!r}")
    return found


def _said(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, bytes):
            yield _plain(value)
        elif value is not None:
            yield str(value).lower()


def _plain(data: bytes) -> str:
    with suppress(zlib.error):
        data = zlib.decompress(data)
    return data.decode("utf-8", "replace").lower()

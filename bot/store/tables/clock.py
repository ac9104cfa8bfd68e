"""When what time does was last set off."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from bot.store.tables.base import metadata, moment

# When each of the clock's duties was last deferred, for /healthz.
tick = Table(
    "tick",
    metadata,
    Column("name", String(32), primary_key=True),
    moment("at"),
)

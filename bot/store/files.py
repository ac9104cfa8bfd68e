"""Which files of the file store (bot/files.py) are known, in whatever table."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from bot.store.database import Transaction
from bot.store.tables import media


async def known(tx: Transaction, names: Collection[str]) -> set[str]:
    """Return those of these names that a row has. A table that keeps files has to be asked here."""
    found = await tx.execute(select(media.c.file).where(media.c.file.in_(names)))
    return set(found.scalars())

"""Which files of the file store (bot/files.py) are known, in whatever table."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, union_all

from bot.store.database import Transaction
from bot.store.tables import attachment, media, parcel


async def known(tx: Transaction, names: Collection[str]) -> set[str]:
    """Return those of these names that a row has. A table that keeps files has to be asked here."""
    asked = (select(table.c.file).where(table.c.file.in_(names)) for table in (media, parcel, attachment))
    return set((await tx.execute(union_all(*asked))).scalars())

"""Which files of the file store (bot/files.py) are known, in whatever table."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction

_KNOWN = text(
    """
    SELECT file FROM media WHERE file = ANY(:names)
    UNION SELECT file FROM parcel WHERE file = ANY(:names)
    UNION SELECT file FROM attachment WHERE file = ANY(:names)
    UNION SELECT each ->> 'file' FROM officer_mail, jsonb_array_elements(enclosed) AS each
        WHERE enclosed <> '[]' AND each ->> 'file' = ANY(:names)
    """
).bindparams(bindparam("names", type_=ARRAY(Text)))


async def known(tx: Transaction, names: Collection[str]) -> set[str]:
    """Return those of these names that a row has. A table that keeps files has to be asked here."""
    return set((await tx.execute(_KNOWN, {"names": list(names)})).scalars())

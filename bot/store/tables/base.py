"""What every table has: the names of its constraints, an id, moments."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def identity() -> Column[int]:
    """Return a table's own `id`."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    """Return a column for a moment with its time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable)

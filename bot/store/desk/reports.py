"""Reports that were made: their figures stay what they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Date, DateTime, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.database import Transaction

Kind = Literal["month", "year"]

_NOW = bindparam("now", type_=DateTime(timezone=True))
_FIRST = bindparam("first", type_=Date())


@dataclass(frozen=True, slots=True)
class Made:
    """A report of the period that begins on `first`; `made_by` is an officer's name, None: made by itself."""

    id: int
    kind: str
    first: date
    figures: Mapping[str, Any]
    made_at: datetime
    made_by: str | None


_COLUMNS = "report.id, report.kind, report.first, report.figures, report.made_at, officer.name"
_FROM = "FROM report LEFT JOIN officer ON officer.id = report.made_by"
_ONE = text(f"SELECT {_COLUMNS} {_FROM} WHERE report.kind = :kind AND report.first = :first").bindparams(
    _FIRST
)


async def made(tx: Transaction, kind: Kind, first: date) -> Made | None:
    """Return the report that was made of a period, None while there is none."""
    row = (await tx.execute(_ONE, {"kind": kind, "first": first})).one_or_none()
    return None if row is None else Made(*row)


_ALL = text(f"SELECT {_COLUMNS} {_FROM} ORDER BY report.first DESC, report.kind LIMIT :most")


async def every(tx: Transaction, *, most: int) -> list[Made]:
    """Return the reports that were made, the newest period first."""
    return [Made(*row) for row in await tx.execute(_ALL, {"most": most})]


_KEEP = text(
    """
    INSERT INTO report (kind, first, figures, made_at, made_by) VALUES (:kind, :first, :figures, :now, :by)
    ON CONFLICT (kind, first) WHERE survey_id IS NULL DO NOTHING
    RETURNING id
    """
).bindparams(_NOW, _FIRST, bindparam("figures", type_=JSONB))


async def keep(
    tx: Transaction, kind: Kind, first: date, figures: Mapping[str, Any], *, now: datetime, by: int | None
) -> int | None:
    """Keep a report, once for its period; None when another was quicker."""
    values = {"kind": kind, "first": first, "figures": dict(figures), "now": now, "by": by}
    return (await tx.execute(_KEEP, values)).scalar_one_or_none()


_MAILED = text("UPDATE report SET mailed_at = :now WHERE id = :report").bindparams(_NOW)


async def mailed(tx: Transaction, report_id: int, *, now: datetime) -> None:
    """Note that a report is on its way by mail."""
    await tx.execute(_MAILED, {"report": report_id, "now": now})


_BEGAN = text("SELECT min(opened_at) FROM conversation")


async def began(tx: Transaction) -> datetime | None:
    """Return when the first conversation began, None while there is none."""
    began_at: datetime | None = (await tx.execute(_BEGAN)).scalar_one()
    return began_at


_HAS_ANY = text("SELECT EXISTS (SELECT 1 FROM conversation WHERE opened_at < :before)").bindparams(
    bindparam("before", type_=DateTime(timezone=True))
)


async def has_any(tx: Transaction, *, before: datetime) -> bool:
    """Tell whether anybody had written before a moment: an office reports nothing of the time before it began."""
    return bool((await tx.execute(_HAS_ANY, {"before": before})).scalar_one())

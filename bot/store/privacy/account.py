"""What the audit tells of something that was done to a person's data: who, when, how much; never who it was about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert

from bot.store.database import Transaction
from bot.store.tables import audit


async def write(
    tx: Transaction,
    action: str,
    person_id: int,
    *,
    officer_id: int | None,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write down what was done to a person. `officer_id` is None on the command line and for what time does.

    `detail` holds numbers of rows and of tickets only.
    """
    await tx.execute(
        insert(audit).values(
            at=now,
            officer_id=officer_id,
            action=action,
            object=f"person:{person_id}",
            detail=dict(detail or {}),
        )
    )

"""Who did what: rows are only added (a trigger refuses everything else). They name no citizen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from bot.store.database import Transaction
from bot.store.tables import audit


async def note(
    tx: Transaction,
    action: str,
    *,
    now: datetime,
    officer_id: int | None = None,
    about: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note an act, in the transaction of the act itself.

    `action` reads room.verb ("login.failed", "file.downloaded"), at most 48 characters. `about` is what it was
    done to as kind:id ("officer:3", "ticket:KST-2026-00042"), `detail` plain values without texts, addresses
    or phone numbers. Without `officer_id` the program or the command line did it.
    """
    await tx.execute(
        insert(audit).values(
            at=now, officer_id=officer_id, action=action, object=about, detail=dict(detail or {})
        )
    )

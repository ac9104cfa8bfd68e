"""A survey that runs, with answers in it."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import text

from bot.assembly import counter
from handoff.ports.surveys import Plan
from tests.handoff.console.running import Desk

TITLE = "Survei Kepuasan Masyarakat Pelayanan Statistik Terpadu Semester Kedua Tahun Ini"
_SHEET = text(
    """
    INSERT INTO survey_sheet (
        survey_id, service, channel, scores, profile, remark, invited_at, started_at, finished_at
    )
    VALUES (:survey, :service, :channel, CAST(:scores AS jsonb), CAST(:profile AS jsonb), :remark, :at, :at, :at)
    """
)


async def a_survey(desk: Desk, *, answers: int) -> int:
    """Make a survey with so many finished questionnaires; return its id."""
    surveys, core = counter.surveys(desk.stage.core), desk.stage.core
    today = surveys.today()
    officer = await desk.officer("supervisor")
    plan = Plan(TITLE, today - timedelta(days=3), today + timedelta(days=20), 1000, 278)
    number = await surveys.make(officer, plan)
    async with core.database.transaction() as tx:
        for n in range(answers):
            values = {
                "survey": number,
                "service": ("konsultasi", "penjualan", "")[n % 3],
                "channel": ("whatsapp", "email")[n % 2],
                "scores": json.dumps({f"U{each}": 1 + (n * each) % 4 for each in range(1, 10)}),
                "profile": json.dumps({"kelamin": "lp"[n % 2], "umur": "25"} if n % 5 else {}),
                "remark": f"Saran nomor {n} " + "yangpanjangsekali" * 12 if n % 4 == 0 else None,
                "at": core.clock.now(),
            }
            await tx.execute(_SHEET, values)
    return number

"""The reports of a simulated year: `python -m tests.flow.year_of_reports FOLDER [CONVERSATIONS]`.

A made-up office, whose real jobs, rules and reports lived through a made-up year, month by month as it was reported.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bot.assembly import duties
from bot.running.postgres import EmbeddedPostgres
from bot.settings import Settings, load
from bot.store.scratch import scratch_database
from handoff.reports.document import Document
from handoff.reports.pdf import pdf
from handoff.reports.xlsx import xlsx
from tests.flow.population import ZONE, live
from tests.flow.simulated import simulated
from tests.handoff.reports.samples import BASIS, LETTERHEAD

YEAR, MONTH = 2026, 10
BEGINS = datetime(YEAR, 1, 1, tzinfo=ZONE)
ENDS = datetime(YEAR + 1, 1, 6, tzinfo=ZONE)
CONVERSATIONS = 2000
SEED = 2026


async def made(settings: Settings, database_url: str, conversations: int) -> dict[str, Document]:
    """Live through the year, and return a month's report and the year's, by the names of their files."""
    async with simulated(settings, database_url, BEGINS, seed=SEED) as office:
        await live(office, BEGINS, ENDS, conversations)
        reports = duties.reports(office.core)
        return {
            "laporan-bulanan": await reports.month(YEAR, MONTH),
            "laporan-tahunan": await reports.year(YEAR),
        }


def write(folder: Path, conversations: int) -> None:
    """Write them as PDF and XLSX."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as home:
        server = EmbeddedPostgres(Path(home) / "postgres", durable=False)
        try:
            with scratch_database(server.start(), keep=False) as url:
                documents = asyncio.run(made(_of_nobody(Path(home)), url, conversations))
        finally:
            server.stop()
            server.erase()
    for name, document in documents.items():
        (folder / f"{name}.pdf").write_bytes(pdf(document))
        (folder / f"{name}.xlsx").write_bytes(xlsx(document))


def _of_nobody(home: Path) -> Settings:
    """Return the settings of an office that does not exist: its figures are nobody's."""
    found = load(env_file=home / "no.env")
    card = found.office.office.model_copy(
        update={"name": LETTERHEAD.name, "full_name": "Badan Pusat Statistik Kabupaten Contoh"}
        | {"address": LETTERHEAD.address, "phone": "(0272) 000000", "email": "contoh@example.go.id"}
        | {"website": "https://contoh.example.go.id"}
    )
    signature = found.office.reports.signed_by.model_copy(update={"function": "Kepala BPS Kabupaten Contoh"})
    said = found.office.reports.evaluation.model_copy(
        update={
            "target": "Penyelenggara dan pelaksana Pelayanan Statistik Terpadu BPS Kabupaten Contoh.",
            "carried_out_by": ("Pelaksana Pelayanan Statistik Terpadu BPS Kabupaten Contoh",),
        }
    )
    reports = found.office.reports.model_copy(
        update={"place": LETTERHEAD.place, "basis": BASIS, "signed_by": signature, "evaluation": said}
    )
    office = found.office.model_copy(update={"office": card, "reports": reports})
    return replace(found, office=office, environment=found.environment.model_copy(update={"home": home}))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else CONVERSATIONS)

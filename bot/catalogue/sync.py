"""Reading the office's catalogue from BPS WebAPI: one kind after the other, old rows kept on failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import structlog
from pydantic import SecretStr

from bot.catalogue.connection import Connection, Patience
from bot.catalogue.failures import CircuitOpen, TokenRefused, Unavailable, WebApiFailure
from bot.catalogue.shapes import MODELS, entry_of
from bot.catalogue.webapi import BASE_URL, WebApi
from bot.clock import Clock
from bot.office import Office
from bot.store import catalogue_sync as store
from bot.store.database import Database

log = structlog.get_logger()

RUN_SECONDS = 3600.0
RETRY = timedelta(hours=1)
"""How long after an attempt that failed the next one is made."""
NAMES = {
    "publication": "publikasi",
    "pressrelease": "berita resmi statistik",
    "statictable": "tabel statis",
    "var": "tabel dinamis",
}

Report = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """How a run went: entries read by model, and a line for each thing that failed."""

    counts: dict[str, int] = field(default_factory=dict)
    tables_read: int = 0
    figures: int = 0
    problems: list[str] = field(default_factory=list)
    kinds_of_failure: list[str] = field(default_factory=list)
    is_busy: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether all was read."""
        return not self.problems and not self.is_busy

    def failed(self, what: str, failure: WebApiFailure) -> None:
        """Note a failure."""
        self.problems.append(f"{what}: {failure}")
        self.kinds_of_failure.append(type(failure).__name__)


class CatalogueSync:
    """Keeps an office's catalogue as BPS WebAPI has it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        office: Office,
        token: SecretStr,
        *,
        base_url: str = BASE_URL,
        patience: Patience | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._office = office
        self._token = token
        self._base_url = base_url
        self._patience = patience or Patience()
        self._domain = office.office.code

    async def is_due(self) -> bool:
        """Tell whether tonight's reading is still to be done, or an earlier one to be repeated."""
        async with self._database.transaction() as tx:
            last = await store.last(tx, domain=self._domain)
        if last is None:
            return True
        now = self._clock.now()
        if last.failure is not None and now - last.tried_at >= RETRY:
            return True
        return last.tried_at < self._last_night(now)

    async def run(self, report: Report | None = None) -> Outcome:
        """Read everything, at most for `RUN_SECONDS`. Each kind that fails stays as it was.

        Raises nothing of the network's: what failed is in the outcome. `report` is told, line by line
        in Indonesian, what an officer may read.
        """
        outcome = Outcome()
        async with store.sole(self._database) as is_mine:
            if not is_mine:
                outcome.is_busy = True
                return outcome
            async with self._database.transaction() as tx:
                await store.began(tx, domain=self._domain, now=self._clock.now())
            await self._read(outcome, report or _silent)
            async with self._database.transaction() as tx:
                failure = ", ".join(dict.fromkeys(outcome.kinds_of_failure)) or None
                await store.ended(tx, domain=self._domain, failure=failure, now=self._clock.now())
        log.info(
            "catalogue read",
            entries=sum(outcome.counts.values()),
            tables=outcome.tables_read,
            figures=outcome.figures,
            failures=outcome.kinds_of_failure,
        )
        return outcome

    async def _read(self, outcome: Outcome, report: Report) -> None:
        connection = Connection(
            self._base_url, self._token, user_agent=self._user_agent(), patience=self._patience
        )
        try:
            async with asyncio.timeout(RUN_SECONDS), connection:
                api = WebApi(connection, domain=self._domain)
                await self._lists(api, outcome, report)
                if not outcome.problems:
                    await self._forget_others()
                    await self._tables(api, outcome, report)
        except TimeoutError:
            outcome.failed("sinkronisasi", Unavailable(f"belum selesai setelah {RUN_SECONDS:.0f} detik"))

    async def _lists(self, api: WebApi, outcome: Outcome, report: Report) -> None:
        for model, name in NAMES.items():
            try:
                report(f"{name}: {await self._list(api, model, outcome)}")
            except WebApiFailure as failure:
                outcome.failed(name, failure)
                report(f"{name}: GAGAL, yang lama tetap dipakai. {failure}")
                if isinstance(failure, TokenRefused | CircuitOpen):
                    return

    async def _list(self, api: WebApi, model: str, outcome: Outcome) -> str:
        fields = MODELS[model]
        listing = await api.listing(model, id_of=lambda item: item.get(fields.id))
        website, token = self._office.office.website, self._token.get_secret_value()
        read = [entry_of(model, item, website=website, token=token) for item in listing.items]
        entries = [entry for entry in read if entry is not None]
        async with self._database.transaction() as tx:
            change = await store.keep(
                tx,
                domain=self._domain,
                kind=fields.kind,
                entries=entries,
                is_whole=listing.is_whole,
                now=self._clock.now(),
            )
        outcome.counts[model] = len(entries)
        unread = len(read) - len(entries)
        return f"{len(entries)} ({change.new} baru, {change.gone} tidak ada lagi)" + (
            f", {unread} tanpa judul dilewati" if unread else ""
        )

    async def _forget_others(self) -> None:
        async with self._database.transaction() as tx:
            await store.forget_others(tx, domain=self._domain)

    async def _tables(self, api: WebApi, outcome: Outcome, report: Report) -> None:
        limits = self._office.catalogue
        async with self._database.transaction() as tx:
            due = await store.tables_to_read(tx, domain=self._domain, most=limits.tables_per_night)
        for number, table in enumerate(due, start=1):
            try:
                await self._table(api, table, outcome)
            except WebApiFailure as failure:
                outcome.failed(f"tabel dinamis {table.var}", failure)
                if isinstance(failure, TokenRefused | CircuitOpen):
                    report(f"isi tabel dinamis: BERHENTI pada {number} dari {len(due)}. {failure}")
                    return
                async with self._database.transaction() as tx:
                    await store.pass_over(tx, table.entry_id, now=self._clock.now())
            if number % 50 == 0 or number == len(due):
                report(f"isi tabel dinamis: {number} dari {len(due)}, {outcome.figures} angka")

    async def _table(self, api: WebApi, table: store.TableToRead, outcome: Outcome) -> None:
        years = await api.years(table.var)
        newest = sorted(years, reverse=True)[: self._office.catalogue.value_years]
        figures = [figure for year in newest for figure in await api.figures(table.var, years[year])]
        async with self._database.transaction() as tx:
            await store.keep_figures(
                tx, table.entry_id, years=list(years), figures=figures, now=self._clock.now()
            )
        outcome.tables_read += 1
        outcome.figures += len(figures)

    def _user_agent(self) -> str:
        return f"pst/{version('pst')} (kantor {self._domain}; +{self._office.office.website})"

    def _last_night(self, now: datetime) -> datetime:
        """Return the latest moment, not after `now`, at which the night's reading begins."""
        local = now.astimezone(ZoneInfo(self._office.office.timezone))
        tonight = local.replace(hour=self._office.catalogue.night_hour, minute=0, second=0, microsecond=0)
        return tonight if tonight <= local else tonight - timedelta(days=1)


def _silent(line: str) -> None:
    """Tell nobody: the outcome is logged."""

"""Replies that officers keep ready. Implements `handoff.ports.canned.CannedReplies`; every change is audited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.store.database import Database
from bot.store.desk import audit
from bot.store.desk import canned as store
from handoff.dates import long_day
from handoff.desk import fit_line, fit_text
from handoff.ports.canned import VARIABLES, Canned, filled
from handoff.ports.desk import Unfit
from handoff.ports.values import NotFound, Officer

_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_GAP = re.compile(r"\{([^{}\n]{0,40})\}")


@dataclass(frozen=True, slots=True)
class StoredCanned:
    """Keeps and fills them. `timezone` is the office's, an IANA name."""

    database: Database
    clock: Clock
    timezone: str

    async def all(self) -> tuple[Canned, ...]:
        """Return every one, by shortcut."""
        async with self.database.statement() as tx:
            return tuple(await store.every(tx))

    async def found(self, words: str, *, most: int = 8) -> tuple[Canned, ...]:
        """Return those that have these words, best first."""
        plain = " ".join(words.replace("\x00", "").split()).removeprefix("/")
        async with self.database.statement() as tx:
            return tuple(await store.found(tx, plain, most=most))

    async def one(self, canned_id: int) -> Canned:
        """Return one. Raises `NotFound`."""
        async with self.database.statement() as tx:
            known = await store.one(tx, canned_id)
        if known is None:
            raise NotFound
        return known

    async def add(self, officer: Officer, *, shortcut: str, title: str, text_id: str, text_en: str) -> int:
        """Keep a new one; return its id."""
        values, now = _fit(shortcut, title, text_id, text_en), self.clock.now()
        async with self.database.transaction() as tx:
            canned_id = await store.add(tx, values, officer_id=officer.id, now=now)
            if canned_id is None:
                raise Unfit("canned_taken", values["shortcut"])
            about = f"canned:{canned_id}"
            await audit.note(tx, "canned.added", now=now, officer_id=officer.id, about=about)
        return canned_id

    async def change(
        self, officer: Officer, canned_id: int, *, shortcut: str, title: str, text_id: str, text_en: str
    ) -> None:
        """Change one."""
        values, now = _fit(shortcut, title, text_id, text_en), self.clock.now()
        async with self.database.transaction() as tx:
            if await store.is_taken(tx, values["shortcut"], but=canned_id):
                raise Unfit("canned_taken", values["shortcut"])
            if not await store.change(tx, canned_id, values, officer_id=officer.id, now=now):
                raise NotFound
            about = f"canned:{canned_id}"
            await audit.note(tx, "canned.changed", now=now, officer_id=officer.id, about=about)

    async def remove(self, officer: Officer, canned_id: int) -> None:
        """Remove one."""
        async with self.database.transaction() as tx:
            shortcut = await store.remove(tx, canned_id)
            if shortcut is None:
                raise NotFound
            await audit.note(
                tx,
                "canned.removed",
                now=self.clock.now(),
                officer_id=officer.id,
                about=f"canned:{canned_id}",
                detail={"shortcut": shortcut},
            )

    async def fill(self, officer: Officer, canned_id: int, conversation_id: int) -> str:
        """Return one in the citizen's language with its gaps filled for a conversation."""
        canned = await self.one(canned_id)
        async with self.database.statement() as tx:
            known = await store.filling(tx, conversation_id)
        if known is None:
            raise NotFound
        today = self.clock.now().astimezone(ZoneInfo(self.timezone)).date()
        language = "en" if known.language == "en" and canned.text_en else "id"
        values = {
            "nama": known.name or "",
            "tiket": known.ticket or "",
            "petugas": officer.name,
            "tanggal": long_day(today, language),
        }
        return filled(canned.text(language), values)


def _fit(shortcut: str, title: str, text_id: str, text_en: str) -> dict[str, str]:
    """Return what is kept. Raises `Unfit` (canned_shortcut, canned_title, canned_text, canned_variable)."""
    short = shortcut.strip().lower().removeprefix("/")
    if not _SHORTCUT.fullmatch(short):
        raise Unfit("canned_shortcut")
    if not text_id.strip():
        raise Unfit("canned_text")
    texts = {"text_id": fit_text(text_id), "text_en": fit_text(text_en) if text_en.strip() else ""}
    for words in texts.values():
        unknown = next((gap for gap in _GAP.findall(words) if gap not in VARIABLES), None)
        if unknown is not None:
            raise Unfit("canned_variable", "{" + unknown + "}")
    return {"shortcut": short, "title": fit_line(title, "canned_title"), **texts}

"""Full editions of KBLI: imported whole, searched by words, looked up by code. Editions are never mapped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete, exists, insert, select, text

from bot.dialogue.lookup import CodeHit
from bot.store.database import Transaction
from bot.store.kbli_wording import readable, search_words
from bot.store.tables import kbli_code, kbli_edition

SURE = 0.6
# Descriptions name many things beside the business itself: what only they say stays below SURE.
_FROM_DESCRIPTION = 0.55


class Code(Protocol):
    """A code as it is imported; `level` is 1 (kategori) to 5 (kelompok)."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> int: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def description(self) -> str: ...  # noqa: D102
    @property
    def parent(self) -> str | None: ...  # noqa: D102


async def replace(tx: Transaction, edition: str, codes: Iterable[Code], now: datetime) -> None:
    """Keep `codes` as the edition, in the place of what was kept under that name before."""
    await tx.execute(delete(kbli_edition).where(kbli_edition.c.name == edition))
    await tx.execute(insert(kbli_edition).values(name=edition, imported_at=now))
    rows = [
        {
            "edition": edition,
            "code": each.code,
            "level": each.level,
            "title": each.title,
            "description": each.description,
            "parent": each.parent,
        }
        for each in codes
    ]
    await tx.execute(insert(kbli_code), rows)
    await tx.execute(text("ANALYZE kbli_code"))  # the planner knows the new rows at once


async def is_stocked(tx: Transaction) -> bool:
    """Tell whether any edition was imported."""
    return bool((await tx.execute(select(exists().select_from(kbli_edition)))).scalar_one())


async def by_code(tx: Transaction, code: str) -> list[CodeHit]:
    """Return what `code` stands for in each edition imported, the newest first; the same digits may differ."""
    query = (
        select(kbli_code.c.code, kbli_code.c.title, kbli_code.c.edition, kbli_code.c.description)
        .where(kbli_code.c.code == code.strip().upper())
        .order_by(kbli_code.c.edition.desc())
    )
    rows = await tx.execute(query)
    return [CodeHit(row.code, readable(row.title), row.edition, 1.0, row.description) for row in rows]


# Rare words say more. A word of the title counts whole, one of the description half. `any` finds candidates by
# the index; only the newest edition is searched, which is the one in force.
SEARCH = text(
    r"""
    WITH asked AS MATERIALIZED (
        SELECT to_tsquery('indonesian', word) AS query, to_tsquery('indonesian', word || '\:A') AS title_query
        FROM unnest(CAST(:words AS text[])) AS word
    ), candidate AS MATERIALIZED (
        SELECT code, title, edition, description, words FROM kbli_code
        WHERE words @@ to_tsquery('indonesian', :any) AND level = 5
          AND edition = (SELECT max(name) FROM kbli_edition)
    ), rarity AS MATERIALIZED (
        SELECT query, title_query, ln(1 + 1600.0 / (1 + (SELECT count(*) FROM candidate WHERE words @@ query)))
            AS weight
        FROM asked
    )
    SELECT code, title, edition, description,
        (SELECT sum(weight * CASE WHEN words @@ title_query THEN 1.0 WHEN words @@ query THEN 0.5 ELSE 0 END)
            / sum(weight) FROM rarity) AS covered,
        (SELECT sum(weight * CASE WHEN words @@ title_query THEN 1.0 ELSE 0 END) / sum(weight) FROM rarity)
            AS titled
    FROM candidate
    ORDER BY covered DESC, ts_rank(words, to_tsquery('indonesian', :any), 1) DESC, code
    LIMIT :most
    """
)


async def search(tx: Transaction, words: str, *, limit: int = 3) -> list[CodeHit]:
    """Return at most `limit` five-digit codes of the newest edition whose text holds a citizen's words.

    Best first. The fit is the share of the words that was found, rare ones counting more; only what the titles
    say whole reaches 0.6.
    """
    asked = search_words(words)
    if not asked:
        return []
    found = await tx.execute(SEARCH, {"words": asked, "any": " | ".join(asked), "most": limit})
    return [
        CodeHit(row.code, readable(row.title), row.edition, _fit(row.covered, row.titled), row.description)
        for row in found
    ]


def _fit(covered: float, titled: float) -> float:
    sure = float(covered)
    return round(sure * 0.9 if float(titled) > 0.99 else min(sure, _FROM_DESCRIPTION), 3)

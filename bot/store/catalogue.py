"""Looking in the catalogue: what holds the data a citizen asks for, and figures that may be stated."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from bot.dialogue.lookup import CatalogueHit, CatalogueQuery, ValueHit
from bot.dialogue.titles import besides, is_about, is_district, place_name, wanted
from bot.store.database import Transaction

# How much of what is asked for a title has to say: of an indicator nearly all, of a citizen's own words,
# among which are others, the better part.
SHARE_OF_INDICATOR = 0.75
SHARE_OF_WORDS = 0.6

_IS_STOCKED = text("SELECT EXISTS (SELECT FROM catalogue_entry WHERE gone_at IS NULL)")
_SEARCH = text(
    r"""
    WITH need AS MATERIALIZED (
        SELECT way, plainto_tsquery('indonesian', word) AS query
        FROM unnest(CAST(:ways AS int[]), CAST(:words AS text[])) AS given (way, word)
    ), extra AS MATERIALIZED (
        SELECT plainto_tsquery('indonesian', word) AS query FROM unnest(CAST(:extra AS text[])) AS word
    ), candidate AS MATERIALIZED (
        SELECT id, words FROM catalogue_entry
        WHERE gone_at IS NULL AND words @@ websearch_to_tsquery('indonesian', :any)
          AND (CAST(:kind AS text) IS NULL OR kind = :kind)
    ), fitting AS (
        SELECT id, max(share) AS share, max(hits) AS hits FROM (
            SELECT id, way, avg((words @@ query)::int) AS share, sum((words @@ query)::int) AS hits
            FROM candidate CROSS JOIN need GROUP BY id, way
        ) AS by_way
        GROUP BY id HAVING max(share) >= :least
    ), best AS (
        SELECT *, max(share) OVER () AS most FROM fitting
    ), scored AS (
        SELECT entry.*,
            share
            + 0.2 * hits / greatest(length(words), 1)
            + 0.2 * coalesce((SELECT avg((words @@ query)::int) FROM extra), 0)
            + CASE
                WHEN CAST(:place AS text) IS NULL THEN 0
                WHEN title ~* :place THEN 0.4
                WHEN title ~* '\m(menurut|per|tiap|setiap) kecamatan' AND :is_district THEN 0.3
                ELSE 0
              END
            - CASE
                WHEN title ~* '\mkecamatan\s+(?!di\M|dan\M|menurut\M|tahun\M|se\M|\d)\w'
                 AND title !~* '\m(menurut|per|tiap|setiap) kecamatan'
                 AND (CAST(:place AS text) IS NULL OR NOT :is_district OR title !~* :place) THEN 0.5
                ELSE 0
              END
            + CASE
                WHEN CAST(:year AS int) IS NULL THEN 0
                WHEN :year = ANY (years) THEN 0.4
                -- A yearbook tells of the year before it.
                WHEN kind = 'publication' AND :year + 1 = ANY (years) THEN 0.3
                WHEN years = '{}' THEN 0
                ELSE -0.2
              END AS score
        FROM best JOIN catalogue_entry AS entry USING (id)
        WHERE share = most OR most < 0.999
    )
    SELECT id, kind, title, url, updated, years FROM scored
    ORDER BY round(CAST(score AS numeric), 1) DESC,
        years[array_upper(years, 1)] DESC NULLS LAST, updated DESC NULLS LAST, score DESC, id
    LIMIT :most
    """
)
_FIGURES = text(
    """
    SELECT entry_id, place, part, year, value, unit FROM catalogue_value
    WHERE entry_id = ANY (CAST(:entries AS bigint[])) ORDER BY year DESC, id
    """
)
_SEARCHED = 100  # entries looked at, the most fitting


async def is_stocked(tx: Transaction) -> bool:
    """Tell whether there is anything to look in."""
    return bool((await tx.execute(_IS_STOCKED)).scalar_one())


async def search(tx: Transaction, query: CatalogueQuery, limit: int = 3) -> list[CatalogueHit]:
    """Return at most `limit` entries that hold what is asked for, best first, newest first among equals.
    Of those with the same title only the first comes.

    A title has to say the indicator (or most of the citizen's words); that it also names the place and
    the year asked for brings it forward. An empty list means that nothing fits.
    """
    rows = await _found(tx, query, max(limit, _SEARCHED))
    # What is about exactly this goes before what is about more ("Penduduk Miskin"); the order stays otherwise.
    rows.sort(key=lambda row: not is_about(row.title, query))
    by_title: dict[str, CatalogueHit] = {}
    for row in rows:
        hit = CatalogueHit(row.kind, row.title, row.url, row.updated, tuple(row.years))
        by_title.setdefault(row.title.casefold(), hit)
    return list(by_title.values())[:limit]


async def values(tx: Transaction, query: CatalogueQuery, limit: int = 4) -> list[ValueHit]:
    """Return the figures that answer a question, or none unless it is plain which ones do.

    Only of a table that is about exactly the indicator, for exactly the place (which must be named) and
    the year; without a year, of the table's latest. More than `limit` of them, two with the same labels,
    or two tables of the same thing that differ, and nothing is stated: the tables themselves tell.
    """
    if not query.place:
        return []
    tables = {
        row.id: row
        for row in await _found(tx, query, _SEARCHED, kind="dynamic_table")
        if is_about(row.title, query)
    }
    if not tables:
        return []
    rows = (await tx.execute(_FIGURES, {"entries": list(tables)})).all()
    place = place_name(query.place)
    fitting = [row for row in rows if place_name(row.place) == place]
    year = str(query.year) if query.year else max((row.year for row in fitting), default="")
    fitting = [row for row in fitting if row.year == year]
    labels = {(row.part, row.unit) for row in fitting}
    if len(fitting) > limit or len(labels) < len(fitting):
        return []
    return [_stated(row, tables[row.entry_id]) for row in fitting]


async def _found(tx: Transaction, query: CatalogueQuery, most: int, *, kind: str | None = None) -> list[Any]:
    ways = [(number, word) for number, way in enumerate(wanted(query)) for word in way]
    if not ways:
        return []
    place = place_name(query.place or "")
    given = {
        "ways": [number for number, _ in ways],
        "words": [word for _, word in ways],
        "any": " or ".join(dict.fromkeys(word for _, word in ways)),
        "extra": list(besides(query)),
        "least": SHARE_OF_INDICATOR if query.indicator else SHARE_OF_WORDS,
        "place": rf"\m{re.escape(place)}\M" if place else None,
        "is_district": is_district(query.place or ""),
        "year": query.year,
        "kind": kind,
        "most": most,
    }
    return list((await tx.execute(_SEARCH, given)).all())


def _stated(row: Any, table: Any) -> ValueHit:
    return ValueHit(
        table=table.title,
        label="; ".join(each for each in (row.place, row.part) if each),
        value=_written(row.value),
        unit=row.unit,
        year=row.year,
        url=table.url,
    )


def _written(value: Decimal) -> str:
    """Return a figure as it was written, with a decimal point and no separators: "308669", "4.10"."""
    return f"{value:f}"

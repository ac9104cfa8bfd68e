"""The shapes of BPS WebAPI's answers, made into values. Pure.

What was seen of the API (its public clients' fixtures, 2023 to 2026): a list is
`data: [{page, pages, total, ...}, [...]]`; an empty one is `data-availability: list-not-available` with
`data: ""` and HTTP 200; `model/data` has its own keys beside `status`.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any
from urllib.parse import urlsplit

from bot.catalogue.failures import Unreadable
from bot.dialogue.titles import years_in
from bot.store.catalogue_sync import Entry, Figure

_TAG = re.compile(r"<[^>]*>")
_EMPTY = ("list-not-available", "not-available")
# How the API writes "no breakdown" and "no unit".
_NO_LABEL = {"", "-", "tidak ada", "tahun", "tahunan"}
_NO_UNIT = {"", "-", "tidak ada satuan"}
MOST_CELLS = 20_000
MOST_URL = 2_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `pages` and `total` are what the API says of the whole."""

    number: int
    pages: int
    total: int
    items: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Where a model keeps what the catalogue holds; of several names the first with a value counts."""

    kind: str
    id: str
    subject: str
    urls: tuple[str, ...]
    dates: tuple[str, ...]


MODELS: Mapping[str, Fields] = {
    "publication": Fields("publication", "pub_id", "subj", ("url", "pdf"), ("updt_date", "rl_date")),
    "pressrelease": Fields("press_release", "brs_id", "subj", ("url", "pdf"), ("updt_date", "rl_date")),
    "statictable": Fields("static_table", "table_id", "subj", ("url", "excel"), ("updt_date",)),
    "var": Fields("dynamic_table", "var_id", "sub_name", ("url",), ("updt_date",)),
}


def page_of(content: Mapping[str, Any]) -> Page | None:
    """Return a list's page, or None when the API says that there is nothing. Raises `Unreadable`."""
    if content.get("data-availability") in _EMPTY:
        return None
    match content.get("data"):
        case [dict() as head, list() as items]:
            number, pages, total = (_whole(head.get(name)) for name in ("page", "pages", "total"))
            if number is not None and pages is not None and total is not None:
                return Page(number, pages, total, tuple(_dicts(items)))
    raise Unreadable("Daftar WebAPI BPS tidak berbentuk seperti biasanya")


def entry_of(model: str, item: Mapping[str, Any], *, website: str, token: str) -> Entry | None:
    """Return a list's item as an entry of the catalogue, or None when it has no id or no title.

    A link that is missing, leads away from BPS or would give the token away becomes the `website`.
    """
    fields = MODELS[model]
    remote_id, title = plain(item.get(fields.id)), plain(item.get("title"))
    if not remote_id or not title:
        return None
    links = (_link(item.get(name), website, token) for name in fields.urls)
    return Entry(
        kind=fields.kind,
        remote_id=remote_id[:64],
        title=title[:500],
        subject=plain(item.get(fields.subject))[:200],
        url=next((link for link in links if link), website),
        updated=next((day for name in fields.dates if (day := _day(item.get(name)))), None),
        years=years_in(title),
    )


def years_of(items: tuple[dict[str, Any], ...]) -> dict[int, int]:
    """Return `th_id` by year of `model/th`'s items; the id is the API's own, whatever it is made of."""
    pairs = [(_whole(item.get("th")), _whole(item.get("th_id"))) for item in items]
    return {year: th for year, th in pairs if year is not None and th is not None}


def figures_of(content: Mapping[str, Any], *, var: str) -> list[Figure]:
    """Return the figures in an answer of `model/data` for the variable `var`, or none when it is empty.

    A key of `datacontent` is vervar, var, turvar, th and turth without anything between them, so it
    cannot be taken apart (7315|31|0|99|0 and 731|531|0|99|0 are the same). It is put together from the
    lists instead; a key that two combinations make is left out, for nobody knows whose figure it is.
    """
    cells = content.get("datacontent")
    if content.get("data-availability") in _EMPTY or not isinstance(cells, dict):
        return []
    lists = [_options(content, name) for name in ("vervar", "turvar", "tahun", "turtahun")]
    about = next((each for each in _dicts(content.get("var")) if str(each.get("val")) == var), None)
    if about is None or not _fits([len(options) for options in lists]):
        raise Unreadable("Data WebAPI BPS tidak menyebut variabelnya, atau terlalu besar")
    unit = plain(about.get("unit"))
    made = [
        (f"{place[0]}{var}{part[0]}{year[0]}{period[0]}", place, part, year, period)
        for place, part, year, period in product(*lists)
    ]
    how_often = Counter(key for key, *_ in made)
    return [
        Figure(
            place=place[1],
            part="; ".join(each[1] for each in (part, period) if each[1].casefold() not in _NO_LABEL),
            year=year[1],
            value=value,
            unit="" if unit.casefold() in _NO_UNIT else unit,
        )
        for key, place, part, year, period in made
        if how_often[key] == 1 and (value := _number(cells.get(key))) is not None
    ]


def plain(value: object) -> str:
    """Return a text of the API without markup, character references and double spaces."""
    if value is None or isinstance(value, dict | list):
        return ""
    # Abstracts and titles come escaped once or twice.
    text = _TAG.sub(" ", html.unescape(html.unescape(str(value))))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _options(content: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    return [
        (str(each["val"]), plain(each.get("label"))) for each in _dicts(content.get(name)) if "val" in each
    ]


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _fits(sizes: list[int]) -> bool:
    cells = 1
    for size in sizes:
        cells *= size
    return 0 < cells <= MOST_CELLS


def _number(value: object) -> Decimal | None:
    """Return a figure exactly as it was written; marks such as "-" or "..." are no figures."""
    if value is None or isinstance(value, bool | dict | list):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _whole(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _link(value: object, website: str, token: str) -> str | None:
    url = html.unescape(str(value or "")).strip()
    if not url or len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts, own = urlsplit(url), urlsplit(website)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    is_ours = host == own.hostname or host.endswith(".bps.go.id")
    return url if parts.scheme in ("http", "https") and is_ours and token not in url else None

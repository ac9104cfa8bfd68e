"""BPS WebAPI: lists of what an office published, the years of its tables, and their figures.

https://webapi.bps.go.id/developer: `/list/model/{model}/lang/ind/domain/{code}/key/{token}/`, paged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.catalogue.connection import Connection
from bot.catalogue.failures import Unreadable
from bot.catalogue.shapes import Page, figures_of, page_of, years_of
from bot.store.catalogue_sync import Figure

BASE_URL = "https://webapi.bps.go.id/v1/api"
# The API gives 10 a page unless asked, its own library asks for 100 at most; how many come is followed.
PER_PAGE = 100
MOST_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class Listing:
    """All of a list. `is_whole` is false when it changed while it was read: something may be missing."""

    items: tuple[dict[str, Any], ...]
    is_whole: bool


class WebApi:
    """The API for one office, whose `domain` is its code (four digits)."""

    def __init__(self, connection: Connection, *, domain: str) -> None:
        self._connection = connection
        self._domain = domain

    async def listing(self, model: str, *, narrow: str = "", id_of: Callable[[Any], object]) -> Listing:
        """Return all pages of a model's list, each item once. Raises a `WebApiFailure`.

        `narrow` is more of the path, such as `/var/31`; `id_of` tells items apart. How many pages there
        are is read anew on each: the office publishes while we read.
        """
        items: dict[object, dict[str, Any]] = {}
        totals: set[int] = set()
        number, pages = 1, 1
        while number <= min(pages, MOST_PAGES):
            page = await self._page(model, narrow, number)
            if page is None:
                totals.add(0)
                break
            items.update((id_of(item), item) for item in page.items)
            totals.add(page.total)
            number, pages = number + 1, page.pages
        # An office does not withdraw all it ever published: an empty list is not taken for that.
        is_whole = bool(items) and totals == {len(items)}
        return Listing(tuple(items.values()), is_whole)

    async def years(self, var: str) -> dict[int, int]:
        """Return the years a dynamic table has, each with the API's id of it. Raises a `WebApiFailure`."""
        listing = await self.listing("th", narrow=f"/var/{var}", id_of=lambda item: item.get("th_id"))
        return years_of(listing.items)

    async def figures(self, var: str, th: int) -> list[Figure]:
        """Return a dynamic table's figures of one year, by its id. Raises a `WebApiFailure`."""
        content = await self._connection.ask(self._path("data", f"/var/{var}/th/{th}"), {})
        return figures_of(content, var=var)

    async def _page(self, model: str, narrow: str, number: int) -> Page | None:
        query = {"page": str(number), "perpage": str(PER_PAGE)}
        page = page_of(await self._connection.ask(self._path(model, narrow), query))
        if page is not None and page.number != number:
            raise Unreadable(f"WebAPI BPS memberi halaman {page.number}, bukan halaman {number}")
        return page

    def _path(self, model: str, narrow: str) -> str:
        return f"/list/model/{model}/lang/ind/domain/{self._domain}{narrow}"

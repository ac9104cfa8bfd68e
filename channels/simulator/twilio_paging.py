"""Pages of lists, in the two shapes Twilio has for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from channels.simulator.twilio_problem import TwilioProblem

MAX_PAGE = 1000


def wanted(request: Request) -> tuple[int, int]:
    """Return (page, page size) of a query. Raises `TwilioProblem` 20006 for what is no number."""
    query = request.query_params
    try:
        page, size = int(query.get("Page", "0")), int(query.get("PageSize", "50"))
    except ValueError:
        raise TwilioProblem(400, 20006, "Invalid Page or PageSize") from None
    return max(page, 0), min(max(size, 1), MAX_PAGE)


def address_of(request: Request, path: str, page: int) -> str:
    """Return the address of another page: the same query, and Twilio's token of the page."""
    query = {**request.query_params, "Page": str(page)}
    if page:
        query["PageToken"] = f"PA{page}"
    return f"{path}?{urlencode(query)}"


def page_of(shown: Sequence[dict[str, Any]], request: Request, host: str, key: str) -> dict[str, Any]:
    """Return one page in the newer APIs' shape: the items under `key`, and `meta` beside them."""
    page, size = wanted(request)
    here = host + request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    has_more = len(shown) > (page + 1) * size
    return {
        key: list(shown[page * size : (page + 1) * size]),
        "meta": {
            "page": page,
            "page_size": size,
            "first_page_url": address_of(request, here, 0),
            "previous_page_url": address_of(request, here, page - 1) if page else None,
            "url": address_of(request, here, page),
            "next_page_url": address_of(request, here, page + 1) if has_more else None,
            "key": key,
        },
    }

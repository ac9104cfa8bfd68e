"""A server on loopback that speaks BPS WebAPI's shapes, errors included. All content is made up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "rahasia0123456789abcdef"
EMPTY = {"status": "OK", "data-availability": "list-not-available", "data": ""}
Item = dict[str, Any]


@dataclass
class StandIn:
    """What the server has, what goes wrong next, and what it was asked."""

    lists: dict[str, list[Item]] = field(default_factory=dict)
    years: dict[str, list[Item]] = field(default_factory=dict)
    data: dict[tuple[str, str], Item] = field(default_factory=dict)
    per_page: int = 10
    faults: deque[Callable[[], web.StreamResponse]] = field(default_factory=deque)
    broken: dict[str, Callable[[], web.StreamResponse]] = field(default_factory=dict)
    before_page: Callable[[str, int], None] | None = None
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    hang: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def listing(self, model: str, page: int, narrow: str = "") -> Item:
        if self.before_page is not None:
            self.before_page(model, page)
        items = self.years.get(narrow, []) if model == "th" else self.lists.get(model, [])
        pages = -(-len(items) // self.per_page)
        if not 1 <= page <= pages:
            return EMPTY
        part = items[(page - 1) * self.per_page : page * self.per_page]
        head = {
            "page": page,
            "pages": pages,
            "per_page": self.per_page,
            "count": len(part),
            "total": len(items),
        }
        return {"status": "OK", "data-availability": "available", "data": [head, part]}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        words = request.path.strip("/").split("/")
        parts = dict(zip(words[1::2], words[2::2], strict=False))
        model = parts["model"]
        page = int(request.query.get("page", "1"))
        self.asked.append(f"{model} {parts.get('var', '')} {parts.get('th', '')} {page}".strip())
        self.agents.add(request.headers["User-Agent"])
        if self.faults:
            return await self._faulty(self.faults.popleft())
        if model in self.broken:
            return await self._faulty(self.broken[model])
        if parts["key"] != TOKEN:
            return web.Response(status=401, text=f"no such key: {parts['key']}")
        if model == "data":
            return web.json_response(self.data.get((parts["var"], parts["th"]), EMPTY))
        return web.json_response(self.listing(model, page, parts.get("var", "")))

    async def _faulty(self, fault: Callable[[], web.StreamResponse]) -> web.StreamResponse:
        if fault is silence:
            await self.hang.wait()
        return fault()


def silence() -> web.StreamResponse:
    """No answer as long as the server runs."""
    return web.Response(text="too late")


def status(number: int, **headers: str) -> Callable[[], web.StreamResponse]:
    return lambda: web.Response(
        status=number, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def page_for_people() -> web.StreamResponse:
    return web.Response(
        text="<html><body>Situs sedang dalam pemeliharaan</body></html>", content_type="text/html"
    )


def cut_short() -> web.StreamResponse:
    return web.Response(text='{"status": "OK", "data-availability": "avail', content_type="application/json")


def error() -> web.StreamResponse:
    return web.json_response({"status": "Error", "message": f"Ada yang salah dengan {TOKEN}"})


@asynccontextmanager
async def running() -> AsyncIterator[StandIn]:
    standin = StandIn()
    app = web.Application()
    app.router.add_get("/v1/api/list/{rest:.*}", standin.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    standin.url = f"http://{host}:{port}/v1/api"
    try:
        yield standin
    finally:
        standin.hang.set()
        await runner.cleanup()


def publication(number: int, title: str, **more: Any) -> Item:
    return {
        "pub_id": f"{number:024x}",
        "title": title,
        "abstract": "&lt;p&gt;Contoh&lt;/p&gt;",
        "issn": "-",
        "rl_date": "2024-02-28",
        "updt_date": None,
        "pdf": f"https://klatenkab.bps.go.id/publication/downloadapi.html?data=p{number}&tokenuser=",
        "size": "1 MB",
    } | more


def press_release(number: int, title: str, **more: Any) -> Item:
    return {
        "brs_id": number,
        "subj_id": 3,
        "subj": "Inflasi",
        "title": title,
        "rl_date": "2024-01-02",
        "updt_date": "2024-01-03",
        "pdf": f"https://klatenkab.bps.go.id/pressrelease/downloadapi.html?data=b{number}",
    } | more


def static_table(number: int, title: str, **more: Any) -> Item:
    return {
        "table_id": number,
        "title": title,
        "subj_id": 12,
        "subj": "Kependudukan",
        "updt_date": "2021-08-05",
        "size": "0.03 MB",
        "excel": f"https://klatenkab.bps.go.id/statictable/downloadapi.html?data=t{number}",
    } | more


def variable(number: int, title: str, *, unit: str = "Jiwa", **more: Any) -> Item:
    return {
        "var_id": number,
        "title": title,
        "sub_id": 12,
        "sub_name": "Kependudukan",
        "def": "",
        "notes": "",
        "unit": unit,
        "vertical": 1,
        "turth": 0,
        "turvar": 0,
    } | more


def year(number: int) -> Item:
    return {"th_id": number - 1900, "th": number}


def table_of_data(
    var: int,
    number: int,
    places: dict[int, str],
    cells: dict[str, Any],
    *,
    unit: str = "Jiwa",
    parts: dict[int, str] | None = None,
    periods: dict[int, str] | None = None,
) -> Item:
    """An answer of the model `data` for one year; `cells` by the API's own keys."""
    return {
        "status": "OK",
        "data-availability": "available",
        "var": [{"val": var, "label": "Judul", "unit": unit, "subj": "Kependudukan", "def": "", "note": ""}],
        "turvar": _options(parts or {0: "Tidak Ada"}),
        "labelvervar": "Kecamatan",
        "vervar": _options(places),
        "tahun": [{"val": number - 1900, "label": str(number)}],
        "turtahun": _options(periods or {0: "Tahun"}),
        "datacontent": cells,
    }


def _options(labels: dict[int, str]) -> list[Item]:
    return [{"val": value, "label": label} for value, label in labels.items()]

"""Reports for supervisors: a month or a year as it stands, and as a PDF or a workbook to pass on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from handoff.console.frame import Frame, Page, Visitor
from handoff.ports.values import NotFound
from handoff.reports.document import Bars, Block, Document, Grid, Heading, Listing, Minutes, Paragraph
from handoff.reports.port import Month, ReportRoom
from handoff.reports.wording import figure, month, span

_PERIOD = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?")
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReportPages:
    """The pages /console/reports and their files. The period stands in the address: 2026-10, or 2026."""

    def __init__(self, frame: Frame, room: ReportRoom) -> None:
        self._frame, self._room = frame, room

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [
            Page("/reports", self.show, role="supervisor", name="reports"),
            Page("/reports/{name}", self.file, role="supervisor", name="report"),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show one period's report, the running month's where none is asked for."""
        months = await self._room.months()
        asked = request.query_params.get("period", "")
        newest = f"{months[0].first:%Y-%m}"
        period = asked if _PERIOD.fullmatch(asked) and asked <= newest else newest
        document = await self._document(period)
        is_month = len(period) > 4
        made_at = (
            next((each.made_at for each in months if f"{each.first:%Y-%m}" == period), None)
            if is_month
            else await self._room.year_made(int(period))
        )
        return self._frame.page(
            visitor,
            "reports.html",
            document=document,
            blocks=[_shown(block, visitor.language) for block in document.blocks],
            period=period,
            made_at=made_at,
            is_month=is_month,
            periods=_periods(months, visitor.language),
        )

    async def file(self, request: Request, visitor: Visitor) -> Response:
        """Return a report as a file: its name is the period with .pdf or .xlsx."""
        period, _, form = str(request.path_params["name"]).partition(".")
        if form not in TYPES or not _PERIOD.fullmatch(period):
            raise NotFound
        document = await self._document(period)
        content = await asyncio.to_thread(writer(form), document)
        name = f"laporan-{period}.{form}"
        return Response(
            content,
            media_type=TYPES[form],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def _document(self, period: str) -> Document:
        found = _PERIOD.fullmatch(period)
        if found is None:
            raise NotFound
        year, month = int(found[1]), found[2]
        return await (self._room.month(year, int(month)) if month else self._room.year(year))


def writer(form: str) -> Callable[[Document], bytes]:
    """Return what writes a document as "pdf" or "xlsx"."""
    # Typst and XlsxWriter are loaded by whoever asks for a file, not by every web process at its start.
    if form == "pdf":
        from handoff.reports.pdf import pdf  # noqa: PLC0415  see above

        return pdf
    from handoff.reports.xlsx import xlsx  # noqa: PLC0415  see above

    return xlsx


def _periods(months: Sequence[Month], language: str) -> list[tuple[str, str]]:
    """Return what can be chosen: each year, and below it its months, the newest first."""
    found: list[tuple[str, str]] = []
    for each in months:
        if not found or found[-1][0][:4] != f"{each.first:%Y}":
            found.append((f"{each.first:%Y}", f"{each.first:%Y}"))
        found.append((f"{each.first:%Y-%m}", month(each.first.year, each.first.month, language)))
    return found


def _shown(block: Block, language: str) -> dict[str, Any]:
    """Return a block as the template takes it."""
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text, "level": block.level}
        case Paragraph():
            return {"kind": "paragraph", "text": block.text, "is_remark": block.is_remark}
        case Listing():
            return {"kind": "listing", "points": block.items}
        case Grid():
            rows = [[_cell(cell, language) for cell in row] for row in block.rows]
            return {
                "kind": "grid",
                "caption": block.caption,
                "header": block.header,
                "rows": rows,
                "numbers": _numbers(block),
                "total": block.total,
            }
        case Bars():
            most = max([Decimal(1), *(Decimal(value) for _, value in block.bars)])
            bars = [
                (label, figure(value, language), round(100 * value / most, 1)) for label, value in block.bars
            ]
            return {"kind": "bars", "caption": block.caption, "unit": block.unit, "bars": bars}


def _numbers(grid: Grid) -> set[int]:
    """Return which columns have numbers, or nothing at all."""
    return {
        at
        for at in range(1, len(grid.header))
        if all(row[at] is None or not isinstance(row[at], str) for row in grid.rows)
    }


def _cell(cell: object, language: str) -> tuple[str, bool]:
    """Return a cell's words, and whether it is a number."""
    if isinstance(cell, int | Decimal):
        return figure(cell, language), True
    if isinstance(cell, Minutes):
        return span(cell.count, language), True
    return ("–" if cell is None else str(cell)), False

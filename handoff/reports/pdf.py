"""A report as PDF/UA-1: tagged, with language and title, for everybody to read (ISO 14289-1)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst

from handoff.dates import plain_day
from handoff.reports.document import Bars, Block, Cell, Document, Grid, Heading, Listing, Minutes, Paragraph
from handoff.reports.printable import all_printable, breakable
from handoff.reports.wording import figure, span

_TEMPLATE = Path(__file__).parent / "report.typ"


def pdf(document: Document) -> bytes:
    """Return the report as a PDF. The same document gives the same file."""
    values = {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "letterhead": {
            "name": document.letterhead.name,
            "address": document.letterhead.address,
            "contact": document.letterhead.contact,
            "place": document.letterhead.place,
        },
        "made_on_words": plain_day(document.made_on, document.language),
        "signed_by": list(document.signed_by),
        "is_wide": document.is_wide,
        "blocks": [_block(block, document.language) for block in document.blocks],
    }
    shown = json.dumps(all_printable(values), ensure_ascii=False)
    made = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"document": shown},
        ignore_system_fonts=True,
        timestamp=int((document.made_on.toordinal() - _EPOCH) * 86_400),
    )
    if not isinstance(made, bytes):
        raise TypeError("typst returned several files for one report")
    return made


_EPOCH = 719_163  # 1970-01-01 as a proleptic Gregorian ordinal


def _block(block: Block, language: str) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": block.text}
        case Paragraph():
            return {"kind": "remark" if block.is_remark else "paragraph", "text": block.text}
        case Listing():
            return {"kind": "listing", "items": list(block.items)}
        case Grid():
            rows = [[_cell(cell, language) for cell in row] for row in block.rows]
            return {
                "kind": "grid",
                "caption": block.caption,
                "header": list(block.header),
                "rows": rows,
                "total": block.total,
                "widths": list(block.widths),
            }
        case Bars():
            bars = [
                {
                    "label": label,
                    "value": float(value),
                    "text": f"{figure(value, language)} {block.unit}".strip(),
                }
                for label, value in block.bars
            ]
            return {"kind": "bars", "caption": block.caption, "summary": block.summary, "bars": bars}


def _cell(cell: Cell, language: str) -> dict[str, str | None]:
    if isinstance(cell, int | Decimal):
        return {"kind": "number", "text": figure(cell, language)}
    if isinstance(cell, Minutes):
        return {"kind": "number", "text": span(cell.count, language)}
    return {"kind": "none", "text": None} if cell is None else {"kind": "text", "text": breakable(cell)}

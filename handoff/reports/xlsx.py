"""A report's tables as a workbook: one sheet a table, numbers as numbers, words never as formulas."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from handoff.reports.document import Cell, Document, Grid, Minutes
from handoff.reports.wording import span

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_WIDEST = 60  # characters
_MINUTES_OF_A_DAY = 24 * 60  # of which a workbook counts the parts


def xlsx(document: Document) -> bytes:
    """Return the workbook. The same document gives the same file.

    A cell that begins with = or @ stays words (CWE-1236), whatever a citizen or an officer has typed.
    """
    made = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(made, options) as book:
        moment = datetime.combine(document.made_on, time(), tzinfo=UTC).replace(tzinfo=None)
        book.set_properties(
            {
                "title": f"{document.title} {document.subtitle}",
                "author": document.letterhead.name,
                "created": moment,
            }
        )
        formats = _Formats(book)
        names: set[str] = set()
        for number, grid in enumerate(document.grids(), 1):
            sheet = book.add_worksheet(_name(grid, number, names))
            _fill(sheet, grid, document, formats)
    return made.getvalue()


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.whole = book.add_format({"num_format": "#,##0"})
        self.time = book.add_format({"num_format": "[h]:mm"})
        self.parts = book.add_format({"num_format": "#,##0.00"})
        self.words = book.add_format({"text_wrap": True, "valign": "top"})


def _name(grid: Grid, number: int, taken: set[str]) -> str:
    """Return a sheet's name: at most 31 characters, without what Excel forbids, none twice."""
    name = f"{number} {_FORBIDDEN.sub(' ', grid.caption)}"[:31].rstrip()
    taken.add(name)
    return name


def _fill(sheet: xlsxwriter.worksheet.Worksheet, grid: Grid, document: Document, formats: _Formats) -> None:
    sheet.write_string(0, 0, grid.caption, formats.title)
    sheet.write_string(1, 0, f"{document.title}, {document.subtitle}, {document.letterhead.name}")
    for column, words in enumerate(grid.header):
        sheet.write_string(3, column, words, formats.header)
        longest = max([len(words), *(_length(row[column]) for row in grid.rows)])
        sheet.set_column(column, column, min(_WIDEST, longest + 2))
    for at, row in enumerate(grid.rows, 4):
        for column, cell in enumerate(row):
            _write(sheet, at, column, cell, formats)
    sheet.freeze_panes(4, 1)


def _length(cell: Cell) -> int:
    return len(span(cell.count) if isinstance(cell, Minutes) else str(cell or ""))


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, formats: _Formats
) -> None:
    if isinstance(cell, Minutes):
        sheet.write_number(row, column, cell.count / _MINUTES_OF_A_DAY, formats.time)
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), formats.parts)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, formats.whole)
    elif cell is not None:
        sheet.write_string(row, column, cell, formats.words)

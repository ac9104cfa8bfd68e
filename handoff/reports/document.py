"""What a report consists of, whatever it is written to: headings, paragraphs, tables, bars. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Minutes:
    """A length of time in a table."""

    count: int


Cell = str | int | Decimal | Minutes | None
"""None is "there is none", which is something else than zero."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A chapter (level 1) or a section of one (level 2)."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain words; nothing in them is markup. `is_remark`: how a figure is to be read, in smaller letters."""

    text: str
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Points below each other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: a caption, a header and rows of as many cells. `total`: the last row is the sum.

    `widths` are how wide the columns are to each other; empty: as it fits.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False
    widths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.widths and len(self.widths) != len(self.header):
            raise ValueError(f"table {self.caption!r}: not as many widths as columns")
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: a row has not as many cells as the header")


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of a whole: a label and a number each, in `unit`. Whoever cannot see them reads `summary`.

    `is_of_table`: a table beside it has the same numbers.
    """

    caption: str
    bars: tuple[tuple[str, int | Decimal], ...]
    unit: str
    summary: str
    is_of_table: bool = False


Block = Heading | Paragraph | Listing | Grid | Bars


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The office at the head of each report, from `office.yml`; `place` is where it is signed."""

    name: str
    address: str
    contact: str
    place: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. `signed_by` is the function of whoever signs, and their name where it is set.

    `is_wide`: its pages lie on their side.
    """

    title: str
    subtitle: str
    letterhead: Letterhead
    made_on: date
    blocks: tuple[Block, ...]
    signed_by: tuple[str, str] = ("", "")
    language: Literal["id", "en"] = "id"
    is_wide: bool = False

    def grids(self) -> Iterator[Grid]:
        """Yield the tables in their order, bars as tables, too: all numbers that are not in running text."""
        for block in self.blocks:
            if isinstance(block, Grid):
                yield block
            elif isinstance(block, Bars) and not block.is_of_table:
                yield Grid(block.caption, ("", block.unit.capitalize()), tuple(block.bars))

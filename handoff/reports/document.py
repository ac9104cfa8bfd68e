"""What a report consists of, whatever it is written to: headings, paragraphs, tables, bars. Values only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Cell = str | int | Decimal | None
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
    """A table: a caption, a header and rows of as many cells. `total`: the last row is the sum."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: a row has not as many cells as the header")


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of a whole: a label and a number each, in `unit`. Whoever cannot see them reads `summary`."""

    caption: str
    bars: tuple[tuple[str, int | Decimal], ...]
    unit: str
    summary: str


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
    """A whole report. `signed_by` is the function of whoever signs, and their name where it is set."""

    title: str
    subtitle: str
    letterhead: Letterhead
    made_on: date
    blocks: tuple[Block, ...]
    signed_by: tuple[str, str] = ("", "")
    language: Literal["id", "en"] = "id"

    def grids(self) -> Iterator[Grid]:
        """Yield the tables in their order."""
        return (block for block in self.blocks if isinstance(block, Grid))

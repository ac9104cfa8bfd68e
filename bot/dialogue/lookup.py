"""What the dialogue wants looked up before it can decide, and what was found. Values only.

The dialogue is pure: it names a query, the answering step runs it against the database, and the
dialogue decides with what came back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BusinessQuery:
    """Which KBLI codes fit a business described in a citizen's words.

    `beside` are the other sentences of the message: a letter may name the business in one of them.
    """

    words: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeQuery:
    """What a KBLI code stands for; `code` is one letter or two to five digits."""

    code: str


@dataclass(frozen=True, slots=True)
class CatalogueQuery:
    """Which tables and publications of the office hold an indicator; all parts may be open."""

    words: str
    indicator: str | None = None
    place: str | None = None
    year: int | None = None


Query = BusinessQuery | CodeQuery | CatalogueQuery


@dataclass(frozen=True, slots=True)
class CodeHit:
    """A code of a classification, with its edition (such as "KBLI 2025") and how well it fits (0 to 1)."""

    code: str
    title: str
    edition: str
    fit: float
    description: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueHit:
    """Something of the office's catalogue: a publication, press_release, static_table or dynamic_table.

    `years` are those its title names or, of a dynamic table, those it has; empty when nothing is known.
    """

    kind: str
    title: str
    url: str
    updated: date | None = None
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueHit:
    """A figure of BPS WebAPI's `data` model, with everything that has to be said with it."""

    table: str
    label: str
    value: str
    unit: str
    year: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a query brought, best first. `is_stocked` is false while nothing was ever imported to look in."""

    codes: tuple[CodeHit, ...] = ()
    entries: tuple[CatalogueHit, ...] = ()
    values: tuple[ValueHit, ...] = ()
    is_stocked: bool = True

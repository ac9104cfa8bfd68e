"""What the dashboard is made of: numbers in words, each with where it leads. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from handoff.console.charts import Bar, Columns
from handoff.reports.figures import Figure, Period, Spread
from handoff.reports.sayings import Sayings
from handoff.reports.wording import figure, share, span


class Leads(Protocol):
    """Gives the address of the list behind a figure, narrowed further."""

    def __call__(
        self,
        figure: Figure,
        *,
        channel: str | None = None,
        kind: str | None = None,
        officer_id: int | None = None,
        period: Period | None = None,
    ) -> str:
        """Return it."""
        ...


class Reads(Protocol):
    """Gives the address of the messages behind a figure, of an officer's replies, of a topic's questions."""

    def __call__(self, which: Sayings, *, officer_id: int | None = None, topic: str = "") -> str:
        """Return it."""
        ...


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in words, with where it leads; "" where there is nothing behind it."""

    words: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """One of the large numbers at the top; `tone` as a badge's."""

    label: str
    cell: Cell
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A label, as many cells as the header has after its first, and the parts of the row's bar."""

    label: str
    cells: Sequence[Cell]
    bars: Sequence[Bar] = ()
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a header; with `has_bars` each row has a bar beside its numbers."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Row]
    key: str
    has_bars: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """What came in when, as columns and as a table."""

    chart: Columns
    table: Table


@dataclass(frozen=True, slots=True)
class Cells:
    """Puts numbers into words: `say` those of the console, `channel` a channel's name."""

    say: Callable[..., str]
    channel: Callable[[str], str]
    leads: Leads
    reads: Reads
    language: str

    def table(self, key: str, header: Sequence[str], rows: Sequence[Row], *, has_bars: bool = False) -> Table:
        """Return a table of that key; header words that begin with `figures.` are the console's."""
        words = [self.say(each) if each.startswith("figures.") else each for each in header]
        return Table(self.say(f"figures.table_{key}"), words, rows, key, has_bars)

    def sum(self, cells: Sequence[Cell], bars: Sequence[Bar] = ()) -> Row:
        """Return the row of sums."""
        return Row(self.say("figures.sum"), cells, bars, is_sum=True)

    def cell(
        self,
        count: int | Decimal,
        name: Figure,
        *,
        channel: str | None = None,
        kind: str | None = None,
        officer_id: int | None = None,
        period: Period | None = None,
    ) -> Cell:
        """Return a number of conversations or tickets that leads to them; none of nothing."""
        if not count:
            return Cell(figure(count, self.language))
        href = self.leads(name, channel=channel, kind=kind, officer_id=officer_id, period=period)
        return Cell(figure(count, self.language), href)

    def read(self, count: int, which: Sayings, *, officer_id: int | None = None, topic: str = "") -> Cell:
        """Return a number of messages that leads to them; none of nothing."""
        words = figure(count, self.language)
        return Cell(words, self.reads(which, officer_id=officer_id, topic=topic) if count else "")

    def share(self, part: int, whole: int, href: str) -> Cell:
        """Return a percentage; it leads to the part, where there is one."""
        found = share(part, whole)
        return Cell("–") if found is None else Cell(f"{figure(found, self.language)} %", href if part else "")

    def spread(self, found: Spread | None, name: Figure, kind: str) -> tuple[Cell, Cell]:
        """Return a time's median and what nine in ten do not exceed."""
        if found is None:
            return Cell("–"), Cell("–")
        href = self.leads(name, kind=kind)
        return self.median(found, href), Cell(span(found.ninth, self.language), href)

    def median(self, found: Spread | None, href: str) -> Cell:
        """Return a time's median."""
        return Cell("–") if found is None else Cell(span(found.median, self.language), href)

    def kind(self, kind: str) -> str:
        """Return what a service is called; "" is none that is clear."""
        return self.say(f"inbox.kind_{kind or 'unclear'}")

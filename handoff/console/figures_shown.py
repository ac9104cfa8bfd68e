"""Figures as the dashboard shows them: words, numbers, and where each number leads. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from handoff.reports.figures import Figure, Figures, Spread
from handoff.reports.wording import figure, share, span
from handoff.ticket import KINDS, Kind


class Leads(Protocol):
    """Gives the address of the list behind a figure, narrowed further."""

    def __call__(
        self,
        figure: Figure,
        *,
        channel: str | None = None,
        kind: str | None = None,
        officer_id: int | None = None,
    ) -> str:
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
class Table:
    """Rows of a label and as many cells as the header has after its first."""

    caption: str
    header: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    key: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Puts figures into words: `say` those of the console, `channel` a channel's name."""

    say: Callable[..., str]
    channel: Callable[[str], str]
    leads: Leads
    language: str

    def heads(self, found: Figures) -> list[Head]:
        """Return what is looked at first."""
        promise, mean = found.promise, found.ratings.mean
        return [
            self._head("arrivals", found.conversations),
            self._head("by_bot", found.by_bot),
            self._head("opened", found.handed_over),
            self._head("open", sum(found.open_at_end.values())),
            self._head("kept", promise.kept),
            self._head("missed", promise.missed, "red" if promise.missed else ""),
            Head(self.say("figures.mean"), self._cell(mean, "rated") if mean is not None else Cell("–")),
            self._head("not_understood", found.not_understood),
        ]

    def tables(self, found: Figures) -> list[Table]:
        """Return all the rest, in the order of the monthly report."""
        return [
            self._arrivals(found),
            self._tickets(found),
            self._promises(found),
            self._times(found),
            self._ratings(found),
            self._complaints(found),
            self._said(found),
            self._officers(found),
        ]

    def _arrivals(self, found: Figures) -> Table:
        channels = sorted({channel for channel, _ in found.arrivals})
        services = [*KINDS, ""]
        rows = []
        for service in services:
            counts = [found.arrivals.get((channel, service), 0) for channel in channels]
            cells = [
                self._cell(count, "arrivals", channel=channel, kind=service)
                for channel, count in zip(channels, counts, strict=True)
            ]
            rows.append((self._kind(service), [*cells, self._cell(sum(counts), "arrivals", kind=service)]))
        header = ["figures.service", *map(self.channel, channels), "figures.sum"]
        return self._table("arrivals", header, rows)

    def _tickets(self, found: Figures) -> Table:
        columns: list[tuple[Figure, Mapping[Kind, int]]] = [
            ("opened", found.opened),
            ("done", found.done),
            ("idle", found.idle),
            ("cancelled", found.cancelled),
            ("open", found.open_at_end),
        ]
        rows = [
            (self._kind(kind), [self._cell(counts.get(kind, 0), name, kind=kind) for name, counts in columns])
            for kind in KINDS
        ]
        whole = [self._cell(sum(counts.values()), name) for name, counts in columns]
        header = ["figures.kind", *(f"figures.{name}" for name, _ in columns)]
        return self._table("tickets", header, [*rows, (self.say("figures.sum"), whole)])

    def _promises(self, found: Figures) -> Table:
        rows = [
            (
                self._kind(kind),
                [
                    self._cell(each.kept, "kept", kind=kind),
                    self._cell(each.missed, "missed", kind=kind),
                    self._share(each.kept, each.total),
                ],
            )
            for kind, each in found.promises.items()
        ]
        return self._table(
            "promises", ["figures.kind", "figures.kept", "figures.missed", "figures.share"], rows
        )

    def _times(self, found: Figures) -> Table:
        rows = []
        for kind in KINDS:
            first, whole = found.first_response.get(kind), found.resolution.get(kind)
            if first or whole:
                cells = [*self._spread(first, "answered", kind), *self._spread(whole, "done", kind)]
                rows.append((self._kind(kind), cells))
        header = ["figures.kind", "figures.first", "figures.first_ninth", "figures.end", "figures.end_ninth"]
        return self._table("times", header, rows)

    def _ratings(self, found: Figures) -> Table:
        names: Sequence[Figure] = ("rated5", "rated4", "rated3", "rated2", "rated1")
        cells = [self._cell(found.ratings.counts[4 - n], name) for n, name in enumerate(names)]
        row = (
            self.say("figures.given"),
            [
                *cells,
                self._cell(found.ratings.given, "rated"),
                Cell(figure(found.ratings.asked, self.language)),
            ],
        )
        header = ["figures.ratings", "5", "4", "3", "2", "1", "figures.sum", "figures.asked"]
        return self._table("ratings", header, [row])

    def _complaints(self, found: Figures) -> Table:
        cells = [
            self._cell(found.complaints.came, "opened", kind="pengaduan"),
            self._cell(found.complaints.answered, "answered", kind="pengaduan"),
            self._cell(found.complaints.open_at_end, "open", kind="pengaduan"),
        ]
        header = ["figures.kind", "figures.came", "figures.answered", "figures.open"]
        return self._table("complaints", header, [(self._kind("pengaduan"), cells)])

    def _said(self, found: Figures) -> Table:
        cells = [
            self._cell(found.messages, "messages"),
            self._cell(found.questions, "questions"),
            self._cell(found.not_understood, "not_understood"),
            self._share(found.not_understood, found.questions),
        ]
        header = [
            "figures.said", "figures.messages", "figures.questions", "figures.not_understood", "figures.share_not",
        ]  # fmt: skip
        return self._table("said", header, [(self.say("figures.sum"), cells)])

    def _officers(self, found: Figures) -> Table:
        rows = []
        for each in found.officers:
            counts: list[tuple[Figure, int]] = [
                ("taken", each.taken),
                ("replies", each.replies),
                ("done", each.closed),
                ("kept", each.promise.kept),
                ("missed", each.promise.missed),
            ]
            cells = [self._cell(count, name, officer_id=each.officer_id) for name, count in counts]
            mean = each.ratings.mean
            rated = Cell("–") if mean is None else self._cell(mean, "rated", officer_id=each.officer_id)
            rows.append((each.name, [*cells, rated]))
        header = [
            "figures.officer", "figures.taken", "figures.replies", "figures.done", "figures.kept", "figures.missed",
            "figures.mean",
        ]  # fmt: skip
        return self._table("officers", header, rows)

    def _table(self, key: str, header: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]]) -> Table:
        words = [self.say(each) if each.startswith("figures.") else each for each in header]
        return Table(self.say(f"figures.table_{key}"), words, rows, key)

    def _head(self, name: Figure, count: int, tone: str = "") -> Head:
        return Head(self.say(f"figures.{name}"), self._cell(count, name), tone)

    def _cell(
        self,
        count: int | Decimal,
        name: Figure,
        *,
        channel: str | None = None,
        kind: str | None = None,
        officer_id: int | None = None,
    ) -> Cell:
        words = figure(count, self.language)
        return Cell(
            words, self.leads(name, channel=channel, kind=kind, officer_id=officer_id) if count else ""
        )

    def _share(self, part: int, whole: int) -> Cell:
        found = share(part, whole)
        return Cell("–" if found is None else f"{figure(found, self.language)} %")

    def _spread(self, found: Spread | None, name: Figure, kind: str) -> tuple[Cell, Cell]:
        if found is None:
            return Cell("–"), Cell("–")
        href = self.leads(name, kind=kind)
        return Cell(span(found.median, self.language), href), Cell(span(found.ninth, self.language), href)

    def _kind(self, kind: str) -> str:
        return self.say(f"inbox.kind_{kind or 'unclear'}")

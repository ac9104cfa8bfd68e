"""Figures as the dashboard shows them: heads, tables and what came in when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from handoff.console.charts import columns, days, lying
from handoff.console.figure_cells import Cell, Cells, Head, Row, Table, Timeline
from handoff.reports.figures import Figure, Figures
from handoff.reports.timeline import Step
from handoff.ticket import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Shown:
    """Puts figures into words."""

    cells: Cells

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
            Head(
                self.cells.say("figures.mean"),
                self.cells.cell(mean, "rated") if mean is not None else Cell("–"),
            ),
            Head(
                self.cells.say("figures.not_understood"),
                self.cells.read(found.not_understood, "not_understood"),
            ),
        ]

    def timeline(self, steps: Sequence[Step]) -> Timeline:
        """Return what came in when."""
        keys = _in_order(key for step in steps for key in step.counts)
        chart = columns(
            steps,
            [(key, self.cells.channel(key)) for key in keys],
            lambda period: self.cells.leads("arrivals", period=period),
            self.cells.language,
        )
        rows = [
            Row(
                days(step.period, self.cells.language),
                [
                    *(
                        self.cells.cell(step.counts.get(key, 0), "arrivals", channel=key, period=step.period)
                        for key in keys
                    ),
                    self.cells.cell(step.total, "arrivals", period=step.period),
                ],
            )
            for step in steps
        ]
        header = ["figures.days", *map(self.cells.channel, keys), "figures.sum"]
        return Timeline(chart, self.cells.table("timeline", header, rows))

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
            self._topics(found),
            self._officers(found),
        ]

    def _arrivals(self, found: Figures) -> Table:
        channels = _in_order(channel for channel, _ in found.arrivals)
        services = [*KINDS, ""]
        rows = []
        for service in services:
            counts = [found.arrivals.get((channel, service), 0) for channel in channels]
            cells = [
                self.cells.cell(count, "arrivals", channel=channel, kind=service)
                for channel, count in zip(channels, counts, strict=True)
            ]
            rows.append(
                Row(
                    self.cells.kind(service), [*cells, self.cells.cell(sum(counts), "arrivals", kind=service)]
                )
            )
        sums = [
            sum(count for (name, _), count in found.arrivals.items() if name == channel)
            for channel in channels
        ]
        whole = [
            self.cells.cell(count, "arrivals", channel=channel)
            for channel, count in zip(channels, sums, strict=True)
        ]
        rows.append(self.cells.sum([*whole, self.cells.cell(found.conversations, "arrivals")]))
        header = ["figures.service", *map(self.cells.channel, channels), "figures.sum"]
        return self.cells.table("arrivals", header, rows)

    def _tickets(self, found: Figures) -> Table:
        columns: list[tuple[Figure, Mapping[Kind, int]]] = [
            ("opened", found.opened),
            ("done", found.done),
            ("idle", found.idle),
            ("cancelled", found.cancelled),
            ("open", found.open_at_end),
        ]
        rows = [
            Row(
                self.cells.kind(kind),
                [self.cells.cell(counts.get(kind, 0), name, kind=kind) for name, counts in columns],
            )
            for kind in KINDS
        ]
        whole = [self.cells.cell(sum(counts.values()), name) for name, counts in columns]
        header = ["figures.kind", *(f"figures.{name}" for name, _ in columns)]
        return self.cells.table("tickets", header, [*rows, self.cells.sum(whole)])

    def _promises(self, found: Figures) -> Table:
        rows = [
            Row(
                self.cells.kind(kind),
                [
                    self.cells.cell(each.kept, "kept", kind=kind),
                    self.cells.cell(each.missed, "missed", kind=kind),
                    self.cells.share(each.kept, each.total, self.cells.leads("kept", kind=kind)),
                ],
                lying(("tone-0", each.kept), ("red", each.missed), whole=each.total),
            )
            for kind, each in found.promises.items()
        ]
        if len(rows) > 1:
            whole = found.promise
            cells = [
                self.cells.cell(whole.kept, "kept"),
                self.cells.cell(whole.missed, "missed"),
                self.cells.share(whole.kept, whole.total, self.cells.leads("kept")),
            ]
            bars = lying(("tone-0", whole.kept), ("red", whole.missed), whole=whole.total)
            rows.append(self.cells.sum(cells, bars))
        header = ["figures.kind", "figures.kept", "figures.missed", "figures.share"]
        return self.cells.table("promises", header, rows, has_bars=True)

    def _times(self, found: Figures) -> Table:
        rows = []
        for kind in KINDS:
            first, whole = found.first_response.get(kind), found.resolution.get(kind)
            if first or whole:
                cells = [*self.cells.spread(first, "answered", kind), *self.cells.spread(whole, "done", kind)]
                rows.append(Row(self.cells.kind(kind), cells))
        header = ["figures.kind", "figures.first", "figures.first_ninth", "figures.end", "figures.end_ninth"]
        return self.cells.table("times", header, rows)

    def _ratings(self, found: Figures) -> Table:
        names: Sequence[Figure] = ("rated5", "rated4", "rated3", "rated2", "rated1")
        given, asked, mean = found.ratings.given, found.ratings.asked, found.ratings.mean
        most = max(1, *found.ratings.counts)
        rows = []
        for score, name in zip((5, 4, 3, 2, 1), names, strict=True):
            count = found.ratings.counts[score - 1]
            cells = [self.cells.cell(count, name), self.cells.share(count, given, self.cells.leads(name))]
            rows.append(Row(self.cells.say(f"figures.{name}"), cells, lying(("tone-0", count), whole=most)))
        rows += [
            self.cells.sum(
                [self.cells.cell(given, "rated"), self.cells.share(given, given, self.cells.leads("rated"))]
            ),
            Row(self.cells.say("figures.asked"), [self.cells.cell(asked, "asked"), Cell("–")]),
            Row(
                self.cells.say("figures.mean"),
                [self.cells.cell(mean, "rated") if mean is not None else Cell("–"), Cell("–")],
            ),
        ]
        header = ["figures.rating", "figures.ratings", "figures.part"]
        return self.cells.table("ratings", header, rows if given or asked else [], has_bars=True)

    def _complaints(self, found: Figures) -> Table:
        cells = [
            self.cells.cell(found.complaints.came, "opened", kind="pengaduan"),
            self.cells.cell(found.complaints.answered, "answered", kind="pengaduan"),
            self.cells.cell(found.complaints.open_at_end, "open", kind="pengaduan"),
        ]
        header = ["figures.kind", "figures.came", "figures.answered", "figures.open"]
        return self.cells.table("complaints", header, [Row(self.cells.kind("pengaduan"), cells)])

    def _said(self, found: Figures) -> Table:
        cells = [
            self.cells.read(found.messages, "messages"),
            self.cells.read(found.questions, "questions"),
            self.cells.read(found.not_understood, "not_understood"),
            self.cells.share(found.not_understood, found.questions, self.cells.reads("not_understood")),
        ]
        header = [
            "figures.said", "figures.messages", "figures.questions", "figures.not_understood", "figures.share_not",
        ]  # fmt: skip
        return self.cells.table("said", header, [Row(self.cells.say("figures.sum"), cells)])

    def _topics(self, found: Figures) -> Table:
        most = max([1, *(count for _, count in found.topics)])
        rows = [
            Row(title, [self.cells.read(count, "topic", topic=title)], lying(("tone-0", count), whole=most))
            for title, count in found.topics
        ]
        return self.cells.table("topics", ["figures.topic", "figures.times"], rows, has_bars=True)

    def _officers(self, found: Figures) -> Table:
        rows = []
        for each in found.officers:
            who = each.officer_id
            mean = each.ratings.mean
            cells = [
                self.cells.cell(each.taken, "taken", officer_id=who),
                self.cells.read(each.replies, "replies", officer_id=who),
                self.cells.cell(each.closed, "done", officer_id=who),
                self.cells.cell(each.open_at_end or 0, "open", officer_id=who),
                self.cells.cell(each.complaints or 0, "opened", kind="pengaduan", officer_id=who),
                self.cells.cell(each.promise.kept, "kept", officer_id=who),
                self.cells.cell(each.promise.missed, "missed", officer_id=who),
                self.cells.median(each.first_response, self.cells.leads("answered", officer_id=who)),
                self.cells.median(each.resolution, self.cells.leads("done", officer_id=who)),
                Cell("–") if mean is None else self.cells.cell(mean, "rated", officer_id=who),
            ]
            rows.append(Row(each.name, cells))
        names = (
            "officer", "taken", "replies", "done", "open", "complaints", "kept", "missed", "first", "end", "mean",
        )  # fmt: skip
        return self.cells.table("officers", [f"figures.{name}" for name in names], rows)

    def _head(self, name: Figure, count: int, tone: str = "") -> Head:
        return Head(self.cells.say(f"figures.{name}"), self.cells.cell(count, name), tone)


def _in_order(channels: Iterable[str]) -> list[str]:
    """Return channels once each, in the order of the monthly report."""
    return sorted(set(channels), key=lambda name: (name != "whatsapp", name))

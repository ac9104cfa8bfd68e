"""Counts a period for reports and for the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from bot.clock import Clock
from bot.store.database import Database
from bot.store.desk import figures as rows
from bot.store.desk.said import Said, said
from handoff.calendar import Calendar
from handoff.deadline import Deadlines, Pause
from handoff.reports import counting
from handoff.reports.counting import Case, Span
from handoff.reports.figures import WHOLE, Complaints, Figures, OfficerFigures, Period, Ratings, Scope, Spread
from handoff.reports.sayings import PAGE, Saying, SayingPage, Sayings
from handoff.reports.timeline import Step, steps
from handoff.ticket import KINDS, Kind

MOST_TOPICS = 10
MOST_LABELS = 3 * MOST_TOPICS
"""Labels that are looked at: several may have one title, and talk has none."""
_LAST = (2**63 - 1, "")


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts what happened. `title` names a topic by its label, None where it is no subject ("salam").

    With a `clock` only what has happened by now: what falls due later today is not late yet.
    """

    database: Database
    deadlines: Deadlines
    title: Callable[[str], str | None]
    clock: Clock | None = None

    async def figures(self, period: Period, scope: Scope = WHOLE) -> Figures:
        """Return everything of a period of local days, within a scope. The same rows give the same figures."""
        span = self.span(period)
        async with self.database.transaction() as tx:
            begun = await rows.arrivals(tx, span.since, span.until, scope)
            worked = await rows.work(tx, span.since, span.until, scope)
            paused = await rows.pauses(tx, [each.id for each in worked])
            said = await rows.talk(tx, span.since, span.until, scope)
            asked = await rows.topics(tx, span.since, span.until, scope, most=MOST_LABELS)
            replied = await rows.replies(tx, span.since, span.until, scope)
            rated = await rows.rated(tx, span.since, span.until, scope)
            officers = {*replied, *(each.officer_id for each in worked), *(each.officer_id for each in rated)}
            names = await rows.names(tx, sorted(each for each in officers if each is not None))
        cases = [_case(each, tuple(paused.get(each.id, ()))) for each in worked]
        arrivals: dict[tuple[str, str], int] = {}
        for each in begun:
            key = (each.channel, each.service)
            arrivals[key] = arrivals.get(key, 0) + each.count
        complaints = [each for each in cases if each.kind == "pengaduan"]
        attended = self.deadlines.attended
        return Figures(
            period=period,
            arrivals=arrivals,
            messages=said.messages,
            by_bot=sum(each.count for each in begun if each.is_by_bot),
            handed_over=sum(counting.opened(cases, span).values()),
            opened=counting.opened(cases, span),
            done=counting.ended(cases, span, "done"),
            idle=counting.ended(cases, span, "idle"),
            cancelled=counting.ended(cases, span, "cancelled"),
            open_at_end=counting.open_at_end(cases, span),
            first_response=_of_kinds(cases, lambda some: counting.first_response(some, span, attended)),
            resolution=_of_kinds(cases, lambda some: counting.resolution(some, span, attended)),
            promises=counting.promises(cases, span),
            ratings=_ratings(rated),
            complaints=Complaints(
                came=sum(counting.opened(complaints, span).values()),
                answered=sum(1 for each in complaints if span.has(each.answered_at)),
                open_at_end=sum(counting.open_at_end(complaints, span).values()),
            ),
            topics=self._titled(asked),
            questions=said.questions,
            not_understood=said.not_understood,
            officers=_officers(cases, span, replied=replied, rated=rated, names=names, calendar=attended),
        )

    async def timeline(self, period: Period, scope: Scope = WHOLE) -> list[Step]:
        """Return the conversations that came in by steps of time and channel; all steps together are `arrivals`."""
        span = self.span(period)
        zone = str(self.deadlines.calendar.zone)
        async with self.database.statement() as tx:
            return steps(period, await rows.came(tx, span.since, span.until, scope, zone=zone))

    async def said(
        self, period: Period, scope: Scope, which: Sayings, *, topic: str = "", after: str = ""
    ) -> SayingPage:
        """Return a page of the messages behind a figure; of `topic` those that asked what has that title."""
        span = self.span(period)
        async with self.database.transaction() as tx:
            labels: list[str] = []
            if which == "topic":
                asked = await rows.topics(tx, span.since, span.until, scope, most=MOST_LABELS)
                labels = [label for label, _ in asked if self.title(label) == topic]
            found = await said(
                tx,
                which,
                span.since,
                span.until,
                scope,
                topics=labels,
                before=_opened(after),
                most=PAGE + 1,
            )
        shown = found[:PAGE]
        return SayingPage(
            [Saying(each.conversation_id, each.at, each.channel, each.name, each.words) for each in shown],
            _sealed(shown[-1]) if len(found) > PAGE else None,
        )

    def span(self, period: Period) -> Span:
        """Return the moments of a period: from its first day's midnight to that after its last day, local."""
        calendar = self.deadlines.calendar
        since = calendar.at(period.first, time())
        until = calendar.at(period.last + timedelta(days=1), time())
        return Span(since, until if self.clock is None else max(since, min(until, self.clock.now())))

    def _titled(self, asked: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
        counts: dict[str, int] = {}
        for label, count in asked:
            title = self.title(label)
            if title is not None:
                counts[title] = counts.get(title, 0) + count
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        return tuple(ordered[:MOST_TOPICS])


def _sealed(said: Said) -> str:
    """Return where a page ends, as a word of an address."""
    return f"{said.id}.{said.topic}"


def _opened(after: str) -> tuple[int, str]:
    """Return where the next page begins: before that; at the newest where the word is none of ours."""
    number, _, topic = after.partition(".")
    is_ours = number.isascii() and number.isdigit() and len(number) < 19 and "\x00" not in topic
    return (int(number), topic) if is_ours else _LAST


def _case(work: rows.Work, pauses: tuple[Pause, ...]) -> Case:
    return Case(
        kind=work.kind,
        state=work.state,
        channel=work.channel,
        officer_id=work.officer_id,
        opened_at=work.opened_at,
        clear_at=work.clear_at,
        due_at=work.due_at,
        claimed_at=work.claimed_at,
        answered_at=work.answered_at,
        closed_at=work.closed_at,
        pauses=pauses,
    )


def _of_kinds(
    cases: Sequence[Case], measure: Callable[[Sequence[Case]], Spread | None]
) -> dict[Kind, Spread]:
    found = {}
    for kind in KINDS:
        measured = measure([each for each in cases if each.kind == kind])
        if measured is not None:
            found[kind] = measured
    return found


def _officers(
    cases: Sequence[Case],
    span: Span,
    *,
    replied: Mapping[int, int],
    rated: Sequence[rows.Rated],
    names: Mapping[int, str],
    calendar: Calendar,
) -> tuple[OfficerFigures, ...]:
    """Return the share of each officer who took, answered, closed or still holds anything, or was rated, by name."""
    every = []
    for officer_id, name in names.items():
        own = [each for each in cases if each.officer_id == officer_id]
        each = OfficerFigures(
            name=name,
            taken=sum(1 for case in own if span.has(case.claimed_at)),
            replies=replied.get(officer_id, 0),
            closed=sum(counting.ended(own, span, "done").values()),
            promise=counting.promise(own, span),
            first_response=counting.first_response(own, span, calendar),
            ratings=_ratings([given for given in rated if given.officer_id == officer_id]),
            officer_id=officer_id,
            resolution=counting.resolution(own, span, calendar),
            open_at_end=sum(counting.open_at_end(own, span).values()),
            complaints=counting.opened(own, span).get("pengaduan", 0),
        )
        has_worked = each.taken or each.replies or each.closed or each.promise.total or each.open_at_end
        if has_worked or each.ratings.given or each.ratings.asked:
            every.append(each)
    return tuple(sorted(every, key=lambda each: each.name))


def _ratings(rated: Sequence[rows.Rated]) -> Ratings:
    counts = [0] * 5
    for each in rated:
        if each.score is not None:
            counts[each.score - 1] += each.count
    one, two, three, four, five = counts
    asked = sum(each.count for each in rated if each.score is None)
    return Ratings((one, two, three, four, five), asked)

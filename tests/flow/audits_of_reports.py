"""A year's reports, counted again by going through all rows; what one month leaves the next one begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from handoff.reports.figures import Figures, Period
from handoff.reports.kept import read
from tests.flow.audits import ZONE, Books, SlowCalendar

Month = tuple[int, int]


def months(begins: datetime, ends: datetime) -> list[Period]:
    """Return the whole months between two moments."""
    found: list[Period] = []
    first = begins.astimezone(ZONE).date().replace(day=1)
    last_day = ends.astimezone(ZONE).date()
    while True:
        after = (first + timedelta(days=32)).replace(day=1)
        if after > last_day:
            return found
        found.append(Period(first, after - timedelta(days=1)))
        first = after


def figures(books: Books, counted: list[Figures]) -> Iterator[str]:
    """Each month's figures are those that one finds in the rows, and they add up."""
    tickets = [each for every in books.tickets.values() for each in every if each.merged_into_id is None]
    begun = Counter(
        _month(each.opened_at) for place, each in books.conversations.items() if _is_wanted(books, place)
    )
    by_bot = Counter(
        _month(each.opened_at) for place, each in books.conversations.items() if _is_bots(books, place)
    )
    written = Counter(
        _month(each.created_at)
        for every in books.messages.values()
        for each in every
        if each.author == "citizen" and each.kind == "message"
    )
    replied = Counter(
        _month(each.created_at)
        for every in books.messages.values()
        for each in every
        if each.author == "officer" and each.state is not None
    )
    open_before = 0
    for one in counted:
        month = (one.period.first.year, one.period.first.month)
        name = f"{month[0]}-{month[1]:02}"
        expected: dict[str, tuple[Any, Any]] = {
            "arrivals": (sum(one.arrivals.values()), begun[month]),
            "by_bot": (one.by_bot, by_bot[month]),
            "messages": (one.messages, written[month]),
            "replies": (sum(each.replies for each in one.officers), replied[month]),
            "opened": (dict(one.opened), _count(tickets, month, "opened_at")),
            "done": (dict(one.done), _count(tickets, month, "closed_at", "done")),
            "idle": (dict(one.idle), _count(tickets, month, "closed_at", "idle")),
            "cancelled": (dict(one.cancelled), _count(tickets, month, "closed_at", "cancelled")),
            "ratings": (one.ratings.counts, _scores(books, month)),
            "asked": (
                one.ratings.asked,
                sum(_month(each.asked_at) == month for each in books.ratings.values()),
            ),
            "complaints": (one.complaints.came, _count(tickets, month, "opened_at").get("pengaduan", 0)),
        }
        for what, (found, slow) in expected.items():
            if found != slow:
                yield f"{name}: {what} {found}, counted slowly {slow}"
        ended = sum(sum(each.values()) for each in (one.done, one.idle, one.cancelled))
        open_after = open_before + sum(one.opened.values()) - ended
        if sum(one.open_at_end.values()) != open_after:
            yield f"{name}: {sum(one.open_at_end.values())} open at the end, not {open_after}"
        open_before = open_after
        promises = (
            sum(each.kept for each in one.promises.values()),
            sum(each.missed for each in one.promises.values()),
        )
        if promises != _promises(tickets, month):
            yield f"{name}: promises kept and missed {promises}, counted slowly {_promises(tickets, month)}"
        rated = [each.ratings.counts for each in one.officers]
        own = tuple(sum(each[score] for each in rated) for score in range(5))
        if own != _scores(books, month, of_officers=True):
            yield f"{name}: officers' ratings {own}, counted slowly {_scores(books, month, of_officers=True)}"


def kept(reports: list[Any], counted: list[Figures]) -> Iterator[str]:
    """What was reported of ratings stays: none of that month is given or changed later."""
    by_first = {each.period.first: each for each in counted}
    for each in reports:
        reported, found = read(each.figures).ratings.counts, by_first[each.first].ratings.counts
        if reported != found:
            yield f"{each.first:%Y-%m}: ratings {reported} were reported, {found} later"


def made(books: Books, reports: list[Any], periods: list[Period]) -> Iterator[str]:
    """Each month that is over has one report, made on the first working day after it, from the morning on."""
    calendar = SlowCalendar(range(books.begins.year, books.ends.year + 1))
    by_first: dict[date, list[Any]] = {}
    for each in reports:
        by_first.setdefault(each.first, []).append(each)
    for period in periods:
        day = calendar.next(period.last)
        if day >= books.ends.astimezone(ZONE).date():
            continue
        made_on = [each.made_at.astimezone(ZONE) for each in by_first.get(period.first, [])]
        if [each.date() for each in made_on] != [day] or made_on[0].hour < 7:
            yield f"the report of {period.first:%Y-%m} was made at {made_on}, not on {day}"


def _month(moment: datetime) -> Month:
    local = moment.astimezone(ZONE)
    return local.year, local.month


def _count(tickets: list[Any], month: Month, column: str, state: str | None = None) -> dict[str, int]:
    kinds = [
        each.kind
        for each in tickets
        if getattr(each, column) is not None
        and _month(getattr(each, column)) == month
        and (state is None or each.state == state)
    ]
    return dict(Counter(kinds))


def _is_wanted(books: Books, place: int) -> bool:
    """Tell whether somebody wanted something: an officer's word to go on with another one is no arrival."""
    said = [each.author for each in books.messages[place] if each.kind != "note"]
    return bool(books.tickets[place]) or said[:1] != ["officer"]


def _is_bots(books: Books, place: int) -> bool:
    """Tell whether the bot has answered, and nobody else."""
    authors = {each.author for each in books.messages[place] if each.kind != "note"}
    return not books.tickets[place] and "bot" in authors and "officer" not in authors


def _scores(books: Books, month: Month, *, of_officers: bool = False) -> tuple[int, ...]:
    given = [
        each.score
        for each in books.ratings.values()
        if each.rated_at and _month(each.rated_at) == month and (each.officer_id or not of_officers)
    ]
    return tuple(given.count(score) for score in range(1, 6))


def _promises(tickets: list[Any], month: Month) -> tuple[int, int]:
    """Return how many deadlines were kept by an end in that month, and how many passed in it."""
    kept = missed = 0
    for each in tickets:
        if each.due_at is None or each.state == "cancelled":
            continue
        is_kept = each.closed_at is not None and each.closed_at <= each.due_at
        kept += is_kept and _month(each.closed_at) == month
        missed += not is_kept and _month(each.due_at) == month
    return kept, missed

"""The books of a simulated office, gone through slowly and apart from its rules: what must be true afterwards.

Nothing here asks handoff/idle.py, handoff/deadline.py or bot/closing.py; the numbers are those of the design, read from
office.yml. Each audit returns lines about what is wrong, so that a run shows all of it at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from tests.flow.citizens import MERE_RATINGS, STARS, THANKS
from tests.flow.simulated import TICK, SimulatedOffice, on_the_clock

ZONE = ZoneInfo("Asia/Jakarta")
DAY = timedelta(days=1)
MORNING, EVENING = time(8), time(20)
# (day of the warning, day of the closing) by kind; bot: only the bot was there. A complaint has none.
LIMITS = {
    "bot": (6, 7),
    "konsultasi": (6, 7),
    "perpustakaan": (6, 7),
    "penjualan": (25, 30),
    "rekomendasi": (25, 30),
}
WORKING_DAYS = {"konsultasi": 3, "penjualan": 10, "rekomendasi": 30}
OURS = {"closing", "rating", "warning", "unclaimed", "officer_replied"}
OURS |= {f"mail_{key}" for key in OURS}


@dataclass(slots=True)
class Books:
    """All rows at the end, by conversation."""

    begins: datetime
    ends: datetime
    conversations: dict[int, Any]
    messages: dict[int, list[Any]]
    by_id: dict[int, Any]
    tickets: dict[int, list[Any]]
    changes: dict[int, list[Any]]
    pauses: dict[int, list[Any]]
    ratings: dict[int, Any]
    acts: dict[int, list[tuple[datetime, str]]]
    closed: list[tuple[int, datetime]]

    def answers(self, place: int) -> list[Any]:
        """Return what the bot and officers said to the citizen."""
        return [each for each in self.messages[place] if each.author in {"bot", "officer"} and each.state]

    def heard(self, place: int) -> list[Any]:
        """Return what the citizen wrote; a reaction is no response."""
        return [each for each in self.messages[place] if each.author == "citizen" and each.kind != "reaction"]

    def ours(self, place: int, key: str) -> list[Any]:
        """Return what the system said under a key."""
        return [each for each in self.messages[place] if each.key == key]


async def books_of(office: SimulatedOffice, begins: datetime) -> Books:
    """Read everything."""
    conversations = await office.rows(
        "SELECT id, state, opened_at, closed_at, closed_how, last_outbound_at, owed_since, holder_id, forgotten_at"
        " FROM conversation ORDER BY id"
    )
    messages = await office.rows(
        "SELECT message.id, conversation_id, author, kind, text, created_at, answered_at, officer_id, understood,"
        " delivery.state, delivery.key, delivery.sent_at, delivery.cause, delivery.released_at, delivery.recipient"
        " FROM message LEFT JOIN delivery ON delivery.message_id = message.id ORDER BY message.id"
    )
    tickets = await office.rows("SELECT * FROM ticket ORDER BY id")
    changes = await office.rows("SELECT * FROM ticket_change ORDER BY id")
    pauses = await office.rows("SELECT * FROM ticket_pause ORDER BY from_at")
    ratings = await office.rows("SELECT * FROM rating")
    place = {each.id: each.conversation_id for each in tickets}
    acts: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for at, where, what in office.acts:
        acts[where].append((at, what))
    return Books(
        begins,
        office.clock.now(),
        {each.id: each for each in conversations},
        _by(messages, lambda each: each.conversation_id),
        {each.id: each for each in messages},
        _by(tickets, lambda each: each.conversation_id),
        _by(changes, lambda each: place[each.ticket_id]),
        _by(pauses, lambda each: each.ticket_id),
        {each.conversation_id: each for each in ratings},
        acts,
        office.closed,
    )


def _by(rows: list[Any], key: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


# Closing by the clock.


def closings(books: Books) -> Iterator[str]:
    """Each closing by the clock was due, not early and within a tick, and nobody of the office owed anything."""
    for place, at in books.closed:
        for wrong in _closing(books, place, at):
            yield f"conversation {place} closed at {at}: {wrong}"


def _closing(books: Books, place: int, at: datetime) -> Iterator[str]:
    kinds = _open_kinds(books, place, at)
    if "pengaduan" in kinds:
        yield "a complaint is never closed by the clock"
        return
    if any(each.created_at <= at and (each.answered_at or books.ends) > at for each in books.heard(place)):
        yield "something the citizen wrote had no answer"
    if _owed(books, place, at):
        yield "an officer's answer was owed"
    if _was_ignored(books, place, at):
        yield "nobody has said a word to what the citizen wrote last"
    if _held_back(books, place, at):
        yield "an officer held it back"
    said = [each for each in books.answers(place) if each.created_at <= at]
    is_unsent = bool(said) and (said[-1].sent_at is None or said[-1].sent_at > at)
    if is_unsent and not any(when >= said[-1].created_at for when in _let_go(books, place, at)):
        yield "the last answer had not been sent"
    due = _due_to_close(books, place, kinds, _silent_since(books, place, at), at)
    if at < due:
        yield f"{due - at} too early"
    touched = _touched(books, place, at)
    if at > on_the_clock(max(due, touched)):
        yield f"due at {due}, last touched at {touched}: too late"


def _due_to_close(books: Books, place: int, kinds: set[str], since: datetime, at: datetime) -> datetime:
    """Return when it is to be closed: where other limits came to hold since, with all the time after a warning."""
    warn, close = _limit(kinds)
    ended = {each.id for each in books.tickets[place] if each.closed_at is not None and each.closed_at < at}
    limited = [
        each.at
        for each in books.changes[place]
        if each.at < at
        and (
            each.what in ({"state"} if each.ticket_id in ended else {"opened", "kind"})
            or (each.what == "state" and each.before in {"done", "idle", "cancelled"})
        )
    ]
    if not limited or limited[-1] <= since:
        return since + close
    return max(since + close, _daytime(limited[-1]) + close - warn)


def _open_kinds(books: Books, place: int, at: datetime) -> set[str]:
    """Return the kinds of tickets that were open just before a moment."""
    return {
        _kind_at(books, each, at)
        for each in books.tickets[place]
        if each.opened_at <= at and (each.closed_at is None or each.closed_at >= at)
    }


def _kind_at(books: Books, ticket: Any, at: datetime) -> str:
    lines = [
        each
        for each in books.changes[ticket.conversation_id]
        if each.ticket_id == ticket.id and each.what in {"opened", "kind"} and each.at <= at
    ]
    return str(lines[-1].after)


def _limit(kinds: set[str]) -> tuple[timedelta, timedelta]:
    warn, close = max((LIMITS[kind] for kind in kinds or {"bot"}), key=lambda each: each[1])
    return timedelta(days=warn), timedelta(days=close)


def _silent_since(books: Books, place: int, at: datetime) -> datetime:
    heard = [each.created_at for each in books.heard(place) if each.created_at <= at]
    moments = [
        *_said(books, place, at),
        *heard,
        *_let_go(books, place, at),
        *_said_elsewhere(books, place, at),
    ]
    latest: datetime = max(moments, default=books.conversations[place].opened_at)
    return latest


def _said(books: Books, place: int, at: datetime) -> list[datetime]:
    """Return when an answer of ours went out."""
    return [each.sent_at for each in books.answers(place) if each.sent_at is not None and each.sent_at <= at]


def _let_go(books: Books, place: int, at: datetime) -> Iterator[datetime]:
    """Find when officers let the silence begin anew: held back no longer, taken up again, what failed put aside.

    Who lets go what was held back, or takes up what had ended, does not say that an answer which did not arrive needs
    no more.
    """
    latest = books.begins
    for when, what in _done(books, place):
        if when > at:
            break
        said = [each for each in books.answers(place) if each.created_at < when]
        was_sent = not said or (said[-1].sent_at is not None and said[-1].sent_at <= when)
        is_settled = was_sent or latest >= said[-1].created_at
        if (what in {"let go", "reopen"} and is_settled) or (what == "no_reply" and not was_sent):
            latest = when
            yield when


def _said_elsewhere(books: Books, place: int, at: datetime) -> Iterator[datetime]:
    """Find what was said in other conversations about a ticket of this one that was open."""
    is_open = {each.id for each in books.tickets[place] if each.closed_at is None or each.closed_at >= at}
    for line in books.changes[place]:
        if line.what in {"addition", "replied"} and line.ticket_id in is_open:
            message = books.by_id[int(line.after)]
            when = message.sent_at or message.created_at
            if message.conversation_id != place and when <= at:
                yield when


def _done(books: Books, place: int) -> Iterator[tuple[datetime, str]]:
    """Return what officers did, without what was refused."""
    acts = books.acts[place]
    for n, (when, what) in enumerate(acts, 1):
        if acts[n : n + 1] != [(when, f"refused {what}")]:
            yield when, what


def _held_back(books: Books, place: int, at: datetime) -> bool:
    holds = [what for when, what in _done(books, place) if what in {"hold", "let go"} and when < at]
    return bool(holds) and holds[-1] == "hold"


def _touched(books: Books, place: int, at: datetime) -> datetime:
    """Return when anybody last did anything to it: what was owed may have ended, the kind may have changed."""
    moments = [each.at for each in books.changes[place] if each.at <= at and each.after != "idle"]
    moments += [when for when, _ in books.acts[place] if when <= at]
    moments += [
        each.answered_at for each in books.heard(place) if each.answered_at and each.answered_at <= at
    ]
    return max(moments, default=books.begins)


def _owed(books: Books, place: int, at: datetime) -> bool:
    """Go through what happened, in order: a ticket and an addition owe, a reply and the end do not."""
    is_owed = False
    open_tickets: set[int] = set()
    for line in books.changes[place]:
        if line.at >= at and line.after == "idle":
            continue
        if line.at > at:
            break
        match line.what:
            case "opened":
                open_tickets.add(line.ticket_id)
                is_owed = True
            case "addition" | "not_delivered":
                is_owed = True
            case "replied" | "no_reply":
                is_owed = False
            case "state" if line.after in {"done", "cancelled", "idle"}:
                open_tickets.discard(line.ticket_id)
                is_owed = is_owed and bool(open_tickets)
            case "state" if line.before in {"done", "cancelled", "idle"}:
                open_tickets.add(line.ticket_id)
    return is_owed


def _was_ignored(books: Books, place: int, at: datetime) -> bool:
    """Tell whether the citizen's last words found neither an answer nor an officer who ended what it was about."""
    # Who wants no notices any more, thanks, or says how it was and no more, asks nothing.
    request = books.ratings.get(place)
    asked = [
        each
        for each in books.heard(place)
        if each.kind == "message"
        and each.text not in {THANKS, STARS}
        and not (request and each.created_at >= request.asked_at and each.text in MERE_RATINGS)
    ]
    heard = [each for each in asked if each.created_at < at]
    if not heard:
        return False
    last = heard[-1].created_at
    ends = [
        each for each in books.changes[place] if each.what in {"no_reply", "state"} and last <= each.at < at
    ]
    return not ends and not any(last <= each.created_at <= at for each in books.answers(place))


# Warnings, closing messages, requests.


def notices(books: Books) -> Iterator[str]:
    """One warning a silence, one closing message a closing, at most one request for a rating a consultation."""
    for place, at in books.closed:
        if books.conversations[place].forgotten_at is not None:
            continue
        warned = _warnings(books, place, at)
        if warned is not None:
            yield f"conversation {place} closed at {at}: {warned}"
        said = [each for each in books.ours(place, "closing") if at <= each.created_at <= _daytime(at) + TICK]
        # Whom none of our answers reached is not told that there will be no more.
        if len(said) != bool(_said(books, place, at)) and _daytime(at) + TICK < books.ends:
            yield f"conversation {place} closed at {at}: {len(said)} closing messages"
    times = Counter(place for place, _ in books.closed)
    for place, row in books.conversations.items():
        if len(books.ours(place, "closing")) > times[place]:
            yield f"conversation {place}: more closing messages than closings"
        asked = books.ours(place, "rating")
        if len(asked) > 1 or len(asked) != (place in books.ratings):
            yield f"conversation {place}: {len(asked)} requests for a rating"
        is_to_be_asked = (
            row.forgotten_at is None
            and row.closed_how in {"idle", "officer", "citizen"}
            and bool(_said(books, place, _daytime(row.closed_at) + TICK))
        )
        if is_to_be_asked and not asked and _daytime(row.closed_at) + TICK < books.ends:
            yield f"conversation {place}: closed ({row.closed_how}) and nobody asked how it was"
        for key in ("warning", "closing", "rating"):
            arrived = [
                each for each in (*books.ours(place, key), *books.ours(place, f"mail_{key}")) if each.sent_at
            ]
            if len(arrived) > len(books.ours(place, key)):
                yield f"conversation {place}: {key} arrived twice"


def _warnings(books: Books, place: int, at: datetime) -> str | None:
    if not _said(books, place, at):
        return None
    since = _silent_since(books, place, at)
    warn, close = _limit(_open_kinds(books, place, at))
    # One in the very second in which the silence began was of the silence before.
    said = [each for each in books.ours(place, "warning") if since < each.created_at <= at]
    first, due = _daytime(since + warn), since + close
    touched = _touched(books, place, at)
    if len(said) > 1:
        return f"{len(said)} warnings"
    if touched <= first and _daytime(on_the_clock(first)) < due - TICK and not said:
        return f"no warning at {first}"
    if said and said[0].created_at < first:
        return f"warned at {said[0].created_at}, before {first}"
    if said and touched <= first and said[0].created_at > _daytime(on_the_clock(first)):
        return f"warned at {said[0].created_at}, due at {first}"
    if first >= due and said:
        return "a warning that comes after the closing"
    return None


def _daytime(moment: datetime) -> datetime:
    local = moment.astimezone(ZONE)
    while not MORNING <= local.time() < EVENING:
        local = (local + timedelta(minutes=1)).replace(second=0, microsecond=0)
    return moment if MORNING <= moment.astimezone(ZONE).time() < EVENING else local


def hours(books: Books, office: SimulatedOffice) -> Iterator[str]:
    """What the system says of its own accord goes out by day, or when the citizen has just written."""
    for name, air in office.air.items():
        for sent in air.log:
            is_by_day = MORNING <= sent.at.astimezone(ZONE).time() < EVENING
            has_written = sent.heard is not None and sent.at - sent.heard <= timedelta(minutes=10)
            if sent.key in OURS and not is_by_day and not has_written:
                yield f"{name}: {sent.key} at {sent.at.astimezone(ZONE)}"
        for uid, times in Counter(each.uid for each in air.log).items():
            if times > 1 + air.lost[uid]:
                yield f"{name}: {uid} was sent {times} times"


def forgotten(books: Books) -> Iterator[str]:
    """Whoever was forgotten hears no more of it."""
    for place, row in books.conversations.items():
        for each in books.messages[place] if row.forgotten_at is not None else ():
            if (each.sent_at or each.created_at) > row.forgotten_at:
                yield f"conversation {place}: {each.key or each.author} after it was forgotten"


# Ends.


def ends(books: Books) -> Iterator[str]:
    """Whatever is still open has a reason: owed, held back, a complaint, or not yet due."""
    for place, row in books.conversations.items():
        if row.closed_at is not None or _reason(books, place):
            continue
        since, touched = _silent_since(books, place, books.ends), _touched(books, place, books.ends)
        yield f"conversation {place} ({row.state}) has no end: silent since {since}, touched {touched}"


def _reason(books: Books, place: int) -> str | None:
    row, at = books.conversations[place], books.ends
    kinds = _open_kinds(books, place, at)
    said = books.answers(place)
    if "pengaduan" in kinds:
        return "complaint"
    if row.owed_since is not None and (kinds or row.holder_id is not None):
        # What was owed in a conversation whose ticket was merged is owed where that goes on.
        is_merged = any(each.what == "absorbed" for each in books.changes[place])
        return "owed" if _owed(books, place, at) or row.holder_id is not None or is_merged else None
    if said and said[-1].state != "sent":
        return "not delivered"
    if _held_back(books, place, at):
        return "held back"
    since = _silent_since(books, place, at)
    due = max(_due_to_close(books, place, kinds, since, at), _touched(books, place, at))
    return "not due" if on_the_clock(due) + TICK > at else None


def answered(books: Books) -> Iterator[str]:
    """Nothing a citizen wrote is without its answer, and none has two."""
    for place, messages in books.messages.items():
        asked = Counter(each.answered_at for each in books.heard(place))
        if None in asked:
            yield f"conversation {place}: {asked[None]} messages were never answered"
        # That the model is away is said besides, and answers nothing.
        said = [each for each in messages if each.author == "bot" and each.key != "nlu_down"]
        replies = Counter(each.created_at for each in said)
        for at, count in replies.items():
            if count > asked[at]:
                yield f"conversation {place}: {count} answers to {asked[at]} messages at {at}"


# Deadlines.


class SlowCalendar:
    """Working days, one by one, from the table of holidays itself."""

    def __init__(self, years: range) -> None:
        self._free: set[date] = set()
        for year in years:
            every = holidays.country_holidays("ID", years=year, categories=("public", "government"))
            self._free |= set(every)

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self._free

    def next(self, day: date) -> date:
        day += DAY
        while not self.works(day):
            day += DAY
        return day


def deadlines(books: Books) -> Iterator[str]:
    """Each deadline is what one finds by going from day to day."""
    calendar = SlowCalendar(range(books.begins.year, books.ends.year + 2))
    for tickets in books.tickets.values():
        for ticket in tickets:
            expected = _due(calendar, ticket, books.pauses[ticket.id])
            if ticket.due_at != expected:
                yield f"ticket {ticket.number} ({ticket.kind}, {ticket.state}) due at {ticket.due_at}, not {expected}"


def _due(calendar: SlowCalendar, ticket: Any, pauses: list[Any]) -> datetime | None:
    days = WORKING_DAYS.get(ticket.kind)
    if days is None or ticket.clear_at is None:
        return None
    day = ticket.clear_at.astimezone(ZONE).date()
    if not calendar.works(day):
        day = calendar.next(day)
    while True:
        end = datetime.combine(day, time(23, 59), tzinfo=ZONE)
        if any(each.from_at <= end and each.to_at is None for each in pauses):
            return None
        if not any(each.from_at <= end < each.to_at for each in pauses if each.to_at):
            if days == 0:
                return end
            days -= 1
        day = calendar.next(day)

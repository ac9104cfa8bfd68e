"""The thread of a conversation in the order in which it is read: days, messages, what happened between them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handoff.ports.thread import Happened, Look, Said, Understood


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the thread: a day begins (neither), a message, or something that happened.

    `understood` is what the bot answered to, on its own answers. `shows_subject`: a mail about something else than
    the one before it. `shows_channel`: the message before it came by another way.
    """

    id: str
    at: datetime
    said: Said | None = None
    happened: Happened | None = None
    understood: Understood | None = None
    shows_subject: bool = False
    shows_channel: bool = False


def timeline(look: Look, zone: ZoneInfo) -> tuple[Entry, ...]:
    """Return all entries of a page; `zone` is where a day begins."""
    return tuple(_with_days(_merged(_messages(look.said), look.happened), zone))


def _messages(said: Sequence[Said]) -> Iterator[Entry]:
    understood: Understood | None = None
    subject: str | None = None
    channel: str | None = None
    for each in said:
        if each.author == "citizen":
            understood = each.understood
        is_other = each.subject is not None and _core(each.subject) != _core(subject or "")
        yield Entry(
            f"m{each.id}",
            each.at,
            said=each,
            understood=understood if each.author == "bot" else None,
            shows_subject=is_other,
            shows_channel=channel is not None and each.channel != channel,
        )
        subject, channel = each.subject or subject, each.channel


def _core(subject: str) -> str:
    plain = subject.strip().casefold()
    while plain[:3] in {"re:", "fw:"} or plain.startswith("fwd:"):
        plain = plain.partition(":")[2].strip()
    return plain


def _merged(messages: Iterator[Entry], happened: Sequence[Happened]) -> list[Entry]:
    others = (Entry(f"h{each.key}", each.at, happened=each) for each in happened)
    return sorted((*messages, *others), key=lambda entry: (entry.at, entry.said is None))


def _with_days(entries: Sequence[Entry], zone: ZoneInfo) -> Iterator[Entry]:
    last = None
    for entry in entries:
        day = entry.at.astimezone(zone).date()
        if day != last:
            yield Entry(f"d{day.isoformat()}", entry.at)
        last = day
        yield entry


def last_understood(said: Sequence[Said]) -> Understood | None:
    """Return what the citizen's latest message with a topic was taken for, None when nothing was understood."""
    heard = (each.understood for each in reversed(said) if each.author == "citizen")
    return next((each for each in heard if each is not None and each.topics), None)

"""The rules of the desk: who may do what when, and what may go out. Pure; `bot/desk/desk.py` keeps the effects."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from handoff.ports.desk import Meeting, Overtaken, Registration, Unfit
from handoff.ports.values import NotAllowed, Officer, Stale, Taken

LONGEST_TEXT = 20_000  # characters; a chat splits it, a mail carries it
LONGEST_LINE = 200  # characters of a title, a place, a name
MOST_TAGS, LONGEST_TAG = 10, 32
MOST_FILES = 10
MOST_COPIES = 10
LONGEST_MEETING = 24 * 60  # minutes
_ADDRESS = re.compile(r"[^@\s<>,;\"()]{1,64}@[^@\s<>,;\"()]{1,190}\.[^@\s<>,;\"().]{2,63}")


def check_claim(officer: Officer, owners: Collection[tuple[int, str]]) -> None:
    """Let nobody take what a colleague has. `owners` are (id, name) of who holds it or works on its tickets."""
    others = [name for owner, name in owners if owner != officer.id]
    if others:
        raise Taken(others[0])


def check_release(officer: Officer, holder: tuple[int, str] | None) -> None:
    """Let a conversation be given up by who holds it, or a supervisor."""
    if holder is not None and holder[0] != officer.id and not officer.is_at_least("supervisor"):
        raise Taken(holder[1])


def check_assign(officer: Officer, *, owner: tuple[int, str] | None, to: int | None) -> None:
    """Let anybody take what nobody has and give up their own; the rest is a supervisor's."""
    if officer.is_at_least("supervisor"):
        return
    if owner is not None and owner[0] != officer.id:
        raise Taken(owner[1])
    if to is not None and to != officer.id:
        raise NotAllowed("assign_others")


def check_version(known: int, seen: int) -> None:
    """Refuse to change what has changed since it was looked at."""
    if known != seen:
        raise Stale


def check_seen(*, by_colleague: str | None, by_citizen: bool, closes: bool) -> None:
    """Refuse a reply beside a colleague's that was not seen, and an end beside a word of the citizen's."""
    if by_colleague is not None:
        raise Overtaken(by_colleague)
    if closes and by_citizen:
        raise Overtaken(None)


def fit_text(text: str) -> str:
    """Return a text as it goes out. Raises `Unfit` (empty, too_long)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if not plain:
        raise Unfit("empty")
    if len(plain) > LONGEST_TEXT:
        raise Unfit("too_long", str(LONGEST_TEXT))
    return plain.encode("utf-8", "replace").decode("utf-8")


def fit_copies(copies: Sequence[str]) -> tuple[str, ...]:
    """Return further recipients of a mail, each once. Raises `Unfit` (address, too_many_copies)."""
    wanted = tuple(dict.fromkeys(each.strip() for each in copies if each.strip()))
    for each in wanted:
        fit_address(each)
    if len(wanted) > MOST_COPIES:
        raise Unfit("too_many_copies", str(MOST_COPIES))
    return wanted


def fit_address(address: str) -> str:
    """Return a mail address. Raises `Unfit` (address) for what cannot be one."""
    plain = address.strip()
    if not _ADDRESS.fullmatch(plain):
        raise Unfit("address", plain[:LONGEST_LINE])
    return plain


def fit_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Return tags in small letters, each once, in order. Raises `Unfit` (too_many_tags, tag_too_long)."""
    plain = sorted({" ".join(each.lower().split()) for each in tags if each.strip()})
    if len(plain) > MOST_TAGS:
        raise Unfit("too_many_tags", str(MOST_TAGS))
    for each in plain:
        if len(each) > LONGEST_TAG:
            raise Unfit("tag_too_long", each[:LONGEST_TAG])
    return tuple(plain)


def fit_line(line: str, reason: str) -> str:
    """Return one line of text. Raises `Unfit` with that reason when there is nothing in it, or too much."""
    plain = " ".join(line.replace("\x00", "").split())
    if not plain or len(plain) > LONGEST_LINE:
        raise Unfit(reason)
    return plain


def fit_reason(reason: str) -> str:
    """Return why something is done, for colleagues. Raises `Unfit` (reason_missing, line_too_long)."""
    if not reason.replace("\x00", "").strip():
        raise Unfit("reason_missing")
    return fit_line(reason, "line_too_long")


def fit_registration(given: Registration) -> dict[str, str]:
    """Return what was filled in, by field. Raises `Unfit` (address, line_too_long)."""
    fields = {"name": given.name, "organisation": given.organisation, "purpose": given.purpose}
    filled = {key: fit_line(value, "line_too_long") for key, value in fields.items() if value.strip()}
    if given.email.strip():
        filled["email"] = fit_address(given.email)
    return filled


def check_meeting(meeting: Meeting) -> None:
    """Refuse a meeting that cannot be. Raises `Unfit` (meeting_title, meeting_place, meeting_length)."""
    fit_line(meeting.title, "meeting_title")
    fit_line(meeting.place, "meeting_place")
    if meeting.way == "zoom" and not re.match(r"https://\S+$", meeting.place.strip()):
        raise Unfit("meeting_link")
    if not 1 <= meeting.minutes <= LONGEST_MEETING:
        raise Unfit("meeting_length")

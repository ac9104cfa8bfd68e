"""What a mail to an officer says, and what it never says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handoff.notifying import URGENCY, NoticeKind, Told, is_time, letter
from handoff.ticket import KINDS, PREFIXES, Kind, number

DIGEST = timedelta(minutes=30)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def told(*kinds: NoticeKind, count: int = 42, kind: Kind = "konsultasi") -> Told:
    named = number(kind, year=2026, count=count)
    return Told(
        kinds, named, kind, "Jatuh tempo besok", f"https://pst.example.go.id/console/conversation/{count}"
    )


@pytest.mark.parametrize(
    ("ago", "is_now"),
    [(None, True), (timedelta(), False), (DIGEST - timedelta(seconds=1), False), (DIGEST, True)],
)
def test_the_first_at_once_and_then_one_in_so_many_minutes(ago: timedelta | None, *, is_now: bool) -> None:
    assert is_time(last_at=None if ago is None else NOW - ago, now=NOW, digest=DIGEST) is is_now


def test_one_ticket_is_the_subject() -> None:
    mail = letter("Ani", [told("replied", "half")], "id")
    assert mail.subject == "KST-2026-00042: separuh waktu sudah terpakai, warga membalas"
    assert mail.text.startswith("Halo Ani,")
    for part in ("KST-2026-00042", "Konsultasi statistik", "Jatuh tempo besok", "/console/conversation/42"):
        assert part in mail.text


def test_of_several_the_most_urgent_comes_first() -> None:
    mail = letter(
        "Ani", [told("new", count=1), told("replied", count=2), told("new", "missed", count=3)], "id"
    )
    assert mail.subject == "3 tiket perlu perhatian Anda"
    places = [mail.text.index(f"KST-2026-0000{count}") for count in (3, 2, 1)]
    assert places == sorted(places)


def test_the_same_thing_twice_is_said_once() -> None:
    mail = letter("Ani", [told("replied", "replied")], "id")
    assert mail.text.count("warga membalas") == 1


@pytest.mark.parametrize("language", ["id", "en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("why", URGENCY)
def test_everything_has_words_in_both_languages(why: NoticeKind, kind: Kind, language: str) -> None:
    mail = letter("Ani", [told(why, kind=kind)], language)
    assert PREFIXES[kind] in mail.subject
    assert len(mail.subject) < 78  # one line of a mail's header (RFC 5322 section 2.1.1)


def test_english() -> None:
    mail = letter("Ani", [told("assigned")], "en")
    assert mail.subject == "KST-2026-00042: assigned to you"
    assert "please do not reply" in mail.text

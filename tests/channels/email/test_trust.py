"""Whether a sender is who they say: only what the office's own server wrote counts, forged or broken or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.address import Sender
from channels.email.parse import parse
from channels.email.read import read
from channels.port import Inbound, Parcel, ReplyLimit
from tests.channels.email import building

OWN = Sender("Layanan PST", "pst@example.go.id")
HERE = "mx.example.go.id"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOP = "Received: from a.example.org by mx.example.go.id; Mon, 2 Mar 2026 10:00:00 +0700"


def letter(*fields: str, authserv_id: str = HERE) -> Inbound:
    head = [*fields, "From: Budi <budi@example.org>", "To: pst@example.go.id", "Subject: Tanya"]
    raw = ("\r\n".join(head) + "\r\nMessage-ID: <1@example.org>\r\n\r\nAda data?\r\n").encode()
    found = read(Parcel("email", "here", 1, 1, raw, NOW), OWN, authserv_id)
    assert isinstance(found, Inbound)
    return found


def trust(*results: str) -> str:
    return letter(*(f"Authentication-Results: {one}" for one in results)).trust


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (f"{HERE}; dmarc=pass header.from=example.org", "passed"),
        (
            f"{HERE}; spf=fail smtp.mailfrom=list.example; dkim=pass header.d=example.org; dmarc=pass",
            "passed",
        ),
        (
            f"{HERE}; spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example; dmarc=fail",
            "failed",
        ),
        (f"{HERE}; DMARC = FAIL (p=reject) header.from=example.org", "failed"),
        (f"{HERE} 1; dmarc/1=fail", "failed"),
        (f'"{HERE}"; dmarc=fail', "failed"),
        (f"{HERE.upper()}; dmarc=fail", "failed"),
        (f"(a comment; dmarc=pass) {HERE}; dmarc=fail", "failed"),
        (f"{HERE}; spf=fail smtp.mailfrom=a@example.org; dkim=none", "failed"),
        (f'{HERE}; spf=softfail; dkim=fail reason="signature; dmarc=pass"; dmarc=none', "failed"),
        (f"{HERE}; spf=fail; dkim=fail header.d=a.example; dkim=pass header.d=example.org", "unknown"),
        (f"{HERE}; spf=fail", "unknown"),
        (f"{HERE}; dkim=fail", "unknown"),
        (f"{HERE}; spf=fail; dkim=temperror", "unknown"),
        (f"{HERE}; spf=none; dkim=none; dmarc=none", "unknown"),
        (f"{HERE}; spf=pass; dkim=none; dmarc=bestguesspass", "unknown"),
        (f"{HERE}; dmarc=temperror", "unknown"),
        (f"{HERE}; none", "unknown"),
        ("", "unknown"),
        (";;;=;", "unknown"),
        ("mx.example.org; dmarc=fail", "unknown"),
        (f"{HERE}.evil.example; dmarc=pass", "unknown"),
        (f'{HERE}; spf=pass smtp.mailfrom="a; dmarc=fail"@example.org; dmarc=pass', "passed"),
        (f"{HERE}; spf=fail (unclosed comment; dkim=none; dmarc=fail", "failed"),
    ],
)
def test_results(results: str, expected: str) -> None:
    assert trust(results) == expected


def test_folded_over_lines() -> None:
    folded = f"{HERE};\r\n\tspf=softfail smtp.mailfrom=a@example.org;\r\n dkim=none;\r\n\tdmarc=fail (p=none)"
    found = letter(f"Authentication-Results: {folded}")
    assert (found.trust, found.distrust) == ("failed", "DMARC")


def test_several_fields_of_one_server_are_read_together() -> None:
    assert trust(f"{HERE}; dkim=none", f"{HERE}; spf=fail") == "failed"
    assert trust(f"{HERE}; dmarc=pass", f"{HERE}; dkim=pass", f"{HERE}; spf=pass") == "passed"


@pytest.mark.parametrize("between", [[], [HOP], ["X-Spam: no", HOP]])
def test_what_the_sender_wrote_below_counts_nothing(between: list[str]) -> None:
    genuine = f"Authentication-Results: {HERE}; spf=fail; dkim=none; dmarc=fail"
    forged = f"Authentication-Results: {HERE}; spf=pass; dkim=pass; dmarc=pass"
    assert letter(HOP, genuine, *between, forged).trust == "failed"
    assert letter(genuine, HOP, *between, forged).trust == "failed"


def test_a_forged_field_of_an_earlier_hop_adds_nothing() -> None:
    genuine = f"Authentication-Results: {HERE}; spf=fail; dkim=none"
    forged = f"Authentication-Results: {HERE}; dmarc=pass"
    assert letter(genuine, HOP, forged).trust == "failed"


def test_several_senders_are_none() -> None:
    passed = f"Authentication-Results: {HERE}; dmarc=pass"
    found = letter(passed, "From: Rina <rina@example.com>")
    assert (found.trust, found.distrust) == ("failed", "From")


def test_without_a_configured_name_nothing_is_known() -> None:
    assert letter(f"Authentication-Results: {HERE}; dmarc=fail", authserv_id="").trust == "unknown"
    assert letter("Authentication-Results: ; dmarc=fail", authserv_id="").trust == "unknown"


def test_it_is_answered_to_the_sender_and_another_wish_is_shown() -> None:
    assert letter("Reply-To: Budi <BUDI@example.org>").reply_to is None
    assert letter("Reply-To: somewhere").reply_to is None
    found = letter("Reply-To: Rina <rina@example.com>")
    assert (found.sender, found.reply_to) == ("budi@example.org", "rina@example.com")


def test_others_who_got_it_are_kept_for_the_officer() -> None:
    found = letter(
        'Cc: "Sari, Dewi <x@y.example>" <dewi@example.org>, Budi <budi@example.org>, pst@example.go.id, a@example.net'
    )
    assert found.cc == ("dewi@example.org", "a@example.net")


def test_ids_of_ours_are_found_among_those_it_refers_to() -> None:
    uid = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
    found = letter(
        f"References: <a@example.org> <pst.{uid}@example.go.id>", f"In-Reply-To: <pst.{uid}@example.org>"
    )
    assert [str(one) for one in found.ours] == [uid]


@given(st.text(max_size=300))
def test_whatever_stands_there_is_read(words: str) -> None:
    raw = f"From: budi@example.org\nAuthentication-Results: {HERE}; {words}\n\nAda?".encode(
        "utf-8", "replace"
    )
    assert parse(raw, OWN, HERE).finding.trust in {"unknown", "passed", "failed"}


def test_the_channel_asks_the_server_that_the_office_names() -> None:
    raw = f"From: a@example.org\nAuthentication-Results: {HERE}; dmarc=fail\n\nAda?\n".encode()
    for name, expected in ((HERE, "failed"), ("", "unknown")):
        found = building.channel(authserv_id=name).read(Parcel("email", "here", 1, 1, raw, NOW))
        assert isinstance(found, Inbound)
        assert found.trust == expected


@pytest.mark.parametrize("name", ["mx example", "mx;dmarc=pass", "mx\n"])
def test_a_name_that_no_server_has_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="authserv_id"):
        building.channel(authserv_id=name)


def test_the_channel_says_how_much_is_answered_automatically() -> None:
    assert building.channel(answers_per_day=7, answers_per_thread=3).reply_limit == ReplyLimit(7, 3)
    with pytest.raises(ValueError, match="answers_per_day"):
        building.channel(answers_per_day=0)

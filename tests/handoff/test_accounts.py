"""The rules of accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from handoff import accounts
from handoff.accounts import (
    STEP_SECONDS,
    fault_of,
    is_email,
    is_login,
    is_phone,
    source_key,
    step_of,
    step_of_code,
)

NOW = datetime(2026, 11, 23, 3, 5, 10, tzinfo=UTC)
SECRET = accounts.new_secret()


def code(steps: int) -> str:
    return pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=steps * STEP_SECONDS))


def test_the_codes_of_rfc_6238_are_the_ones() -> None:
    """Appendix B, SHA-1, the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" in base32
    for seconds, expected in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        at = datetime.fromtimestamp(seconds, UTC)
        assert step_of_code(secret, expected, at) == seconds // STEP_SECONDS


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_one_step_around_now(steps: int, is_taken: bool) -> None:
    now = int(NOW.timestamp()) // STEP_SECONDS
    assert step_of_code(SECRET, code(steps), NOW) == (now + steps if is_taken else None)


def test_spaces_are_forgiven_and_nothing_else_is() -> None:
    plain = code(0)
    assert step_of_code(SECRET, f" {plain[:3]} {plain[3:]} ", NOW) is not None
    for typed in ("", plain[:5], plain + "0", "abcdef", "１２３４５６", "000000\n1"):
        assert step_of_code(SECRET, typed, NOW) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("sebelas huru", None),
        ("sebelas hur", "short"),
        ("kuda jendela hujan 7", None),
        ("a" * 256, "guessed"),
        ("x1 y2 z3 w4 " * 22, "long"),
        ("sari sari sari sari", "guessed"),
        ("Pratiwi1234567", "guessed"),
        ("password123456", "guessed"),
        ("111111111111", "guessed"),
        ("katasandisari1", "guessed"),
    ],
)
def test_a_password_is_long_and_not_what_everybody_would_try(password: str, fault: str | None) -> None:
    assert fault_of(password, login="sari", name="Sari Pratiwi") == fault


def test_a_second_factor_is_due_before_anything_else() -> None:
    assert step_of("admin", has_factor=False, is_complete=True) == "enrol"
    assert step_of("admin", has_factor=False, is_complete=False) == "enrol"
    assert step_of("admin", has_factor=True, is_complete=False) == "code"
    assert step_of("admin", has_factor=True, is_complete=True) == ""
    assert step_of("officer", has_factor=False, is_complete=True) == ""
    assert step_of("officer", has_factor=True, is_complete=False) == "code"


@pytest.mark.parametrize("typed", ["sari", "sari.p", "s2", "a-b_c", "a" * 32])
def test_what_can_be_a_login(typed: str) -> None:
    assert is_login(typed)


@pytest.mark.parametrize(
    "typed", ["", "s", "Sari", "2sari", "sari p", "sari@bps", "a" * 33, "säri", "sari\n"]
)
def test_what_cannot_be_a_login(typed: str) -> None:
    assert not is_login(typed)


def test_addresses_and_numbers() -> None:
    assert is_email("sari@example.go.id")
    for typed in ("", "sari", "sari@example", "a b@example.org", "a@b.c\n", "<a@b.c>", "a@b.c,d@e.f"):
        assert not is_email(typed)
    assert is_phone("+6281111110001")
    for typed in ("081111110001", "+62", "+0811111111", "+62811111100011111"):
        assert not is_phone(typed)


def test_who_has_a_whole_network_of_addresses_is_counted_once() -> None:
    assert source_key("2001:db8::1") == source_key("2001:db8::ffff") == "from:2001:db8::/64"
    assert source_key("2001:db8:0:1::1") != source_key("2001:db8::1")
    assert source_key("::ffff:192.0.2.1") == source_key("192.0.2.1")
    assert source_key("192.0.2.1") != source_key("192.0.2.2")
    assert source_key("unix") == "from:unix"

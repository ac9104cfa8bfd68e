"""No valid address is refused, slips are asked about, and any text at all is taken in stride."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.address import address_in, has_none, is_address, without_addresses

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
locals_ = st.from_regex(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", fullmatch=True
)
addresses = st.builds(
    lambda local, names, end: f"{local}@{'.'.join([*names, end])}",
    locals_.filter(lambda local: len(local) <= 64 and local[0].isalnum()),
    st.lists(labels, min_size=1, max_size=3),
    st.from_regex(r"[a-z]{2,12}", fullmatch=True),
)


@given(addresses)
def test_every_valid_address_is_taken_or_offered_with_itself_to_stand_by(address: str) -> None:
    """RFC 5322, section 3.4.1: atoms with dots, before names with dots."""
    typed = address_in(address)
    assert address in (typed.address, typed.as_typed)
    assert is_address(address)


@given(addresses, st.sampled_from(["{}", "email saya {} ya", "<{}>", "({}).", "budi, {}, UGM", "mailto:{}"]))
def test_an_address_is_found_in_what_is_said_around_it(address: str, around: str) -> None:
    typed = address_in(around.format(address))
    assert address in (typed.address, typed.as_typed)


@given(st.text(max_size=400))
def test_any_text_is_looked_through(text: str) -> None:
    typed = address_in(text)
    assert bool(typed.address) + bool(typed.likely) + bool(typed.fault) == 1
    for found in (typed.address, typed.likely):
        assert found is None or found.count("@") >= 1
    without_addresses(text)
    has_none(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("budi@gmial.com", "budi@gmail.com"),
        ("budi@gmail.con", "budi@gmail.com"),
        ("budi@gmal.com", "budi@gmail.com"),
        ("budi@gmaill.com", "budi@gmail.com"),
        ("budi@gmail,com", "budi@gmail.com"),
        ("budi@gmail", "budi@gmail.com"),
        ("budi @ gmail . com", "budi@gmail.com"),
        ("budi(at)example.org", "budi@example.org"),
        ("budi at example.org", "budi@example.org"),
        ("budigmail.com", "budi@gmail.com"),
        ("budi@yaho.co.id", "budi@yahoo.co.id"),
        ("Budi.S@Hotmial.com", "Budi.S@hotmail.com"),
    ],
)
def test_a_slip_is_mended_with_their_help(typed: str, meant: str) -> None:
    found = address_in(typed)
    assert found.address is None
    assert found.likely == meant


@pytest.mark.parametrize(
    "domain", ["mail.com", "gmx.com", "ymail.com", "email.com", "ugm.ac.id", "klatenkab.go.id"]
)
def test_what_only_looks_like_a_slip_is_taken(domain: str) -> None:
    assert address_in(f"budi@{domain}").address == f"budi@{domain}"


def test_of_several_the_first_or_the_last() -> None:
    said = "bukan a@example.org tapi b@example.org"
    assert address_in(said).address == "a@example.org"
    assert address_in(said, last=True).address == "b@example.org"


@pytest.mark.parametrize(
    ("said", "none"),
    [
        ("tidak punya", True), ("ga punya email", True), ("gak ada pak", True), ("maaf saya belum punya email", True),
        ("-", True), ("I don't have one", True), ("no email", True), ("mboten gadah", True), ("tidak", True),
        ("tidak tahu berapa", False), ("punya", False), ("ada", False), ("", False), ("nomor saja", False),
    ],
)  # fmt: skip
def test_who_has_no_address_is_understood(said: str, none: bool) -> None:
    assert has_none(said) is none


@pytest.mark.parametrize(
    ("said", "fault"),
    [("0811-1111-001", "phone"), ("budi@", "incomplete"), ("@budi", "incomplete"), ("Klaten", "nothing")],
)
def test_what_is_wrong_is_named(said: str, fault: str) -> None:
    assert address_in(said).fault == fault


def test_a_hundred_thousand_letters_are_no_burden() -> None:
    for text in ("a" * 100_000, "a@" * 50_000, "a." * 50_000 + "@", " ".join(["a"] * 50_000)):
        assert address_in(text).address is None

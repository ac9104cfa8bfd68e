"""The rules of the desk: who may what, and what may go out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import desk as rules
from handoff.ports.desk import Overtaken, Registration, Unfit
from handoff.ports.values import NotAllowed, Officer, Role, Stale, Taken


def somebody(officer_id: int, role: Role = "officer") -> Officer:
    return Officer(
        officer_id, f"o{officer_id}", f"Petugas {officer_id}", f"o{officer_id}@example.go.id", role
    )


def test_what_a_colleague_has_is_taken_and_what_one_has_is_ones_own() -> None:
    rules.check_claim(somebody(1), [])
    rules.check_claim(somebody(1), [(1, "Petugas 1")])
    with pytest.raises(Taken, match="Petugas 2"):
        rules.check_claim(somebody(1), [(1, "Petugas 1"), (2, "Petugas 2")])


@pytest.mark.parametrize("role", ["supervisor", "admin"])
def test_a_supervisor_hands_on_what_is_anybodys(role: Role) -> None:
    boss = somebody(9, role)
    rules.check_assign(boss, owner=(1, "Petugas 1"), to=2)
    rules.check_assign(boss, owner=(1, "Petugas 1"), to=None)
    rules.check_release(boss, (1, "Petugas 1"))


def test_an_officer_gives_up_only_what_is_theirs_and_to_nobody_in_particular() -> None:
    rules.check_assign(somebody(1), owner=(1, "Petugas 1"), to=None)
    rules.check_assign(somebody(1), owner=None, to=1)
    with pytest.raises(NotAllowed):
        rules.check_assign(somebody(1), owner=None, to=2)
    with pytest.raises(Taken):
        rules.check_assign(somebody(1), owner=(2, "Petugas 2"), to=1)
    with pytest.raises(Taken):
        rules.check_release(somebody(1), (2, "Petugas 2"))


def test_a_colleagues_word_stops_every_reply_and_the_citizens_only_an_end() -> None:
    rules.check_seen(by_colleague=None, by_citizen=True, closes=False)
    with pytest.raises(Overtaken) as by_citizen:
        rules.check_seen(by_colleague=None, by_citizen=True, closes=True)
    with pytest.raises(Stale) as by_colleague:
        rules.check_seen(by_colleague="Petugas 2", by_citizen=True, closes=True)
    assert by_citizen.value.by is None
    assert isinstance(by_colleague.value, Overtaken)
    assert by_colleague.value.by == "Petugas 2"


@given(st.text(max_size=200))
def test_a_text_goes_out_as_it_was_typed_but_for_its_edges(typed: str) -> None:
    if not typed.replace("\x00", "").strip():
        with pytest.raises(Unfit, match="empty"):
            rules.fit_text(typed)
        return
    words = rules.fit_text(typed)
    assert words == rules.fit_text(words)
    assert "\x00" not in words
    assert "\r" not in words
    words.encode("utf-8")


def test_the_longest_text_goes_out_and_one_letter_more_does_not() -> None:
    assert len(rules.fit_text("a" * rules.LONGEST_TEXT)) == rules.LONGEST_TEXT
    with pytest.raises(Unfit, match="too_long"):
        rules.fit_text("a" * (rules.LONGEST_TEXT + 1))


def test_tags_are_few_short_and_each_once() -> None:
    assert rules.fit_tags(["  PDRB  2024", "pdrb 2024", "", "A"]) == ("a", "pdrb 2024")
    with pytest.raises(Unfit, match="too_many_tags"):
        rules.fit_tags([str(n) for n in range(rules.MOST_TAGS + 1)])
    with pytest.raises(Unfit, match="tag_too_long"):
        rules.fit_tags(["a" * (rules.LONGEST_TAG + 1)])


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b", "a b@c.example", "a@b.example\nBcc: c@d.example", "<a@b.example>", "a,b@c.example"],
)
def test_what_cannot_be_an_address_is_none(address: str) -> None:
    with pytest.raises(Unfit, match="address"):
        rules.fit_address(address)


def test_of_a_registration_only_what_was_filled_in_counts() -> None:
    given_by_officer = Registration(name=" Warga  Contoh ", email="warga@warga.example", purpose=" ")
    assert rules.fit_registration(given_by_officer) == {
        "name": "Warga Contoh",
        "email": "warga@warga.example",
    }

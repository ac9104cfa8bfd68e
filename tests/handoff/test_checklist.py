"""What the decree demands of each kind of ticket."""

from __future__ import annotations

import pytest

from handoff import checklist
from handoff.ticket import KINDS, Kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_requirements_in_both_languages_with_their_section(kind: Kind) -> None:
    every = checklist.requirements(kind)
    assert every
    assert len({each.key for each in every}) == len(every)
    for each in every:
        assert each.title("id") != each.title("en")
        assert each.section
        assert checklist.is_requirement(kind, each.key)


def test_a_sale_of_microdata_wants_an_abstract_and_the_agreement_and_a_private_firm_its_tax_number() -> None:
    when = {each.key: each.when for each in checklist.requirements("penjualan")}
    assert (when["abstract"], when["sppd"], when["npwp"]) == ("microdata", "microdata", "private")
    missing = checklist.missing("penjualan", {"email"})
    assert [each.key for each in missing] == ["request"]


def test_ticks_that_another_kind_has_too_are_kept_in_its_order() -> None:
    assert checklist.kept("rekomendasi", {"form", "sppd", "email"}) == ("email", "form")
    assert checklist.kept("pengaduan", {"email"}) == ()

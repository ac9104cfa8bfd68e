"""Who somebody is, told in whatever order and shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.corrections import corrected
from bot.dialogue.details import MOST, cleaned, has_label, is_name, split_name, told
from bot.dialogue.state import FIELDS, Details, Field

names = st.sampled_from(
    ["Budi", "Siti Aminah", "I Made Wirawan", "Nur'aini", "R. Ngt. Sulastri", "Jean-Luc Ó Briain"]
)
mails = st.sampled_from(["budi@example.org", "s.aminah+pst@dinas.example.go.id", "x_1@example.com"])
offices = st.sampled_from(["mahasiswa UGM", "Dinas Kesehatan", "PT Maju Jaya", "guru SMP", "pegawai swasta"])
purposes = st.sampled_from(["skripsi", "penyusunan RPJMD", "bahan ajar", "analisis usaha"])
WHOLE = Details("Budi", "budi@example.org", "mahasiswa UGM", "skripsi")


whole = st.builds(Details, names, mails, offices, purposes)


@given(whole, st.permutations(range(4)), st.sampled_from([":", " :", " = ", ": "]))
def test_labelled_lines_are_read_in_any_order(one: Details, order: list[int], mark: str) -> None:
    labels = ("Nama", "Email", "Instansi/Pekerjaan", "Keperluan")
    lines = [
        f"{label}{mark}{value}"
        for label, value in zip(labels, (one.name, one.email, one.organisation, one.purpose), strict=True)
    ]
    assert told("\n".join(lines[at] for at in order))[0] == one


@given(whole, st.sampled_from([", ", "; ", " | ", "\n"]))
def test_a_row_around_an_address_is_read(one: Details, between: str) -> None:
    row = [str(one.name), str(one.email), str(one.organisation), f"untuk {one.purpose}"]
    assert told(between.join(row))[0] == one


@given(st.text(max_size=300))
def test_any_text_tells_no_more_than_it_says(text: str) -> None:
    found, typed = told(text)
    for field in found.told():
        value = str(getattr(found, field))
        assert value.strip()
        assert len(value) <= MOST.get(field, 254)
    assert found.email in (None, typed.address)
    has_label(text)
    fixed, _ = corrected(text)
    assert set(fixed.told()) <= set(FIELDS)


@given(st.text(max_size=2000), st.sampled_from(["name", "organisation", "purpose"]))
def test_what_is_kept_is_bounded_and_says_something(text: str, field: Field) -> None:
    kept = cleaned(field, text)
    assert kept is None or (len(kept) <= MOST[field] and kept.strip() == kept)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Budi, budi@example.org, mahasiswa UGM, untuk skripsi", WHOLE),
        ("1. Budi\n2. budi@example.org\n3. mahasiswa UGM\n4. skripsi", WHOLE),
        ("nama saya Budi, email budi@example.org, pekerjaan mahasiswa UGM, keperluan skripsi", WHOLE),
        ("Name: Budi; email: budi@example.org; occupation: mahasiswa UGM; purpose: skripsi", WHOLE),
        ("*Nama*: Budi\n*Email*: budi@example.org", Details("Budi", "budi@example.org")),
        ("Budi Santoso budi@example.org", Details("Budi Santoso", "budi@example.org")),
        ("Budi Santoso, S.Si., M.Stat., budi@example.org", Details("Budi Santoso, S.Si., M.Stat.", "budi@example.org")),
        ("emailnya budi@example.org ya kak", Details(email="budi@example.org")),
        ("dari Dinas Sosial, dinsos@example.org", Details(None, "dinsos@example.org", "Dinas Sosial")),
        ("berapa biaya konsultasi?", Details()),
        ("Budi", Details()),
    ],
)  # fmt: skip
def test_what_is_told_at_once(said: str, found: Details) -> None:
    assert told(said)[0] == found


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("saya Budi", "Budi"), ("nama saya Budi Santoso, S.Si. ya pak", "Budi Santoso, S.Si."), ("Siti.", "Siti."),
        ("halo saya Budi", "Budi"), ("my name is Jane Doe", "Jane Doe"), ("Sayaka", "Sayaka"), ("namaku Siti", "Siti"),
        ("Budi\nSantoso", "Budi Santoso"), ("kulo Sri", "Sri"),
    ],
)  # fmt: skip
def test_a_name_is_taken_without_what_is_said_around_it(said: str, name: str) -> None:
    kept = cleaned("name", said)
    assert kept == name
    assert is_name(name)


@pytest.mark.parametrize(
    "said", ["ok", "terima kasih", "siapa ya", "halo", "12", "mau tanya dulu", "petugas", "apa itu"]
)
def test_small_talk_is_nobodys_name(said: str) -> None:
    assert not is_name(said)


def test_what_is_told_with_a_name_is_no_part_of_it() -> None:
    assert split_name("Budi, mahasiswa UGM") == ("Budi", "mahasiswa UGM")
    assert split_name("Budi, S.Si") == ("Budi, S.Si", None)
    assert split_name("Budi dari Bappeda") == ("Budi", "Bappeda")
    assert split_name("Budi dari Delanggu") == ("Budi", None)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("salah, emailnya siti@example.org", Details(email="siti@example.org")),
        ("bukan a@example.org tapi b@example.org", Details(email="b@example.org")),
        ("email saya siti@example.org", Details(email="siti@example.org")),
        ("my email should be jane@example.com", Details(email="jane@example.com")),
        ("ralat nama: Siti Aminah", Details("Siti Aminah")),
        ("namanya salah, harusnya Siti Aminah", Details("Siti Aminah")),
        ("salah, namanya bukan Budi tapi Budi Santoso", Details("Budi Santoso")),
        ("bukan, instansi saya Bappeda", Details(organisation="Bappeda")),
        ("keperluan yang benar untuk tesis", Details(purpose="tesis")),
        # About something else that is wrong.
        ("email ke budi@example.org tidak dibalas", Details()),
        ("nama di invoice salah", Details()),
        ("koreksi data saya dong, nama saya salah dicatat", Details()),
        ("nama saya Budi, data yang dikirim salah", Details()),
        ("bukan alamat email ya, alamat kantor fisiknya", Details()),
        ("data yang dikirim salah", Details()),
    ],
)
def test_a_correction_is_known_from_a_complaint(said: str, found: Details) -> None:
    assert corrected(said)[0] == found

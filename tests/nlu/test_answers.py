"""The office's own knowledge, and what the loader says about a file that is wrong."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlu.answers import LANGUAGES, Knowledge, KnowledgeError, load
from nlu.examples import FEWEST_EXAMPLES, SERVICES
from nlu.training import knowledge_of
from tests.nlu.rasa import ROOT

FACTS: dict[str, Any] = {
    "office": {"name": "BPS Contoh", "phone": "(021) 000", "opening_hours": ""},
    "rule": {"days": 5},
}
TALK = {
    *("salam", "terima_kasih", "pamit", "minta_petugas", "ya", "tidak", "lanjutan", "di_luar_topik"),
    "tidak_membantu",
}
LOOKED_UP = {"kode_kbli", "arti_kode_kbli"}  # answered from the edition, not from a file
COMPONENTS = {
    *("persyaratan", "prosedur", "jangka_waktu", "biaya", "produk", "pengaduan", "dasar_hukum", "sarana"),
    *("kompetensi", "pengawasan", "jumlah_pelaksana", "jaminan", "keamanan", "evaluasi"),
}
# Topics of one service, whatever service was talked about before.
ONE_SERVICE = {
    *("data_mikro", "sppd", "npwp", "invoice", "pembayaran", "pembayaran_luar_negeri", "kuitansi"),
    *("perbaikan", "pengiriman_produk", "formulir_rekomendasi", "surat_rekomendasi", "perlu_rekomendasi"),
    *("softcopy", "loker", "baca_di_tempat"),
}
DECREE_TOPICS = {
    *ONE_SERVICE,
    *("alamat_surat", "aplikasi", "tentang_pst", "maklumat", "keputusan", "survei_kepuasan", "kontak"),
    *("evaluasi_pelayanan", "privasi", "data_individu", "alamat", "jam_layanan", "penutupan", "penilaian"),
    *("lewat_zoom", "tentang_konsultasi"),
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return knowledge_of(ROOT)


def entry(topic: str = "biaya", **other: Any) -> dict[str, Any]:
    both = {"id": "Contoh {office.name}", "en": "Example of {office.name}"}
    return {"topic": topic, "title": dict(both), "source": dict(both), **both, **other}


def intent(topic: str = "biaya", count: int = FEWEST_EXAMPLES) -> dict[str, str]:
    lines = "".join(f"- contoh {topic} nomor {number}\n" for number in range(count))
    return {"intent": topic, "examples": lines}


def written(folder: Path, nlu: list[Any], answers: list[Any], name: str = "satu.yml") -> Path:
    content = yaml.safe_dump({"version": "3.1", "nlu": nlu, "answers": answers}, allow_unicode=True)
    (folder / name).write_text(content, encoding="utf-8")
    return folder


def problems(folder: Path, facts: dict[str, Any] = FACTS) -> str:
    with pytest.raises(KnowledgeError) as failure:
        load(folder, facts)
    return str(failure.value)


# ------------------------------------------------------------------ the office's own knowledge


def test_every_intent_that_is_no_talk_has_an_answer(knowledge: Knowledge) -> None:
    assert set(knowledge.intents) - set(knowledge.topics) == TALK | LOOKED_UP
    assert set(knowledge.topics) >= COMPONENTS


@pytest.mark.parametrize("service", SERVICES)
def test_every_component_of_every_service_is_answered_in_both_modes(
    knowledge: Knowledge, service: str
) -> None:
    for topic in COMPONENTS:
        for mode in (None, "online", "kunjungan"):
            assert knowledge.answer(topic, service, mode) is not None, (topic, mode)


def test_what_differs_by_service_is_never_answered_for_another(knowledge: Knowledge) -> None:
    for topic in ("persyaratan", "prosedur", "jangka_waktu", "biaya", "produk", "dasar_hukum"):
        assert set(knowledge.services_known(topic)) == set(SERVICES), topic


def test_the_topics_of_the_decree_are_all_there(knowledge: Knowledge) -> None:
    assert set(knowledge.topics) >= DECREE_TOPICS
    for topic in DECREE_TOPICS:
        only = knowledge.services_known(topic) if topic in ONE_SERVICE else (None, *SERVICES)
        assert len(only) in (1, 1 + len(SERVICES)), topic
        for service in only:
            for mode in (None, "online", "kunjungan"):
                assert knowledge.answer(topic, service, mode) is not None, (topic, service, mode)


def said(knowledge: Knowledge, topic: str, service: str | None = None, mode: str | None = None) -> str:
    answer = knowledge.answer(topic, service, mode)
    assert answer is not None
    return answer.text["id"]


def test_the_pledge_is_quoted_word_by_word(knowledge: Knowledge) -> None:
    pledge = (
        "“Dengan ini kami menyatakan sanggup menyelenggarakan pelayanan sesuai dengan standar pelayanan yang "
        "telah ditetapkan dan apabila tidak menepati, kami siap menerima sanksi sesuai dengan peraturan yang "
        "berlaku”"
    )
    answer = knowledge.answer("maklumat")
    assert answer is not None
    for language in LANGUAGES:
        assert pledge in answer.text[language]


@pytest.mark.parametrize(
    ("topic", "service", "decree", "newer"),
    [
        ("biaya", "penjualan", "PP 7/2015", "PP 13/2024"),
        ("dasar_hukum", "penjualan", "PP 7/2015", "PP 13/2024"),
        ("survei_kepuasan", None, "16/2014", "14/2017"),
    ],
)
def test_the_decree_is_said_first_and_the_newer_rule_after(
    knowledge: Knowledge, topic: str, service: str | None, decree: str, newer: str
) -> None:
    text = said(knowledge, topic, service)
    assert 0 <= text.find(decree) < text.find(newer)


def test_the_address_of_romantik_is_the_office_s_and_the_decree_s_is_named(knowledge: Knowledge) -> None:
    facts = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    text = said(knowledge, "aplikasi")
    assert facts["applications"]["romantik"] in text
    assert "romantic.bps.go.id" in text


def test_only_the_private_sector_online_needs_a_tax_number(knowledge: Knowledge) -> None:
    assert "swasta" in said(knowledge, "persyaratan", "penjualan", "online")
    for service in SERVICES:
        for mode in ("online", "kunjungan"):
            if (service, mode) != ("penjualan", "online"):
                assert "NPWP" not in said(knowledge, "persyaratan", service, mode), (service, mode)


def test_nothing_but_products_costs_anything(knowledge: Knowledge) -> None:
    free = {service for service in SERVICES if "tidak dipungut biaya" in said(knowledge, "biaya", service)}
    assert free == set(SERVICES) - {"penjualan"}


def test_paying_differs_by_the_way_and_by_where_one_lives(knowledge: Knowledge) -> None:
    assert "tunai" in said(knowledge, "pembayaran", "penjualan", "kunjungan")
    assert "tunai" not in said(knowledge, "pembayaran", "penjualan", "online")
    assert "rekening bendahara BPS" in said(knowledge, "pembayaran_luar_negeri", "penjualan")
    assert "kode billing" not in said(knowledge, "pembayaran_luar_negeri", "penjualan")


def test_a_recommendation_has_the_same_deadline_in_both_ways_and_no_minutes(knowledge: Knowledge) -> None:
    texts = {said(knowledge, "jangka_waktu", "rekomendasi", mode) for mode in (None, "online", "kunjungan")}
    assert len(texts) == 1
    assert "menit" not in texts.pop()


def test_no_answer_holds_a_placeholder_a_tariff_an_hour_or_bold(knowledge: Knowledge) -> None:
    for place, answer in knowledge.answers.items():
        for language in LANGUAGES:
            for text in (answer.title[language], answer.text[language], answer.source[language]):
                assert text, place
                assert not re.search(r"[{}*]", text), place
                assert not re.search(r"\bRp\b|\brupiah\b|\b\d{1,2}[.:]\d{2}\b", text), place


def test_answers_fit_a_phone_and_a_whatsapp_message(knowledge: Knowledge) -> None:
    for place, answer in knowledge.answers.items():
        assert max(map(len, answer.text.values())) <= 1000, place
        assert max(map(len, answer.title.values())) <= 60, place


def test_titles_tell_answers_apart(knowledge: Knowledge) -> None:
    titles = [answer.title["id"] for answer in knowledge.answers.values()]
    assert len(set(titles)) == len(titles)


def test_numbers_of_rules_follow_the_office(tmp_path: Path) -> None:
    facts = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    before = load(ROOT / "nlu" / "knowledge", facts).answer("jangka_waktu", "konsultasi", "online")
    changed = copy.deepcopy(facts)
    changed["services"]["konsultasi"]["online_working_days"] = 777
    after = load(ROOT / "nlu" / "knowledge", changed).answer("jangka_waktu", "konsultasi", "online")
    assert before is not None
    assert after is not None
    for language in LANGUAGES:
        assert "777" in after.text[language]
        assert "777" not in before.text[language]


def test_hours_are_told_only_when_the_office_has_set_them() -> None:
    facts = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    for hours in ("", "Senin-Jumat, contoh"):
        facts["office"]["opening_hours"] = hours
        answer = load(ROOT / "nlu" / "knowledge", facts).answer("jam_layanan")
        assert answer is not None
        assert ("belum ditetapkan" in answer.text["id"]) is not bool(hours)
        assert hours in answer.text["id"]


def test_who_is_responsible_for_complaints_is_told_once_the_office_has_named_somebody() -> None:
    facts = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    for name, contact in (("", ""), ("Ibu Contoh, Kepala Subbagian Umum", "ruang contoh")):
        facts["complaints"] = {"manager_name": name, "manager_contact": contact}
        answer = load(ROOT / "nlu" / "knowledge", facts).answer("pengaduan")
        assert answer is not None
        for language in LANGUAGES:
            assert name in answer.text[language]
            assert contact in answer.text[language]
            assert ("Penanggung jawabnya" in answer.text["id"]) is bool(name)


def test_what_goes_with_a_fact_may_be_empty_as_long_as_that_is_and_is_checked_all_the_same(
    tmp_path: Path,
) -> None:
    facts = {"office": {"name": "BPS Contoh", "phone": ""}, "desk": {"name": "", "room": ""}}
    waiting = entry(when="desk.name", id="{desk.name}, {desk.room}")
    assert load(written(tmp_path, [intent()], [entry(), waiting]), facts).answer("biaya")
    wrong = entry(when="desk.name", id="{desk.room}, {desk.rom}")
    with pytest.raises(KnowledgeError, match=r"desk\.rom"):
        load(written(tmp_path, [intent()], [entry(), wrong]), facts)
    half = {**facts, "desk": {"name": "Meja", "room": ""}}
    with pytest.raises(KnowledgeError, match=r"desk\.room"):
        load(written(tmp_path, [intent()], [waiting]), half)


# ------------------------------------------------------------------ finding an answer


def test_the_most_specific_answer_wins_and_never_another_service(tmp_path: Path) -> None:
    answers = [
        entry(service="konsultasi", mode="online", id="a"),
        entry(service="konsultasi", id="b"),
        entry("umum", mode="online", id="c"),
        entry("umum", id="d"),
    ]
    found = load(written(tmp_path, [intent(), intent("umum")], answers), FACTS)

    def text(topic: str, service: str | None = None, mode: str | None = None) -> str | None:
        answer = found.answer(topic, service, mode)
        return None if answer is None else answer.text["id"]

    assert text("biaya", "konsultasi", "online") == "a"
    assert text("biaya", "konsultasi", "kunjungan") == "b"
    assert text("biaya", "konsultasi") == "b"
    assert text("biaya", "penjualan") is None
    assert text("biaya") is None
    assert text("umum", "penjualan", "online") == "c"
    assert text("umum", "penjualan", "kunjungan") == "d"
    assert found.services_known("biaya") == ("konsultasi",)
    assert found.services_known("umum") == ()
    assert found.title("biaya", None, "en") == "Example of BPS Contoh"
    assert found.title("biaya", "penjualan", "id") is None


# ------------------------------------------------------------------ what an officer is told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "Telepon {office.fon}"}, "{office.fon}"),
        ({"id": "Jam {office.opening_hours}"}, "kosong"),
        ({"id": "Kurung { lepas"}, "{"),
        ({"id": "Bagian {office}"}, "{office}"),
        ({"en": ""}, "`en`"),
        ({"title": {"id": "Judul"}}, "`title.en`"),
        ({"source": None}, "`source.id`"),
        ({"source": {"id": "Sumber"}}, "`source.en`"),
        ({"service": "parkir"}, "parkir"),
        ({"mode": "luring"}, "luring"),
        ({"judul": "x"}, "judul"),
        ({"when": "office.jam"}, "{office.jam}"),
        ({"id": "Tarifnya Rp 5.000"}, "tarif"),
        ({"id": "Buka 08.00"}, "jam"),
    ],
)
def test_a_wrong_answer_names_file_topic_and_fault(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    said = problems(written(tmp_path, [intent()], [entry() | change]))
    assert "satu.yml, biaya" in said
    assert told in said
    assert "Perbaiki:" in said


def test_an_example_under_two_topics_is_told_with_both(tmp_path: Path) -> None:
    one, two = intent("biaya"), intent("produk")
    one["examples"] += "- Berapa, bayarnya?\n"
    two["examples"] += "- berapa [bayarnya](service:konsultasi)\n"
    said = problems(written(tmp_path, [one, two], []))
    assert "biaya, produk" in said
    assert "bayarnya" in said


def test_too_few_differing_examples_are_told(tmp_path: Path) -> None:
    few = intent(count=FEWEST_EXAMPLES - 1)
    few["examples"] += "- Contoh biaya nomor 1!\n"
    assert f"{FEWEST_EXAMPLES - 1} contoh" in problems(written(tmp_path, [few], []))


def test_just_enough_examples_are_enough(tmp_path: Path) -> None:
    assert load(written(tmp_path, [intent()], [entry()]), FACTS).intents == ("biaya",)


def test_examples_of_a_topic_may_stand_in_two_files(tmp_path: Path) -> None:
    written(tmp_path, [intent(count=FEWEST_EXAMPLES - 1)], [], "satu.yml")
    written(tmp_path, [{"intent": "biaya", "examples": "- lain lagi\n"}], [entry()], "dua.yml")
    assert load(tmp_path, FACTS).topics == ("biaya",)


def test_a_duplicate_answer_is_told(tmp_path: Path) -> None:
    assert "ganda" in problems(written(tmp_path, [intent()], [entry(), entry()]))


def test_an_answer_for_one_mode_alone_is_told(tmp_path: Path) -> None:
    assert "per cara" in problems(written(tmp_path, [intent()], [entry(mode="online")]))


def test_an_answer_nobody_can_ask_for_is_told(tmp_path: Path) -> None:
    assert "rahasia" in problems(written(tmp_path, [intent()], [entry("rahasia")]))


@pytest.mark.parametrize("mark", ["[x](serviss)", "[x](service)", '[x]{"value": 1}', "[x]{rusak}"])
def test_a_broken_annotation_is_told(tmp_path: Path, mark: str) -> None:
    bad = intent()
    bad["examples"] += f"- berapa {mark}\n"
    assert "berapa" in problems(written(tmp_path, [bad], []))


@pytest.mark.parametrize("text", ["nlu: [", "", "- satu\n- dua\n"])
def test_a_file_that_is_no_knowledge_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "rusak.yml").write_text(text, encoding="utf-8")
    assert "rusak.yml" in problems(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert "Tidak ada berkas" in problems(tmp_path)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    said = problems(written(tmp_path, [intent(count=1)], [entry(id=""), entry("rahasia")]))
    assert len(said.splitlines()) >= 3

"""The dialogue's rules, held by properties over everything a citizen and a model may come up with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assembly.speech import dialogue, texts
from bot.dialogue.choice import chosen_number
from bot.dialogue.decide import Dialogue
from bot.dialogue.questions import clauses, pieces
from bot.dialogue.state import Context, Decision, Heard, Piece, Subject, Turn
from bot.settings import load
from channels.markup import plain
from channels.whatsapp.buttons import shortened
from nlu.port import Entity, Guess, Meaning

SERVICES = ("perpustakaan", "konsultasi", "penjualan", "rekomendasi")
COMPONENTS = (
    "persyaratan", "prosedur", "jangka_waktu", "biaya", "produk", "pengaduan", "dasar_hukum", "sarana",
    "kompetensi", "pengawasan", "jumlah_pelaksana", "jaminan", "keamanan", "evaluasi",
)  # fmt: skip
OTHERS = (
    "tidak_membantu",
    "bisa_apa",
    "kode_kbli",
    "arti_kode_kbli",
    "minta_data",
    "arti",
    "minta_petugas",
    "di_luar_topik",
    "lanjutan",
    "ya",
    "tidak",
    "salam",
    "kontak",
    "alamat",
    "jam_layanan",
)
INTENTS = st.sampled_from(COMPONENTS + OTHERS + ("nobody_knows_this",))
SETTINGS = load()
RULES = dialogue(SETTINGS)
TEXTS = texts(SETTINGS)


def decide(turn: Turn, meaning: Meaning) -> Decision:
    """Decide a message of one sentence."""
    return RULES.decide(turn, Heard(Piece(turn.text, meaning)))


subjects = st.builds(
    Subject,
    topic=st.sampled_from(COMPONENTS),
    service=st.sampled_from([None, *SERVICES]),
    mode=st.sampled_from([None, "online", "kunjungan"]),
)
contexts = st.builds(
    Context,
    subject=st.none() | subjects,
    choices=st.lists(st.builds(Subject, topic=st.sampled_from(COMPONENTS)), max_size=3).map(tuple),
    failures=st.integers(0, 2),
    told_unavailable=st.booleans(),
)
turns = st.builds(
    Turn,
    text=st.text(max_size=60) | st.sampled_from(["2", "yang kedua", "no 9", ""]),
    attachments=st.lists(
        st.sampled_from(
            ["image", "voice", "audio", "video", "sticker", "contact", "location", "document", "x"]
        )
    ).map(tuple),
    context=contexts,
    ticket=st.none() | st.just("KST-2026-00001"),
    language=st.sampled_from(["id", "en"]),
    is_first_contact=st.booleans(),
)
meanings = st.builds(
    Meaning,
    guesses=st.lists(
        st.builds(Guess, intent=INTENTS, confidence=st.floats(0, 1)), min_size=1, max_size=6
    ).map(lambda guesses: tuple(sorted(guesses, key=lambda guess: -guess.confidence))),
    entities=st.lists(
        st.builds(Entity, kind=st.just("service"), value=st.sampled_from(SERVICES))
        | st.builds(Entity, kind=st.just("mode"), value=st.sampled_from(["online", "kunjungan"])),
        max_size=2,
    ).map(tuple),
)


@given(turns, meanings)
def test_every_message_gets_a_reply_whose_gaps_can_be_filled(turn: Turn, meaning: Meaning) -> None:
    decision = RULES.without_model(turn) or decide(turn, meaning)
    assert decision.says or (turn.ticket and decision.owes and turn.context.told_added)
    is_told = decision.ticket_reason or turn.ticket
    filled = {"ticket": "KST-2026-00002", "promise": "janji"} if is_told else {}
    for say in decision.says:
        said = TEXTS.say(say.key, turn.language, {**filled, **say.fillings()})
        assert said.strip()
        assert "{" not in said


@given(turns, meanings)
def test_an_open_ticket_is_never_doubled(turn: Turn, meaning: Meaning) -> None:
    held = replace(turn, ticket="KST-2026-00001")
    decision = RULES.without_model(held) or decide(held, meaning)
    assert decision.ticket_reason is None


@given(turns, meanings)
def test_another_services_rule_is_never_given(turn: Turn, meaning: Meaning) -> None:
    """Whoever names a service hears of that service or that the bot does not know."""
    named = meaning.value("service")
    decision = decide(turn, meaning)
    answered_service = decision.topics[0].split("/")[0] if decision.topics else ""
    is_shared = (
        len(RULES.shelf.knowledge.services_known(decision.topics[0].split("/")[-1])) > 1
        if decision.topics
        else False
    )
    if named and is_shared and answered_service in SERVICES:
        assert answered_service == named


@given(turns, meanings)
def test_an_unsure_model_never_states_a_rule_on_its_own(turn: Turn, meaning: Meaning) -> None:
    unsure = Meaning(tuple(replace(guess, confidence=guess.confidence / 10) for guess in meaning.guesses))
    assert "answer" not in [say.key for say in decide(turn, unsure).says]


@given(turns)
def test_at_most_three_suggestions_each_of_them_likely(turn: Turn) -> None:
    fresh = replace(turn, context=Context(), ticket=None, text="anu")
    two_near = Meaning((Guess("biaya", 0.4), Guess("prosedur", 0.35), Guess("kontak", 0.02)))
    decision = decide(fresh, two_near)
    assert decision.says[-1].key == "suggest"
    assert [choice.topic for choice in decision.context.choices] == ["biaya", "prosedur"]


@given(turns)
def test_nothing_is_offered_where_nothing_is_likely(turn: Turn) -> None:
    fresh = replace(turn, context=Context(), ticket=None, text="anu")
    decision = decide(fresh, Meaning((Guess("nobody_knows_this", 0.2),)))
    assert decision.says[-1].key == "not_understood"
    assert decision.context.choices == ()


def test_a_bare_indicator_is_explained_and_one_with_a_year_is_looked_for() -> None:
    near = (Guess("arti", 0.46), Guess("minta_data", 0.44), Guess("biaya", 0.02))
    bare = Meaning(near, (Entity("indikator", "gini_ratio", 0, 10),))
    assert decide(_turn("gini ratio", Context()), bare).topics == ("arti/gini_ratio",)
    dated = Meaning(near, (*bare.entities, Entity("tahun", "2023", 11, 15)))
    assert decide(_turn("gini ratio 2023", Context()), dated).topics == ("minta_data/gini_ratio",)


def test_two_indicators_side_by_side_are_both_explained() -> None:
    named = (Entity("indikator", "hls", 5, 8), Entity("indikator", "rls", 13, 16))
    both = replace(_meaning("arti"), entities=named)
    assert decide(_turn("beda hls dan rls", Context()), both).topics == ("arti/hls", "arti/rls")
    apart = replace(both, entities=(named[0], Entity("indikator", "rls", 30, 33)))
    assert len(decide(_turn("hls di kecamatan yang angkanya rls", Context()), apart).topics) == 1


def test_data_are_followed_by_another_year_and_place() -> None:
    first = decide(
        _turn("jumlah penduduk 2023", Context()),
        _meaning("minta_data", indikator="jumlah_penduduk", tahun="2023"),
    )
    then = decide(_turn("kalau Bayat?", first.context), _meaning("lanjutan", tempat="Bayat"))
    assert then.topics == ("minta_data/jumlah_penduduk",)
    assert then.context.subject is not None
    assert (then.context.subject.place, then.context.subject.year) == ("Bayat", "2023")


def test_two_clauses_of_a_sentence_are_two_questions_when_the_sentence_supports_both() -> None:
    parts = (Piece("syaratnya", _meaning("persyaratan")), Piece("biayanya", _meaning("biaya")))
    both = Meaning((Guess("biaya", 0.5), Guess("persyaratan", 0.4), Guess("kontak", 0.01)))
    heard = Heard(Piece("syaratnya dan biayanya", both, parts))
    decision = RULES.decide(_turn("syaratnya dan biayanya", Context()), heard)
    assert decision.topics == ("konsultasi/persyaratan", "konsultasi/biaya")
    surely_one = Heard(Piece("syaratnya dan biayanya", _meaning("biaya"), parts))
    assert RULES.decide(_turn("x", Context()), surely_one).topics == ("konsultasi/biaya",)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("2", 2), (" 2. ", 2), ("no 1", 1), ("nomor 3", 3), ("yang kedua", 2), ("yg ke-2", 2), ("pertama aja", 1),
        ("yang ketiga dong", 3), ("dua", 2), ("2 hari ya?", None), ("kedua orang tua saya", None), ("", None),
        ("jam 2", None), ("halo", None),
    ],
)  # fmt: skip
def test_a_choice_is_a_number_and_nothing_else(said: str, number: int | None) -> None:
    assert chosen_number(said) == number


def test_a_follow_up_keeps_the_topic_and_changes_the_mode() -> None:
    turn = _turn("kalau online?", Context(subject=Subject("persyaratan", "konsultasi", "kunjungan")))
    decision = decide(turn, _meaning("lanjutan", mode="online"))
    assert decision.context.subject == Subject("persyaratan", "konsultasi", "online")


def test_a_follow_up_of_nothing_asks_back() -> None:
    decision = decide(_turn("kalau online?", Context()), _meaning("lanjutan", mode="online"))
    assert decision.says[-1].key == "follow_up_of_what"
    assert decision.ticket_reason is None


def test_understanding_again_forgets_earlier_failures() -> None:
    failed = Context(failures=1, choices=(Subject("biaya"), Subject("prosedur")))
    decision = decide(_turn("bayar?", failed), _meaning("biaya"))
    assert decision.context.failures == 0
    assert decision.context.choices == ()


def _turn(text: str, context: Context) -> Turn:
    return Turn(text, attachments=(), context=context, ticket=None, language="id", is_first_contact=False)


def _meaning(intent: str, **entities: str) -> Meaning:
    return Meaning(
        (Guess(intent, 0.97), Guess("biaya" if intent != "biaya" else "produk", 0.01)),
        tuple(Entity(kind, value) for kind, value in entities.items()),
    )


def _heard(*sentences: tuple[str, str]) -> Heard:
    parts = tuple(Piece(text, _meaning(intent)) for text, intent in sentences)
    whole = Meaning((Guess("prosedur", 0.4), Guess("biaya", 0.3)))
    return Heard(Piece("\n".join(text for text, _ in sentences), whole), parts)


def test_several_questions_are_answered_one_by_one_under_their_numbers() -> None:
    turn = _turn("lama gak? bayar ga?", Context(subject=Subject("persyaratan", "konsultasi")))
    decision = RULES.decide(turn, _heard(("lama gak?", "jangka_waktu"), ("bayar ga?", "biaya")))
    assert decision.topics == ("konsultasi/jangka_waktu", "konsultasi/biaya")
    assert [say.arguments["n"] for say in decision.says if say.key == "heading"] == ["1", "2"]
    assert decision.ticket_reason is None


def test_the_one_question_of_a_letter_is_found_among_its_greetings() -> None:
    letter = _heard(
        ("Dengan hormat,", "salam"), ("Berapa biayanya?", "biaya"), ("Terima kasih.", "terima_kasih")
    )
    decision = RULES.decide(_turn("surat", Context()), letter)
    assert decision.topics == ("konsultasi/biaya",)


def test_the_question_that_is_not_understood_goes_to_an_officer() -> None:
    unknown = Piece("dan anu itu?", Meaning((Guess("sarana", 0.2), Guess("produk", 0.2))))
    known = _heard(("Berapa lama?", "jangka_waktu"), ("Bayar?", "biaya"))
    decision = RULES.decide(_turn("tiga", Context()), replace(known, parts=(*known.parts, unknown)))
    assert decision.ticket_reason == "partly"
    [passed_on] = [say for say in decision.says if say.key == "ticket_partly"]
    assert "anu itu" in passed_on.arguments["questions"]


def test_a_wish_before_a_question_is_its_context() -> None:
    parts = (Piece("mau beli data", _meaning("prosedur")), Piece("bayarnya gmn", _meaning("biaya")))
    both = Meaning((Guess("biaya", 0.5), Guess("prosedur", 0.2), Guess("kontak", 0.01)))
    heard = Heard(Piece("mau beli data, bayarnya gmn", both, parts))
    assert RULES.decide(_turn("x", Context()), heard).topics == ("konsultasi/biaya",)


def test_an_answer_that_did_not_help_offers_an_officer_and_the_second_time_opens_a_ticket() -> None:
    first = decide(_turn("ga membantu", Context()), _meaning("tidak_membantu"))
    assert first.ticket_reason is None
    chosen = RULES.without_model(_turn("1", first.context))
    assert chosen is not None
    assert chosen.ticket_reason == "asked"
    again = decide(_turn("tetap ga membantu", first.context), _meaning("tidak_membantu"))
    assert again.ticket_reason == "not_understood"


def test_every_topic_of_the_menu_is_reached_by_its_number() -> None:
    menu = decide(_turn("bisa apa", Context()), _meaning("bisa_apa"))
    assert len(menu.context.choices) >= 8
    for n, subject in enumerate(menu.context.choices, 1):
        reached = RULES.without_model(_turn(str(n), menu.context))
        assert reached is not None
        assert subject.topic in reached.topics[0]
        assert reached.says[-1].key not in {"not_known", "suggest"}


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_topic_of_the_menu_is_reached_by_its_button(language: str) -> None:
    """A phone shows the beginning of a title (see buttons.py); the language may have changed in between."""
    menu = decide(replace(_turn("bisa apa", Context()), language=language), _meaning("bisa_apa"))
    for n, title in enumerate(menu.says[-1].choices, 1):
        for label in (title, shortened(plain(title), 17)):
            reached = RULES.without_model(replace(_turn(label, menu.context), choice=n))
            assert reached == RULES.without_model(_turn(str(n), menu.context))


def test_a_button_of_another_list_is_not_taken_for_one_of_this() -> None:
    menu = decide(_turn("bisa apa", Context()), _meaning("bisa_apa"))
    one, two = menu.says[-1].choices[:2]
    assert RULES.without_model(replace(_turn(two, menu.context), choice=1)) is None
    assert RULES.without_model(replace(_turn(one, menu.context), choice=11)) is None
    assert RULES.without_model(replace(_turn(one, Context()), choice=1)) is None


@pytest.mark.parametrize(
    ("said", "language"),
    [("how long does it take?", "en"), ("berapa lama ya", "id"), ("pinten dinten nggih", "id"), ("KBLI", None),
     ("ok", None), ("what are the requirements for data?", "en"), ("email", None),
     ("gross regional domestic product", "en"), ("persyaratan", "id")],
)  # fmt: skip
def test_a_clear_language_is_recognised_and_an_unclear_one_left_open(said: str, language: str | None) -> None:
    assert RULES.languages.of(said) == language


@given(st.text(max_size=2000))
def test_a_text_is_taken_apart_without_losing_its_words(text: str) -> None:
    found = pieces(text)
    assert 1 <= len(found) <= 6
    assert all(piece in text or piece.strip() in text for piece in found)


@given(st.text(max_size=400))
def test_clauses_are_parts_of_their_sentence(text: str) -> None:
    found = clauses(text)
    assert len(found) in {0, 2, 3, 4}
    assert all(clause in text for clause in found)


def test_the_rules_are_the_offices() -> None:
    assert isinstance(RULES, Dialogue)
    assert RULES.limits.failures == SETTINGS.office.understanding.failures_before_officer


def _guesses(*guesses: tuple[str, float]) -> Meaning:
    return Meaning(tuple(Guess(intent, confidence) for intent, confidence in guesses))


def test_a_faint_topic_that_nothing_else_comes_near_is_understood() -> None:
    faint = _guesses(("jangka_waktu", 0.3), ("biaya", 0.05))
    assert decide(_turn("brp lm jdny", Context()), faint).topics == ("konsultasi/jangka_waktu",)
    contested = _guesses(("jangka_waktu", 0.3), ("biaya", 0.1))
    assert decide(_turn("brp lm jdny", Context()), contested).topics == ()


def test_what_goes_on_with_data_asks_for_data_and_a_meaning_is_still_explained() -> None:
    before = Context(subject=Subject("minta_data", about="ipm"))
    bare = _meaning("arti", indikator="gini_ratio")
    assert decide(_turn("kalau gini rasionya?", before), bare).topics == ("minta_data/gini_ratio",)
    assert decide(_turn("kalau gini rasio itu apa?", before), bare).topics == ("arti/gini_ratio",)


def test_a_service_named_in_a_message_nobody_understood_is_still_talked_about() -> None:
    unclear = replace(
        _guesses(("sarana", 0.2), ("produk", 0.2)), entities=(Entity("service", "rekomendasi"),)
    )
    first = decide(_turn("rekomendasi saya bisa dikebut?", Context()), unclear)
    assert first.topics == ()
    assert decide(_turn("berkasnya?", first.context), _meaning("persyaratan")).topics == (
        "rekomendasi/persyaratan",
    )


def test_what_is_asked_of_a_service_goes_before_what_the_service_is() -> None:
    both = replace(
        _guesses(("tentang_konsultasi", 0.55), ("biaya", 0.43), ("produk", 0.01)),
        entities=(Entity("service", "konsultasi"),),
    )
    assert decide(_turn("konsultasi bayar?", Context()), both).topics == ("konsultasi/biaya",)


def test_how_to_pay_is_what_it_costs_where_nothing_is_paid() -> None:
    before = Context(subject=Subject("persyaratan", "rekomendasi"))
    assert decide(_turn("bayarnya?", before), _meaning("pembayaran")).topics == ("rekomendasi/biaya",)
    assert decide(_turn("bayarnya?", Context()), _meaning("pembayaran")).topics == ("penjualan/pembayaran",)


def test_what_seems_foreign_is_more_of_the_data_asked_for_when_it_names_a_place() -> None:
    before = Context(subject=Subject("minta_data", about="ipm"))
    foreign = _meaning("di_luar_topik", tempat="Bayat")
    assert decide(_turn("Bayat ada juga ga", before), foreign).topics == ("minta_data/ipm",)
    assert decide(_turn("Bayat ada juga ga", Context()), foreign).topics == ("di_luar_topik",)


def test_a_question_in_a_story_that_may_be_foreign_is_asked_back() -> None:
    parts = (Piece("dompet saya hilang", _meaning("salam")), Piece("berapa biayanya?", _meaning("biaya")))
    story = _guesses(("biaya", 0.3), ("prosedur", 0.25), ("di_luar_topik", 0.2))
    heard = Heard(Piece("dompet saya hilang. berapa biayanya?", story), parts)
    assert RULES.decide(_turn("x", Context()), heard).topics == ()


def test_a_short_message_that_is_sure_as_a_whole_is_not_read_by_its_question_alone() -> None:
    parts = (
        Piece("saya di Leiden.", _guesses(("salam", 0.3), ("alamat", 0.2))),
        Piece("bayarnya gimana?", _meaning("pembayaran")),
    )
    heard = Heard(Piece("saya di Leiden. bayarnya gimana?", _meaning("pembayaran_luar_negeri")), parts)
    assert RULES.decide(_turn("x", Context()), heard).topics == ("penjualan/pembayaran_luar_negeri",)


def test_two_words_with_a_topic_of_their_own_are_no_bare_name() -> None:
    before = Context(subject=Subject("biaya", "konsultasi"))
    named = replace(_meaning("prosedur"), entities=(Entity("service", "konsultasi", 9, 19),))
    assert decide(_turn("prosedur konsultasi", before), named).topics == ("konsultasi/prosedur",)
    unsure = replace(_guesses(("prosedur", 0.3), ("produk", 0.2)), entities=named.entities)
    assert decide(_turn("prosedur konsultasi", before), unsure).topics == ()
    bare = replace(_meaning("tentang_konsultasi"), entities=(Entity("service", "rekomendasi", 5, 16),))
    assert decide(_turn("yang rekomendasi?", before), bare).topics == ("rekomendasi/biaya",)


def test_data_of_another_regency_are_not_looked_for_at_our_office() -> None:
    asked = _meaning("minta_data", indikator="ipm", wilayah_lain="Kabupaten Boyolali")
    decision = decide(_turn("ipm boyolali", Context()), asked)
    assert decision.says[-1].key == "data_elsewhere"
    assert decision.says[-1].arguments["place"] == "Kabupaten Boyolali"
    assert RULES.queries(_turn("ipm boyolali", Context()), Heard(Piece("ipm boyolali", asked))) == ()
    compared = _meaning("minta_data", indikator="ipm", wilayah_lain="Kabupaten Boyolali", tempat="Bayat")
    assert decide(_turn("ipm", Context()), compared).says[-1].key != "data_elsewhere"
    dated = decide(_turn("yang 2022?", decision.context), _meaning("lanjutan", tahun="2022"))
    assert dated.says[-1].key == "data_elsewhere"
    ours = decide(_turn("kalau Bayat?", dated.context), _meaning("lanjutan", tempat="Bayat"))
    assert ours.says[-1].key != "data_elsewhere"
    theirs = decide(
        _turn("kalau Sragen?", ours.context), _meaning("lanjutan", wilayah_lain="Kabupaten Sragen")
    )
    assert "Bayat" not in theirs.says[-1].arguments["wanted"]


def test_what_is_asked_of_the_classification_after_a_code_is_about_kbli() -> None:
    before = Context(subject=Subject("kode_kbli"))
    decision = decide(_turn("itu edisi baru ya", before), _meaning("tentang_klasifikasi"))
    assert decision.topics == ("tentang_klasifikasi/kbli",)

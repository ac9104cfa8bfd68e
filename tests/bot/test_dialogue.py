"""The dialogue's rules, held by properties over everything a citizen and a model may come up with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assembly import dialogue, texts
from bot.dialogue.choice import chosen_number
from bot.dialogue.decide import Dialogue
from bot.dialogue.state import Context, Subject, Turn
from bot.settings import load
from nlu.port import Entity, Guess, Meaning

SERVICES = ("perpustakaan", "konsultasi", "penjualan", "rekomendasi")
COMPONENTS = (
    "persyaratan", "prosedur", "jangka_waktu", "biaya", "produk", "pengaduan", "dasar_hukum", "sarana",
    "kompetensi", "pengawasan", "jumlah_pelaksana", "jaminan", "keamanan", "evaluasi",
)  # fmt: skip
OTHERS = (
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
    has_attachments=st.booleans(),
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
    decision = RULES.without_model(turn) or RULES.decide(turn, meaning)
    assert decision.says
    opened = {"ticket": "KST-2026-00002", "promise": "janji"} if decision.ticket_reason else {}
    for say in decision.says:
        said = TEXTS.say(say.key, turn.language, {**say.arguments, **opened})
        assert said.strip()
        assert "{" not in said


@given(turns, meanings)
def test_an_open_ticket_is_never_doubled(turn: Turn, meaning: Meaning) -> None:
    held = replace(turn, ticket="KST-2026-00001")
    decision = RULES.without_model(held) or RULES.decide(held, meaning)
    assert decision.ticket_reason is None


@given(turns, meanings)
def test_another_services_rule_is_never_given(turn: Turn, meaning: Meaning) -> None:
    """Whoever names a service hears of that service or that the bot does not know."""
    named = meaning.value("service")
    decision = RULES.decide(turn, meaning)
    if named and decision.says[-1].key == "answer" and decision.topics[0].count("/"):
        assert decision.topics[0].startswith(f"{named}/")


@given(turns, meanings)
def test_an_unsure_model_never_states_a_rule_on_its_own(turn: Turn, meaning: Meaning) -> None:
    unsure = Meaning(tuple(replace(guess, confidence=guess.confidence / 10) for guess in meaning.guesses))
    assert RULES.decide(turn, unsure).says[-1].key != "answer"


@given(turns)
def test_at_most_three_suggestions_and_at_least_two(turn: Turn) -> None:
    fresh = replace(turn, context=Context(), ticket=None, text="anu")
    decision = RULES.decide(fresh, Meaning((Guess("nobody_knows_this", 0.2),)))
    assert decision.says[-1].key == "suggest"
    assert 2 <= len(decision.context.choices) <= 3


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
    decision = RULES.decide(turn, _meaning("lanjutan", mode="online"))
    assert decision.context.subject == Subject("persyaratan", "konsultasi", "online")


def test_a_follow_up_of_nothing_asks_back() -> None:
    decision = RULES.decide(_turn("kalau online?", Context()), _meaning("lanjutan", mode="online"))
    assert decision.says[-1].key == "follow_up_of_what"
    assert decision.ticket_reason is None


def test_understanding_again_forgets_earlier_failures() -> None:
    failed = Context(failures=1, choices=(Subject("biaya"), Subject("prosedur")))
    decision = RULES.decide(_turn("bayar?", failed), _meaning("biaya"))
    assert decision.context.failures == 0
    assert decision.context.choices == ()


def _turn(text: str, context: Context) -> Turn:
    return Turn(
        text, has_attachments=False, context=context, ticket=None, language="id", is_first_contact=False
    )


def _meaning(intent: str, **entities: str) -> Meaning:
    return Meaning(
        (Guess(intent, 0.97), Guess("biaya" if intent != "biaya" else "produk", 0.01)),
        tuple(Entity(kind, value) for kind, value in entities.items()),
    )


def test_the_rules_are_the_offices() -> None:
    assert isinstance(RULES, Dialogue)
    assert RULES.limits.failures == SETTINGS.office.understanding.failures_before_officer

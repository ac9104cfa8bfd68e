"""Scoring: what is right, unsure, wrong and confidently wrong, and the tables."""

from __future__ import annotations

import pytest

from nlu.evaluate import Expectation, Outcome, Reply, Verdict, grouped, judge, table

RIGHT, UNSURE, WRONG, CONFIDENT = Verdict


def answer(text: str, *topics: str, language: str = "id") -> Reply:
    return Reply(text, frozenset({Outcome.ANSWER}), topics, frozenset({language}))


def does(*outcomes: Outcome, topics: tuple[str, ...] = (), text: str = "…") -> Reply:
    return Reply(text, frozenset(outcomes), topics)


ABOUT_COST = Expectation(topics=("konsultasi/biaya",), contains=("tidak dipungut",))


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (answer("*Tidak  dipungut* biaya.", "konsultasi/biaya"), RIGHT),
        (answer("Not charged: tidak dipungut.", "konsultasi/biaya", language="en"), WRONG),
        (answer("Free of charge.", "konsultasi/biaya", language="en"), WRONG),
        (answer("Gratis.", "konsultasi/biaya"), CONFIDENT),
        (answer("Tidak dipungut biaya.", "perpustakaan/biaya"), CONFIDENT),
        (answer("Tidak dipungut biaya, bukan Rp 5.000.", "konsultasi/biaya"), CONFIDENT),
        (does(Outcome.UNSURE), UNSURE),
        (does(Outcome.OFFICER), UNSURE),
        (does(Outcome.UNSURE, topics=("konsultasi/biaya",)), UNSURE),
        (does(Outcome.REJECT), WRONG),
        (does(Outcome.TALK), WRONG),
    ],
)
def test_an_expected_answer(reply: Reply, verdict: Verdict) -> None:
    assert judge(ABOUT_COST, reply) is verdict


@pytest.mark.parametrize(
    ("wanted", "reply", "verdict"),
    [
        ("reject", does(Outcome.REJECT), RIGHT),
        ("reject", does(Outcome.UNSURE), RIGHT),
        ("reject", answer("Jl. Merapi", "alamat"), CONFIDENT),
        ("officer", does(Outcome.OFFICER), RIGHT),
        ("officer", does(Outcome.UNSURE), UNSURE),
        ("officer", does(Outcome.TALK), WRONG),
        ("talk", does(Outcome.TALK), RIGHT),
        ("talk", does(Outcome.REJECT), WRONG),
        ("talk", answer("Jl. Merapi", "alamat"), CONFIDENT),
        ("ask", does(Outcome.UNSURE), RIGHT),
        ("ask", does(Outcome.OFFICER), UNSURE),
        ("refuse", answer("Rahasia.", "data_individu"), RIGHT),
        ("refuse", answer("Silakan.", "minta_data"), CONFIDENT),
        ("refuse", does(Outcome.UNSURE), UNSURE),
    ],
)
def test_another_outcome_than_an_answer(wanted: str, reply: Reply, verdict: Verdict) -> None:
    assert judge(Expectation(outcomes=frozenset({wanted})), reply) is verdict


def test_the_best_of_several_accepted_outcomes_counts() -> None:
    either = Expectation(outcomes=frozenset({"answer", "officer"}), topics=("privasi",))
    assert judge(either, does(Outcome.OFFICER)) is RIGHT
    assert judge(either, answer("…", "privasi")) is RIGHT
    assert judge(either, answer("…", "alamat")) is CONFIDENT


@pytest.mark.parametrize(
    ("label", "topic", "is_meant"),
    [
        ("arti/", "arti/ipm", True),
        ("*/biaya", "konsultasi/biaya", True),
        ("*/biaya", "biaya", True),
        ("*/biaya", "konsultasi/biaya_lain", False),
        ("biaya", "konsultasi/biaya", False),
    ],
)
def test_labels(label: str, topic: str, is_meant: bool) -> None:
    verdict = judge(Expectation(topics=(label,)), answer("…", topic))
    assert verdict is (RIGHT if is_meant else CONFIDENT)


def test_an_answer_that_says_it_does_not_know_of_what_is_unsure() -> None:
    assert judge(Expectation(topics=("arti/",)), answer("Istilah itu belum ada.", "arti")) is UNSURE
    assert judge(Expectation(topics=("arti/",)), answer("Jl. Merapi", "alamat")) is CONFIDENT


def test_several_questions_in_one_message() -> None:
    both = Expectation(each=(("alamat",), ("kontak", "pengaduan")))
    assert judge(both, answer("…", "alamat", "pengaduan")) is RIGHT
    assert judge(both, answer("…", "alamat")) is WRONG
    part_and_officer = Reply(
        "…", frozenset({Outcome.ANSWER, Outcome.OFFICER}), ("alamat",), frozenset({"id"})
    )
    assert judge(both, part_and_officer) is UNSURE
    assert judge(both, answer("…", "alamat", "biaya")) is CONFIDENT


def test_the_first_code_counts() -> None:
    wanted = Expectation(topics=("kode_kbli",), codes=("56102",))
    assert judge(wanted, answer("56102 …, juga 56101", "kode_kbli")) is RIGHT
    assert judge(wanted, answer("56101 …, juga 56102", "kode_kbli")) is WRONG
    assert judge(wanted, answer("56101", "kode_kbli")) is CONFIDENT


@pytest.mark.parametrize("figure", ["1.268.577 jiwa", "12,5", "8 persen", "8%"])
def test_a_figure_for_a_request_for_data_is_confidently_wrong(figure: str) -> None:
    wanted = Expectation(topics=("minta_data/",), is_figure_forbidden=True)
    assert judge(wanted, answer(f"Penduduk 2023: {figure}", "minta_data/penduduk")) is CONFIDENT
    harmless = "Penduduk 2023, (0272) 321689, kode 3310, Keputusan 16.2/2024."
    assert judge(wanted, answer(harmless, "minta_data/penduduk")) is RIGHT


def test_a_group_is_counted_and_written_as_a_table() -> None:
    scores = grouped([("id", RIGHT), ("en", WRONG), ("id", CONFIDENT), ("id", RIGHT)])
    assert list(scores) == ["id", "en"]
    assert scores["id"].share(RIGHT) == pytest.approx(200 / 3)
    rows = table("language", scores).splitlines()
    assert rows[0] == "| language | n | right % | unsure % | wrong % | confidently wrong % |"
    assert rows[2] == "| id | 3 | 66.7 | 0.0 | 0.0 | 33.3 |"

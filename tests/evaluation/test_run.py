"""What a run needs besides the set: reading replies, choosing suggestions, the report."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from nlu.evaluate import Outcome, Reply, Verdict
from tests.evaluation.playing import Judged, written
from tests.evaluation.reading import DOES, NOT_AN_ACT, TEXTS, reader
from tests.evaluation.report import DOCUMENT, results, write
from tests.evaluation.sets import Expect, Question, Turn, dialogues, questions

SAID = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))


def line(*replies: str, topics: tuple[str, ...] = ()) -> dict[str, object]:
    return {"replies": list(replies), "topics": list(topics)}


def filled(key: str, language: str) -> str:
    """Write a sentence of the bot with something in its placeholders."""
    values = ("{ticket}", "KST-2026-0001"), ("{promise}", "Janji."), ("{choices}", "1. Biaya\n2. Syarat")
    text = SAID[key][language]
    for placeholder, value in values:
        text = text.replace(placeholder, value)
    return str(text)


def test_every_sentence_of_the_bot_has_its_meaning_in_the_evaluation() -> None:
    unknown = SAID.keys() - DOES.keys() - NOT_AN_ACT
    assert not unknown, "tests/evaluation/reading.py: say what these do, or the evaluation misreads them"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("key", [key for key in DOES if key in SAID])
def test_every_sentence_is_recognised_for_what_it_does(key: str, language: str) -> None:
    introduced = f"{SAID['introduction'][language]}\n\n{filled(key, language)}"
    assert DOES[key] in reader().read(line(introduced)).outcomes


@pytest.mark.parametrize(("language", "source"), [("id", "Sumber"), ("en", "Source")])
def test_an_answer_is_known_by_its_source_and_read_without_the_introduction(
    language: str, source: str
) -> None:
    said = f"{SAID['introduction'][language]}\n\nTidak dipungut biaya.\n\n{source}: Keputusan"
    read = reader().read(line(said, topics=("konsultasi/biaya",)))
    assert read.is_answer
    assert read.languages == {language}
    assert read.text.startswith("Tidak dipungut biaya.")
    assert read.outcomes == {Outcome.ANSWER}


@pytest.mark.parametrize(
    ("text", "sent"), [("{number}", "2"), ("yang {ordinal}", "yang kedua"), ("{title}", "Syarat penjualan")]
)
def test_a_suggestion_is_chosen_by_number_place_or_words(text: str, sent: str) -> None:
    offered = Reply(
        "Apakah salah satu dari ini?\n1. Biaya\n2. Syarat penjualan\n\nBalas", frozenset({Outcome.UNSURE})
    )
    assert written(Turn(text=text, choose="syarat", expect=Expect()), offered) == sent


def test_the_report_names_goals_groups_and_ids_but_no_texts() -> None:
    asked = questions()
    reply = Reply("…", frozenset({Outcome.UNSURE}))
    judged = [Judged(question.id, reply, Verdict.RIGHT) for question in asked]
    judged[0] = Judged(asked[0].id, reply, Verdict.CONFIDENTLY_WRONG)
    played = [[Judged(f"{scene.id}/1", reply, Verdict.RIGHT)] for scene in dialogues()]
    found = results(asked, judged, played)
    assert "| dialogues right | >= 90 % | 100.0 % | yes |" in found
    assert asked[0].id in found
    assert asked[0].text not in found


def test_only_what_stands_between_the_markers_is_written(tmp_path: Path) -> None:
    document = tmp_path / "evaluation.md"
    document.write_text("before\n<!-- results -->\nold\n<!-- /results -->\nafter\n", encoding="utf-8")
    write("results", "new", document)
    assert (
        document.read_text(encoding="utf-8")
        == "before\n<!-- results -->\n\nnew\n\n<!-- /results -->\nafter\n"
    )
    with pytest.raises(ValueError, match="pipelines"):
        write("pipelines", "new", document)


@pytest.mark.parametrize("marker", ["results", "pipelines"])
def test_the_document_has_its_markers(marker: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.count(f"<!-- {marker} -->") == text.count(f"<!-- /{marker} -->") == 1


def test_the_intents_of_a_question_follow_from_what_is_expected() -> None:
    def intents(**expect: object) -> frozenset[str]:
        asked = {"id": "kan-000", "text": "x", "kind": "kantor", "style": "baku", "expect": expect}
        return Question.model_validate(asked).intents

    assert intents(topics=["*/biaya", "konsultasi/produk", "arti/", "alamat"]) == {
        "biaya", "produk", "arti", "alamat",
    }  # fmt: skip
    assert intents(outcome=["reject", "ask"]) == {"di_luar_topik"}
    assert intents(each=["alamat", "kontak"]) == frozenset()

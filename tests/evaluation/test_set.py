"""The evaluation set is large enough, says only what is known, and is not what was trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from nlu.examples import Example, lines_of, read_example
from tests.evaluation.sets import Dialogue, Question, dialogues, questions

ROOT = Path(__file__).resolve().parents[2]
NEAR = 0.85
# How few of a group make its share meaningless.
FEWEST_QUESTIONS = 420
FEWEST_DIALOGUES = 30
FEWEST = {
    "kind": {
        "keputusan": 120, "kantor": 40, "konsep": 80, "klasifikasi": 60,
        "data": 50, "percakapan": 25, "luar": 70, "rahasia": 15,
    },
    "language": {"id": 300, "jv": 40, "en": 45},
    "style": {"baku": 100, "santai": 100, "singkat": 60, "typo": 60, "surat": 30},
}  # fmt: skip
FEWEST_OF_SEVERAL = 20
# "ok" and "menu" can only be said in one way; whoever says more has other words to choose.
ONLY_WAY_TO_SAY = 2
COMPONENTS = (
    "persyaratan", "prosedur", "jangka_waktu", "biaya", "produk", "pengaduan", "dasar_hukum",
    "sarana", "kompetensi", "pengawasan", "jumlah_pelaksana", "jaminan", "keamanan", "evaluasi",
)  # fmt: skip
SERVICES = {
    "perpustakaan": ("perpus",),
    "konsultasi": ("konsul",),
    "penjualan": ("jual", "beli", "data mikro"),
    "rekomendasi": ("rekomendasi",),
}


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return questions()


@pytest.fixture(scope="module")
def scenes() -> list[Dialogue]:
    return dialogues()


def test_every_id_stands_once(asked: list[Question], scenes: list[Dialogue]) -> None:
    counted = Counter([*(question.id for question in asked), *(scene.id for scene in scenes)])
    assert [id_ for id_, count in counted.items() if count > 1] == []


def test_every_group_is_large_enough(asked: list[Question], scenes: list[Dialogue]) -> None:
    assert len(asked) >= FEWEST_QUESTIONS
    assert len(scenes) >= FEWEST_DIALOGUES
    for name, groups in FEWEST.items():
        counted = Counter(getattr(question, name) for question in asked)
        assert set(counted) == set(groups)
        assert {group: counted[group] for group in groups if counted[group] < groups[group]} == {}


def test_several_questions_in_one_message_are_asked_often_enough(asked: list[Question]) -> None:
    several = [question.id for question in asked if question.expect.each]
    assert len(several) >= FEWEST_OF_SEVERAL


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("component", COMPONENTS)
def test_the_whole_cube_is_asked(asked: list[Question], service: str, component: str) -> None:
    labels = {f"{service}/{component}", f"*/{component}"}
    about = [
        question.id
        for question in asked
        if labels & {*question.expect.topics, *(label for group in question.expect.each for label in group)}
        and any(word in question.text.lower() for word in SERVICES[service])
    ]
    assert about


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "lainnya"},
        {"style": "puisi"},
        {"language": "nl"},
        {"channel": "telegram"},
        {"answer": "ya"},
        {"expect": {"topic": "alamat"}},
        {"expect": {"outcome": "silence"}},
        {"id": "1"},
        {"text": ""},
    ],
)
def test_what_is_unknown_is_refused(wrong: dict[str, object]) -> None:
    known = {"id": "kan-000", "text": "x", "kind": "kantor", "style": "baku", "expect": {"topics": "alamat"}}
    Question.model_validate(known)
    with pytest.raises(ValidationError):
        Question.model_validate({**known, **wrong})


def test_every_expectation_can_be_missed(asked: list[Question], scenes: list[Dialogue]) -> None:
    """An answer that may be any answer measures nothing."""
    empty = [
        question.id
        for question in asked
        if question.expected.outcomes == {"answer"}
        and not (question.expect.topics or question.expect.each or question.expect.contains)
    ]
    assert empty == []
    assert all(scene.expected(turn).outcomes for scene in scenes for turn in scene.turns)


def test_nobody_trained_on_it(asked: list[Question], scenes: list[Dialogue]) -> None:
    """Names the question and how near it is, never the example: the set is written without seeing them."""
    texts = {question.id: question.text for question in asked if not _can_only_be_said_so(question)}
    texts |= {
        f"{scene.id}/{number}": turn.text
        for scene in scenes
        for number, turn in enumerate(scene.turns, start=1)
        if len(turn.text.split()) > ONLY_WAY_TO_SAY and "{" not in turn.text
    }
    trained = list(_prepared(set(_trained())))
    assert len(trained) > 500
    near = _near_copies(texts, trained)
    assert not near, f"near copies, say it in other words: {near}"


def test_a_near_copy_is_found() -> None:
    trained = list(_prepared({"berapa lama konsultasi online dilayani petugas"}))
    same = {"a": "Berapa lama konsultasi online dilayani petugas?"}
    slip = {"a": "brapa lama konsultasi online dilayani petugas"}
    other = {"a": "konsultasi lewat internet dijawab kapan"}
    assert _near_copies(same, trained) == {"a": 1.0}
    assert NEAR <= _near_copies(slip, trained)["a"] < 1.0
    assert _near_copies(other, trained) == {}


def _can_only_be_said_so(question: Question) -> bool:
    return question.kind == "percakapan" and len(question.text.split()) <= ONLY_WAY_TO_SAY


def _trained() -> Iterator[str]:
    """Every training example, plain, and every way of naming a business."""
    for path in sorted((ROOT / "nlu" / "knowledge").glob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []:
            if "intent" in item:
                yield from (read_example(line).plain for line in lines_of(item["examples"]))
    for path in sorted((ROOT / "nlu" / "kbli").glob("*.yml")):
        yield from (
            Example(text).plain for text in _strings(yaml.safe_load(path.read_text(encoding="utf-8")))
        )


def _strings(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from (*_strings(key), *_strings(value))
    elif isinstance(content, list):
        for value in content:
            yield from _strings(value)


Prepared = tuple[str, frozenset[str], frozenset[str]]


def _prepared(plains: set[str]) -> Iterator[Prepared]:
    for plain in sorted(plains):
        yield plain, frozenset(plain.split()), _trigrams(plain)


def _trigrams(plain: str) -> frozenset[str]:
    return frozenset(plain[start : start + 3] for start in range(max(1, len(plain) - 2)))


def _near_copies(texts: dict[str, str], trained: list[Prepared]) -> dict[str, float]:
    """Return how near the nearest example is, for each text that is too near: 1.0 is the same."""
    near: dict[str, float] = {}
    for id_, text in texts.items():
        [(plain, words, trigrams)] = _prepared({Example(text).plain})
        likeness = max(
            1.0 if plain == other else min(0.99, max(_likeness(words, their), _likeness(trigrams, theirs)))
            for other, their, theirs in trained
        )
        if likeness >= NEAR:
            near[id_] = round(likeness, 2)
    return near


def _likeness(some: frozenset[str], others: frozenset[str]) -> float:
    """Return the Jaccard index, 0 to 1."""
    if min(len(some), len(others)) < NEAR * max(len(some), len(others)):
        return 0.0
    return len(some & others) / len(some | others)

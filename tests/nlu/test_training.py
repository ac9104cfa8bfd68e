"""What makes a model, and what is told when it cannot be made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nlu.answers import KnowledgeError
from nlu.server import serve_command
from nlu.training import ModelEnvironmentMissing, fingerprint, train
from tests.nlu.rasa import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what makes the model, without its environment."""
    for name in ("config.yml", "office.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    leave = shutil.ignore_patterns(".venv", "__pycache__")
    shutil.copytree(ROOT / "nlu", tmp_path / "nlu", ignore=leave)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_same_project_has_the_same_fingerprint_wherever_it_lies(project: Path) -> None:
    assert fingerprint(project) == fingerprint(ROOT)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("nlu/knowledge/komponen.yml", "- bayar ga?", "- bayarkah"),
        ("nlu/knowledge/ejaan.yml", "- brp", "- brph"),
        ("config.yml", "max_ngram: 5", "max_ngram: 4"),
        ("nlu/model/uv.lock", "3.6.21", "3.6.22"),
        ("nlu/model/components/lexicon.py", '"""', '"""New: '),
        ("nlu/model/slim.py", '"""', '"""New: '),
        ("office.yml", "tembayat", "mbayat"),
    ],
)
def test_what_makes_the_model_changes_its_fingerprint(project: Path, file: str, old: str, new: str) -> None:
    before = fingerprint(project)
    replace(project / file, old, new)
    assert fingerprint(project) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("nlu/knowledge/konsultasi.yml", "tidak dipungut biaya", "bebas biaya"),
        ("nlu/knowledge/konsultasi.yml", "# ====", "# catatan petugas ===="),
        ("office.yml", "office:", "office: # catatan"),
    ],
)
def test_an_answer_or_a_comment_does_not(project: Path, file: str, old: str, new: str) -> None:
    before = fingerprint(project)
    replace(project / file, old, new)
    assert fingerprint(project) == before


def test_a_cached_model_is_taken_at_once_and_silently(project: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    model = cache / f"{fingerprint(project)}.tar.gz"
    model.write_bytes(b"a model")
    told: list[str] = []
    assert train(project, cache, told.append) == model
    assert told == []


def test_without_its_environment_the_way_out_is_named(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelEnvironmentMissing, match="make install"):
        train(project, tmp_path / "cache", print)
    with pytest.raises(ModelEnvironmentMissing, match="make install"):
        serve_command(project, tmp_path / "model.tar.gz", 1, "made-up")


def test_wrong_knowledge_is_told_before_anything_is_trained(project: Path, tmp_path: Path) -> None:
    replace(project / "nlu/knowledge/kantor.yml", "{office.phone}", "{office.fone}")
    with pytest.raises(KnowledgeError, match=r"kantor\.yml, kontak"):
        train(project, tmp_path / "cache", print)

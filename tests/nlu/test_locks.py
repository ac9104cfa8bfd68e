"""The old libraries of the model never come into the product's own environment."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.nlu.rasa import ROOT


def packages(lock: Path) -> set[str]:
    return {package["name"] for package in tomllib.loads(lock.read_text())["package"]}


@pytest.mark.parametrize("name", ["rasa", "aiogram", "sanic", "tensorflow"])
def test_the_main_lock_is_free_of_the_model(name: str) -> None:
    assert name not in packages(ROOT / "uv.lock")


def test_the_model_has_its_own_lock() -> None:
    assert {"rasa", "scikit-learn"} <= packages(ROOT / "nlu" / "model" / "uv.lock")


def test_nobody_but_the_model_imports_rasa() -> None:
    rooms = [ROOT / room for room in ("bot", "channels", "handoff", "nlu")]
    model = ROOT / "nlu" / "model"
    importing = [
        path
        for room in rooms
        for path in room.rglob("*.py")
        if model not in path.parents and ("import rasa" in (text := path.read_text()) or "from rasa" in text)
    ]
    assert importing == []

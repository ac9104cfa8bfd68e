"""What comparing pipelines needs: the variants, an end to training, times of a served model."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import yaml

from nlu.port import Guess, Meaning
from tests.evaluation.playing import ROOT
from tests.evaluation.timing import IN_FLIGHT, timed
from tests.evaluation.training import NotTrained, train_within
from tests.evaluation.variants import CHOSEN, build, content, pipelines

CONFIG = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
FOR_EVER = "import signal\nsignal.pause()\n"
REFUSES = "import sys\nsys.exit('no such component')\n"


def test_the_first_pipeline_is_the_one_the_product_runs() -> None:
    chosen, *others = pipelines()
    assert chosen.config(CONFIG) == CONFIG
    assert len(others) >= 3
    assert all(other.config(CONFIG) != CONFIG for other in others)


def test_each_pipeline_differs_from_the_chosen_one_in_its_classifier_only() -> None:
    names = [component["name"] for component in CONFIG["pipeline"]]
    before, after = names[: names.index(CHOSEN)], names[names.index(CHOSEN) + 1 :]
    for variant in pipelines():
        mine = [component["name"] for component in variant.config(CONFIG)["pipeline"]]
        own = [CHOSEN if each == "chosen" else each["name"] for each in variant.classifier]
        assert mine == [*before, *own, *after]


def test_a_variant_is_built_with_the_components_it_names(tmp_path: Path) -> None:
    for number, variant in enumerate(pipelines()):
        root = tmp_path / str(number)
        build(root, variant)
        config = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))
        modules = [part["name"].split(".")[1] for part in config["pipeline"] if "." in part["name"]]
        assert modules
        assert all((root / "nlu" / "model" / "components" / f"{module}.py").exists() for module in modules)


def test_an_edit_while_it_runs_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "nlu" / "knowledge").mkdir(parents=True)
    knowledge = tmp_path / "nlu" / "knowledge" / "kantor.yml"
    for file in (tmp_path / "config.yml", tmp_path / "office.yml", knowledge):
        file.write_text("", encoding="utf-8")
    before = content(tmp_path)
    assert content(tmp_path) == before
    knowledge.write_text("nlu: []", encoding="utf-8")
    assert content(tmp_path) != before


def project(root: Path, starter: str) -> Path:
    """Make a project whose Rasa is `starter`, a program of Python."""
    (root / "nlu" / "model" / ".venv" / "bin").mkdir(parents=True)
    (root / "nlu" / "knowledge").mkdir()
    (root / "nlu" / "model" / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (root / "nlu" / "model" / "slim.py").write_text(starter, encoding="utf-8")
    for file in ("config.yml", "nlu/model/uv.lock"):
        (root / file).write_text("", encoding="utf-8")
    (root / "office.yml").write_text((ROOT / "office.yml").read_text(encoding="utf-8"), encoding="utf-8")
    return root


def test_a_training_that_passes_its_bound_is_stopped(tmp_path: Path) -> None:
    endless = project(tmp_path / "root", FOR_EVER)
    with pytest.raises(NotTrained, match="stopped after 1"):
        train_within(endless, tmp_path / "models", longest_seconds=1.0)


def test_a_training_that_fails_says_what_rasa_said_last(tmp_path: Path) -> None:
    broken = project(tmp_path / "root", REFUSES)
    with pytest.raises(NotTrained, match="failed") as failed:
        train_within(broken, tmp_path / "models", longest_seconds=60.0)
    assert "no such component" in failed.value.__notes__[0]


class Counting:
    """An interpreter that means each text by its own name and counts how many it is asked at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.is_closed = False

    async def parse(self, text: str) -> Meaning:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)  # gives way to the others in flight
        self.now -= 1
        return Meaning((Guess(text, 1.0),))

    async def is_ready(self) -> bool:
        return True

    async def close(self) -> None:
        self.is_closed = True


async def test_texts_are_timed_alone_and_then_several_in_flight() -> None:
    interpreter = Counting()
    texts = [str(number) for number in range(40)]
    found = await timed(interpreter, texts)
    assert [meaning.guesses[0].intent for meaning in found.meanings] == texts
    assert interpreter.most == IN_FLIGHT
    assert interpreter.is_closed
    assert 0 < found.p50 <= found.p95
    assert found.rate > 0

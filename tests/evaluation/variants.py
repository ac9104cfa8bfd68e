"""The variants of the pipeline: config.yml with another classifier, and the folder a model is made from."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tests.evaluation.playing import ROOT
from tests.evaluation.sets import FOLDER

PIPELINES = FOLDER / "pipelines"
DIET = FOLDER / "diet"
MODEL = ROOT / "nlu" / "model"
MEASURED = ("bot", "channels", "handoff", "nlu", "tests/evaluation")
CHOSEN = "components.margin.MarginClassifier"


class Pipeline(BaseModel):
    """A variant: what stands in config.yml in the place of the chosen classifier, and where it runs.

    `classifier` names components with their options, or `chosen` for the one of config.yml. Training is
    ended after `longest_minutes`, and steps back behind others' work by `niceness` (as `nice -n`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    environment: Literal["slim", "diet"] = "slim"
    niceness: int = Field(default=0, ge=0, le=19)
    longest_minutes: float = Field(default=20.0, gt=0)
    classifier: tuple[dict[str, Any] | Literal["chosen"], ...]

    def config(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Return config.yml with this classifier. Raises ValueError when the chosen one is not in it."""
        components = list(chosen["pipeline"])
        place = [component["name"] for component in components].index(CHOSEN)
        own = [components[place] if each == "chosen" else each for each in self.classifier]
        return {**chosen, "pipeline": [*components[:place], *own, *components[place + 1 :]]}

    @property
    def home(self) -> Path:
        """Return the virtual environment it is trained and served in."""
        return (MODEL if self.environment == "slim" else DIET) / ".venv"

    @property
    def starter(self) -> Path:
        """Return the program that starts Rasa in that environment."""
        return MODEL / "slim.py" if self.environment == "slim" else DIET / "whole.py"


def pipelines(names: Sequence[str] = ()) -> list[Pipeline]:
    """Read the variants of these names (the files' stems), or all. Raises `pydantic.ValidationError`."""
    return [
        Pipeline.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(PIPELINES.glob("*.yml"))
        if not names or path.stem in names
    ]


def build(root: Path, pipeline: Pipeline) -> None:
    """Copy to `root` what makes a model, so that nobody's editing meanwhile gives variants other examples."""
    model = root / "nlu" / "model"
    model.mkdir(parents=True)
    shutil.copytree(ROOT / "nlu" / "knowledge", root / "nlu" / "knowledge")
    shutil.copytree(MODEL / "components", model / "components")
    for component in PIPELINES.glob("*.py"):
        shutil.copy(component, model / "components")
    shutil.copy(MODEL / "uv.lock", model)
    shutil.copy(pipeline.starter, model / "slim.py")
    (model / ".venv").symlink_to(pipeline.home)
    shutil.copy(ROOT / "office.yml", root)
    chosen = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    (root / "config.yml").write_text(yaml.safe_dump(pipeline.config(chosen), sort_keys=False))


def content(root: Path = ROOT) -> str:
    """Return a hash of all that a row of the table depends on besides its classifier: code, knowledge, questions."""
    parts = hashlib.sha256()
    for folder in MEASURED:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".yml"} and ".venv" not in path.parts:
                parts.update(str(path.relative_to(root)).encode() + path.read_bytes())
    for file in ("config.yml", "office.yml"):
        parts.update((root / file).read_bytes())
    return parts.hexdigest()

"""Compares pipelines on the whole evaluation: the same knowledge, another classifier in config.yml.

Each is trained anew, served as the product serves it, timed one question at a time, and then asked
everything through `pst chat --jsonl`. Pipelines with TensorFlow run in tests/evaluation/diet.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Literal

import psutil
import yaml
from pydantic import BaseModel, ConfigDict

from nlu.client import RasaInterpreter
from nlu.evaluate import Verdict, markdown, score
from nlu.port import Meaning
from nlu.training import train
from tests.evaluation.playing import ROOT, Judged, ask, conversation, play
from tests.evaluation.report import DECREE, OUT_OF_SCOPE
from tests.evaluation.sets import ACTS, FOLDER, Question, dialogues, questions
from tests.nlu.rasa import RunningRasa, start_rasa

PIPELINES = FOLDER / "pipelines"
DIET = FOLDER / "diet"
CHOSEN = "components.classifier.EvenLogisticRegression"
HEADING = (
    "pipeline",
    "first guess right %",
    "sure of a wrong answer %",
    "all right %",
    "decree right %",
    "confidently wrong %",
    "out of scope rejected %",
    "dialogues right %",
    "training s",
    "loading s",
    "memory MB",
    "parse p50 ms",
    "p95 ms",
)
WARM_UP = 20  # parses before the clock counts
MEGABYTE = 1024 * 1024


class Pipeline(BaseModel):
    """A variant: what stands in config.yml in the place of the chosen classifier, and where it runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    environment: Literal["slim", "diet"]
    classifier: tuple[dict[str, Any], ...]

    def config(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Return config.yml with this classifier. Raises ValueError when the chosen one is not in it."""
        names = [component["name"] for component in chosen["pipeline"]]
        place = names.index(CHOSEN)
        pipeline = [*chosen["pipeline"][:place], *self.classifier, *chosen["pipeline"][place + 1 :]]
        return {**chosen, "pipeline": pipeline}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a pipeline achieves and costs: seconds, megabytes, milliseconds."""

    title: str
    understood: Sequence[tuple[Question, Meaning]]
    judged: Sequence[Judged]
    played: Sequence[list[Judged]]
    training: float
    loading: float
    memory: float
    p50: float
    p95: float


def pipelines(names: Sequence[str] = ()) -> list[Pipeline]:
    """Read the variants of these names (the files' stems), or all. Raises `pydantic.ValidationError`."""
    return [
        Pipeline.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(PIPELINES.glob("*.yml"))
        if not names or path.stem in names
    ]


def compare(names: Sequence[str] = ()) -> str:
    """Measure every variant whose environment is there, and return the table."""
    rows: list[tuple[str, ...]] = [HEADING]
    for pipeline in pipelines(names):
        if not _environment(pipeline).exists():
            _tell(f"{pipeline.title}: left out, {_environment(pipeline)} is not installed")
            continue
        _tell(f"{pipeline.title} ...")
        rows.append(_row(measure(pipeline)))
        _tell(" | ".join(rows[-1]))
    return markdown(rows)


def measure(pipeline: Pipeline) -> Measured:
    """Train, serve, time and ask."""
    with tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        root, cache = Path(folder) / "root", Path(folder) / "models"
        _build(root, pipeline)
        began = time.perf_counter()
        train(root, cache, _tell)
        trained = time.perf_counter()
        with start_rasa(root, cache, Path(folder) / "rasa.log") as rasa:
            loaded = time.perf_counter()
            milliseconds, meanings = asyncio.run(_parsed(rasa, [question.text for question in questions()]))
            with _understood_by(rasa), conversation() as chat:
                judged = [ask(chat, question) for question in questions()]
                played = [play(chat, dialogue) for dialogue in dialogues()]
            memory = psutil.Process(rasa.process.pid).memory_info().rss / MEGABYTE
    return Measured(
        title=pipeline.title,
        understood=list(zip(questions(), meanings, strict=True)),
        judged=judged,
        played=played,
        training=trained - began,
        loading=loaded - trained,
        memory=memory,
        p50=median(milliseconds),
        p95=quantiles(milliseconds, n=20)[-1],
    )


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


def _environment(pipeline: Pipeline) -> Path:
    home = ROOT / "nlu" / "model" if pipeline.environment == "slim" else DIET
    return home / ".venv"


def _build(root: Path, pipeline: Pipeline) -> None:
    """Copy what makes a model, so that nobody's editing meanwhile gives variants other examples."""
    model = root / "nlu" / "model"
    model.mkdir(parents=True)
    shutil.copytree(ROOT / "nlu" / "knowledge", root / "nlu" / "knowledge")
    shutil.copytree(ROOT / "nlu" / "model" / "components", model / "components")
    shutil.copy(PIPELINES / "nearest.py", model / "components")
    shutil.copy(ROOT / "nlu" / "model" / "uv.lock", model)
    starter = ROOT / "nlu" / "model" / "slim.py" if pipeline.environment == "slim" else DIET / "whole.py"
    shutil.copy(starter, model / "slim.py")
    (model / ".venv").symlink_to(_environment(pipeline))
    shutil.copy(ROOT / "office.yml", root)
    chosen = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    (root / "config.yml").write_text(yaml.safe_dump(pipeline.config(chosen), sort_keys=False))


async def _parsed(rasa: RunningRasa, texts: Sequence[str]) -> tuple[list[float], list[Meaning]]:
    """Return the milliseconds and the meaning of each parse, one after the other, over HTTP."""
    interpreter = RasaInterpreter(rasa.url, rasa.token, timeout_seconds=30.0)
    milliseconds: list[float] = []
    meanings: list[Meaning] = []
    try:
        for text in [*texts[:WARM_UP], *texts]:
            began = time.perf_counter()
            meanings.append(await interpreter.parse(text))
            milliseconds.append((time.perf_counter() - began) * 1000)
    finally:
        await interpreter.close()
    return milliseconds[WARM_UP:], meanings[WARM_UP:]


def _first_guess(understood: Sequence[tuple[Question, Meaning]]) -> tuple[float, float]:
    """Return how often (0 to 100) the first guess is right, and how often a wrong answer is sure enough."""
    limits = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))["understanding"]
    asked = [(question, meaning) for question, meaning in understood if question.intents]
    right = [meaning.guesses[0].intent in question.intents for question, meaning in asked]
    sure = [
        is_right or meaning.guesses[0].intent in ACTS["reject"] or not _is_sure(meaning, limits)
        for (_, meaning), is_right in zip(asked, right, strict=True)
    ]
    return 100 * sum(right) / len(asked), 100 * (1 - sum(sure) / len(asked))


def _is_sure(meaning: Meaning, limits: Mapping[str, float]) -> bool:
    first, second = [*(guess.confidence for guess in meaning.guesses), 0.0][:2]
    return first >= limits["sure"] and first - second >= limits["margin"]


@contextmanager
def _understood_by(rasa: RunningRasa) -> Iterator[None]:
    """Let `pst chat` ask this server while the block runs."""
    settings = {"PST_NLU_URL": rasa.url, "PST_NLU_TOKEN": rasa.token}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _row(measured: Measured) -> tuple[str, ...]:
    kinds = {question.id: question.kind for question in questions()}

    def share(kind: Literal["keputusan", "luar"] | None, verdict: Verdict = Verdict.RIGHT) -> str:
        found = [each.verdict for each in measured.judged if kind is None or kinds[each.id] == kind]
        return f"{score(found).share(verdict):.1f}"

    worst = [max((turn.verdict for turn in turns), key=list(Verdict).index) for turns in measured.played]
    first, sure_and_wrong = _first_guess(measured.understood)
    return (
        measured.title,
        f"{first:.1f}",
        f"{sure_and_wrong:.1f}",
        share(None),
        share(DECREE),
        share(None, Verdict.CONFIDENTLY_WRONG),
        share(OUT_OF_SCOPE),
        f"{score(worst).share(Verdict.RIGHT):.1f}",
        f"{measured.training:.0f}",
        f"{measured.loading:.1f}",
        f"{measured.memory:.0f}",
        f"{measured.p50:.1f}",
        f"{measured.p95:.1f}",
    )

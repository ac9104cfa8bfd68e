"""Compares pipelines on the whole evaluation: the same knowledge, another classifier in config.yml.

Each is trained anew, served as the product serves it, timed, and then asked everything through
`pst chat --jsonl`. Pipelines with TensorFlow run in tests/evaluation/diet.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
import yaml

from bot.clock import SystemClock
from nlu.client import RasaInterpreter
from nlu.evaluate import Verdict, markdown, score
from nlu.port import Meaning
from tests.evaluation.playing import ROOT, Judged, ask, conversation, play
from tests.evaluation.report import DECREE, OUT_OF_SCOPE
from tests.evaluation.sets import ACTS, Question, dialogues, questions
from tests.evaluation.timing import IN_FLIGHT, Timed, timed
from tests.evaluation.training import NotTrained, train_within
from tests.evaluation.variants import Pipeline, build, content, pipelines
from tests.nlu.rasa import RunningRasa, start_rasa

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
    f"requests/s, {IN_FLIGHT} in flight",
)
TRAINING = HEADING.index("training s")
LONGEST_PARSE_SECONDS = 30.0
CHANGED = "**Not one comparison**: code, knowledge or questions were edited while it ran."
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measured:
    """What a pipeline achieves and costs: seconds, megabytes."""

    timed: Timed
    judged: Sequence[Judged]
    played: Sequence[list[Judged]]
    training: float
    loading: float
    memory: float


def compare(names: Sequence[str] = ()) -> str:
    """Measure every variant whose environment is there, and return the table.

    It ends with a warning when the rows may differ in more than the classifier.
    """
    began = content()
    rows: list[tuple[str, ...]] = [HEADING]
    for pipeline in pipelines(names):
        if not pipeline.home.exists():
            _tell(f"{pipeline.title}: left out, {pipeline.home} is not installed")
            continue
        _tell(f"{pipeline.title} ...")
        try:
            rows.append(_row(pipeline.title, measure(pipeline)))
        except NotTrained as reason:
            _tell("\n".join(getattr(reason, "__notes__", ())))
            rows.append(_row_without(pipeline.title, str(reason)))
        _tell(" | ".join(rows[-1]))
    return markdown(rows) if content() == began else f"{markdown(rows)}\n\n{CHANGED}"


def measure(pipeline: Pipeline) -> Measured:
    """Train, serve, time and ask. Raises `NotTrained`."""
    with tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        root, cache = Path(folder) / "root", Path(folder) / "models"
        build(root, pipeline)
        training = train_within(
            root, cache, longest_seconds=60 * pipeline.longest_minutes, niceness=pipeline.niceness
        )
        with start_rasa(root, cache, Path(folder) / "rasa.log") as rasa:
            process = psutil.Process(rasa.process.pid)
            loading = SystemClock().now().timestamp() - process.create_time()
            interpreter = RasaInterpreter(rasa.url, rasa.token, LONGEST_PARSE_SECONDS)
            found = asyncio.run(timed(interpreter, [question.text for question in questions()]))
            with _understood_by(rasa), conversation() as chat:
                judged = [ask(chat, question) for question in questions()]
                played = [play(chat, dialogue) for dialogue in dialogues()]
            memory = process.memory_info().rss / MEGABYTE
    return Measured(found, judged, played, training, loading, memory)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


def _first_guess(meanings: Sequence[Meaning]) -> tuple[float, float]:
    """Return how often (0 to 100) the first guess is right, and how often a wrong answer is sure enough."""
    limits = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))["understanding"]
    understood: list[tuple[Question, Meaning]] = list(zip(questions(), meanings, strict=True))
    asked = [(question, meaning) for question, meaning in understood if question.intents]
    right = [meaning.guesses[0].intent in question.intents for question, meaning in asked]
    harmless = [
        is_right or meaning.guesses[0].intent in ACTS["reject"] or not _is_sure(meaning, limits)
        for (_, meaning), is_right in zip(asked, right, strict=True)
    ]
    return 100 * sum(right) / len(asked), 100 * (1 - sum(harmless) / len(asked))


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


def _row(title: str, measured: Measured) -> tuple[str, ...]:
    kinds = {question.id: question.kind for question in questions()}

    def share(kind: Literal["keputusan", "luar"] | None, verdict: Verdict = Verdict.RIGHT) -> float:
        found = [each.verdict for each in measured.judged if kind is None or kinds[each.id] == kind]
        return score(found).share(verdict)

    worst = [max((turn.verdict for turn in turns), key=list(Verdict).index) for turns in measured.played]
    shares = (
        *_first_guess(measured.timed.meanings),
        share(None),
        share(DECREE),
        share(None, Verdict.CONFIDENTLY_WRONG),
        share(OUT_OF_SCOPE),
        score(worst).share(Verdict.RIGHT),
    )
    costs = (
        f"{measured.training:.0f}",
        f"{measured.loading:.1f}",
        f"{measured.memory:.0f}",
        f"{measured.timed.p50:.1f}",
        f"{measured.timed.p95:.1f}",
        f"{measured.timed.rate:.0f}",
    )
    return (title, *(f"{each:.1f}" for each in shares), *costs)


def _row_without(title: str, reason: str) -> tuple[str, ...]:
    """Return the row of a pipeline that has no model: the reason stands where its training time would."""
    cells = ["-" for _ in HEADING]
    cells[0], cells[TRAINING] = title, reason
    return tuple(cells)

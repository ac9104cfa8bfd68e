"""Trains the model in its own environment, once for everything that makes it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nlu.answers import Knowledge, load
from nlu.environment import RASA_ENVIRONMENT, ModelEnvironmentMissing, slim_rasa
from nlu.places import settled
from nlu.reading import parsed

__all__ = ["ModelEnvironmentMissing", "TrainingFailed", "fingerprint", "knowledge_of", "lay_out", "train"]

Report = Callable[[str], None]

LONGEST_TRAINING_SECONDS = 1_200
STARTED = re.compile(r"Starting to train component '(\w+)'")
FINISHED = re.compile(r"Finished training component '(\w+)'")


class TrainingFailed(Exception):
    """Rasa could not train; the message holds the end of what it said."""


def knowledge_of(root: Path, office: Path | None = None) -> Knowledge:
    """Return the checked knowledge of the project at `root`, with the facts of `office`.

    `office` is office.yml, by default the one in `root`. Raises `KnowledgeError`.
    """
    return load(root / "nlu" / "knowledge", _facts(root, office))


def fingerprint(root: Path, office: Path | None = None) -> str:
    """Return a short hash of everything that makes the model, and of nothing else.

    The pipeline, the examples (not the answers) with the office's places, the components and the versions they run on.
    """
    model = root / "nlu" / "model"
    parts = hashlib.sha256()
    code = [*sorted(model.glob("*.py")), *sorted((model / "components").glob("*.py"))]
    for path in [root / "config.yml", model / "uv.lock", *code]:
        parts.update(path.read_bytes())
    for file, examples in _examples(root, office).items():
        parts.update(json.dumps([file, examples], sort_keys=True).encode())
    return parts.hexdigest()[:20]


def lay_out(root: Path, folder: Path, *, office: Path | None = None) -> Path:
    """Write the examples as Rasa is to learn them, the office's places among them; return where. `folder` is there."""
    to = folder / "nlu"
    to.mkdir()
    for file, examples in _examples(root, office).items():
        # JSON is YAML; but Rasa knows its files by a line that begins with `nlu:`.
        listed = json.dumps(examples or [], ensure_ascii=False)
        (to / file).write_text(f'version: "3.1"\nnlu: {listed}\n', encoding="utf-8")
    return to


def _examples(root: Path, office: Path | None) -> dict[str, object]:
    paths = sorted((root / "nlu" / "knowledge").glob("*.yml"))
    files = {path.name: (parsed(path.read_text(encoding="utf-8")) or {}).get("nlu") for path in paths}
    return settled(files, _facts(root, office))


def _facts(root: Path, office: Path | None) -> Mapping[str, object]:
    facts: Mapping[str, object] = parsed((office or root / "office.yml").read_text(encoding="utf-8"))
    return facts


def train(root: Path, cache: Path, report: Report, *, office: Path | None = None) -> Path:
    """Return the model of the project at `root`, at once from `cache` when it was trained before.

    `report` gets lines for the person who waits. Raises `KnowledgeError` (nothing is trained),
    `ModelEnvironmentMissing` or `TrainingFailed`. Two trainings at once are harmless: the second waits.
    """
    began = time.monotonic()
    knowledge = knowledge_of(root, office)
    checked = time.monotonic() - began
    mark = fingerprint(root, office)
    model = cache / f"{mark}.tar.gz"
    if model.exists():
        return model
    rasa = slim_rasa(root)
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f"{mark}.lock", report):
        if model.exists():
            return model
        report(f"Pengetahuan diperiksa dalam {checked:.1f} detik: {_checked(knowledge)}.")
        report(f"Melatih model: {len(knowledge.intents)} topik ...")
        began = time.monotonic()
        with tempfile.TemporaryDirectory(dir=cache, prefix="training-") as folder:
            examples = lay_out(root, Path(folder), office=office)
            _run([*rasa, *_train_arguments(root, examples, folder)], folder, report)
            (Path(folder) / "model.tar.gz").replace(model)
        report(f"Model siap dalam {time.monotonic() - began:.0f} detik.")
    return model


def _checked(knowledge: Knowledge) -> str:
    names = sum(len(values) for values in knowledge.values.values())
    return (
        f"{len(knowledge.intents)} topik, {knowledge.examples} contoh yang berbeda (tidak ada di dua topik), "
        f"{len(knowledge.answers)} jawaban (id dan en, semua dengan sumber), {names} nama yang dikenal"
    )


def _train_arguments(root: Path, examples: Path, folder: str) -> list[str]:
    what = ["--config", str(root / "config.yml"), "--nlu", str(examples)]
    return ["train", "nlu", *what, "--out", folder, "--fixed-model-name", "model"]


@contextmanager
def _alone(lock: Path, report: Report) -> Iterator[None]:
    """Hold the lock file; the system frees it when its process ends, however it ends."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Pelatihan lain sedang berjalan, menunggu ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(command: list[str], folder: str, report: Report) -> None:
    settings = {"LOG_LEVEL": "INFO", "RASA_CACHE_DIRECTORY": str(Path(folder) / "cache")}
    process = subprocess.Popen(  # noqa: S603 - our own command, no shell
        command,
        cwd=folder,
        env=os.environ | RASA_ENVIRONMENT | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    limit = threading.Timer(LONGEST_TRAINING_SECONDS, process.kill)
    limit.start()
    try:
        last = _follow(process.stdout or (), report)
        code = process.wait()
    finally:
        limit.cancel()
        process.kill()  # does nothing to a process that has ended
        process.communicate()
    if code != 0:
        raise TrainingFailed(f"Pelatihan gagal (kode {code}):\n" + "\n".join(last))


def _follow(lines: Iterable[str], report: Report) -> list[str]:
    """Tell how long each part took while Rasa trains; return the end of what it said."""
    last: deque[str] = deque(maxlen=15)
    began = time.monotonic()
    for line in lines:
        last.append(line.rstrip())
        if STARTED.search(line):
            began = time.monotonic()
        elif finished := FINISHED.search(line):
            report(f"  {finished.group(1)}: {time.monotonic() - began:.1f} detik")
    return list(last)

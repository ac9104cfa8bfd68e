"""Trains a variant as the product would, but behind others' work and for as long as the variant may."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from nlu.environment import RASA_ENVIRONMENT, slim_rasa
from nlu.training import fingerprint, lay_out

LAST = 1_500  # characters of what Rasa said, for whoever looks why


class NotTrained(Exception):
    """Training was stopped or failed; the message fits into a cell of the table."""


def train_within(root: Path, cache: Path, *, longest_seconds: float, niceness: int = 0) -> float:
    """Put the model of `root` into `cache`, where `nlu.training.train` finds it; return the seconds it took.

    Raises `NotTrained` after `longest_seconds` (nothing runs on) or when Rasa fails, whose last words are a
    note of the exception; `nlu.environment.ModelEnvironmentMissing`.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        examples = lay_out(root, Path(folder))
        return _train(root, examples, cache, longest_seconds=longest_seconds, niceness=niceness)


def _train(root: Path, examples: Path, cache: Path, *, longest_seconds: float, niceness: int) -> float:
    command = ["nice", "-n", str(niceness), *slim_rasa(root), "train", "nlu"]
    command += ["--config", str(root / "config.yml"), "--nlu", str(examples)]
    command += ["--out", str(cache), "--fixed-model-name", fingerprint(root)]
    settings = {"RASA_CACHE_DIRECTORY": str(cache / "parts")}  # else a variant would get another one's parts
    began = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            cwd=cache,
            env=os.environ | RASA_ENVIRONMENT | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=longest_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as stopped:
        raise NotTrained(f"stopped after {longest_seconds:.0f}") from stopped
    if done.returncode != 0:
        failed = NotTrained(f"failed ({done.returncode})")
        failed.add_note(done.stdout[-LAST:])
        raise failed
    return time.perf_counter() - began

"""The model's own environment: where its interpreter is and what its processes are told."""

from __future__ import annotations

from pathlib import Path

# One thread each and few memory arenas: the model is small, and many threads only cost memory.
RASA_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONUNBUFFERED": "1",
}


class ModelEnvironmentMissing(Exception):
    """nlu/model/.venv is not there: `make install` makes it."""


def slim_rasa(root: Path) -> list[str]:
    """Return the beginning of a command that runs Rasa for the project at `root`.

    Raises `ModelEnvironmentMissing`.
    """
    model = root / "nlu" / "model"
    python = model / ".venv" / "bin" / "python"
    if not python.exists():
        raise ModelEnvironmentMissing(
            f"Lingkungan model belum dipasang ({python} tidak ada). Jalankan: make install"
        )
    return [str(python), str(model / "slim.py")]

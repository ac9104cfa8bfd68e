"""How the Rasa server is run: a process of its own, on loopback, quiet, small."""

from __future__ import annotations

from pathlib import Path

from nlu.environment import RASA_ENVIRONMENT, slim_rasa

LOOPBACK = "127.0.0.1"


def serve_command(root: Path, model: Path, port: int, token: str) -> tuple[list[str], dict[str, str]]:
    """Return the arguments and the extra environment of `rasa run --enable-api` for `model`.

    It listens on loopback only and answers only to `token`, which is handed over in the environment
    because arguments are visible to every user of the machine. At its log level a message's text never
    reaches the log (Rasa logs each parse at DEBUG). Raises `ModelEnvironmentMissing`.
    """
    command = [*slim_rasa(root), "run", "--enable-api", "--interface", LOOPBACK]
    command += ["--port", str(port), "--model", str(model)]
    environment = RASA_ENVIRONMENT | {
        "PST_RASA_TOKEN": token,
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "SANIC_WORKERS": "1",
    }
    return command, environment

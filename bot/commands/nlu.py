"""`pst nlu`: train and serve the model."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from bot.complaints import SettingsError
from bot.settings import ROOT, Settings, load
from nlu.answers import KnowledgeError
from nlu.environment import ModelEnvironmentMissing
from nlu.server import serve_command
from nlu.training import TrainingFailed, train

app = typer.Typer(help="Model bahasa (the Rasa model).", no_args_is_help=True)


@app.command("train")
def train_model() -> None:
    """Periksa pengetahuan dan latih model bila berubah (validate, train when changed)."""
    typer.echo(str(trained(load())))


@app.command("serve")
def serve(port: int = typer.Option(5005, min=1, max=65535, help="porta di 127.0.0.1")) -> None:
    """Jalankan server Rasa di loopback dengan token PST_NLU_TOKEN (serve the model)."""
    settings = load()
    token = settings.environment.nlu_token
    if token is None:
        raise SettingsError(["environment: PST_NLU_TOKEN: missing; workers show it to the model server"])
    model = trained(settings)
    command, extra = serve_command(ROOT, model, port, token.get_secret_value())
    os.execve(command[0], command, os.environ | extra)  # noqa: S606


def trained(settings: Settings) -> Path:
    """Return the model for the knowledge as it is, trained if need be; progress goes to standard error."""
    try:
        return train(ROOT, settings.environment.model_cache, _report, office=settings.environment.office)
    except KnowledgeError as error:
        raise SettingsError([str(error)]) from error
    except (ModelEnvironmentMissing, TrainingFailed) as error:
        raise SettingsError([str(error)]) from error


def _report(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

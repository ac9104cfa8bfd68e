"""`pst chat`: talk with the bot in the terminal, or let a script do it (`--jsonl`)."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.commands.database import database
from bot.complaints import SettingsError
from bot.settings import ROOT, Settings, load
from bot.simulation import free_ports

if TYPE_CHECKING:
    from bot.rehearsal import Outcome, Rehearsal
    from nlu.port import Interpreter

LOADING_SECONDS = 120.0


class Line(BaseModel):
    """One line of input: a message, a jump in time, or what an officer does."""

    model_config = ConfigDict(extra="forbid")

    id: str | int
    conversation: Annotated[str, Field(min_length=1, max_length=200)]
    channel: Literal["whatsapp", "email"] = "whatsapp"
    text: str | None = None
    subject: str | None = None
    advance_days: Annotated[float, Field(ge=0, le=3660)] | None = None
    officer: str | None = None


def chat(
    jsonl: bool = typer.Option(False, "--jsonl", help="satu baris JSON masuk, satu baris keluar"),
    keep: bool = typer.Option(False, "--keep", help="pakai basis data percobaan yang tetap"),
) -> None:
    """Mengobrol dengan bot di terminal (talk with the bot)."""
    from bot.logs import configure
    from bot.store.scratch import scratch_database

    configure(level=logging.CRITICAL)
    settings = load()
    with database(settings) as server, scratch_database(server, keep=keep) as url:
        asyncio.run(_chat(settings, url, is_script=jsonl))


async def _chat(settings: Settings, url: str, *, is_script: bool) -> None:
    from bot.rehearsal import rehearsing

    async with _understanding(settings) as understanding, rehearsing(settings, url, understanding) as stage:
        await (_script(stage) if is_script else _talk(stage))


async def _script(stage: Rehearsal) -> None:
    """Answer each line of standard input with a line; a bad one is answered with what is wrong."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip():
            sys.stdout.write(json.dumps(await _answered(stage, line), ensure_ascii=False) + "\n")
            sys.stdout.flush()


async def _answered(stage: Rehearsal, raw: str) -> dict[str, Any]:
    try:
        line = Line.model_validate_json(raw)
    except ValidationError as error:
        return {**_named(raw), "error": _complaint(error)}
    named = {"id": line.id, "conversation": line.conversation}
    if line.officer is not None:
        return {**named, "error": "officer: not served yet; an officer's console comes with a later version"}
    if (line.text is None) == (line.advance_days is None):
        return {**named, "error": 'expected either "text" or "advance_days"'}
    try:
        if line.text is not None:
            outcome = await stage.say(line.conversation, line.channel, line.text, line.subject)
        else:
            outcome = await stage.advance(line.conversation, line.advance_days or 0.0)
    except TimeoutError:
        return {**named, "error": "no end within 30 s; is the model still up?"}
    return {**named, **_told(outcome)}


def _told(outcome: Outcome) -> dict[str, Any]:
    standing = outcome.standing
    return {
        "replies": list(outcome.replies),
        "state": standing.state if standing else "bot",
        "ticket": standing.ticket if standing else None,
        "topics": list(standing.topics) if standing else [],
        "confidence": standing.confidence if standing else 0.0,
        "ms": round(outcome.milliseconds, 1),
    }


def _named(raw: str) -> dict[str, Any]:
    """Return the line's own names, as far as it has them, so that a script finds its line again."""
    try:
        content = json.loads(raw)
    except ValueError:
        return {}
    if not isinstance(content, dict):
        return {}
    return {key: content[key] for key in ("id", "conversation") if key in content}


def _complaint(error: ValidationError) -> str:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'line'}: {item['msg']}" for item in found)


async def _talk(stage: Rehearsal) -> None:
    """Talk until the end of input."""
    is_terminal = sys.stdin.isatty()
    if is_terminal:
        typer.echo("Tulis pertanyaan Anda; Ctrl-D mengakhiri.\n")
    while True:
        try:
            text = await asyncio.to_thread(input, "Anda  > " if is_terminal else "")
        except EOFError:
            return
        outcome = await stage.say("terminal", "whatsapp", text)
        for reply in outcome.replies:
            typer.echo("\nBot   > " + reply.replace("\n", "\n        ") + "\n")


@asynccontextmanager
async def _understanding(settings: Settings) -> AsyncIterator[Interpreter]:
    """Give the model: the server that is set, or one of our own for this run."""
    from bot.assembly.speech import interpreter, interpreter_at

    if settings.environment.nlu_url:
        yield interpreter(settings)
        return
    with _model_server(settings) as (address, token):
        understanding = interpreter_at(address, token)
        await _until_ready(understanding)
        yield understanding


@contextmanager
def _model_server(settings: Settings) -> Iterator[tuple[str, str]]:
    from bot.commands.nlu import trained
    from nlu.server import serve_command

    port, token = free_ports(1)[0], token_urlsafe(32)
    command, extra = serve_command(ROOT, trained(settings), port, token)
    process = subprocess.Popen(  # noqa: S603 -- our own command
        command, env=os.environ | extra, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}", token
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _until_ready(understanding: Interpreter) -> None:
    deadline = time.monotonic() + LOADING_SECONDS
    while not await understanding.is_ready():
        if time.monotonic() > deadline:
            raise SettingsError([f"model: not ready within {LOADING_SECONDS:.0f} s"])
        await asyncio.sleep(0.1)

"""How the bot understands and speaks: the model, the office's knowledge, its sentences, its rules of conversation."""

from __future__ import annotations

import json
from functools import cache

from bot.complaints import SettingsError
from bot.dialogue.decide import Dialogue
from bot.dialogue.language import Languages
from bot.dialogue.limits import Limits
from bot.dialogue.shelf import Shelf
from bot.lookups import StoredLookups
from bot.settings import ROOT, Settings
from bot.store.database import Database
from bot.texts import Texts, load_texts
from nlu import answers
from nlu.kbli import table as kbli_table
from nlu.port import Interpreter

NLU_SECONDS = 5.0


def interpreter(settings: Settings) -> Interpreter:
    """Return the client of the Rasa server. Raises `SettingsError` when its address is not set."""
    url, token = settings.environment.nlu_url, settings.environment.nlu_token
    if url is None:
        raise SettingsError(["environment: PST_NLU_URL: missing; `pst nlu serve` runs a model server"])
    return interpreter_at(url, token.get_secret_value() if token else "")


def interpreter_at(url: str, token: str) -> Interpreter:
    """Return the client of the Rasa server at that address."""
    from nlu.client import RasaInterpreter  # noqa: PLC0415  not for processes that ask no model

    return RasaInterpreter(url, token, timeout_seconds=NLU_SECONDS)


def texts(settings: Settings) -> Texts:
    """Return every sentence of the bot."""
    return load_texts(ROOT / "bot" / "texts.yml", settings.office.facts())


def shelf(settings: Settings) -> Shelf:
    """Return the office's knowledge, which is read once for a process: it takes a second."""
    return Shelf(_knowledge(settings.office.model_dump_json(exclude={"channels"})))


@cache
def _knowledge(facts: str) -> answers.Knowledge:
    return answers.load(ROOT / "nlu" / "knowledge", json.loads(facts))


def dialogue(settings: Settings) -> Dialogue:
    """Return the rules of conversation over the office's knowledge."""
    set_by_office = settings.office.understanding
    kept = shelf(settings)
    return Dialogue(
        kept,
        Limits(
            sure=set_by_office.sure,
            margin=set_by_office.margin,
            suggest=set_by_office.suggest,
            failures=set_by_office.failures_before_officer,
        ),
        Languages.learn(
            text for answer in kept.knowledge.answers.values() for text in (answer.text, answer.title)
        ),
    )


def lookups(settings: Settings, database: Database) -> StoredLookups:
    """Return what the dialogue looks things up in."""
    return StoredLookups(database, kbli_table.load(), settings.office.office.name.removeprefix("BPS "))

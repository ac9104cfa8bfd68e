"""Plays the evaluation through `pst chat --jsonl`: the whole product, one line in, one line out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from nlu.evaluate import Outcome, Reply, Verdict, judge
from tests.evaluation.reading import Reader, reader
from tests.evaluation.sets import Dialogue, Question, Turn

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "bot", "chat", "--jsonl")
CHOICE = re.compile(r"^\s*(\d{1,2})[.)]\s+(.+)$", re.MULTILINE)
ORDINALS = {"1": "pertama", "2": "kedua", "3": "ketiga", "4": "keempat", "5": "kelima"}


class ChatEnded(Exception):
    """`pst chat` ended before it had answered; what it said stands on standard error."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question or a turn with what came back."""

    id: str
    reply: Reply
    verdict: Verdict


class Conversation:
    """Says one message after the other to a running `pst chat --jsonl`."""

    def __init__(self, to_bot: IO[str], from_bot: IO[str]) -> None:
        self._to_bot = to_bot
        self._from_bot = from_bot
        self._reader: Reader = reader()

    def say(self, who: str, channel: str, text: str, subject: str | None = None) -> Reply:
        """Send a message and return what was replied. Raises `ChatEnded`."""
        line: dict[str, Any] = {"id": who, "conversation": who, "channel": channel, "text": text}
        if subject is not None:
            line["subject"] = subject
        self._to_bot.write(json.dumps(line) + "\n")
        self._to_bot.flush()
        answered = self._from_bot.readline()
        if not answered:
            raise ChatEnded(who)
        content = json.loads(answered)
        if "error" in content:
            raise ChatEnded(f"{who}: {content['error']}")
        return self._reader.read(content)


@contextmanager
def conversation() -> Iterator[Conversation]:
    """Start `pst chat --jsonl` with the environment as it is, and end it afterwards."""
    process = subprocess.Popen(COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Conversation(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def ask(chat: Conversation, question: Question) -> Judged:
    """Ask one question as somebody new."""
    reply = chat.say(question.id, question.channel, question.text, question.subject)
    return Judged(question.id, reply, judge(question.expected, reply))


def play(chat: Conversation, dialogue: Dialogue) -> list[Judged]:
    """Play a dialogue to its end, also after a turn that went wrong."""
    judged: list[Judged] = []
    for number, turn in enumerate(dialogue.turns, start=1):
        last = judged[-1].reply if judged else None
        if turn.if_asked and not (last and Outcome.UNSURE in last.outcomes):
            continue
        reply = chat.say(dialogue.id, dialogue.channel, written(turn, last))
        judged.append(Judged(f"{dialogue.id}/{number}", reply, judge(dialogue.expected(turn), reply)))
    return judged


def written(turn: Turn, last: Reply | None) -> str:
    """Return what the citizen writes: the choice she means, by its number, place or words."""
    if turn.choose is None:
        return turn.text
    choices = CHOICE.findall(last.text) if last else []
    meant = [choice for choice in choices if turn.choose.lower() in choice[1].lower()]
    number, title = meant[0] if meant else ("1", turn.choose)
    return turn.text.format(number=number, ordinal=ORDINALS.get(number, number), title=title)

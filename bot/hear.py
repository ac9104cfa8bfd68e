"""Between a text and a decision: let the model read it whole, sentence by sentence, clause by clause."""

from __future__ import annotations

from bot.dialogue.questions import asks, clauses, pieces
from bot.dialogue.state import Heard, Piece
from nlu.port import Interpreter


async def hear(interpreter: Interpreter, text: str) -> Heard:
    """Return what the model makes of a text. Raises `NluUnavailable`."""
    sentences = pieces(text)
    if len(sentences) < 2:
        return Heard(await _read(interpreter, text))
    whole = Piece(text, await interpreter.parse(text))
    parts = [
        await _read(interpreter, each, before)
        for before, each in zip(("", *sentences), sentences, strict=False)
    ]
    return Heard(whole, tuple(parts))


async def _read(interpreter: Interpreter, sentence: str, before: str = "") -> Piece:
    parts = [Piece(each, await interpreter.parse(each)) for each in clauses(sentence)]
    wider = None
    if before and asks(sentence):
        both = f"{before} {sentence}"
        wider = Piece(both, await interpreter.parse(both))
    return Piece(sentence, await interpreter.parse(sentence), tuple(parts), wider)

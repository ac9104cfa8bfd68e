"""Between a text and a decision: let the model read it whole, and sentence by sentence."""

from __future__ import annotations

from bot.dialogue.questions import pieces
from bot.dialogue.state import Heard, Piece
from nlu.port import Interpreter


async def hear(interpreter: Interpreter, text: str) -> Heard:
    """Return what the model makes of a text. Raises `NluUnavailable`."""
    whole = Piece(text, await interpreter.parse(text))
    sentences = pieces(text)
    if len(sentences) < 2:
        return Heard(whole)
    return Heard(whole, tuple([Piece(each, await interpreter.parse(each)) for each in sentences]))

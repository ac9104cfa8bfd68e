"""The messages behind a figure that counts messages. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Sayings = Literal["messages", "questions", "not_understood", "replies", "topic"]
"""A number of messages that can be looked behind. Of `topic` a message counts once for each topic asked in it."""
SAYINGS: tuple[Sayings, ...] = get_args(Sayings)
PAGE = 50
"""Messages that are shown at once."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One message as it was counted: its beginning, None where it was forgotten.

    Of what was not understood it is the citizen's question, not the assistant's reply. `name` is the person's, or
    where they write from.
    """

    conversation_id: int
    at: datetime
    channel: str
    name: str
    words: str | None


@dataclass(frozen=True, slots=True)
class SayingPage:
    """Messages, the newest first. `after` asks for the next page, None at the end."""

    sayings: Sequence[Saying]
    after: str | None = None

"""What is said to somebody who has rated a consultation. Pure."""

from __future__ import annotations

from bot.dialogue.state import Decision, Say, Turn
from handoff.rating import Rating

DISAPPOINTED = 2  # up to this the bot offers to take a complaint


def thanked(turn: Turn, rating: Rating) -> Decision:
    """Thank for a rating; whoever is disappointed is told how to complain. Nothing is owed after that."""
    say = Say(
        "rating_sorry" if rating.score <= DISAPPOINTED else "rating_thanks", {"score": str(rating.score)}
    )
    return Decision((say,), turn.context, owes=False)

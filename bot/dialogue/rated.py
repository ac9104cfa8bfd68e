"""What is said to somebody who has rated a consultation. Pure."""

from __future__ import annotations

import re

from bot.dialogue.state import Decision, Say, Turn
from handoff.rating import BEST, WORST, Rating, rating_in

DISAPPOINTED = 2  # up to this the bot offers to take a complaint
_YES = re.compile(
    r"(?:(?:ya|iya|y|yes|yup|nggih|boleh)\W*)?(?:(?:saya\s+)?mau(?:\s+mengadu)?|boleh|yes|please|tolong)?(?:\s+(?:kak|pak|bu|min|ya))?"
    r"\W*"
)


def accepts_offer(text: str) -> bool:
    """Tell whether a message says yes to the offer of a complaint, and nothing else."""
    said = text.strip().lower()
    return bool(said) and said[0].isalpha() and _YES.fullmatch(said) is not None


def given_in(turn: Turn) -> Rating | None:
    """Return the rating that a reply gives, by a button or in words; None when it may be one, and is not clear."""
    if turn.choice is not None:
        return Rating(turn.choice) if WORST <= turn.choice <= BEST else None
    return rating_in(turn.text)


def thanked(turn: Turn, rating: Rating) -> Decision:
    """Thank for a rating; whoever is disappointed is told how to complain. Nothing is owed after that."""
    say = Say(
        "rating_sorry" if rating.score <= DISAPPOINTED else "rating_thanks", {"score": str(rating.score)}
    )
    return Decision((say,), turn.context, owes=False)


def stands(turn: Turn, score: int) -> Decision:
    """Say that a rating has been reported and stays what it is."""
    return Decision((Say("rating_final", {"score": str(score)}),), turn.context, owes=False)


def asked_again(turn: Turn) -> Decision:
    """Ask for a figure where what was said can mean several."""
    return Decision((Say("rating_unclear"),), turn.context, owes=False)

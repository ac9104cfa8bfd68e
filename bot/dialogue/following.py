"""Messages that are understood by what was asked before: "kalau yang online?", "konsultasi?". Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.limits import Limits
from bot.dialogue.state import Piece, Subject, Turn
from bot.dialogue.subject import Asked, subject_of
from bot.dialogue.topics import ABOUT, ABOUT_SERVICE, BUSINESS, CODE, DATA, FOLLOW_UP, LOOKED_UP, STEERING
from nlu.port import Meaning

BARE = 2  # words; who says no more than a name goes on with what was asked before ("konsultasi?")
LIKELY = 5  # guesses among which a business that goes on from another has to be
FOLLOWED = 0.15  # confidence from which a follow-up ("kalau yang online bayarnya?") has a topic of its own


def followed(turn: Turn, whole: Piece, limits: Limits) -> tuple[Asked, ...]:
    """Take "kalau yang online?" as the last topic with another mode, service, indicator, place or year."""
    known, meaning = turn.context.subject, whole.meaning
    topic = limits.topic_of(meaning)
    if topic not in {None, FOLLOW_UP}:
        return ()
    if known is None or known.topic in {BUSINESS, CODE}:
        return _followed_codes(known, whole, limits) or _service_only(turn, whole, topic)
    own = _own_topic(meaning)
    if own is not None:
        return (Asked(subject_of(turn, meaning, own), whole),)
    if known.topic == DATA and topic == FOLLOW_UP and not meaning.entities:
        return (Asked(replace(known, place=None), whole),)  # "yang perempuan saja?": the same tables
    return _renamed(turn, known, whole)


def bare(turn: Turn, whole: Piece) -> tuple[Asked, ...]:
    """Take a bare name ("konsultasi?") as asking the same of it as was asked before."""
    known = turn.context.subject
    if known is None or len(whole.text.split()) > BARE or known.topic in LOOKED_UP - {DATA}:
        return ()
    return _renamed(turn, known, whole)


def _renamed(turn: Turn, known: Subject, whole: Piece) -> tuple[Asked, ...]:
    kinds = ["service", "mode", *([ABOUT[known.topic]] if known.topic in ABOUT else [])]
    kinds += ["tempat", "tahun"] if known.topic == DATA else []
    if not any(whole.meaning.value(kind) for kind in kinds):
        return ()
    subject = subject_of(turn, whole.meaning, known.topic)
    if known.topic == DATA:
        subject = replace(subject, place=subject.place or known.place, year=subject.year or known.year)
    return (Asked(subject, whole, is_guess=True),)


def _own_topic(meaning: Meaning) -> str | None:
    """Return the topic a follow-up has besides being one: "kalau konsultasi bayar juga?"."""
    others = [guess for guess in meaning.guesses if guess.intent not in STEERING]
    if meaning.guesses[0].intent != FOLLOW_UP or not others or others[0].confidence < FOLLOWED:
        return None
    next_one = others[1].confidence if len(others) > 1 else 0.0
    return others[0].intent if others[0].confidence >= 2 * next_one else None


def _followed_codes(known: Subject | None, whole: Piece, limits: Limits) -> tuple[Asked, ...]:
    """Take "kalau 56102?" and "kalau laundry?" as asking what was asked of the code or business before.

    A business that is surely known may be meant even without that, where the model half thinks so.
    """
    if known is not None and whole.meaning.value("kode"):
        return (Asked(Subject(CODE), whole),)
    intents = {guess.intent for guess in whole.meaning.guesses[:LIKELY]}
    goes_on = known is not None and known.topic == BUSINESS and bool(intents & {BUSINESS, FOLLOW_UP})
    if goes_on or whole.meaning.confidence(BUSINESS) >= limits.suggest:
        return (Asked(Subject(BUSINESS), whole, is_guess=True),)
    return ()


def _service_only(turn: Turn, whole: Piece, topic: str | None) -> tuple[Asked, ...]:
    """Take "yang konsultasi" (of a menu) as asking what that service is, where nothing was asked before."""
    if topic != FOLLOW_UP or not whole.meaning.value("service"):
        return ()
    return (Asked(subject_of(turn, whole.meaning, ABOUT_SERVICE), whole),)

"""Messages that are understood by what was asked before: "kalau yang online?", "konsultasi?". Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.limits import Limits
from bot.dialogue.questions import goes_on
from bot.dialogue.state import Piece, Subject, Turn
from bot.dialogue.subject import Asked, subject_of
from bot.dialogue.topics import (
    ABOUT,
    ABOUT_SERVICE,
    BUSINESS,
    CODE,
    DATA,
    FOLLOW_UP,
    LOOKED_UP,
    OUT_OF_SCOPE,
    STEERING,
    TERM,
)
from nlu.port import Guess, Meaning

BARE = 2  # words; who says no more than a name goes on with what was asked before ("konsultasi?")
LIKELY = 5  # guesses among which a business that goes on from another has to be
SHORT = 6  # words of a message that may be more of what was asked before
EXPECTED = 0.7  # of the limits, for a topic of the service that is talked about
# What a bare name is taken for by itself.
NAMING = frozenset({None, FOLLOW_UP, ABOUT_SERVICE, TERM, DATA})
_AROUND = re.compile(
    r"\b(?:yang|yg|sing|ingkang|kalau|kalo|klo|kl|nek|yen|menawi|lha|lah|dan|terus|trus|lalu|juga|jg|di|ke|secara|lewat|via"
    r"|layanan|and|the|for|what|about|how|too|also|data|kecamatan|kec|tahun|thn|year)\b",
    re.IGNORECASE,
)
_OWN_WORDS = re.compile(r"[^\W\d_]{3,}")
FOLLOWED = 0.15  # confidence from which a follow-up ("kalau yang online bayarnya?") has a topic of its own


def followed(turn: Turn, whole: Piece, limits: Limits) -> tuple[Asked, ...]:
    """Take "kalau yang online?" as the last topic with another mode, service, indicator, place or year."""
    known, meaning = turn.context.subject, whole.meaning
    topic = limits.topic_of(meaning)
    if topic == OUT_OF_SCOPE and known is not None and _is_more_of(known, whole):
        topic = FOLLOW_UP
    if topic not in {None, FOLLOW_UP}:
        return ()
    if known is None or known.topic in {BUSINESS, CODE}:
        return _followed_codes(known, whole, limits) or _service_only(turn, whole, topic)
    own = _own_topic(meaning, limits)
    if own is not None:
        return (Asked(subject_of(turn, meaning, own), whole),)
    of_service = _topic_of_service(turn, known, meaning, limits)
    if of_service is not None:
        return (Asked(of_service, whole, is_guess=True),)
    if known.topic == DATA and topic == FOLLOW_UP and not meaning.entities:
        return (Asked(replace(known, place=None), whole),)  # "yang perempuan saja?": the same tables
    # Whoever names a service in words that are not understood may ask something else of it.
    is_same = topic == FOLLOW_UP or known.topic in ABOUT or _is_name_only(whole) or goes_on(whole.text)
    return _renamed(turn, known, whole) if is_same else ()


def _is_more_of(known: Subject, whole: Piece) -> bool:
    """Tell whether what seems foreign by itself is more of what was asked before: "Boyolali ada juga?" """
    if len(whole.text.split()) > SHORT:
        return False
    if known.topic == BUSINESS:
        return True
    return known.topic == DATA and any(
        whole.meaning.value(kind) for kind in ("tempat", "wilayah_lain", "indikator")
    )


def bare(turn: Turn, whole: Piece, limits: Limits) -> tuple[Asked, ...]:
    """Take a bare name ("konsultasi?") as asking the same of it as was asked before.

    "Prosedur konsultasi?" is as short, but asks something of its own.
    """
    known = turn.context.subject
    if known is None or len(whole.text.split()) > BARE or known.topic in LOOKED_UP - {DATA}:
        return ()
    if limits.topic_of(whole.meaning) not in NAMING or not _is_name_only(whole):
        return ()
    return _renamed(turn, known, whole)


def _is_name_only(whole: Piece) -> bool:
    """Tell whether a text is a name, perhaps with a word around it that says nothing by itself."""
    rest = whole.text
    for entity in sorted(whole.meaning.entities, key=lambda entity: -entity.start):
        rest = rest[: entity.start] + " " + rest[entity.end :]
    return not _OWN_WORDS.search(_AROUND.sub(" ", rest))


def _renamed(turn: Turn, known: Subject, whole: Piece) -> tuple[Asked, ...]:
    kinds = ["service", "mode", *([ABOUT[known.topic]] if known.topic in ABOUT else [])]
    kinds += ["tempat", "wilayah_lain", "tahun"] if known.topic == DATA else []
    if not any(whole.meaning.value(kind) for kind in kinds):
        return ()
    subject = subject_of(turn, whole.meaning, known.topic)
    if known.topic == DATA:
        where = subject if subject.place or subject.elsewhere else known
        subject = replace(
            subject, place=where.place, elsewhere=where.elsewhere, year=subject.year or known.year
        )
    return (Asked(subject, whole, is_guess=True),)


def _topic_of_service(turn: Turn, known: Subject, meaning: Meaning, limits: Limits) -> Subject | None:
    """Return a topic of the service that is talked about, which needs less certainty than one from nowhere."""
    first, second = [*meaning.guesses, Guess("", 0.0)][:2]
    enough = limits.sure * EXPECTED, limits.margin * EXPECTED
    is_likely = first.confidence >= enough[0] and first.confidence - second.confidence >= enough[1]
    if known.service is None or not is_likely or first.intent in STEERING | LOOKED_UP | ABOUT.keys():
        return None
    return subject_of(turn, meaning, first.intent)


def _own_topic(meaning: Meaning, limits: Limits) -> str | None:
    """Return the topic a follow-up has besides being one: "kalau konsultasi bayar juga?"."""
    first, second, third = [*meaning.guesses, Guess("", 0.0), Guess("", 0.0)][:3]
    if second.intent == FOLLOW_UP and first.intent not in STEERING:
        together = first.confidence + second.confidence
        is_both = together >= limits.sure and second.confidence - third.confidence >= limits.margin
        return first.intent if is_both else None
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

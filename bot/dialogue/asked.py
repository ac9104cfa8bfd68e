"""Find out what is asked in a message: one subject, several, or none that is sure. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from bot.dialogue.following import bare, followed
from bot.dialogue.limits import Limits
from bot.dialogue.questions import are_joined, asks, greets, is_about, is_letter, wishes
from bot.dialogue.state import Heard, Piece, Subject, Turn
from bot.dialogue.subject import Asked, subject_of
from bot.dialogue.topics import ABOUT, BUSINESS, CLASSIFICATION, DATA, OUT_OF_SCOPE, STEERING, TERM
from nlu.port import Meaning

MOST_OF_A_KIND = 3  # indicators or services of one question that are answered one by one
SURELY_ONE = 0.9  # confidence from which a sentence has several questions only if each is put as one
SURE_OF_LETTER = 0.6  # confidence from which a long text is understood though none of its sentences is
SUPPORTED = 5  # guesses of a sentence among which a clause's topic has to be
KEYWORDS = 5  # words; so short a line is a question without asking ("alamat kantor")


def asked_in(turn: Turn, heard: Heard, limits: Limits) -> tuple[Asked, ...]:
    """Return what is surely asked: the questions of several sentences, else the message as a whole.

    In a letter, greeting and context are sentences without a subject of their own; a single question
    among them counts. What a sentence leaves open is taken from the rest of the message.
    """
    if as_before := bare(turn, heard.whole, limits):
        return as_before
    found: dict[Subject, Asked] = {}
    beside = tuple(part.text for part in heard.parts)
    for sentence in () if _may_be_foreign(heard, limits) else _asking(heard):
        for asked in _asked_by(turn, sentence, heard.whole.meaning, limits):
            found.setdefault(replace(asked.subject, mode=None), replace(asked, beside=beside))
    if len(found) >= 2 or (found and not heard.parts):
        return tuple(found.values())
    whole = tuple(_asked_by(turn, replace(heard.whole, clauses=()), heard.whole.meaning, limits))
    if whole and is_letter(heard.whole.text) and whole[0].confidence < SURE_OF_LETTER:
        whole = ()
    if found and not (whole and _is_meant_whole(heard, next(iter(found.values())), whole)):
        return tuple(found.values())
    return whole or followed(turn, heard.whole, limits)


def _may_be_foreign(heard: Heard, limits: Limits) -> bool:
    """Tell whether a message of several sentences may be no business of the office, and names nothing of it.

    "Berapa biayanya?" alone is the office's; behind a lost wallet it is not.
    """
    whole = heard.whole.meaning
    return bool(heard.parts) and not whole.entities and whole.confidence(OUT_OF_SCOPE) >= limits.suggest


def _is_meant_whole(heard: Heard, found: Asked, whole: tuple[Asked, ...]) -> bool:
    """Tell whether a message says more as a whole than its only question: "saya di Leiden. bayarnya gimana?" """
    is_surer = not is_letter(heard.whole.text) and whole[0].confidence >= SURELY_ONE
    return is_surer or not asks(found.piece.text)


def _asking(heard: Heard) -> tuple[Piece, ...]:
    """Return the sentences that may ask something; in a letter the others are greeting and context."""
    sentences = heard.parts or (heard.whole,)
    is_chat = not is_letter(heard.whole.text) and "?" not in heard.whole.text
    asking = tuple(
        each
        for each in sentences
        if asks(each.text) or (is_chat and len(each.text.split()) <= KEYWORDS and not greets(each.text))
    )
    return asking or sentences


def _asked_by(turn: Turn, sentence: Piece, whole: Meaning, limits: Limits) -> Iterator[Asked]:
    """Yield what one sentence asks: its clauses if they are questions of their own, else itself."""
    before = turn.context.subject.topic if turn.context.subject else None
    topic = limits.topic_of(sentence.meaning, sentence.text, before)
    if topic is None and sentence.wider:
        sentence = sentence.wider
        topic = limits.topic_of(sentence.meaning, sentence.text, before)
    elif sentence.wider and limits.topic_of(sentence.wider.meaning) == OUT_OF_SCOPE:
        return  # "please have it repaired": the street lamp of the sentence before
    is_one = topic is not None and sentence.meaning.confidence(topic) >= SURELY_ONE
    of_clauses = tuple(_asked_by_clauses(turn, sentence, topic or before, whole, limits))
    if is_one:
        of_clauses = tuple(asked for asked in of_clauses if asks(asked.piece.text))
    if len({asked.subject.topic for asked in of_clauses}) >= 2:
        yield from of_clauses
    elif topic is not None and topic not in STEERING:
        subject = subject_of(turn, sentence.meaning, topic, (whole,))
        for each in _each_named(subject, sentence):
            yield Asked(each, sentence)


def _asked_by_clauses(
    turn: Turn, sentence: Piece, topic: str | None, whole: Meaning, limits: Limits
) -> Iterator[Asked]:
    """Yield what the clauses ask that the sentence supports; a business is described in many clauses."""
    supported = {guess.intent for guess in sentence.meaning.guesses[:SUPPORTED]}
    is_business = BUSINESS in {guess.intent for guess in sentence.meaning.guesses[:2]}
    for clause in sentence.clauses:
        is_context = is_business or wishes(clause.text) or len(clause.text.split()) >= KEYWORDS
        if is_context and not asks(clause.text):
            continue
        of_clause = limits.topic_of(clause.meaning, clause.text, topic)
        if of_clause and of_clause not in STEERING and of_clause in supported:
            subject = subject_of(turn, clause.meaning, of_clause, (sentence.meaning, whole))
            yield Asked(subject, clause)


def _each_named(subject: Subject, piece: Piece) -> Iterator[Subject]:
    """Yield the subject for each indicator or service that is named beside the other ("IPG dan IDG")."""
    abouts, services = _joined(piece, "indikator"), _compared(piece)
    classes = piece.meaning.values("klasifikasi")
    if subject.topic == CLASSIFICATION and len(classes) > 1:
        yield from (replace(subject, about=about) for about in classes[:MOST_OF_A_KIND])
    elif subject.topic in {TERM, DATA} and len(abouts) > 1:
        yield from (replace(subject, about=about) for about in abouts)
    elif subject.topic not in ABOUT and len(services) > 1:
        yield from (replace(subject, service=service) for service in services)
    else:
        yield subject


def _joined(piece: Piece, kind: str) -> tuple[str, ...]:
    """Return the values of a kind that stand side by side in the text, the first group of them."""
    named = [entity for entity in piece.meaning.entities if entity.kind == kind]
    group = named[:1]
    for before, entity in pairwise(named):
        if not are_joined(piece.text.strip()[before.end : entity.start]):
            break
        group.append(entity)
    return tuple(entity.value for entity in group[:MOST_OF_A_KIND])


def _compared(piece: Piece) -> tuple[str, ...]:
    """Return the services of a question about more than one; "konsultasi soal pembelian" is about one."""
    named = [entity for entity in piece.meaning.entities if entity.kind == "service"]
    text = piece.text.strip()
    if any(is_about(text[before.end : entity.start]) for before, entity in pairwise(named)):
        return ()
    return tuple(entity.value for entity in named)


def left_over(heard: Heard, answered: tuple[Asked, ...], limits: Limits) -> tuple[Piece, ...]:
    """Return the sentences that ask something (they have a question mark) and are not understood."""
    known = {asked.piece for asked in answered}
    return tuple(
        part
        for part in heard.parts
        if part not in known
        and not known & set(part.clauses)
        and "?" in part.text
        and limits.topic_of(part.meaning, part.text) is None
    )

"""Find out what is asked in a message: one subject, several, or none that is sure. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.dialogue.lookup import BusinessQuery, CatalogueQuery, CodeQuery, Query
from bot.dialogue.questions import are_joined, asks, is_about, is_letter, wants_data
from bot.dialogue.state import Heard, Piece, Subject, Turn
from nlu.port import Meaning

ASK_OFFICER = "minta_petugas"
OUT_OF_SCOPE = "di_luar_topik"
FOLLOW_UP = "lanjutan"
YES, NO = "ya", "tidak"
NOT_HELPED = "tidak_membantu"
WHAT_CAN_YOU_DO = "bisa_apa"
TALK = frozenset({OUT_OF_SCOPE, "salam", "terima_kasih", "pamit"})
# Intents that are no subject of their own: they steer the conversation.
STEERING = TALK | {ASK_OFFICER, FOLLOW_UP, YES, NO, NOT_HELPED, WHAT_CAN_YOU_DO}

BUSINESS, CODE, DATA = "kode_kbli", "arti_kode_kbli", "minta_data"
TERM, CLASSIFICATION = "arti", "tentang_klasifikasi"
LOOKED_UP = frozenset({BUSINESS, CODE, DATA})
# Which entity a subject of these topics is about.
ABOUT = {TERM: "indikator", DATA: "indikator", CLASSIFICATION: "klasifikasi"}
# Whoever names an indicator and no more may want either; so may whoever names a business and KBLI.
TWINS = {TERM: DATA, DATA: TERM, BUSINESS: CLASSIFICATION, CLASSIFICATION: BUSINESS}

HINTED = "ke_"  # before the service in the values of the list `hint` (nlu/knowledge/komponen.yml)
MOST_OF_A_KIND = 3  # indicators or services of one question that are answered one by one
SURELY_ONE = 0.9  # confidence from which a sentence has several questions only if each is put as one
SUPPORTED = 5  # guesses of a sentence among which a clause's topic has to be
KEYWORDS = 5  # words; so short a line is a question without asking ("alamat kantor")
BARE = 2  # words; who says no more than a name goes on with what was asked before ("konsultasi?")
FOLLOWED = 0.15  # confidence from which a follow-up ("kalau yang online bayarnya?") has a topic of its own


@dataclass(frozen=True, slots=True)
class Limits:
    """How sure the bot has to be (office.yml, `understanding`): confidences from 0 to 1.

    `sure` and `margin` to the second guess admit an answer, `suggest` a third suggestion;
    `failures` in a row open a ticket.
    """

    sure: float
    margin: float
    suggest: float
    failures: int

    def admit(self, meaning: Meaning) -> bool:
        """Tell whether the first guess is sure enough to be answered."""
        confidences = [guess.confidence for guess in meaning.guesses]
        runner_up = confidences[1] if len(confidences) > 1 else 0.0
        return confidences[0] >= self.sure and confidences[0] - runner_up >= self.margin

    def topic_of(self, meaning: Meaning, text: str = "", known: str | None = None) -> str | None:
        """Return the topic that is surely meant: the first guess, or one of two that share an answer.

        Of two, it is the `known` one (of what was talked about before), or what the words of `text` are for.
        """
        best = meaning.guesses[0].intent
        if self.admit(meaning):
            may_name_one = best == CLASSIFICATION and meaning.confidence(BUSINESS) >= self.suggest
            return BUSINESS if may_name_one else best
        twin = TWINS.get(best)
        if twin is None or (best in {TERM, DATA} and meaning.value(ABOUT[TERM]) is None):
            return None
        together = meaning.confidence(best, twin)
        other = max(
            (guess.confidence for guess in meaning.guesses if guess.intent not in {best, twin}), default=0
        )
        if together < self.sure or together - other < self.margin:
            return None
        return known if known in {best, twin} else _of_twins(best, twin, meaning, text)


def _of_twins(best: str, twin: str, meaning: Meaning, text: str) -> str:
    """Choose the topic whose answer serves both: a term's answer says where its data are, too."""
    if BUSINESS in {best, twin}:
        return BUSINESS  # the lookup tells whether a business was named at all
    return DATA if meaning.value("tahun") or meaning.value("tempat") or wants_data(text) else TERM


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked, and the words it was asked with."""

    subject: Subject
    piece: Piece
    beside: tuple[str, ...] = ()  # the other sentences of the message
    is_guess: bool = False  # holds only when its lookup brings something sure

    @property
    def confidence(self) -> float:
        """Return the model's confidence in the topic."""
        return self.piece.meaning.confidence(self.subject.topic)

    def query(self) -> Query | None:
        """Return what has to be looked up to answer it, None when the knowledge has the answer."""
        subject = self.subject
        if subject.topic == BUSINESS:
            return BusinessQuery(self.piece.text, self.beside)
        if subject.topic == CODE:
            code = self.piece.meaning.value("kode")
            return CodeQuery(code) if code else None
        if subject.topic == DATA:
            year = int(subject.year) if subject.year and subject.year.isdigit() else None
            return CatalogueQuery(self.piece.text, subject.about, subject.place, year)
        return None


def asked_in(turn: Turn, heard: Heard, limits: Limits) -> tuple[Asked, ...]:
    """Return what is surely asked: the questions of several sentences, else the message as a whole.

    In a letter, greeting and context are sentences without a subject of their own; a single question
    among them counts. What a sentence leaves open is taken from the rest of the message.
    """
    if as_before := bare(turn, heard.whole):
        return as_before
    found: dict[Subject, Asked] = {}
    beside = tuple(part.text for part in heard.parts)
    for sentence in _asking(heard):
        for asked in _asked_by(turn, sentence, heard.whole.meaning, limits):
            found.setdefault(replace(asked.subject, mode=None), replace(asked, beside=beside))
    if len(found) >= 2 or (found and not heard.parts):
        return tuple(found.values())
    whole = tuple(_asked_by(turn, replace(heard.whole, clauses=()), heard.whole.meaning, limits))
    if found and not (whole and not asks(next(iter(found.values())).piece.text)):
        return tuple(found.values())
    return whole or followed(turn, heard.whole, limits)


def _asking(heard: Heard) -> tuple[Piece, ...]:
    """Return the sentences that may ask something; in a letter the others are greeting and context."""
    sentences = heard.parts or (heard.whole,)
    is_chat = not is_letter(heard.whole.text) and "?" not in heard.whole.text
    asking = tuple(
        each for each in sentences if asks(each.text) or (is_chat and len(each.text.split()) <= KEYWORDS)
    )
    return asking or sentences


def _asked_by(turn: Turn, sentence: Piece, whole: Meaning, limits: Limits) -> Iterator[Asked]:
    """Yield what one sentence asks: its clauses if they are questions of their own, else itself."""
    before = turn.context.subject.topic if turn.context.subject else None
    topic = limits.topic_of(sentence.meaning, sentence.text, before)
    if topic is None and sentence.wider:
        sentence = sentence.wider
        topic = limits.topic_of(sentence.meaning, sentence.text, before)
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
        if not asks(clause.text) and (is_business or len(clause.text.split()) >= KEYWORDS):
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


def subject_of(turn: Turn, meaning: Meaning, topic: str, rest: tuple[Meaning, ...] = ()) -> Subject:
    """Complete a topic by what was named, in the rest of the message, and before in the conversation."""
    known = turn.context.subject

    def named(kind: str) -> str | None:
        return next((value for each in (meaning, *rest) if (value := each.longest(kind))), None)

    def value(kind: str, before: str | None) -> str | None:
        return named(kind) or before

    kind = ABOUT.get(topic)
    about = named(kind) if kind else None
    is_same = about is None and kind is not None and known is not None and ABOUT.get(known.topic) == kind
    if is_same and known:
        about = known.about
    before = known if is_same and topic == DATA else None
    hint = named("hint")
    return Subject(
        topic,
        value("service", hint.removeprefix(HINTED) if hint else known.service if known else None),
        value("mode", known.mode if known else None),
        about,
        value("tempat", before.place if before else None) if topic == DATA else None,
        value("tahun", before.year if before else None) if topic == DATA else None,
    )


def followed(turn: Turn, whole: Piece, limits: Limits) -> tuple[Asked, ...]:
    """Take "kalau yang online?" as the last topic with another mode, service, indicator, place or year."""
    known, meaning = turn.context.subject, whole.meaning
    topic = limits.topic_of(meaning)
    if topic not in {None, FOLLOW_UP}:
        return ()
    if known is None or known.topic in {BUSINESS, CODE}:
        return _followed_codes(known, whole, limits)
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
    is_likely = whole.meaning.confidence(BUSINESS) >= limits.suggest
    if is_likely or (known is not None and known.topic == BUSINESS):
        return (Asked(Subject(BUSINESS), whole, is_guess=True),)
    return ()

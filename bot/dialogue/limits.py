"""How sure the bot has to be before it answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.questions import goes_on, wants_data
from bot.dialogue.topics import (
    ABOUT,
    ABOUT_SERVICE,
    BUSINESS,
    CLASSIFICATION,
    DATA,
    OUT_OF_SCOPE,
    STEERING,
    TERM,
    TWINS,
)
from nlu.port import Guess, Meaning

FAINT = 0.6  # of `sure`: enough for a topic that is CLEAR times as likely as the next one
CLEAR = 4.0
NAMED_SHARE = 0.5  # of the limits, for a request whose words say by themselves what it is for


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
        """Tell whether the first guess is sure enough to be answered, and hardly foreign to the office."""
        best = meaning.guesses[0].intent
        if best != OUT_OF_SCOPE and meaning.confidence(OUT_OF_SCOPE) >= self.suggest:
            return False
        first, second = [*(guess.confidence for guess in meaning.guesses), 0.0][:2]
        if first >= self.sure and first - second >= self.margin:
            return True
        # Little is certain of a short text full of slips, but nothing else comes near.
        return first >= self.sure * FAINT and first >= CLEAR * second

    def topic_of(self, meaning: Meaning, text: str = "", known: str | None = None) -> str | None:
        """Return the topic that is surely meant: the first guess, or one of two that share an answer.

        Of two, it is the `known` one (of what was talked about before), or what the words of `text` are for.
        """
        best = meaning.guesses[0].intent
        if self.admit(meaning):
            may_name_one = best == CLASSIFICATION and meaning.confidence(BUSINESS) >= self.suggest
            if best == TERM and known == DATA and meaning.value(ABOUT[TERM]) and goes_on(text):
                return DATA  # "kalau gini rasionya?" after data of another indicator
            return BUSINESS if may_name_one else best
        if best == ABOUT_SERVICE and (part := self._part_of_service(meaning)):
            return part
        twin = TWINS.get(best)
        if twin is None or (best in {TERM, DATA} and meaning.value(ABOUT[TERM]) is None):
            return None
        together = meaning.confidence(best, twin)
        other = max(
            (guess.confidence for guess in meaning.guesses if guess.intent not in {best, twin}), default=0
        )
        # Who names an indicator and a place or year can hardly mean anything else.
        is_named = best in {TERM, DATA} and _is_placed(meaning)
        share = NAMED_SHARE if is_named else 1.0
        if together < self.sure * share or together - other < self.margin * share:
            return None
        return known if known in {best, twin} else _of_twins(best, twin, meaning, text)

    def _part_of_service(self, meaning: Meaning) -> str | None:
        """Return what is asked of a service that is also named ("konsultasi bayar ga?"): the more exact of two."""
        first, second, third = [*meaning.guesses, Guess("", 0.0), Guess("", 0.0)][:3]
        together = first.confidence + second.confidence
        is_two = together >= self.sure and second.confidence - third.confidence >= self.margin
        return second.intent if is_two and second.intent not in STEERING else None


def _of_twins(best: str, twin: str, meaning: Meaning, text: str) -> str:
    """Choose the topic whose answer serves both: a term's answer says where its data are, too."""
    if BUSINESS in {best, twin}:
        return BUSINESS  # the lookup tells whether a business was named at all
    return DATA if _is_placed(meaning) or wants_data(text) else TERM


def _is_placed(meaning: Meaning) -> bool:
    return bool(meaning.value("tahun") or meaning.value("tempat"))

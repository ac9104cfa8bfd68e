"""How sure the bot has to be before it answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.questions import wants_data
from bot.dialogue.topics import ABOUT, BUSINESS, CLASSIFICATION, DATA, OUT_OF_SCOPE, TERM, TWINS
from nlu.port import Meaning


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

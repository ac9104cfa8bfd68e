"""Finds what a text names: services, modes, indicators, classifications, places; years and codes by form.

The vocabulary is closed, so a list learnt from the annotated examples, the `lookup:` lists and their
synonyms is surer than a statistical tagger: it says each thing once, always under its canonical name,
and slips of the finger ("konsutlasi") are mended before it is looked for.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.learning import LearntLexicon
from components.lexicon import Written, words_of
from components.numbers import numerals


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class VocabularyExtractor(LearntLexicon, EntityExtractorMixin):
    """Entity extractor over a closed vocabulary that the training examples teach."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message, each value once."""
        for message in messages:
            found = self.add_extractor_name(self._named(message.get(TEXT) or ""))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _named(self, text: str) -> list[dict[str, Any]]:
        written = self.mended(words_of(text))
        words = [each.word for each in written]
        named: dict[tuple[str, str], dict[str, Any]] = {}
        for hit in self.lexicon.find(words):
            kind, value = hit.entry.kind, hit.entry.value
            if kind:
                place = written[hit.at : hit.at + hit.length]
                named.setdefault((kind, value), _entity(kind, value, place))
        for number in numerals(words):
            place = written[number.at : number.at + 1]
            named.setdefault((number.kind, number.value), _entity(number.kind, number.value, place))
        return sorted(named.values(), key=lambda entity: int(entity["start"]))


def _entity(kind: str, value: str, place: list[Written]) -> dict[str, Any]:
    return {"entity": kind, "value": value, "start": place[0].start, "end": place[-1].end}

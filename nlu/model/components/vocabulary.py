"""Finds the services and modes that a text names, by the words of the training examples.

The vocabulary is closed (four services, two modes), so a list learnt from the annotated examples and
their synonyms is surer than a statistical tagger: it says each thing once, always under its canonical
name, and it forgives one slip of the finger in a long word ("konsutlasi").
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from components.learning import LearntLexicon
from components.lexicon import words_of


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
        words = words_of(text)
        named: dict[tuple[str, str], dict[str, Any]] = {}
        for hit in self.lexicon.find([written.word for written in words]):
            kind, value = hit.entry.kind, hit.entry.value
            if kind:
                start, end = words[hit.at].start, words[hit.at + hit.length - 1].end
                entity = {"entity": kind, "value": value, "start": start, "end": end}
                named.setdefault((kind, value), entity)
        return list(named.values())

"""Finds the services and modes that a text names, by the words of the training examples.

The vocabulary is closed (four services, two modes), so a list learnt from the annotated examples and
their synonyms is surer than a statistical tagger: it says each thing once, always under its canonical
name, and it forgives one slip of the finger in a long word ("konsutlasi").
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file, read_json_file

WORD = re.compile(r"\w+")
FORGIVING_LENGTH = 7  # shorter words are too near to each other: "datang" and "gudang"

Span = tuple[int, int]
Words = tuple[str, ...]


def words_of(text: str) -> list[tuple[str, Span]]:
    """Return the lower-case words of `text` with where they stand (start, end)."""
    return [(match.group().lower(), match.span()) for match in WORD.finditer(text)]


def is_one_slip(written: str, meant: str) -> bool:
    """Tell whether one inserted, missing, wrong or swapped letter explains `written`."""
    if written == meant:
        return True
    if abs(len(written) - len(meant)) > 1 or written[0] != meant[0]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), None)
    if start is None:
        return True
    left, right = written[start:], meant[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]


def is_same(written: str, meant: str) -> bool:
    """Tell whether a written word is the meant one, forgiving one slip in a long word."""
    return written == meant or (len(meant) >= FORGIVING_LENGTH and is_one_slip(written, meant))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class VocabularyExtractor(GraphComponent, EntityExtractorMixin):
    """Entity extractor over a closed vocabulary that the training examples teach."""

    def __init__(
        self, storage: ModelStorage, resource: Resource, vocabulary: list[tuple[Words, str, str]]
    ) -> None:
        self._storage = storage
        self._resource = resource
        self._vocabulary = sorted(vocabulary, key=lambda entry: (-len(entry[0]), entry))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return no options: the examples say everything."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VocabularyExtractor:
        """Make an untrained component."""
        del config, execution_context
        return cls(model_storage, resource, [])

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> VocabularyExtractor:
        """Make a trained component from the model's storage."""
        del config, execution_context
        with model_storage.read_from(resource) as folder:
            entries = read_json_file(folder / "vocabulary.json")
        return cls(model_storage, resource, [(tuple(words), kind, value) for words, kind, value in entries])

    def train(self, training_data: TrainingData) -> Resource:
        """Learn every annotated wording, and every synonym of a value that was annotated somewhere."""
        learnt: dict[Words, tuple[str, str]] = {}
        kinds: dict[str, str] = {}
        synonyms = {wording.lower(): value for wording, value in training_data.entity_synonyms.items()}
        for example in training_data.entity_examples:
            text = example.get(TEXT)
            for entity in example.get(ENTITIES):
                kind, value = entity["entity"], str(entity["value"]).lower()
                value = synonyms.get(value, value)
                kinds[value] = kind
                wording = text[entity["start"] : entity["end"]]
                learnt[tuple(word for word, _ in words_of(wording))] = (kind, value)
        for wording, value in synonyms.items():
            if value in kinds:
                learnt[tuple(word for word, _ in words_of(wording))] = (kinds[value], value)
        entries = [(words, kind, value) for words, (kind, value) in learnt.items() if words]
        with self._storage.write_to(self._resource) as folder:
            dump_obj_as_json_to_file(folder / "vocabulary.json", entries)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message, each value once."""
        for message in messages:
            found = self.add_extractor_name(self._find(message.get(TEXT) or ""))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _find(self, text: str) -> list[dict[str, Any]]:
        words = words_of(text)
        found: dict[tuple[str, str], dict[str, Any]] = {}
        at = 0
        while at < len(words):
            entry = self._entry_at([word for word, _ in words[at : at + 8]])
            if entry is None:
                at += 1
                continue
            wording, kind, value = entry
            start, end = words[at][1][0], words[at + len(wording) - 1][1][1]
            entity = {"entity": kind, "value": value, "start": start, "end": end}
            found.setdefault((kind, value), entity)
            at += len(wording)
        return list(found.values())

    def _entry_at(self, words: list[str]) -> tuple[Words, str, str] | None:
        for exact in (True, False):
            for entry in self._vocabulary:
                wording = entry[0]
                if len(wording) > len(words):
                    continue
                pairs = zip(words, wording, strict=False)
                if all(a == b if exact else is_same(a, b) for a, b in pairs):
                    return entry
        return None

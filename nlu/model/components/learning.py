"""What the components with a lexicon share: learning it and its spelling, keeping both with the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file, read_json_file

from components.lexicon import Lexicon, Written, words_of
from components.spelling import Spelling

FILE = "lexicon.json"


class LearntLexicon(GraphComponent):
    """A graph component whose only knowledge is a lexicon, and how words are spelt."""

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage = storage
        self._resource = resource
        self._know(Lexicon({}), {})

    def _know(self, lexicon: Lexicon, counts: dict[str, int]) -> None:
        self.lexicon = lexicon
        self.spelling = Spelling(counts, lexicon.words)

    def mended(self, written: Iterable[Written]) -> list[Written]:
        """Return the words as they were meant; two that were written as one stand at the same place."""
        return [
            Written(meant, each.start, each.end)
            for each in written
            for meant in self.spelling.mend(each.word)
        ]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return no options: the examples say everything."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],  # noqa: ARG003 - Rasa calls by name
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> LearntLexicon:
        """Make an untrained component."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],  # noqa: ARG003
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **_: Any,
    ) -> LearntLexicon:
        """Make a trained component from the model's storage."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            kept = read_json_file(folder / FILE)
        component._know(Lexicon.from_rows(kept["wordings"]), kept["counts"])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the wordings and in how many examples each word stands, and keep them with the model."""
        counts = Counter(
            word
            for example in training_data.training_examples
            for word in {written.word for written in words_of(example.get(TEXT) or "")}
        )
        self._know(Lexicon.learn(training_data), dict(counts))
        with self._storage.write_to(self._resource) as folder:
            kept = {"wordings": self.lexicon.rows(), "counts": dict(sorted(counts.items()))}
            dump_obj_as_json_to_file(folder / FILE, kept)
        return self._resource

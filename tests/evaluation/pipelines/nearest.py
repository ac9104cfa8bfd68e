# mypy: ignore-errors
"""A doubt for every classifier: is there any example at all that looks like this text?

A classifier shares 100 % among the topics it knows, also for a text that is like none of them. This
component comes after one, in either environment (it is copied beside our own components), and takes
from each topic's confidence what its nearest example lacks in likeness.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, load_npz, save_npz, vstack
from sklearn.preprocessing import normalize

NAME, CONFIDENCE = "name", "confidence"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestExample(GraphComponent):
    """Scales confidences by the cosine to the topic's nearest example; `enough` is as good as the same."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the option: from which likeness on (0 to 1) nothing is taken away."""
        return {"enough": 0.45}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.enough = float(config["enough"])
        self._storage = storage
        self._resource = resource
        self.examples: csr_matrix | None = None  # a row for each feature: only those of a text are read
        self.places: dict[str, slice] = {}  # where the examples of an intent stand among the columns

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa calls by name
    ) -> NearestExample:
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa calls by name
        **_: Any,
    ) -> NearestExample:
        """Make a trained component from the model's storage."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            intents = json.loads((folder / "intents.json").read_text())
            component._know(load_npz(folder / "examples.npz"), intents)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Keep every example with length 1, those of an intent side by side."""
        examples = [example for example in training_data.intent_examples if _row(example) is not None]
        examples.sort(key=lambda example: example.get(INTENT))
        intents = [example.get(INTENT) for example in examples]
        self._know(normalize(vstack([_row(example) for example in examples]).tocsr()).T.tocsr(), intents)
        with self._storage.write_to(self._resource) as folder:
            save_npz(folder / "examples.npz", self.examples)
            (folder / "intents.json").write_text(json.dumps(intents))
        return self._resource

    def _know(self, examples: csr_matrix, intents: list[str]) -> None:
        self.examples = examples
        names, first, count = np.unique(intents, return_index=True, return_counts=True)
        self.places = {
            str(name): slice(start, start + length)
            for name, start, length in zip(names, first, count, strict=True)
        }

    def process(self, messages: list[Message]) -> list[Message]:
        """Scale the confidences of every message's ranking and sort it again."""
        for message in messages:
            row = _row(message)
            ranking = message.get(INTENT_RANKING_KEY)
            if row is None or not ranking or self.examples is None:
                continue
            likeness = (normalize(row.tocsr()) @ self.examples).toarray().ravel()
            scaled = [self._scaled(guess, likeness) for guess in ranking]
            scaled.sort(key=lambda guess: -guess[CONFIDENCE])
            message.set(INTENT, scaled[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, scaled, add_to_output=True)
        return messages

    def _scaled(self, guess: dict[str, Any], likeness: np.ndarray) -> dict[str, Any]:
        place = self.places.get(guess[NAME])
        nearest = float(likeness[place].max()) if place else 0.0
        return {**guess, CONFIDENCE: guess[CONFIDENCE] * min(1.0, nearest / self.enough)}


def _row(message: Message) -> Any:
    """Return the sparse features of the whole sentence, or None."""
    _, sentence = message.get_sparse_features(TEXT)
    return None if sentence is None else sentence.features

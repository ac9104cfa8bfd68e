"""A linear classifier of intents with a margin, over words and parts of words weighed by their rarity.

Chosen by measuring (docs/evaluation.md, docs/decisions): it is surer of what it gets right than logistic
regression, and it is trained in seconds instead of minutes, so that the examples can be many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

WEIGHTS, INTENTS = "weights.npz", "intents.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MarginClassifier(IntentClassifier, GraphComponent):
    """Linear support vector machine, one intent against the rest.

    `C` is how closely the examples are followed. `sharpness` makes confidences of margins (a softmax):
    an intent that is ahead by a margin of 1 is `e**sharpness` times as likely.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the options."""
        return {"C": 1.0, "sharpness": 4.0, "ranking_length": 10}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = self.get_default_config() | config
        self._storage = storage
        self._resource = resource
        self._intents: list[str] = []
        self._rarity: list[np.ndarray] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._offsets = np.zeros(0, dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa calls by name
    ) -> MarginClassifier:
        """Make an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **_: Any,
    ) -> MarginClassifier:
        """Make a trained classifier from the model's storage."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / WEIGHTS) as kept:
            component._weights, component._offsets = kept["weights"], kept["offsets"]
            component._rarity = [kept[f"rarity{n}"] for n in range(len(kept.files) - 2)]
            component._intents = json.loads((folder / INTENTS).read_text())
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the weights and keep them with the model."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        blocks = [vstack(block).tocsr() for block in zip(*map(_blocks, examples), strict=True)]
        self._rarity = [_rarity(block) for block in blocks]
        machine = LinearSVC(C=self._config["C"], class_weight="balanced", random_state=42)
        machine.fit(self._weighed(blocks), [example.get(INTENT) for example in examples])
        self._intents = machine.classes_.tolist()
        self._weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        self._offsets = machine.intercept_.astype(np.float32)
        with self._storage.write_to(self._resource) as folder:
            rarity = {f"rarity{n}": each for n, each in enumerate(self._rarity)}
            np.savez(folder / WEIGHTS, weights=self._weights, offsets=self._offsets, **rarity)
            (folder / INTENTS).write_text(json.dumps(self._intents))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank the intents of each message, the surest first."""
        for message in messages:
            blocks = _blocks(message)
            if not self._intents or not blocks:
                continue
            margins = (self._weighed(blocks) @ self._weights).ravel() + self._offsets
            likely = np.exp(self._config["sharpness"] * (margins - margins.max()))
            confidences = likely / likely.sum()
            best = np.argsort(-confidences)[: self._config["ranking_length"]]
            ranking = [{"name": self._intents[n], "confidence": float(confidences[n])} for n in best]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _weighed(self, blocks: Sequence[csr_matrix]) -> csr_matrix:
        """Weigh counts by rarity, and words and their parts alike whatever their number."""
        weighed = []
        for block, rarity in zip(blocks, self._rarity, strict=True):
            counts = block.astype(np.float32, copy=True)
            counts.data = (1 + np.log(counts.data)) * rarity[counts.indices]
            weighed.append(normalize(counts))
        return normalize(hstack(weighed, format="csr"))


def _blocks(message: Message) -> list[csr_matrix]:
    """Return what each featurizer counted in the whole text."""
    return [
        feature.features.tocsr()
        for feature in message.features
        if feature.is_sparse() and feature.attribute == TEXT and feature.type == FEATURE_TYPE_SENTENCE
    ]


def _rarity(block: csr_matrix) -> np.ndarray:
    """Return the inverse document frequency of each column, smoothed as scikit-learn does it."""
    met = np.bincount(block.indices, minlength=block.shape[1])
    return (np.log((1 + block.shape[0]) / (1 + met)) + 1).astype(np.float32)

# mypy: ignore-errors
"""Rasa's logistic regression over texts of equal weight."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EvenLogisticRegression(LogisticRegressionClassifier):
    """Counts are scaled to length 1: otherwise a long letter is always sure of itself.

    `C` is how closely the examples are followed (scikit-learn's inverse regularisation), which Rasa's
    own classifier does not let one set; scaled counts need more of it than its default of 1.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return Rasa's options and `C`."""
        return LogisticRegressionClassifier.get_default_config() | {"C": 100.0}

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(config, name, model_storage, resource)
        self.clf.set_params(C=self.config["C"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EvenLogisticRegression:
        """Make an untrained classifier."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EvenLogisticRegression:
        """Load a trained classifier, its weights laid out as they are read.

        scikit-learn multiplies by their transpose; scipy would copy all of them (tens of MB) for each text.
        """
        component = super().load(config, model_storage, resource, execution_context, **kwargs)
        if hasattr(component.clf, "coef_"):  # else there was nothing to train on
            component.clf.coef_ = np.asfortranarray(component.clf.coef_)
        return component

    def _create_X(self, messages: list[Message]) -> csr_matrix:  # noqa: N802 - Rasa's name
        return normalize(super()._create_X(messages))

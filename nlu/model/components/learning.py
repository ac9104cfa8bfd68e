"""What the components with a lexicon share: learning it, keeping it with the model, loading it."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import dump_obj_as_json_to_file, read_json_file

from components.lexicon import Lexicon

FILE = "lexicon.json"


class LearntLexicon(GraphComponent):
    """A graph component whose only knowledge is a lexicon."""

    def __init__(self, storage: ModelStorage, resource: Resource, lexicon: Lexicon) -> None:
        self._storage = storage
        self._resource = resource
        self.lexicon = lexicon

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
        return cls(model_storage, resource, Lexicon({}))

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
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Lexicon.from_rows(read_json_file(folder / FILE)))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the lexicon and keep it with the model."""
        self.lexicon = Lexicon.learn(training_data)
        with self._storage.write_to(self._resource) as folder:
            dump_obj_as_json_to_file(folder / FILE, self.lexicon.rows())
        return self._resource

"""Rasa's command line without its neural parts: `python slim.py train nlu ...`, `python slim.py run ...`.

Rasa 3.6 imports every component it knows, and with them TensorFlow, before it looks at the pipeline.
Ours (config.yml) uses none of the neural ones, so this module registers the components of
`COMPONENTS` only and leaves the neural modules out. Measured: 200 MB instead of 600 MB of memory,
2 s instead of 5 s to import, 0.75 GB instead of 1.7 GB on disk. A component that is added to
config.yml and is part of Rasa has its line in `COMPONENTS`; our own are found by their module path.

The server's token comes from the environment (`PST_RASA_TOKEN`): arguments are visible to all users.
"""

from __future__ import annotations

import importlib
import os
import sys
import types
import warnings

COMPONENTS = {
    "rasa.nlu.tokenizers.whitespace_tokenizer": "WhitespaceTokenizer",
    "rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer": "CountVectorsFeaturizer",
    "rasa.nlu.classifiers.logistic_regression_classifier": "LogisticRegressionClassifier",
}

NEURAL_MODULES = (
    "rasa.utils.tensorflow.callback",
    "rasa.utils.tensorflow.data_generator",
    # Named by the validator of the training, which asks whether the pipeline has them.
    "rasa.nlu.classifiers.diet_classifier",
    "rasa.nlu.selectors.response_selector",
    "rasa.core.policies.ted_policy",
    "rasa.core.policies.unexpected_intent_policy",
)

TOKEN_VARIABLE = "PST_RASA_TOKEN"  # noqa: S105 - the name of the variable, not a token


class NeuralPartLeftOut:
    """Stands for a class of the neural modules: named in imports and annotations, never made."""

    def __init__(self, *_: object, **__: object) -> None:
        """Refuse: whoever needs this class needs TensorFlow, which is not installed."""
        raise RuntimeError("This pipeline needs TensorFlow, which nlu/model leaves out (see slim.py).")


def leave_neural_modules_out() -> None:
    """Put empty modules where Rasa would import TensorFlow."""
    for name in NEURAL_MODULES:
        module = types.ModuleType(name)
        module.__getattr__ = lambda _: NeuralPartLeftOut  # type: ignore[method-assign]
        sys.modules[name] = module


def register_components() -> None:
    """Stand in for `rasa.engine.recipes.default_components`, whose import registers everything."""
    name = "rasa.engine.recipes.default_components"
    module = types.ModuleType(name)
    sys.modules[name] = module
    module.DEFAULT_COMPONENTS = [  # type: ignore[attr-defined]
        getattr(importlib.import_module(path), component) for path, component in COMPONENTS.items()
    ]


def main() -> None:
    """Run Rasa's own command line with the arguments of this process."""
    # Deprecations inside Rasa's old libraries: nothing we can mend. Rasa resets the filters, hence this way.
    warnings.showwarning = lambda *_, **__: None
    leave_neural_modules_out()
    register_components()
    token = os.environ.pop(TOKEN_VARIABLE, None)
    if token:
        sys.argv += ["--auth-token", token]
    importlib.import_module("rasa.__main__").main()


if __name__ == "__main__":
    main()

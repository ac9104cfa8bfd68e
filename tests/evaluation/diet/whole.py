"""Rasa's own command line, whole: stands where nlu/model/slim.py stands, for pipelines with TensorFlow."""

from __future__ import annotations

import importlib
import os
import sys
import warnings

TOKEN_VARIABLE = "PST_RASA_TOKEN"


def main() -> None:
    """Run Rasa with the arguments of this process and the token of its environment."""
    warnings.showwarning = lambda *_, **__: None
    token = os.environ.pop(TOKEN_VARIABLE, None)
    if token:
        sys.argv += ["--auth-token", token]
    importlib.import_module("rasa.__main__").main()


if __name__ == "__main__":
    main()

"""Fixtures of the understanding."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.nlu.rasa import ROOT, RunningRasa, model_cache, start_rasa


@pytest.fixture(scope="session")
def rasa_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRasa]:
    """The real Rasa server with the project's own model."""
    with start_rasa(ROOT, model_cache(), tmp_path_factory.mktemp("rasa") / "log.txt") as running:
        yield running

"""The desk, over the pipeline of `staged`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from bot.assembly import counter
from tests.bot.desk.floor import Floor
from tests.fakes import Stage


@pytest.fixture
async def floor(staged: Callable[[], AbstractAsyncContextManager[Stage]]) -> AsyncIterator[Floor]:
    """Officers, citizens, and the desk between them."""
    async with staged() as stage:
        desk = counter.desk(stage.core)
        yield Floor(stage, desk, desk.casework)

"""A product with the simulator on it, and a browser-like client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.channels.simulator.product import Product, running


@pytest.fixture
async def product() -> AsyncIterator[Product]:
    async with running() as product:
        yield product


@pytest.fixture
async def browser(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=product.url, follow_redirects=True, timeout=10) as client:
        yield client

"""Requests are repeated a few times and no more, and the token goes nowhere but to the API."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.catalogue.connection import Connection, Patience
from bot.catalogue.failures import CircuitOpen, Refused, TokenRefused, Unavailable, Unreadable, WebApiFailure
from bot.catalogue.sync import CatalogueSync
from bot.settings import load
from tests.bot.catalogue.conftest import HASTE
from tests.bot.catalogue.standin import (
    EMPTY,
    TOKEN,
    StandIn,
    cut_short,
    error,
    page_for_people,
    silence,
    status,
)

PATH = "/list/model/publication/lang/ind/domain/3310"
Fault = Callable[[], web.StreamResponse]


@asynccontextmanager
async def connected(url: str, token: str = TOKEN, patience: Patience = HASTE) -> AsyncIterator[Connection]:
    async with Connection(url, SecretStr(token), user_agent="pst/test", patience=patience) as connection:
        yield connection


def a_list(content: object) -> Fault:
    return lambda: web.json_response(content)


def redirect() -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "https://elsewhere.example/"})


@pytest.mark.parametrize(
    "fault", [status(429), status(408), status(500), status(503), page_for_people, cut_short, silence]
)
async def test_what_passes_is_asked_for_again(standin: StandIn, fault: Fault) -> None:
    standin.faults.extend([fault, fault])
    async with connected(standin.url) as connection:
        assert await connection.ask(PATH, {}) == EMPTY
    assert len(standin.asked) == 3


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (status(429), Unavailable),
        (status(500), Unavailable),
        (silence, Unavailable),
        (page_for_people, Unreadable),
        (cut_short, Unreadable),
        (a_list([1, 2]), Unreadable),
        (a_list({"status": "OK", "data": float("nan")}), Unreadable),
    ],
)
async def test_it_is_not_asked_for_ever(standin: StandIn, fault: Fault, failure: type[WebApiFailure]) -> None:
    standin.broken["publication"] = fault
    async with connected(standin.url) as connection:
        with pytest.raises(failure):
            await connection.ask(PATH, {})
    assert len(standin.asked) == HASTE.attempts


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (status(401), TokenRefused),
        (status(403), TokenRefused),
        (status(404), Refused),
        (error, Refused),
        (redirect, Refused),
    ],
)
async def test_a_refusal_is_final(standin: StandIn, fault: Fault, failure: type[WebApiFailure]) -> None:
    standin.broken["publication"] = fault
    async with connected(standin.url) as connection:
        with pytest.raises(failure):
            await connection.ask(PATH, {})
    assert len(standin.asked) == 1


async def test_the_api_says_how_long_to_wait_within_reason(standin: StandIn) -> None:
    standin.faults.append(status(429, Retry_After="86400"))
    patience = replace(HASTE, first_pause=0.0, longest_pause=0.05)
    async with connected(standin.url, patience=patience) as connection:
        assert await connection.ask(PATH, {}) == EMPTY


async def test_after_some_failures_in_a_row_nothing_is_asked(standin: StandIn) -> None:
    standin.broken["publication"] = status(500)
    async with connected(standin.url) as connection:
        for _ in range(HASTE.failures_in_row):
            with pytest.raises(Unavailable):
                await connection.ask(PATH, {})
        standin.broken.clear()
        standin.asked.clear()
        with pytest.raises(CircuitOpen):
            await connection.ask(PATH, {})
    assert not standin.asked


async def test_a_success_in_between_closes_the_circuit(standin: StandIn) -> None:
    async with connected(standin.url) as connection:
        for _ in range(HASTE.failures_in_row):
            standin.faults.extend([status(500)] * HASTE.attempts)
            with pytest.raises(Unavailable):
                await connection.ask(PATH, {})
            assert await connection.ask(PATH, {}) == EMPTY


def everything_about(failure: BaseException) -> str:
    """Return all that a log or a screen could show of an exception and of what led to it."""
    seen = ["".join(traceback.format_exception(failure))]
    current: BaseException | None = failure
    while current is not None:
        seen += [repr(current), str(current), repr(current.args)]
        current = current.__cause__ or current.__context__
    return "\n".join(seen)


@pytest.mark.parametrize(
    "fault", [status(401), status(503), error, cut_short, page_for_people, silence, redirect]
)
async def test_the_token_is_nowhere(standin: StandIn, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    standin.broken["publication"] = fault
    with caplog.at_level(logging.DEBUG):
        async with connected(standin.url) as connection:
            with pytest.raises(WebApiFailure) as failed:
                await connection.ask(PATH, {})
            assert TOKEN not in repr(connection)
    assert TOKEN not in everything_about(failed.value)
    # The stand-in's own access log is the other side's.
    assert TOKEN not in "".join(str(vars(r)) for r in caplog.records if r.name != "aiohttp.access")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1/api", "http://nowhere.invalid/v1/api"])
async def test_the_token_is_nowhere_when_nobody_is_there(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with connected(url) as connection:
            with pytest.raises(WebApiFailure) as failed:
                await connection.ask(PATH, {})
    assert TOKEN not in everything_about(failed.value)
    assert TOKEN not in caplog.text


async def test_a_connection_that_breaks_off_is_a_failure_like_others(standin: StandIn) -> None:
    def broken_off() -> web.StreamResponse:
        return web.Response(body=b"{", headers={"Content-Encoding": "gzip"})

    standin.broken["publication"] = broken_off
    async with connected(standin.url) as connection:
        with pytest.raises(WebApiFailure) as failed:
            await connection.ask(PATH, {})
    assert TOKEN not in everything_about(failed.value)


def test_the_settings_do_not_show_the_token(
    reader: Callable[..., CatalogueSync], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PST_BPS_TOKEN", TOKEN)
    assert TOKEN not in repr(load())
    assert TOKEN not in repr(vars(reader()))

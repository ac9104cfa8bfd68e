"""The client against a stand-in for the Rasa server: every way it can fail is `NluUnavailable`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from nlu.client import LONGEST_TEXT, RasaInterpreter
from nlu.port import Entity, Guess, NluUnavailable
from tests.nlu.rasa import free_port

TOKEN = "made-up-token"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PARSED = {
    "text": "ignored",
    "intent": {"name": "biaya", "confidence": 0.7},
    "intent_ranking": [{"name": "produk", "confidence": 0.1}, {"name": "biaya", "confidence": 0.7}],
    "entities": [
        {"entity": "service", "value": "konsultasi", "start": 15, "end": 25, "extractor": "one"},
        {"entity": "service", "value": "konsultasi", "start": 40, "end": 46, "extractor": "two"},
        {"entity": "mode", "value": "online", "start": 26, "end": 32, "extractor": "one"},
    ],
}


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def asking(handler: Handler, timeout_seconds: float = 5.0) -> AsyncIterator[RasaInterpreter]:
    async with server(handler) as url:
        interpreter = RasaInterpreter(url, TOKEN, timeout_seconds)
        try:
            yield interpreter
        finally:
            await interpreter.close()


def answering(body: object, status: int = 200) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text=body if isinstance(body, str) else json.dumps(body), status=status)

    return handler


async def test_the_surest_guess_comes_first_and_each_entity_once() -> None:
    async with asking(answering(PARSED)) as interpreter:
        meaning = await interpreter.parse("bayar ga kalau konsultasi online")
    assert meaning.guesses == (Guess("biaya", 0.7), Guess("produk", 0.1))
    assert meaning.entities == (Entity("service", "konsultasi", 15, 25), Entity("mode", "online", 26, 32))


async def test_it_asks_as_rasa_wants_to_be_asked_over_one_connection() -> None:
    seen: list[tuple[str, str, str, object]] = []
    connections = set()

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, request.path, request.query["token"], await request.json()))
        connections.add(request.transport)
        return web.json_response(PARSED)

    async with asking(handler) as interpreter:
        await interpreter.parse("satu")
        await interpreter.parse("dua")
    assert seen[0] == ("POST", "/model/parse", TOKEN, {"text": "satu"})
    assert len(seen) == 2
    assert len(connections) == 1


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("/biaya", "biaya"),
        (" // restart ", "restart"),
        ("a" * (LONGEST_TEXT + 1), "a" * LONGEST_TEXT),
    ],
)
async def test_what_the_model_gets_to_see(said: str, asked: str) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((await request.json())["text"])
        return web.json_response(PARSED)

    async with asking(handler) as interpreter:
        await interpreter.parse(said)
    assert seen == [asked]


@pytest.mark.parametrize("text", ["", "   ", "\n", "/"])
async def test_nothing_said_means_nothing_and_is_not_asked(text: str) -> None:
    async with asking(answering("never asked", 500)) as interpreter:
        meaning = await interpreter.parse(text)
    assert [guess.confidence for guess in meaning.guesses] == [0.0]


@pytest.mark.parametrize(
    "handler",
    [
        answering({"status": "failure"}, 409),
        answering({"status": "failure"}, 401),
        answering("oops", 500),
        answering("<html>not json</html>"),
        answering("[]"),
        answering({"intent": {}}),
        answering(PARSED | {"intent_ranking": []}),
        answering(PARSED | {"intent_ranking": [{"name": "biaya"}]}),
        answering(PARSED | {"intent_ranking": [{"name": "biaya", "confidence": "sure"}]}),
        answering(PARSED | {"entities": None}),
    ],
)
async def test_anything_but_a_good_answer_is_unavailable(handler: Handler) -> None:
    async with asking(handler) as interpreter:
        with pytest.raises(NluUnavailable) as failure:
            await interpreter.parse("halo")
    assert TOKEN not in repr(failure.value)


async def test_a_server_that_does_not_answer_in_time_is_unavailable() -> None:
    forever = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        await forever.wait()
        return web.Response()

    async with asking(handler, timeout_seconds=0.2) as interpreter:
        with pytest.raises(NluUnavailable) as failure:
            await interpreter.parse("halo")
        assert not await interpreter.is_ready()
        forever.set()
    assert TOKEN not in str(failure.value)


async def test_a_server_that_hangs_up_is_unavailable() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with asking(handler) as interpreter:
        with pytest.raises(NluUnavailable):
            await interpreter.parse("halo")


async def test_no_server_at_all_is_unavailable() -> None:
    interpreter = RasaInterpreter(f"http://127.0.0.1:{free_port()}", TOKEN)
    with pytest.raises(NluUnavailable) as failure:
        await interpreter.parse("halo")
    assert not await interpreter.is_ready()
    await interpreter.close()
    assert TOKEN not in str(failure.value)


@pytest.mark.parametrize(
    ("handler", "ready"),
    [
        (answering({"model_file": "m.tar.gz", "model_id": "1"}), True),
        (answering({"model_id": ""}), False),
        (answering({"status": "failure", "reason": "Conflict"}, 409), False),
        (answering("not json"), False),
    ],
)
async def test_ready_is_a_loaded_model(handler: Handler, ready: bool) -> None:
    async with asking(handler) as interpreter:
        assert await interpreter.is_ready() is ready

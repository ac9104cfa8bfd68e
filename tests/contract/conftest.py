"""Twilio's own OpenAPI description, served by Prism, between our channel and the stand-in for Twilio."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from channels.simulator.twilio import Pauses, TwilioStandIn
from channels.whatsapp import WhatsApp
from tests.channels.whatsapp.conftest import OFFICE, SID, TOKEN, Clock
from tests.conftest import FULL
from tests.contract.office import channel_at
from tests.contract.recorder import Recorder, recording
from tests.nlu.rasa import ROOT, free_port
from tests.serving import serving

PRISM = ROOT / ".tools" / "prism" / "node_modules" / ".bin" / "prism"
DOCUMENTS = {"/2010-04-01/": "twilio_api_v2010.json", "/v1/": "twilio_content_v1.json"}
START_SECONDS = 60.0
STOP_SECONDS = 10.0

Serve = Callable[[list[str]], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def documents() -> Path:
    """The folder of Twilio's documents; they are not part of the project."""
    folder = os.environ.get("PSTTEST_TWILIO_OPENAPI_DIR")
    if not folder:
        pytest.skip("PSTTEST_TWILIO_OPENAPI_DIR is not set: Twilio's documents are not part of the project")
    return Path(folder)


@pytest.fixture(scope="session")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Start Prism with some arguments; skip where it is not installed, fail in the full suite."""
    if not PRISM.exists() or shutil.which("node") is None:
        reason = "Prism is not installed: `make prism` does it (needs Node.js and npm)"
        if FULL:
            pytest.fail(reason)
        pytest.skip(reason)

    @contextmanager
    def serve(arguments: list[str]) -> Iterator[str]:
        port = free_port()
        log = tmp_path_factory.mktemp("prism") / "log.txt"
        command, *rest = arguments
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(PRISM), command, "--host", "127.0.0.1", "--port", str(port), *rest],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        try:
            _until_ready(process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)

    return serve


def _until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while b"Prism is listening" not in log.read_bytes():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < limit, f"Prism does not listen in time:\n{log.read_text()}"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def behind() -> int:
    """The port that Prism passes requests on to: the stand-in of each test listens there."""
    return free_port()


@pytest.fixture(scope="session")
def proxies(documents: Path, prism: Serve, behind: int) -> Iterator[dict[str, str]]:
    """Where requests go by the beginning of their path: validated by Prism, answered by the stand-in."""
    upstream = f"http://127.0.0.1:{behind}"
    api, content = (str(documents / name) for name in DOCUMENTS.values())
    with prism(["proxy", api, upstream]) as first, prism(["proxy", content, upstream]) as second:
        yield dict(zip(DOCUMENTS, (first, second), strict=True))


@pytest.fixture(scope="session")
def mocks(documents: Path, prism: Serve) -> Iterator[dict[str, str]]:
    """The same, answered by Prism with the examples of Twilio's documents."""
    api, content = (str(documents / name) for name in DOCUMENTS.values())
    with prism(["mock", api]) as first, prism(["mock", content]) as second:
        yield dict(zip(DOCUMENTS, (first, second), strict=True))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def twilio(clock: Clock) -> TwilioStandIn:
    standin = TwilioStandIn(account_sid=SID, auth_token=TOKEN, sender=OFFICE, now=clock)
    standin.journeys.pauses = Pauses()
    return standin


@pytest.fixture
async def recorder(twilio: TwilioStandIn, proxies: dict[str, str], behind: int) -> AsyncIterator[Recorder]:
    """What passes between the channel and the stand-in, by way of Prism where a document covers it."""
    async with serving(twilio.app, port=behind) as standin, recording({**proxies, "/": standin}) as recorder:
        yield recorder


@pytest.fixture
async def channel(recorder: Recorder, clock: Clock) -> AsyncIterator[WhatsApp]:
    """The real channel with all its parts; its requests to Twilio pass the recorder."""
    async with channel_at(recorder.url, clock) as channel:
        yield channel

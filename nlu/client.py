"""The client of the Rasa server: one text to `POST /model/parse`, a `Meaning` back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp

from nlu.port import Entity, Guess, Meaning, NluUnavailable

LONGEST_TEXT = 2_000  # characters the model looks at: a question stands at the beginning of a long mail
NOTHING_SAID = "di_luar_topik"


class RasaInterpreter:
    """Implements `nlu.port.Interpreter` over one HTTP session that is made when it is first needed."""

    def __init__(self, url: str, token: str, timeout_seconds: float = 5.0) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def parse(self, text: str) -> Meaning:
        """Return what `text` means. Raises `NluUnavailable` for anything but a good answer.

        A text without any words is not sent: it means nothing, with confidence 0.
        """
        question = readable(text)
        if not question:
            return Meaning((Guess(NOTHING_SAID, 0.0),))
        return meaning_of(await self._ask("POST", "/model/parse", {"text": question}))

    async def is_ready(self) -> bool:
        """Tell whether a model is loaded (`GET /status` answers 409 without one); never raises."""
        try:
            status = await self._ask("GET", "/status", None)
        except NluUnavailable:
            return False
        return isinstance(status, dict) and bool(status.get("model_id"))

    async def close(self) -> None:
        """Give back the connections; the next question would make new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(self, method: str, path: str, body: Mapping[str, str] | None) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with self._session.request(
                method, self._url + path, params={"token": self._token}, json=body
            ) as response:
                if response.status != 200:
                    raise NluUnavailable(f"the model server answered {response.status}")
                return await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            # The error's own words hold the address with the token, hence only its kind, and no cause.
            raise NluUnavailable(f"the model server did not answer: {type(error).__name__}") from None


def readable(text: str) -> str:
    """Return what the model shall see of `text`: its beginning, and nothing Rasa takes for a command.

    Rasa reads a text that begins with "/" as the name of an intent (RegexMessageHandler).
    """
    return text.strip().lstrip("/").strip()[:LONGEST_TEXT]


def meaning_of(answer: Any) -> Meaning:
    """Return the meaning in Rasa's answer to a parse. Raises `NluUnavailable` when it is no such answer."""
    try:
        ranking = answer["intent_ranking"]
        guesses = sorted(
            (Guess(str(guess["name"]), float(guess["confidence"])) for guess in ranking),
            key=lambda guess: -guess.confidence,
        )
        named = [
            Entity(str(entity["entity"]), str(entity["value"]), int(entity["start"]), int(entity["end"]))
            for entity in answer["entities"]
        ]
    except (KeyError, TypeError, ValueError):
        raise NluUnavailable("the model server's answer is not a parse") from None
    if not guesses:
        raise NluUnavailable("the model knows no intent")
    first = {(entity.kind, entity.value): entity for entity in reversed(named)}
    return Meaning(
        tuple(guesses), tuple(entity for entity in named if first[entity.kind, entity.value] is entity)
    )

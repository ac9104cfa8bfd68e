"""A conversation with an officer at the desk, for the tests of its page."""

from __future__ import annotations

import re
from typing import Any

import httpx
from sqlalchemy import text

from handoff.ports.values import Officer
from tests.handoff.console.running import Desk

PHONE = "whatsapp:+628111111001"


class Room:
    """A conversation with an officer at the desk."""

    def __init__(self, desk: Desk, officer: Officer, client: httpx.AsyncClient, conversation: int) -> None:
        self.desk = desk
        self.officer = officer
        self.client = client
        self.id = conversation
        self.path = f"/console/conversation/{conversation}"

    async def page(self, client: httpx.AsyncClient | None = None, **query: Any) -> str:
        answer = await (client or self.client).get(self.path, params=query)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.text

    async def reply(
        self,
        words: str,
        do: str = "send",
        client: httpx.AsyncClient | None = None,
        seen: str | None = None,
        **more: str,
    ) -> httpx.Response:
        form = {
            "text": words,
            "do": do,
            "mode": "note" if do == "note" else "reply",
            "seen": seen or await self.seen(),
            **more,
        }
        return await (client or self.client).post(f"{self.path}/reply", data=form)

    async def seen(self) -> str:
        found = re.search(r'id="seen" value="(\d+)"', await self.page())
        assert found
        return found[1]

    async def act(self, name: str, client: httpx.AsyncClient | None = None, /, **form: str) -> httpx.Response:
        return await (client or self.client).post(f"{self.path}/do/{name}", data=form)

    async def rows(self, query: str, **given: Any) -> list[Any]:
        async with self.desk.stage.core.database.transaction() as tx:
            return list((await tx.execute(text(query), given)).all())

    async def run(self, query: str, **given: Any) -> None:
        async with self.desk.stage.core.database.transaction() as tx:
            await tx.execute(text(query), given)

    async def ticket(self) -> Any:
        return (await self.rows("SELECT * FROM ticket ORDER BY id DESC LIMIT 1"))[0]


async def a_room(desk: Desk, said: str = "Mohon data kemiskinan", **named: Any) -> Room:
    """Let a citizen write, and an officer look at it."""
    message = await desk.stage.hear(said, **named)
    (conversation,) = await desk.stage.column(f"SELECT conversation_id FROM message WHERE id = {message}")
    session = await desk.log_in("officer")
    return Room(desk, session.officer, await desk.client(session), conversation)

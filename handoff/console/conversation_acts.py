"""The acts on the conversation's page by their names, and what their forms say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from handoff.address import number_of
from handoff.console.frame import Visitor
from handoff.ports.desk import Desk, Meeting, Registration, Unfit
from handoff.ports.values import NotFound, Officer
from handoff.ticket import KINDS, Kind, numbers_in


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that was asked for: by whom, on which conversation, with which form."""

    visitor: Visitor
    conversation_id: int
    form: FormData

    @property
    def officer(self) -> Officer:
        """Return who asks."""
        return self.visitor.officer

    @property
    def ticket(self) -> int:
        """Return the ticket that the form is about."""
        return self.number("ticket")

    @property
    def version(self) -> int:
        """Return the version that the page showed of it."""
        return self.number("version")

    def text(self, name: str, most: int = 400) -> str:
        """Return a field, empty where there is none."""
        given = self.form.get(name, "")
        return given.replace("\x00", "")[:most].strip() if isinstance(given, str) else ""

    def number(self, name: str) -> int:
        """Return a whole number; 0 where there is none."""
        return number_of(self.text(name)) or 0

    def kind(self) -> Kind:
        """Return the kind that was chosen. Raises `NotFound`."""
        given = self.text("kind")
        for kind in KINDS:
            if kind == given:
                return kind
        raise NotFound


Act = Callable[[Asked], Awaitable[object]]


class Acts:
    """What can be asked for; `zone` is the office's. Each raises as `handoff.ports.desk.Desk` does, or `Problem`."""

    def __init__(self, desk: Desk, zone: ZoneInfo) -> None:
        self._desk = desk
        self._zone = zone
        self.by_name: Mapping[str, Act] = {**self._on_conversation(), **self._on_ticket()}

    def _on_conversation(self) -> Mapping[str, Act]:
        desk = self._desk
        return {
            "claim": lambda a: desk.claim(a.officer, a.conversation_id),
            "release": lambda a: desk.release(a.officer, a.conversation_id),
            "hand_back": lambda a: desk.hand_back(a.officer, a.conversation_id),
            "no_reply": lambda a: desk.no_reply_needed(a.officer, a.conversation_id, seen=a.number("seen")),
            "open": lambda a: desk.open(a.officer, a.conversation_id, a.kind(), purpose=a.text("purpose")),
            "keep_open": lambda a: desk.keep_open(a.officer, a.conversation_id, a.text("reason")),
            "let_close": lambda a: desk.let_close(a.officer, a.conversation_id),
            "register": self._register,
            "invite": self._invite,
        }

    def _on_ticket(self) -> Mapping[str, Act]:
        """Return the acts on a ticket; each brings its version along."""
        desk = self._desk
        return {
            "assign": lambda a: desk.assign(
                a.officer, a.ticket, a.number("officer") or None, version=a.version
            ),
            "wait": lambda a: desk.wait(a.officer, a.ticket, version=a.version),
            "resume": lambda a: desk.resume(a.officer, a.ticket, version=a.version),
            "merge": self._merge,
            "split": lambda a: desk.split(
                a.officer, a.ticket, a.kind(), purpose=a.text("purpose"), version=a.version
            ),
            "kind": lambda a: desk.change_kind(a.officer, a.ticket, a.kind(), version=a.version),
            "prioritise": lambda a: desk.prioritise(
                a.officer, a.ticket, is_urgent=bool(a.text("is_urgent")), version=a.version
            ),
            "tag": lambda a: desk.tag(a.officer, a.ticket, a.text("tags", 800).split(","), version=a.version),
            "tick": lambda a: desk.tick(
                a.officer, a.ticket, a.text("requirement"), is_met=bool(a.text("is_met")), version=a.version
            ),
            "clear": lambda a: desk.clear(a.officer, a.ticket, version=a.version),
            "unclear": lambda a: desk.unclear(a.officer, a.ticket, version=a.version),
            "close": lambda a: desk.close(a.officer, a.ticket, version=a.version),
            "cancel": lambda a: desk.cancel(a.officer, a.ticket, version=a.version),
            "reopen": lambda a: desk.reopen(a.officer, a.ticket, version=a.version),
        }

    async def _register(self, asked: Asked) -> None:
        given = Registration(
            asked.text("name"), asked.text("email"), asked.text("organisation"), asked.text("purpose")
        )
        await self._desk.register(asked.officer, asked.conversation_id, given)

    async def _merge(self, asked: Asked) -> None:
        named = numbers_in(asked.text("into"))
        if not named:
            raise Problem("conversation.problem_number")
        await self._desk.merge(asked.officer, asked.ticket, named[0], version=asked.version)

    async def _invite(self, asked: Asked) -> None:
        meeting = meeting_of(asked, self._zone)
        await self._desk.invite(asked.officer, asked.conversation_id, meeting, seen=asked.number("seen"))


class Problem(Unfit):
    """A form is filled in so that nothing can be done with it; `reason` is the whole key of the words."""


def meeting_of(asked: Asked, zone: ZoneInfo) -> Meeting:
    """Read the invitation's form; `zone` is the office's. Raises `Problem`."""
    way: Literal["zoom", "visit"] = "visit" if asked.text("way") == "visit" else "zoom"
    try:
        starts_at = datetime.fromisoformat(
            f"{asked.text('date', 10)}T{asked.text('time', 5).replace('.', ':')}"
        )
    except ValueError as error:
        raise Problem("conversation.problem_when") from error
    minutes = asked.number("minutes")
    if not 5 <= minutes <= 600:
        raise Problem("conversation.problem_minutes")
    return Meeting(
        way=way,
        title=asked.text("title"),
        starts_at=starts_at.replace(tzinfo=zone),
        minutes=minutes,
        place=asked.text("place"),
        words=asked.text("words", 2000),
    )

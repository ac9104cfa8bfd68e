"""The log of what was done, for supervisors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from handoff.address import number_of
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.ports.audit import Act, AuditLog, Wanted

MOST = 50


class AuditPages:
    """The page /console/audit. What is looked for stands in its address."""

    def __init__(self, frame: Frame, log: AuditLog) -> None:
        self._frame = frame
        self._log = log
        self._zone = ZoneInfo(frame.timezone)

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [Page("/audit", self.show, role="supervisor", name="audit")]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the newest rows that are wanted, and where the older ones are."""
        asked = {name: request.query_params.get(name, "") for name in ("officer", "room", "since", "until")}
        wanted = Wanted(
            officer_id=number_of(asked["officer"]),
            room=asked["room"][:48] or None,
            since=self._midnight(asked["since"]),
            until=self._midnight(asked["until"], days=1),
            before_id=number_of(request.query_params.get("before", "")),
        )
        acts = await self._log.read(wanted, most=MOST + 1)
        rows = acts[:MOST]
        rooms = [(room, self._spoken(visitor, f"room_{room}", room)) for room in await self._log.rooms()]
        return self._frame.page(
            visitor,
            "audit.html",
            acts=[
                (act, self._act(visitor, act), self._about(visitor, act), self._details(visitor, act))
                for act in rows
            ],
            asked=asked,
            rooms=rooms,
            officers=await self._log.officers(),
            older=_address(asked, before=rows[-1].id) if len(acts) > MOST else "",
            newest=_address(asked) if wanted.before_id else "",
            is_filtered=wanted != replace(Wanted(), before_id=wanted.before_id),
        )

    def _act(self, visitor: Visitor, act: Act) -> str:
        """Return an action in words; one that has none yet, as it is called."""
        return self._spoken(visitor, act.action.replace(".", "_"), act.action)

    def _about(self, visitor: Visitor, act: Act) -> str:
        if act.about_officer:
            return act.about_officer
        kind, _, number = (act.about or "").partition(":")
        return f"{self._spoken(visitor, f'about_{kind}', kind)} {number}".strip()

    def _details(self, visitor: Visitor, act: Act) -> str:
        named = (
            (self._spoken(visitor, f"detail_{name}", name), self._value(visitor, value))
            for name, value in act.detail.items()
        )
        return ", ".join(f"{name}: {value}" for name, value in named)

    def _value(self, visitor: Visitor, value: object) -> str:
        if isinstance(value, list | tuple):
            return ", ".join(self._spoken(visitor, f"field_{each}", str(each)) for each in value)
        return str(value)

    def _spoken(self, visitor: Visitor, key: str, otherwise: str) -> str:
        key = f"audit.{key}"
        return self._frame.say(visitor, key) if key in self._frame.words.keys else otherwise

    def _midnight(self, told: str, *, days: int = 0) -> datetime | None:
        """Return the beginning of a day of the office, None for what is no date."""
        try:
            day = date.fromisoformat(told) + timedelta(days=days)
        except (ValueError, OverflowError):
            return None
        return datetime.combine(day, time(), self._zone) if day.year > 1 else None


def _address(asked: dict[str, str], before: int | None = None) -> str:
    query = {name: value for name, value in asked.items() if value}
    if before is not None:
        query["before"] = str(before)
    return url("/audit") + (f"?{urlencode(query)}" if query else "")

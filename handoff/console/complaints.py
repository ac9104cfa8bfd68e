"""/console/complaints: the register of complaints, its files, and what officers write into it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.address import day_of, number_of, text_of
from handoff.console.forms import LONGEST_LINE
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.console.reports import TYPES, writer
from handoff.ports.desk import Unfit
from handoff.ports.values import NotFound, Stale
from handoff.reports.register import (
    LONGEST_ANSWER,
    LONGEST_COMPLAINT,
    MOST,
    SOURCES,
    STANDINGS,
    WAYS,
    WAYS_TO_THE_OFFICE,
    Arrival,
    Complaint,
    Complaints,
    Entry,
    Wanted,
)


class ComplaintPages:
    """Shows the register. Its filters stand in the address: since, until, source, standing."""

    def __init__(self, frame: Frame, complaints: Complaints) -> None:
        self._frame, self._complaints = frame, complaints

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [
            Page("/complaints", self.show, role="supervisor", name="complaints"),
            Page("/complaints/register.{form}", self.file, role="supervisor"),
            Page("/complaints/new", self.take, ("GET", "POST"), role="supervisor", name="complaint_new"),
            Page("/complaints/{number}", self.one, ("GET", "POST"), role="supervisor", name="complaint"),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the register."""
        wanted = wanted_of(request.query_params)
        found = await self._complaints.register(wanted)
        say = partial(self._frame.say, visitor)
        return self._frame.page(
            visitor,
            "complaints.html",
            found=found,
            wanted=wanted,
            is_cut=len(found) >= MOST,
            is_narrowed=wanted != Wanted(),
            query=query_of(wanted),
            way=partial(self._way, visitor),
            sources=[
                ("", say("complaints.any")),
                *((each, say(f"complaints.source_{each}")) for each in SOURCES),
            ],
            standings=[
                ("", say("complaints.any")),
                *((each, say(f"complaints.standing_{each}")) for each in STANDINGS),
            ],
            kept=request.query_params.get("kept"),
            taken=request.query_params.get("taken"),
        )

    async def take(self, request: Request, visitor: Visitor) -> Response:
        """Note a complaint that came to the office itself."""
        if request.method == "GET":
            return self._new(visitor, Arrival("citizen", WAYS_TO_THE_OFFICE[0], "", form=uuid4().hex[:12]))
        form = await request.form()
        written = arrival_of({name: value if isinstance(value, str) else "" for name, value in form.items()})
        try:
            number = await self._complaints.take(visitor.officer, written)
        except Unfit as refusal:
            problem = self._frame.say(visitor, f"desk.{refusal.reason}", detail=refusal.detail)
            return self._new(visitor, written, problem=problem, status=422)
        return RedirectResponse(url(f"/complaints?taken={number}"), 303)

    def _new(self, visitor: Visitor, written: Arrival, *, problem: str = "", status: int = 200) -> Response:
        say = partial(self._frame.say, visitor)
        return self._frame.page(
            visitor,
            "complaint_new.html",
            status,
            written=written,
            problem=problem,
            ways=[(each, self._way(visitor, each)) for each in WAYS_TO_THE_OFFICE],
            sources=[(each, say(f"complaints.source_{each}")) for each in SOURCES],
            longest=LONGEST_COMPLAINT,
        )

    async def file(self, request: Request, visitor: Visitor) -> Response:
        """Return the register as a file, pdf or xlsx, with the same filters."""
        form = request.path_params["form"]
        if form not in TYPES:
            raise NotFound
        document = await self._complaints.document(wanted_of(request.query_params))
        content = await asyncio.to_thread(writer(form), document)
        disposition = f'attachment; filename="register-pengaduan.{form}"'
        return Response(content, media_type=TYPES[form], headers={"Content-Disposition": disposition})

    async def one(self, request: Request, visitor: Visitor) -> Response:
        """Show one complaint, and keep what is written into the register."""
        known = await self._complaints.one(text_of(request.path_params["number"]) or "")
        if request.method == "GET":
            written = Entry(
                known.source,
                known.came_by,
                known.has_evidence,
                known.answer,
                came_on=known.came_on,
                answered_on=known.answered_on,
            )
            return self._form(visitor, known, written)
        form = await request.form()
        fields = {name: value if isinstance(value, str) else "" for name, value in form.items()}
        written = entry_of(fields)
        seen = number_of(fields.get("version"), digits=9) or 0
        try:
            await self._complaints.enter(visitor.officer, known.number, written, version=seen)
        except Unfit as refusal:
            problem = self._frame.say(visitor, f"desk.{refusal.reason}", detail=refusal.detail)
            return self._form(visitor, known, written, problem=problem, status=422)
        except Stale:
            problem = self._frame.say(visitor, "complaints.stale")
            return self._form(visitor, known, written, problem=problem, status=409)
        return RedirectResponse(url(f"/complaints?kept={known.number}"), 303)

    def _form(
        self, visitor: Visitor, known: Complaint, written: Entry, *, problem: str = "", status: int = 200
    ) -> Response:
        say = partial(self._frame.say, visitor)
        ways = [(each, self._way(visitor, each)) for each in dict.fromkeys((*WAYS, written.came_by)) if each]
        return self._frame.page(
            visitor,
            "complaint.html",
            status,
            known=known,
            written=written,
            problem=problem,
            ways=ways,
            sources=[(each, say(f"complaints.source_{each}")) for each in SOURCES],
            longest=LONGEST_ANSWER,
        )

    def _way(self, visitor: Visitor, name: str) -> str:
        """Return what a way is called; one without a word of ours by its own name."""
        key = f"complaints.way_{name}"
        return self._frame.say(visitor, key) if key in self._frame.words.keys else name


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """Read an address; what makes no sense is as if it were not there."""
    return Wanted(
        since=day_of(asked.get("since")),
        until=day_of(asked.get("until")),
        source=next((each for each in SOURCES if each == asked.get("source")), None),
        standing=next((each for each in STANDINGS if each == asked.get("standing")), None),
    )


def query_of(wanted: Wanted, **changed: Any) -> str:
    """Return the address of a filter, with what is changed in it."""
    which = replace(wanted, **changed)
    values = {
        "since": which.since,
        "until": which.until,
        "source": which.source,
        "standing": which.standing,
    }
    return urlencode({name: value for name, value in values.items() if value})


def entry_of(fields: Mapping[str, str]) -> Entry:
    """Read the form."""
    return Entry(
        source="ombudsman" if fields.get("source") == "ombudsman" else "citizen",
        came_by=fields.get("came_by", "")[:32],
        has_evidence=bool(fields.get("has_evidence")),
        answer=fields.get("answer", "").replace("\r\n", "\n")[: LONGEST_ANSWER + 1],
        came_on=day_of(fields.get("came_on")),
        answered_on=day_of(fields.get("answered_on")),
    )


def arrival_of(fields: Mapping[str, str]) -> Arrival:
    """Read the form of a complaint that came to the office."""
    return Arrival(
        source="ombudsman" if fields.get("source") == "ombudsman" else "citizen",
        came_by=fields.get("came_by", "")[:32],
        text=fields.get("text", "").replace("\r\n", "\n")[: LONGEST_COMPLAINT + 1],
        has_evidence=bool(fields.get("has_evidence")),
        name=fields.get("name", "")[:LONGEST_LINE],
        email=fields.get("email", "")[:LONGEST_LINE],
        phone=fields.get("phone", "")[:LONGEST_LINE],
        came_on=day_of(fields.get("came_on")),
        form=fields.get("form", "")[:12],
    )

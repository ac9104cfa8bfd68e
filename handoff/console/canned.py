"""/console/canned: the replies that officers keep ready, to be read, added, changed and removed by everybody."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.console.frame import Frame, Page, Visitor, url
from handoff.console.visible import line
from handoff.ports.canned import VARIABLES, Canned, CannedReplies
from handoff.ports.desk import Unfit

LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Written:
    """What a form says of a canned reply."""

    shortcut: str = ""
    title: str = ""
    text_id: str = ""
    text_en: str = ""

    def named(self) -> dict[str, str]:
        """Return it as the door takes it."""
        return {
            "shortcut": self.shortcut,
            "title": self.title,
            "text_id": self.text_id,
            "text_en": self.text_en,
        }


class CannedPages:
    """Shows and keeps canned replies."""

    def __init__(self, frame: Frame, canned: CannedReplies) -> None:
        self._frame = frame
        self._canned = canned

    def pages(self) -> list[Page]:
        """Return the list, and what is done in it."""
        return [
            Page("/canned", self._list, name="canned"),
            Page("/canned/add", self._add, ("GET", "POST")),
            Page("/canned/{canned:id}", self._one, ("GET", "POST")),
            Page("/canned/{canned:id}/remove", self._remove, ("GET", "POST")),
        ]

    async def _list(self, request: Request, visitor: Visitor) -> Response:
        words = request.query_params.get("q", "")[:100]
        found = await (self._canned.found(words, most=100) if words.strip() else self._canned.all())
        return self._frame.page(
            visitor, "canned.html", found=found, asked=words, line=line, kept=request.query_params.get("kept")
        )

    async def _add(self, request: Request, visitor: Visitor) -> Response:
        if request.method == "GET":
            return self._form(visitor, Written())
        written = _written(await request.form())
        try:
            await self._canned.add(visitor.officer, **written.named())
        except Unfit as refusal:
            return self._form(visitor, written, problem=self._why(visitor, refusal))
        return RedirectResponse(url("/canned?kept=1"), 303)

    async def _one(self, request: Request, visitor: Visitor) -> Response:
        known = await self._canned.one(request.path_params["canned"])
        if request.method == "GET":
            return self._form(
                visitor, Written(known.shortcut, known.title, known.text_id, known.text_en), known=known
            )
        written = _written(await request.form())
        try:
            await self._canned.change(visitor.officer, known.id, **written.named())
        except Unfit as refusal:
            return self._form(visitor, written, known=known, problem=self._why(visitor, refusal))
        return RedirectResponse(url("/canned?kept=1"), 303)

    async def _remove(self, request: Request, visitor: Visitor) -> Response:
        """Ask first, then remove: it cannot be taken back."""
        known = await self._canned.one(request.path_params["canned"])
        if request.method == "GET":
            return self._frame.page(visitor, "canned_remove.html", known=known)
        await self._canned.remove(visitor.officer, known.id)
        return RedirectResponse(url("/canned"), 303)

    def _form(
        self, visitor: Visitor, written: Written, *, known: Canned | None = None, problem: str = ""
    ) -> Response:
        return self._frame.page(
            visitor,
            "canned_form.html",
            422 if problem else 200,
            written=written,
            known=known,
            problem=problem,
            variables=VARIABLES,
        )

    def _why(self, visitor: Visitor, refusal: Unfit) -> str:
        return self._frame.say(visitor, f"desk.{refusal.reason}", detail=refusal.detail)


def _written(form: FormData) -> Written:
    def field(name: str, most: int) -> str:
        given = form.get(name, "")
        return (
            given.replace("\x00", "").replace("\r\n", "\n")[:most].strip() if isinstance(given, str) else ""
        )

    return Written(
        field("shortcut", 60).removeprefix("/"),
        field("title", 240),
        field("text_id", LONGEST_TEXT),
        field("text_en", LONGEST_TEXT),
    )

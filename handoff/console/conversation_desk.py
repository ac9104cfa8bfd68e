"""What an officer does on the conversation's page: reply, note, and every act on its ticket.

A form is posted and answered with where to look next (303); htmx gets the page's body at once. What is refused
changes nothing: the page says why, and what was written stays in the composer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.console.conversation import MOST_FILES_MB, Conversations
from handoff.console.conversation_acts import Acts, Asked, Problem
from handoff.console.conversation_view import Composing
from handoff.console.frame import MEGABYTE, Page, Visitor, url
from handoff.ports.desk import Desk, Overtaken, Reply, Then, Unfit, Upload
from handoff.ports.values import NotAllowed, NotFound, Stale, Taken

THEN: Mapping[str, Then] = {"send": "stay", "wait": "wait", "close": "close"}
REFUSED = (Stale, Taken, Unfit, NotAllowed)
_MARK = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class Why:
    """Why something was refused: the key of its words, the status of the answer, what fills the words."""

    key: str
    status: int
    given: Mapping[str, object] = field(default_factory=dict)


class ConversationDesk:
    """Does what officers want done."""

    def __init__(self, conversations: Conversations, desk: Desk) -> None:
        self._conversations = conversations
        self._frame = conversations.frame
        self._desk = desk
        self._acts = Acts(desk, ZoneInfo(self._frame.timezone)).by_name

    def pages(self) -> list[Page]:
        """Return where forms are posted to."""
        here = "/conversation/{conversation:id}"
        most = (MOST_FILES_MB + 1) * MEGABYTE
        return [
            Page(f"{here}/reply", self._reply, ("POST",), most_bytes=most),
            Page(f"{here}/do/{{act}}", self._do, ("POST",)),
        ]

    # The composer

    async def _reply(self, request: Request, visitor: Visitor) -> Response:
        form = await request.form()
        asked = Asked(visitor, request.path_params["conversation"], form)
        written = form.get("text", "")
        composing = Composing(
            text=written.replace("\x00", "") if isinstance(written, str) else "",
            is_note=form.get("mode") == "note",
            seen=asked.number("seen"),
            contact_id=asked.number("to") or None,
            cc=asked.text("cc"),
        )
        uploads = await _uploads(form)
        wanted = asked.text("do") or ("note" if composing.is_note else "send")
        if (wanted == "note") != composing.is_note or wanted not in {*THEN, "note"}:
            return await self._again(
                request, asked, composing, Why("conversation.problem_mode", 422), asks_files=bool(uploads)
            )
        if not composing.text.strip():
            key = "problem_empty_note" if composing.is_note else "problem_empty"
            return await self._again(
                request, asked, composing, Why(f"conversation.{key}", 422), asks_files=bool(uploads)
            )
        try:
            if composing.is_note:
                await self._desk.note(visitor.officer, asked.conversation_id, composing.text)
            else:
                reply = Reply(
                    composing.text,
                    composing.seen,
                    THEN[wanted],
                    composing.contact_id,
                    tuple(each for each in _MARK.split(composing.cc) if each),
                    uploads,
                )
                await self._desk.reply(visitor.officer, asked.conversation_id, reply)
        except REFUSED as refusal:
            why = why_of(refusal)
            return await self._again(request, asked, composing, why, asks_files=bool(uploads))
        return await self._done(request, asked)

    async def _again(
        self,
        request: Request,
        asked: Asked,
        composing: Composing,
        why: Why,
        *,
        asks_files: bool,
    ) -> Response:
        """Show the page with what was written, why it did not go out, and everything that has come since."""
        look = await self._conversations.threads.look(asked.officer.id, asked.conversation_id, most=1)
        problem = self._frame.say(asked.visitor, why.key, **why.given)
        shown = replace(composing, seen=look.last_id, problem=problem, asks_files=asks_files)
        return await self._conversations.show(
            asked.visitor,
            asked.conversation_id,
            status=why.status,
            is_part=_is_htmx(request),
            composing=shown,
        )

    async def _do(self, request: Request, visitor: Visitor) -> Response:
        act = self._acts.get(request.path_params["act"])
        if act is None:
            raise NotFound
        asked = Asked(visitor, request.path_params["conversation"], await request.form())
        try:
            await act(asked)
        except REFUSED as refusal:
            why = why_of(refusal)
        except NotFound:
            why = Why("conversation.not_found", 404)
        else:
            return await self._done(request, asked)
        return await self._conversations.show(
            visitor,
            asked.conversation_id,
            status=why.status,
            is_part=_is_htmx(request),
            problem=self._frame.say(visitor, why.key, **why.given),
        )

    async def _done(self, request: Request, asked: Asked) -> Response:
        """Show how the conversation stands now."""
        if _is_htmx(request):
            return await self._conversations.show(asked.visitor, asked.conversation_id, is_part=True)
        return RedirectResponse(url(f"/conversation/{asked.conversation_id}"), 303)


def why_of(refusal: Exception) -> Why:
    """Return why an act was refused."""
    match refusal:
        case Problem():
            return Why(refusal.reason, 422)
        case Overtaken(by=None):
            return Why("conversation.overtaken_citizen", 409)
        case Overtaken():
            return Why("conversation.overtaken", 409, {"name": refusal.by})
        case Taken():
            return Why("conversation.taken", 409, {"name": refusal.by})
        case Unfit():
            return Why(f"desk.{refusal.reason}", 422, {"detail": refusal.detail})
        case NotAllowed():
            return Why(f"desk.{refusal.reason}", 403)
        case _:
            return Why("conversation.stale", 409)


def _is_htmx(request: Request) -> bool:
    return "hx-request" in request.headers


async def _uploads(form: FormData) -> tuple[Upload, ...]:
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
    return tuple([Upload(each.filename or "", each.content_type or "", await each.read()) for each in files])

"""A person's own data (UU 27/2022): what is kept, a copy of it, forgetting it, and joining two who are one."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from handoff.address import number_of, text_of
from handoff.console.files import disposition
from handoff.console.forms import typed
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.ports.privacy import VERIFICATIONS, Holdings, Privacy, StillOpen, Verification
from handoff.ports.values import NotAllowed, NotFound

DONE = frozenset({"erased", "joined", "separated"})
LONGEST_NOTE = 500


class PersonPages:
    """The pages under /console/person."""

    def __init__(self, frame: Frame, privacy: Privacy) -> None:
        self._frame = frame
        self._privacy = privacy

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [
            Page("/person", self.search, name="persons"),
            Page("/person/{id}", self.show, name="person"),
            Page("/person/{id}/copy", self.copy, ("POST",)),
            Page("/person/{id}/erase", self.ask, role="supervisor"),
            Page("/person/{id}/erase", self.erase, ("POST",), role="supervisor"),
            Page("/person/{id}/join", self.candidates),
            Page("/person/{id}/join", self.join, ("POST",)),
            Page("/person/{id}/separate", self.separate, ("POST",)),
        ]

    async def search(self, request: Request, visitor: Visitor) -> Response:
        """Find persons by what an officer has at hand."""
        words = _searched(request)
        found = await self._privacy.find(visitor.officer, words) if words else ()
        return self._frame.page(visitor, "person_find.html", words=words, found=found)

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show what is kept about a person."""
        held = await self._held(request, visitor)
        if held.joined_into_id is not None:
            return RedirectResponse(f"{url('/person/')}{held.joined_into_id}", 303)
        done = request.query_params.get("done", "")
        return self._frame.page(visitor, "person.html", held=held, done=done if done in DONE else "")

    async def copy(self, request: Request, visitor: Visitor) -> Response:
        """Hand out all that is kept, as a ZIP."""
        told = await typed(request, "notes")
        number = _id(request)
        pieces = await self._privacy.copy(visitor.officer, number, with_notes=told["notes"] == "1")
        headers = {"Content-Disposition": disposition(f"salinan-data-{number}.zip")}
        return StreamingResponse(pieces, media_type="application/zip", headers=headers)

    async def ask(self, request: Request, visitor: Visitor) -> Response:
        """Say what an erasure does, before it is done."""
        return self._asked(visitor, await self._held(request, visitor))

    async def erase(self, request: Request, visitor: Visitor) -> Response:
        """Forget a person."""
        told = await typed(request, "confirmation")
        number = _id(request)
        try:
            await self._privacy.erase(visitor.officer, number, confirmation=told["confirmation"])
        except (NotAllowed, StillOpen) as refusal:
            held = await self._held(request, visitor)
            problem = "" if isinstance(refusal, StillOpen) else refusal.reason
            return self._asked(visitor, held, typed=told["confirmation"], problem=problem, status=422)
        return RedirectResponse(f"{url('/person/')}{number}?done=erased", 303)

    async def candidates(self, request: Request, visitor: Visitor) -> Response:
        """Find who else may be this person."""
        return await self._candidates(request, visitor, _searched(request))

    async def join(self, request: Request, visitor: Visitor) -> Response:
        """Make somebody else part of this person."""
        told = await typed(request, "other", "verification", "note", "q", most=LONGEST_NOTE)
        number = _id(request)
        try:
            await self._privacy.join(
                visitor.officer,
                number,
                _number(told["other"]),
                verification=_verification(told["verification"]),
                note=told["note"],
            )
        except NotAllowed as refusal:
            return await self._candidates(request, visitor, told["q"], told=told, problem=refusal.reason)
        return RedirectResponse(f"{url('/person/')}{number}?done=joined", 303)

    async def separate(self, request: Request, visitor: Visitor) -> Response:
        """Undo a join."""
        told = await typed(request, "join")
        number = _id(request)
        await self._privacy.separate(visitor.officer, number, _number(told["join"]))
        return RedirectResponse(f"{url('/person/')}{number}?done=separated", 303)

    def _asked(
        self, visitor: Visitor, held: Holdings, *, typed: str = "", problem: str = "", status: int = 200
    ) -> Response:
        return self._frame.page(visitor, "person_erase.html", status, held=held, typed=typed, problem=problem)

    async def _candidates(
        self,
        request: Request,
        visitor: Visitor,
        words: str,
        *,
        told: dict[str, str] | None = None,
        problem: str = "",
    ) -> Response:
        held = await self._held(request, visitor)
        found = await self._privacy.find(visitor.officer, words) if words else ()
        others = [each for each in found if each.id != held.id and each.erased_at is None]
        ways = [(each, self._frame.say(visitor, f"person.verified_{each}")) for each in VERIFICATIONS]
        return self._frame.page(
            visitor,
            "person_join.html",
            422 if problem else 200,
            held=held,
            words=words,
            others=others,
            ways=ways,
            told=told or {"other": "", "verification": "", "note": ""},
            problem=problem,
        )

    async def _held(self, request: Request, visitor: Visitor) -> Holdings:
        return await self._privacy.holdings(visitor.officer, _id(request))


def _searched(request: Request) -> str:
    return (text_of(request.query_params.get("q"), longest=200) or "").strip()


def _id(request: Request) -> int:
    return _number(request.path_params["id"])


def _number(told: str) -> int:
    number = number_of(told)
    if number is None:
        raise NotFound
    return number


def _verification(told: str) -> Verification:
    found = next((each for each in VERIFICATIONS if each == told), None)
    if found is None:
        raise NotAllowed("Pilih bagaimana Anda memastikannya.")
    return found

"""An officer's own account: name, language, password, second factor, sessions."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.console.factor import grouped, picture
from handoff.console.forms import secret, typed
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.console.guard import Cookies
from handoff.console.words import LANGUAGES
from handoff.ports.accounts import (
    Entered,
    Entrance,
    Invalid,
    OwnAccount,
    TooManyTries,
    WeakPassword,
    WrongCode,
    WrongLogin,
)

DONE = frozenset({"described", "password", "factor", "factor_gone", "sessions"})


class Me:
    """The page /console/me and its forms."""

    def __init__(self, frame: Frame, entrance: Entrance, own: OwnAccount, cookies: Cookies) -> None:
        self._frame = frame
        self._entrance = entrance
        self._own = own
        self._cookies = cookies

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [
            Page("/me", self.show, name="me"),
            Page("/me", self.describe, ("POST",)),
            Page("/me/language", self.speak, ("POST",)),
            Page("/me/password", self.change_password, ("POST",)),
            Page("/me/factor", self.offer, ("POST",)),
            Page("/me/factor.svg", self.picture),
            Page("/me/factor/confirm", self.enrol, ("POST",)),
            Page("/me/factor/drop", self.drop, ("POST",)),
            Page("/me/sessions", self.end_others, ("POST",)),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the account."""
        done = request.query_params.get("done", "")
        return await self._page(visitor, done=done if done in DONE else "")

    async def describe(self, request: Request, visitor: Visitor) -> Response:
        """Change name, address and language."""
        told = await typed(request, "name", "email", "language")
        language = told["language"] if told["language"] in LANGUAGES else visitor.language
        try:
            await self._own.describe(
                visitor.officer.id, name=told["name"], email=told["email"], language=language
            )
        except Invalid as refusal:
            return await self._page(visitor, {refusal.fault: refusal.fault}, told=told)
        return _done("described")

    async def speak(self, request: Request, visitor: Visitor) -> Response:
        """Change the language alone, from anywhere."""
        language = (await typed(request, "language"))["language"]
        if language in LANGUAGES:
            await self._own.speak(visitor.officer.id, language)
        return RedirectResponse(url("/me"), 303)

    async def change_password(self, request: Request, visitor: Visitor) -> Response:
        """Change the password; the other sessions end."""
        new = await secret(request, "password")
        if new != await secret(request, "repeated"):
            return await self._page(visitor, {"repeated": "repeated"})
        try:
            entered = await self._own.change_password(
                visitor.officer.id, old=await secret(request, "old"), new=new, source=visitor.source
            )
        except WrongLogin:
            return await self._page(visitor, {"old": "old"})
        except WeakPassword as refusal:
            return await self._page(visitor, {"password": refusal.fault})
        except TooManyTries as refusal:
            return self._shut(visitor, refusal)
        return self._anew(entered, "password")

    async def offer(self, request: Request, visitor: Visitor) -> Response:
        """Show a new second factor to somebody who says their password."""
        try:
            sealed = await self._entrance.offer_again(
                visitor.officer, password=await secret(request, "proof"), source=visitor.source
            )
        except WrongLogin:
            return await self._page(visitor, {"proof": "old"})
        except TooManyTries as refusal:
            return self._shut(visitor, refusal)
        return await self._factor(visitor, sealed)

    async def picture(self, request: Request, visitor: Visitor) -> Response:
        """Draw the offered second factor for its officer."""
        try:
            _, address = await self._entrance.shown(visitor.officer, request.query_params.get("offer", ""))
        except WrongCode:
            return self._frame.notice(visitor, "frame.missing", 404)
        return picture(address)

    async def enrol(self, request: Request, visitor: Visitor) -> Response:
        """Take the code that proves that the app has the secret; the other sessions end."""
        sealed = (await typed(request, "offer", most=2000))["offer"]
        code = (await typed(request, "code"))["code"]
        token = request.cookies.get(self._cookies.session, "")
        try:
            entered = await self._entrance.enrol(token, sealed, code, source=visitor.source)
        except WrongCode:
            return await self._factor(
                visitor, sealed, problem=self._frame.say(visitor, "accounts.fault_code")
            )
        except TooManyTries as refusal:
            return self._shut(visitor, refusal)
        return self._anew(entered, "factor")

    async def drop(self, request: Request, visitor: Visitor) -> Response:
        """Take the second factor away, which an admin may not."""
        try:
            await self._own.drop_factor(
                visitor.officer.id, password=await secret(request, "proof"), source=visitor.source
            )
        except WrongLogin:
            return await self._page(visitor, {"proof": "old"})
        except TooManyTries as refusal:
            return self._shut(visitor, refusal)
        return _done("factor_gone")

    async def end_others(self, request: Request, visitor: Visitor) -> Response:
        """End all sessions but this one."""
        await self._own.end_others(visitor.officer.id, but=visitor.session)
        return _done("sessions")

    async def _page(
        self,
        visitor: Visitor,
        faults: dict[str, str] | None = None,
        *,
        told: dict[str, str] | None = None,
        done: str = "",
    ) -> Response:
        officer = visitor.officer
        problems = {
            field: self._frame.say(visitor, f"accounts.fault_{fault}")
            for field, fault in (faults or {}).items()
        }
        return self._frame.page(
            visitor,
            "me.html",
            422 if problems else 200,
            told=told or {"name": officer.name, "email": officer.email, "language": officer.language},
            problems=problems,
            done=self._frame.say(visitor, f"me.done_{done}") if done else "",
            has_factor=await self._own.has_factor(officer.id),
            sessions=await self._own.own_sessions(officer.id),
        )

    async def _factor(self, visitor: Visitor, sealed: str, *, problem: str = "") -> Response:
        try:
            plain, _ = await self._entrance.shown(visitor.officer, sealed)
        except WrongCode:
            return RedirectResponse(url("/me"), 303)
        status = 422 if problem else 200
        return self._frame.page(
            visitor, "me_factor.html", status, offer=sealed, plain=grouped(plain), problem=problem
        )

    def _anew(self, entered: Entered, done: str) -> Response:
        response = _done(done)
        self._cookies.give(response, self._cookies.session, entered.token)
        return response

    def _shut(self, visitor: Visitor, refusal: TooManyTries) -> Response:
        return self._frame.page(visitor, "me_shut.html", 429, until=refusal.until)


def _done(what: str) -> Response:
    return RedirectResponse(f"{url('/me')}?done={what}", 303)

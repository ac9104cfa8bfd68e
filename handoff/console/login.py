"""Coming in and going out: password, second factor, one-time links."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.console.factor import grouped, picture
from handoff.console.forms import back_to, secret, typed
from handoff.console.frame import Frame, Guest, OpenPage, Page, Visitor, url
from handoff.console.guard import Cookies
from handoff.console.words import LANGUAGES
from handoff.ports.accounts import (
    Entered,
    Entrance,
    Invalid,
    Session,
    Step,
    TooManyTries,
    Unreadable,
    WeakPassword,
    WrongCode,
    WrongLogin,
)

YEAR = 31_536_000
_PLACES: dict[Step, str] = {"code": "/login/code", "enrol": "/login/factor"}


class Login:
    """The pages that are open to everybody, and the way out."""

    def __init__(self, frame: Frame, entrance: Entrance, cookies: Cookies) -> None:
        self._frame = frame
        self._entrance = entrance
        self._cookies = cookies

    def pages(self) -> Sequence[Page | OpenPage]:
        """Return the pages of this room."""
        return [
            OpenPage("/login", self.show, name="login"),
            OpenPage("/login", self.enter, ("POST",)),
            OpenPage("/login/code", self.ask_code),
            OpenPage("/login/code", self.confirm, ("POST",)),
            OpenPage("/login/factor", self.offer),
            OpenPage("/login/factor", self.enrol, ("POST",)),
            OpenPage("/login/factor.svg", self.picture),
            OpenPage("/welcome/{link}", self.welcome),
            OpenPage("/welcome/{link}", self.accept, ("POST",)),
            OpenPage("/language", self.speak, ("POST",)),
            Page("/logout", self.leave, ("POST",)),
        ]

    async def show(self, request: Request, guest: Guest) -> Response:
        """Show the form, unless somebody is in already or half in."""
        session = await self._session(request)
        if session is not None:
            return _on(session.step, request.query_params.get("next", ""))
        return self._form(guest, request.query_params.get("next", ""))

    async def enter(self, request: Request, guest: Guest) -> Response:
        """Take login and password."""
        told = await typed(request, "login", "next")
        password = await secret(request, "password")
        try:
            entered = await self._entrance.enter(told["login"], password, source=guest.source)
        except WrongLogin:
            return self._form(guest, told["next"], login=told["login"], problem="login.wrong", status=422)
        except TooManyTries as refusal:
            return self._shut(guest, refusal)
        return self._in(entered, told["next"])

    async def ask_code(self, request: Request, guest: Guest) -> Response:
        """Ask for the code of the second factor."""
        session = await self._session(request)
        if session is None or session.step != "code":
            return _on(session.step if session else None, request.query_params.get("next", ""))
        return self._code(guest, request.query_params.get("next", ""))

    async def confirm(self, request: Request, guest: Guest) -> Response:
        """Take the code."""
        told = await typed(request, "code", "next")
        try:
            entered = await self._entrance.confirm(self._token(request), told["code"], source=guest.source)
        except WrongLogin:
            return _on(None, told["next"])
        except WrongCode:
            return self._code(guest, told["next"], problem="login.code_wrong", status=422)
        except Unreadable:
            return self._code(guest, told["next"], problem="login.code_unreadable", status=422)
        except TooManyTries as refusal:
            return self._shut(guest, refusal)
        return self._in(entered, told["next"])

    async def offer(self, request: Request, guest: Guest) -> Response:
        """Show a new second factor to an admin who has none."""
        session = await self._session(request)
        if session is None or session.step != "enrol":
            return _on(session.step if session else None, request.query_params.get("next", ""))
        sealed = await self._entrance.offer(session.officer)
        return await self._factor(guest, session, sealed, request.query_params.get("next", ""))

    async def enrol(self, request: Request, guest: Guest) -> Response:
        """Take the code that proves that the app has the secret."""
        told = await typed(request, "code", "next")
        sealed = (await typed(request, "offer", most=2000))["offer"]
        session = await self._session(request)
        if session is None or session.step != "enrol":
            return _on(session.step if session else None, told["next"])
        try:
            entered = await self._entrance.enrol(
                self._token(request), sealed, told["code"], source=guest.source
            )
        except WrongLogin:
            return _on(None, told["next"])
        except WrongCode:
            return await self._factor(guest, session, sealed, told["next"], problem="login.code_wrong")
        except TooManyTries as refusal:
            return self._shut(guest, refusal)
        return self._in(entered, told["next"])

    async def picture(self, request: Request, guest: Guest) -> Response:
        """Draw the offered second factor for its officer."""
        session = await self._session(request)
        if session is None or session.step != "enrol":
            return _on(None, "")
        try:
            _, address = await self._entrance.shown(session.officer, request.query_params.get("offer", ""))
        except WrongCode:
            return self._frame.notice(guest, "frame.missing", 404)
        return picture(address)

    async def welcome(self, request: Request, guest: Guest) -> Response:
        """Show what a one-time link is for; it is used only when the form is sent."""
        link = request.path_params["link"]
        invited = await self._entrance.invited(link)
        told = {"name": "" if invited.is_new else invited.officer.name, "email": invited.officer.email}
        return self._frame.page(guest, "welcome.html", invited=invited, told=told, problems={})

    async def accept(self, request: Request, guest: Guest) -> Response:
        """Set the password of who was invited, and let them in."""
        link = request.path_params["link"]
        invited = await self._entrance.invited(link)
        told = await typed(request, "name", "email")
        password, repeated = await secret(request, "password"), await secret(request, "repeated")
        problems: dict[str, str] = {}
        if password != repeated:
            problems["repeated"] = self._frame.say(guest, "accounts.fault_repeated")
        else:
            try:
                entered = await self._entrance.accept(
                    link, name=told["name"], email=told["email"], password=password, source=guest.source
                )
            except WeakPassword as refusal:
                problems["password"] = self._frame.say(guest, f"accounts.fault_{refusal.fault}")
            except Invalid as refusal:
                problems[refusal.fault] = self._frame.say(guest, f"accounts.fault_{refusal.fault}")
            else:
                return self._in(entered, "")
        return self._frame.page(guest, "welcome.html", 422, invited=invited, told=told, problems=problems)

    async def speak(self, request: Request, guest: Guest) -> Response:
        """Change the language of the open pages on this browser."""
        told = await typed(request, "language", "here")
        language = told["language"] if told["language"] in LANGUAGES else LANGUAGES[0]
        here = told["here"]
        is_open = here.startswith((url("/login"), url("/welcome/"))) and "//" not in here and "\\" not in here
        response = RedirectResponse(here if is_open else url("/login"), 303)
        self._cookies.give(response, self._cookies.language, language, YEAR)
        return response

    async def leave(self, request: Request, visitor: Visitor) -> Response:
        """End the session."""
        await self._entrance.leave(visitor.session)
        response = RedirectResponse(url("/login"), 303)
        self._cookies.take(response, self._cookies.session)
        return response

    def _token(self, request: Request) -> str:
        return request.cookies.get(self._cookies.session, "")

    async def _session(self, request: Request) -> Session | None:
        token = self._token(request)
        return await self._entrance.session(token) if token else None

    def _in(self, entered: Entered, after: str) -> Response:
        """Hand over the new session's token; the one before, if any, opens nothing any more."""
        response = _on(entered.step, after)
        self._cookies.give(response, self._cookies.session, entered.token)
        return response

    def _form(
        self, guest: Guest, after: str, *, login: str = "", problem: str = "", status: int = 200
    ) -> Response:
        problem = self._frame.say(guest, problem) if problem else ""
        return self._frame.page(guest, "login.html", status, after=after, login=login, problem=problem)

    def _code(self, guest: Guest, after: str, *, problem: str = "", status: int = 200) -> Response:
        problem = self._frame.say(guest, problem) if problem else ""
        return self._frame.page(guest, "login_code.html", status, after=after, problem=problem)

    async def _factor(
        self, guest: Guest, session: Session, sealed: str, after: str, *, problem: str = ""
    ) -> Response:
        try:
            plain, _ = await self._entrance.shown(session.officer, sealed)
        except WrongCode:  # too old: begin again
            return _on("enrol", after)
        return self._frame.page(
            guest,
            "login_factor.html",
            422 if problem else 200,
            after=after,
            offer=sealed,
            plain=grouped(plain),
            problem=self._frame.say(guest, problem) if problem else "",
        )

    def _shut(self, guest: Guest, refusal: TooManyTries) -> Response:
        """Say until when nothing is tried; the same for names that nobody has."""
        response = self._frame.page(guest, "login_shut.html", 429, until=refusal.until)
        seconds = int((refusal.until - self._frame.now()).total_seconds())
        response.headers["Retry-After"] = str(max(1, seconds))
        return response


def _on(step: Step | None, after: str) -> Response:
    """Go on: to the login (None), to what is still missing, or to where somebody wanted to go."""
    if step == "":
        return RedirectResponse(back_to(after), 303)
    place = url(_PLACES[step] if step else "/login")
    return RedirectResponse(place + (f"?next={quote(after, safe='')}" if after else ""), 303)

"""The one place where a request to the console is let in or not.

Every page goes through here, so that none can forget to ask: who is it (session), may they (role), do they
mean it (CSRF token, OWASP "synchronizer token"), and is it of a size that can be read.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import quote, urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handoff.console.frame import MEGABYTE, Frame, Guest, OpenPage, Page, Visitor, url
from handoff.console.words import LANGUAGES
from handoff.ports.accounts import Session, Sessions
from handoff.ports.values import NotAllowed, NotFound, Stale, Taken

log = structlog.get_logger()

SAFE = frozenset({"GET", "HEAD"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Headers:
    """ASGI middleware: strict headers on every response, unless the response brings its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_guarded)


class TooLarge(Exception):
    """A request's body is larger than its page takes."""


class Cookies:
    """The console's cookies. Where the outside comes by https they are bound to this host (`__Host-`).

    `key` signs what is given to guests, who have no row in the database.
    """

    def __init__(self, *, is_https: bool, key: bytes) -> None:
        self._is_https = is_https
        self._key = key
        prefix = "__Host-" if is_https else ""
        self.session, self.guest, self.language = (
            f"{prefix}pst",
            f"{prefix}pst-guest",
            f"{prefix}pst-language",
        )

    def give(self, response: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Set a cookie that scripts cannot read and other sites' forms do not send; None: until the browser ends."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._is_https, httponly=True, samesite="lax"
        )

    def take(self, response: Response, name: str) -> None:
        """Have the browser forget a cookie."""
        response.delete_cookie(name, path="/", secure=self._is_https, httponly=True, samesite="lax")

    def csrf_of(self, guest: str) -> str:
        """Return what a guest's forms bring along: nobody who cannot read the page knows it."""
        return hmac.new(self._key, guest.encode(), sha256).hexdigest()


class Guard:
    """Wraps endpoints."""

    def __init__(self, frame: Frame, sessions: Sessions, cookies: Cookies) -> None:
        self._frame = frame
        self._sessions = sessions
        self._cookies = cookies

    def officers(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return a page's endpoint that only officers of its role reach."""

        async def guarded(request: Request) -> Response:
            session = await self._session(request)
            if session is None:
                return _to_login(request)
            visitor = Visitor(
                session.officer, session.csrf, session.digest, request.url.path, source_of(request)
            )
            if not session.officer.is_at_least(page.role):
                role = self._frame.say(visitor, f"frame.role_{page.role}")
                reason = self._frame.say(visitor, "frame.refused_role", role=role)
                return self._frame.notice(visitor, "frame.refused", 403, reason=reason)
            return await self._ask(request, page, visitor)

        return guarded

    def everybody(self, page: OpenPage) -> Callable[[Request], Awaitable[Response]]:
        """Return an open page's endpoint."""

        async def guarded(request: Request) -> Response:
            token = request.cookies.get(self._cookies.guest) or token_urlsafe(24)
            language = request.cookies.get(self._cookies.language, "")
            guest = Guest(
                self._cookies.csrf_of(token),
                request.url.path,
                language if language in LANGUAGES else LANGUAGES[0],
                source_of(request),
            )
            response = await self._ask(request, page, guest)
            if self._cookies.guest not in request.cookies:
                self._cookies.give(response, self._cookies.guest, token)
            return response

        return guarded

    async def _session(self, request: Request) -> Session | None:
        token = request.cookies.get(self._cookies.session)
        session = await self._sessions.session(token) if token else None
        return session if session is not None and not session.step else None

    async def _ask(self, request: Request, page: Page | OpenPage, visitor: Visitor | Guest) -> Response:
        """Ask the endpoint, and say in words what it raises."""
        request = Request(request.scope, _bounded(request, page.most_bytes))
        try:
            if request.method not in SAFE and not await _is_meant(request, visitor.csrf):
                return self._frame.notice(visitor, "frame.refused_form", 403)
            return await page.endpoint(request, visitor)  # type: ignore[arg-type]  # each kind has its own
        except TooLarge:
            return self._frame.notice(visitor, "frame.large", 413, n=page.most_bytes // MEGABYTE or 1)
        except NotFound:
            return self._frame.notice(visitor, "frame.missing", 404)
        except NotAllowed as refusal:
            return self._frame.notice(visitor, "frame.refused", 403, reason=refusal.reason)
        except Taken as taken:
            return self._frame.notice(visitor, "frame.taken", 409, name=taken.by)
        except Stale:
            return self._frame.notice(visitor, "frame.stale", 409)
        except Exception:  # whatever it is, the officer gets a page that says so
            log.exception("page failed", page=page.path)
            return self._frame.notice(visitor, "frame.broken", 500)
        finally:
            await request.close()


async def _is_meant(request: Request, csrf: str) -> bool:
    """Tell whether a form, or htmx in its header, brings the token that only our own pages know."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    brought = request.headers.get("x-csrf-token")
    if brought is None:
        given = (await request.form()).get("csrf")
        brought = given if isinstance(given, str) else ""
    return hmac.compare_digest(brought.encode(), csrf.encode())


def _bounded(request: Request, most: int) -> Receive:
    """Return what reads a request's body up to so many bytes; then it raises `TooLarge`."""
    read = 0

    async def receive() -> Message:
        nonlocal read
        message = await request.receive()
        read += len(message.get("body", b""))
        if read > most:
            raise TooLarge
        return message

    return receive


def source_of(request: Request) -> str:
    """Return the address a request comes from.

    uvicorn reads X-Forwarded-For only from proxies it is told to trust (loopback, or FORWARDED_ALLOW_IPS).
    """
    return request.client.host if request.client else ""


def _to_login(request: Request) -> Response:
    """Send somebody without a session to the login, which brings them back."""
    asked = request.headers.get("hx-current-url") or (str(request.url) if request.method in SAFE else "")
    parts = urlsplit(asked)
    back = parts.path + (f"?{parts.query}" if parts.query else "")
    login = url("/login") + (f"?next={quote(back, safe='')}" if back else "")
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": login})
    return RedirectResponse(login, 303)

"""The console, put together: every room's pages behind one guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from handoff.console import words
from handoff.console.attention import Attention
from handoff.console.audit import AuditPages
from handoff.console.canned import CannedPages
from handoff.console.complaints import ComplaintPages
from handoff.console.conversation import Conversations
from handoff.console.conversation_desk import ConversationDesk
from handoff.console.doors import Doors
from handoff.console.figures import FigurePages
from handoff.console.files import FilePages
from handoff.console.frame import BASE, HERE, VENDOR, Frame, OpenPage, Page, Visitor, vendor_folder
from handoff.console.guard import Cookies, Guard, Headers
from handoff.console.home import Home
from handoff.console.inbox import Inbox
from handoff.console.letter import LetterPages
from handoff.console.live import Live
from handoff.console.login import Login
from handoff.console.me import Me
from handoff.console.people import PeoplePages
from handoff.console.person import PersonPages
from handoff.console.reports import ReportPages
from handoff.console.surveys import SurveyRoom
from handoff.ports.values import NotFound

STATIC_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address names the version


@dataclass(frozen=True, slots=True)
class Place:
    """Where the console stands: whose office, its time, its address from outside, what signs what guests get."""

    office_name: str
    timezone: str
    now: Callable[[], datetime]
    public_url: str
    key: bytes
    is_simulation: bool = False


class Room(Protocol):
    """A page module."""

    def pages(self) -> Sequence[Page | OpenPage]:
        """Return the room's pages."""
        ...


class Console:
    """The officers' pages under /console."""

    def __init__(self, doors: Doors, place: Place) -> None:
        self.cookies = Cookies(is_https=place.public_url.startswith("https://"), key=place.key)
        self.frame = Frame(
            words.load(),
            office_name=place.office_name,
            timezone=place.timezone,
            now=place.now,
            is_simulation=place.is_simulation,
        )
        self._guard = Guard(self.frame, doors.accounts, self.cookies)
        self.rooms: Sequence[Room] = self._rooms(doors, place)

    def _rooms(self, doors: Doors, place: Place) -> Sequence[Room]:
        frame, cookies = self.frame, self.cookies
        conversations = Conversations(frame, doors.talk)
        return [
            Login(frame, doors.accounts, cookies),
            Home(frame, doors.home, doors.inbox),
            Attention(frame, doors.attention),
            Inbox(frame, doors.inbox),
            PersonPages(frame, doors.privacy),
            Live(doors.news, doors.accounts),
            Me(frame, doors.accounts, doors.accounts, cookies),
            PeoplePages(frame, doors.people, place.public_url),
            ReportPages(frame, doors.reports),
            FigurePages(frame, doors.figures, doors.inbox, doors.surveys),
            ComplaintPages(frame, doors.complaints),
            SurveyRoom(frame, doors.surveys, doors.reports),
            AuditPages(frame, doors.audit),
            FilePages(doors.files),
            LetterPages(frame, doors.letters),
            conversations,
            ConversationDesk(conversations, doors.talk.desk),
            CannedPages(frame, doors.talk.canned),
        ]

    def pages(self) -> list[Page | OpenPage]:
        """Return every page, for the routes and for tests."""
        return [page for room in self.rooms for page in room.pages()]

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes for the program's web app."""
        nowhere = Page("/{rest:path}", _missing, ("GET", "POST"))
        inner: list[BaseRoute] = [self._route(page) for page in (*self.pages(), nowhere)]
        static = Mount("/static", routes=[*_vendor(), Mount("/", _Static(directory=HERE / "static"))])
        return [
            Route(BASE, _to_home),
            Mount(BASE, routes=[static, *inner], middleware=[Middleware(Headers)]),
        ]

    def hang_up(self) -> None:
        """End the open event streams, which would keep a web server from stopping; safe at any time."""
        for room in self.rooms:
            hang_up = getattr(room, "hang_up", None)
            if hang_up is not None:
                hang_up()

    def _route(self, page: Page | OpenPage) -> Route:
        guarded = self._guard.officers(page) if isinstance(page, Page) else self._guard.everybody(page)
        return Route(page.path, guarded, methods=list(page.methods), name=page.name)


class _Static(StaticFiles):
    """Our own files; nothing in them is secret."""

    def file_response(self, *arguments: object, **named: object) -> Response:
        response = super().file_response(*arguments, **named)  # type: ignore[arg-type]  # handed on
        response.headers.update(STATIC_HEADERS)
        return response


def _vendor() -> list[Route]:
    folder = vendor_folder()

    def serve(file: str) -> Callable[[Request], Response]:
        def endpoint(_request: Request) -> Response:
            return FileResponse(folder / file, headers=STATIC_HEADERS, media_type="text/javascript")

        return endpoint

    return [Route(f"/vendor/{name}", serve(file)) for name, file in VENDOR.items()]


async def _missing(_request: Request, _visitor: Visitor) -> Response:
    raise NotFound


async def _to_home(_request: Request) -> Response:
    return RedirectResponse(f"{BASE}/")

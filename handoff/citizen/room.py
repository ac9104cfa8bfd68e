"""What the citizen's own pages have in common: how they are rendered, guarded, and the survey's questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from handoff.address import number_of
from handoff.citizen.words import Words
from handoff.ports.ratings import AlreadyReported, LinkEnded, Sheet
from handoff.ports.values import NotFound

HERE = Path(__file__).parent
MOST_BYTES = 16_384
LONGEST_COMMENT = 2_000  # characters
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}

Endpoint = Callable[[Request], Awaitable[Response]]
Pages = tuple[tuple[str, Endpoint, list[str]], ...]


class Opened(Protocol):
    """What a link opens, as far as every page needs it."""

    @property
    def language(self) -> str:
        """Return "id" or "en"."""
        ...

    @property
    def sheet(self) -> Sheet | None:
        """Return the questionnaire, None while no survey runs."""
        ...


class TooLarge(Exception):
    """The form is larger than any of ours."""


class LinkRoom:
    """Pages behind a link that only one citizen got, under `base`. A subclass says what the link opens."""

    base: str
    ended = "ended"
    """The words for a link that is too old."""

    def __init__(self, *, office_name: str, office_mail: str, is_simulation: bool = False) -> None:
        self._office_name, self._mail, self._is_simulation = office_name, office_mail, is_simulation
        self._room = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._words = Words()
        self._style = (HERE / "citizen.css").read_text(encoding="utf-8")

    async def open_link(self, token: str) -> Opened:
        """Return what a link opens. Raises `NotFound`, `LinkEnded`."""
        raise NotImplementedError

    async def keep_answer(self, token: str, code: str, score: int | None) -> None:
        """Keep the answer to one element, None: left out."""
        raise NotImplementedError

    async def keep_rest(self, token: str, profile: Mapping[str, str], remark: str) -> None:
        """Keep the rest of the questionnaire."""
        raise NotImplementedError

    def own_pages(self) -> Pages:
        """Return the pages besides the questionnaire's: path, endpoint, methods."""
        raise NotImplementedError

    def routes(self) -> list[BaseRoute]:
        """Return the routes under `base`."""
        pages: Pages = (
            *self.own_pages(),
            ("/{token}/survei/{number}", self.question, ["GET", "POST"]),
            ("/{token}/profil", self.profile, ["GET", "POST"]),
        )
        return [
            Route(f"{self.base}/citizen.css", self.style),
            *(
                Route(self.base + path, self._guarded(endpoint), methods=methods)
                for path, endpoint, methods in pages
            ),
        ]

    async def style(self, request: Request) -> Response:
        """Return the pages' style."""
        return PlainTextResponse(
            self._style, media_type="text/css", headers={"X-Content-Type-Options": "nosniff"}
        )

    async def question(self, request: Request) -> Response:
        """Ask one of the survey's questions; what was answered before is chosen already."""
        token, found = await self.opened(request)
        sheet, number = fillable(found), number_of(str(request.path_params["number"]))
        if sheet is None or not number or number > len(sheet.instrument.questions):
            return self.to(request, "/selesai")
        question = sheet.instrument.questions[number - 1]
        if request.method == "POST":
            form = await form_of(request)
            answer = number_of(form.get("score"))
            if answer is not None and not 1 <= answer <= len(question.answers):
                answer = None
            if answer is None and "skip" not in form:
                return self.page(
                    request, found, "question.html", 400, question=question, number=number, problem="choose"
                )
            await self.keep_answer(token, question.code, answer)
            is_last = number == len(sheet.instrument.questions)
            return self.to(request, "/profil" if is_last else f"/survei/{number + 1}")
        return self.page(request, found, "question.html", question=question, number=number, problem="")

    async def profile(self, request: Request) -> Response:
        """Ask who the respondent is, all of which may be left out, and end the survey."""
        token, found = await self.opened(request)
        sheet = fillable(found)
        if sheet is None:
            return self.to(request, "/selesai")
        if not sheet.scores:
            first = sheet.instrument.questions[0]
            return self.page(
                request, found, "question.html", question=first, number=1, problem="none_answered"
            )
        if request.method == "POST":
            form = await form_of(request)
            given = {
                trait.key: form.get(trait.key, "")
                for trait in sheet.instrument.traits
                if form.get(trait.key, "") in dict(trait.options)
            }
            await self.keep_rest(token, given, form.get("remark", "").strip()[:LONGEST_COMMENT])
            return self.to(request, "/selesai")
        return self.page(request, found, "profile.html", longest=LONGEST_COMMENT)

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            try:
                response = await endpoint(request)
            except NotFound:
                response = self._notice(request, "unknown", 404)
            except LinkEnded:
                response = self._notice(request, self.ended, 410)
            except AlreadyReported:
                response = self.to(request)
            except TooLarge:
                response = self._notice(request, "unknown", 413)
            response.headers.update(HEADERS)
            return response

        return guarded

    async def opened(self, request: Request) -> tuple[str, Opened]:
        """Return a request's token and what it opens. Raises `NotFound`, `LinkEnded`."""
        token = str(request.path_params["token"])
        return token, await self.open_link(token)

    def page(
        self, request: Request, found: Opened, template: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Render a page in the language of the request, or the citizen's own."""
        language = _language(request) or found.language
        return self._render(template, language, status, request=request, found=found, **values)

    def _notice(self, request: Request, key: str, status: int) -> HTMLResponse:
        return self._render("notice.html", _language(request) or "id", status, request=request, key=key)

    def _render(
        self, template: str, language: str, status: int, *, request: Request, **values: Any
    ) -> HTMLResponse:
        common = {
            "t": partial(self._said, language),
            "language": language,
            "other": "id" if language == "en" else "en",
            "query": f"?bahasa={language}",
            "path": request.url.path,
            "base": f"{self.base}/{request.path_params['token']}",
            "style": f"{self.base}/citizen.css",
            "office": self._office_name,
            "mail": self._mail,
            "is_simulation": self._is_simulation,
        }
        return HTMLResponse(self._room.get_template(template).render(**common, **values), status)

    def _said(self, language: str, key: str, **given: object) -> str:
        return self._words.say(key, language, **given)

    def to(self, request: Request, path: str = "") -> RedirectResponse:
        """Go on to another page of the same link."""
        language = _language(request)
        query = f"?bahasa={language}" if language else ""
        return RedirectResponse(f"{self.base}/{request.path_params['token']}{path}{query}", 303)


def fillable(found: Opened) -> Sheet | None:
    """Return the questionnaire as long as it can be filled in."""
    return None if found.sheet is None or found.sheet.is_finished else found.sheet


def _language(request: Request) -> str | None:
    wanted = request.query_params.get("bahasa")
    return wanted if wanted in {"id", "en"} else None


async def form_of(request: Request) -> Mapping[str, str]:
    """Read a small form. Raises `TooLarge`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLarge
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

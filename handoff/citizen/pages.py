"""A rating and the survey's nine questions, one question a screen; plain forms, no script, no login."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from handoff.citizen.words import Words
from handoff.ports.ratings import AlreadyReported, Consultation, LinkEnded, RatingLinks, Sheet
from handoff.ports.values import NotFound
from handoff.rating import BEST, WORST

BASE = "/nilai"
HERE = Path(__file__).parent
MOST_BYTES = 16_384
LONGEST_COMMENT = 2_000  # characters
DISAPPOINTED = 2
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


class CitizenPages:
    """The pages behind a link that only one citizen got: whoever has it may rate that one consultation."""

    def __init__(
        self, links: RatingLinks, *, office_name: str, office_mail: str, is_simulation: bool = False
    ) -> None:
        self._links = links
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

    def routes(self) -> list[BaseRoute]:
        """Return the routes under `/nilai`."""
        pages: tuple[tuple[str, Endpoint, list[str]], ...] = (
            ("/{token}", self.rating, ["GET", "POST"]),
            ("/{token}/kata", self.comment, ["GET", "POST"]),
            ("/{token}/selesai", self.thanks, ["GET"]),
            ("/{token}/survei/{number:int}", self.question, ["GET", "POST"]),
            ("/{token}/profil", self.profile, ["GET", "POST"]),
        )
        return [
            Route(f"{BASE}/citizen.css", self.style),
            *(
                Route(BASE + path, self._guarded(endpoint), methods=methods)
                for path, endpoint, methods in pages
            ),
        ]

    async def style(self, request: Request) -> Response:
        """Return the pages' style."""
        return PlainTextResponse(
            self._style, media_type="text/css", headers={"X-Content-Type-Options": "nosniff"}
        )

    async def rating(self, request: Request) -> Response:
        """Ask how satisfied the citizen is, or take the answer."""
        token, found = await self._opened(request)
        if request.method == "POST":
            score = (await _form(request)).get("score", "")
            if score.isdecimal() and WORST <= int(score) <= BEST:
                await self._links.rate(token, int(score))
                return self._to(request, "/kata")
            return self._page(request, found, "rating.html", 400, problem="choose")
        return self._page(request, found, "rating.html", problem="")

    async def comment(self, request: Request) -> Response:
        """Ask for a word on it, which may be left out."""
        token, found = await self._opened(request)
        if found.score is None:
            return self._to(request)
        if request.method == "POST":
            await self._links.comment(
                token, (await _form(request)).get("comment", "").strip()[:LONGEST_COMMENT]
            )
            return self._to(request, "/selesai")
        return self._page(request, found, "comment.html", longest=LONGEST_COMMENT)

    async def thanks(self, request: Request) -> Response:
        """Say thank you, and offer the survey while one runs."""
        _, found = await self._opened(request)
        if found.score is None:
            return self._to(request)
        return self._page(request, found, "thanks.html", is_disappointed=found.score <= DISAPPOINTED)

    async def question(self, request: Request) -> Response:
        """Ask one of the survey's questions; what was answered before is chosen already."""
        token, found = await self._opened(request)
        sheet, number = _fillable(found), int(request.path_params["number"])
        if sheet is None or not 1 <= number <= len(sheet.instrument.questions):
            return self._to(request, "/selesai")
        question = sheet.instrument.questions[number - 1]
        if request.method == "POST":
            form = await _form(request)
            answer = form.get("score", "")
            is_answer = answer.isdecimal() and 1 <= int(answer) <= len(question.answers)
            if not is_answer and "skip" not in form:
                return self._page(
                    request, found, "question.html", 400, question=question, number=number, problem="choose"
                )
            await self._links.answer(token, question.code, int(answer) if is_answer else None)
            is_last = number == len(sheet.instrument.questions)
            return self._to(request, "/profil" if is_last else f"/survei/{number + 1}")
        return self._page(request, found, "question.html", question=question, number=number, problem="")

    async def profile(self, request: Request) -> Response:
        """Ask who the respondent is, all of which may be left out, and end the survey."""
        token, found = await self._opened(request)
        sheet = _fillable(found)
        if sheet is None:
            return self._to(request, "/selesai")
        if request.method == "POST":
            form = await _form(request)
            given = {
                trait.key: form.get(trait.key, "")
                for trait in sheet.instrument.traits
                if form.get(trait.key, "") in dict(trait.options)
            }
            await self._links.finish(token, given, form.get("remark", "").strip()[:LONGEST_COMMENT])
            return self._to(request, "/selesai")
        return self._page(request, found, "profile.html", longest=LONGEST_COMMENT)

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            try:
                response = await endpoint(request)
            except NotFound:
                response = self._notice(request, "unknown", 404)
            except LinkEnded:
                response = self._notice(request, "ended", 410)
            except AlreadyReported:
                response = self._to(request)
            except TooLarge:
                response = self._notice(request, "unknown", 413)
            response.headers.update(HEADERS)
            return response

        return guarded

    async def _opened(self, request: Request) -> tuple[str, Consultation]:
        token = str(request.path_params["token"])
        return token, await self._links.opened(token)

    def _page(
        self, request: Request, found: Consultation, template: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
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
            "base": f"{BASE}/{request.path_params['token']}",
            "style": f"{BASE}/citizen.css",
            "office": self._office_name,
            "mail": self._mail,
            "is_simulation": self._is_simulation,
        }
        return HTMLResponse(self._room.get_template(template).render(**common, **values), status)

    def _said(self, language: str, key: str, **given: object) -> str:
        return self._words.say(key, language, **given)

    def _to(self, request: Request, path: str = "") -> RedirectResponse:
        language = _language(request)
        query = f"?bahasa={language}" if language else ""
        return RedirectResponse(f"{BASE}/{request.path_params['token']}{path}{query}", 303)


class TooLarge(Exception):
    """The form is larger than any of ours."""


def _fillable(found: Consultation) -> Sheet | None:
    return None if found.sheet is None or found.sheet.is_finished else found.sheet


def _language(request: Request) -> str | None:
    wanted = request.query_params.get("bahasa")
    return wanted if wanted in {"id", "en"} else None


async def _form(request: Request) -> Mapping[str, str]:
    """Read a small form. Raises `TooLarge`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLarge
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

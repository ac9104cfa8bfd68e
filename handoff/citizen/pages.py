"""A rating and, behind it, the survey's nine questions, one question a screen; plain forms, no script, no login."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from handoff.address import number_of
from handoff.citizen.room import LONGEST_COMMENT, LinkRoom, Pages, form_of
from handoff.ports.ratings import Consultation, RatingLinks
from handoff.rating import BEST, WORST

DISAPPOINTED = 2


class CitizenPages(LinkRoom):
    """The pages behind a rating link: whoever has it may rate that one consultation."""

    base = "/nilai"

    def __init__(
        self, links: RatingLinks, *, office_name: str, office_mail: str, is_simulation: bool = False
    ) -> None:
        super().__init__(office_name=office_name, office_mail=office_mail, is_simulation=is_simulation)
        self._links = links

    async def open_link(self, token: str) -> Consultation:
        """Return what a link opens. Raises `NotFound`, `LinkEnded`."""
        return await self._links.opened(token)

    async def keep_answer(self, token: str, code: str, score: int | None) -> None:
        """Keep the answer to one element of the running survey."""
        await self._links.answer(token, code, score)

    async def keep_rest(self, token: str, profile: Mapping[str, str], remark: str) -> None:
        """Keep the rest of the questionnaire."""
        await self._links.finish(token, profile, remark)

    def own_pages(self) -> Pages:
        """Return the pages of the rating."""
        return (
            ("/{token}", self.rating, ["GET", "POST"]),
            ("/{token}/kata", self.comment, ["GET", "POST"]),
            ("/{token}/selesai", self.thanks, ["GET"]),
        )

    async def rating(self, request: Request) -> Response:
        """Ask how satisfied the citizen is, or take the answer."""
        token, found = await self._consultation(request)
        if request.method == "POST":
            score = number_of((await form_of(request)).get("score"))
            if score is not None and WORST <= score <= BEST:
                await self._links.rate(token, score)
                return self.to(request, "/kata")
            return self.page(request, found, "rating.html", 400, problem="choose")
        return self.page(request, found, "rating.html", problem="")

    async def comment(self, request: Request) -> Response:
        """Ask for a word on it, which may be left out."""
        token, found = await self._consultation(request)
        if found.score is None:
            return self.to(request)
        if request.method == "POST":
            await self._links.comment(
                token, (await form_of(request)).get("comment", "").strip()[:LONGEST_COMMENT]
            )
            return self.to(request, "/selesai")
        return self.page(request, found, "comment.html", longest=LONGEST_COMMENT)

    async def thanks(self, request: Request) -> Response:
        """Say thank you, and offer the survey while one runs."""
        _, found = await self._consultation(request)
        if found.score is None:
            return self.to(request)
        return self.page(request, found, "thanks.html", is_disappointed=found.score <= DISAPPOINTED)

    async def _consultation(self, request: Request) -> tuple[str, Consultation]:
        token = str(request.path_params["token"])
        return token, await self._links.opened(token)

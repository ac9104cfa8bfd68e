"""/console/letter/{message}: a citizen's letter with its tables and emphasis; pictures and scripts stay away."""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from handoff.console.frame import Frame, Page, Visitor
from handoff.console.visible import line, visible
from handoff.ports.letters import LetterRoom


class LetterPages:
    """Shows letters."""

    def __init__(self, frame: Frame, letters: LetterRoom) -> None:
        self._frame = frame
        self._letters = letters

    def pages(self) -> list[Page]:
        """Return the one page."""
        return [Page("/letter/{message:id}", self._show, name="letter")]

    async def _show(self, request: Request, visitor: Visitor) -> Response:
        letter = await self._letters.letter(request.path_params["message"])
        html = Markup(visible(letter.html))  # noqa: S704  sanitised where it was taken from the letter
        return self._frame.page(visitor, "letter.html", letter=letter, html=html, line=line)

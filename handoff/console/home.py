"""The first page after logging in."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from handoff.console.frame import Frame, Page, Visitor


class Home:
    """Today's picture."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [Page("/", self.show, name="home")]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show the picture of today."""
        return self._frame.page(visitor, "home.html")

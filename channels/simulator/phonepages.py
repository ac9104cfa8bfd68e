"""What is done on the simulated phone: write, attach, tap, react, share a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .phone import Bubble, Place
from .twilio_webhook import location, tapped_button, tapped_entry
from .uploads import Refused, Uploads, typed
from .view import View

if TYPE_CHECKING:
    from .simulator import Simulator

EMOJI = ("👍", "❤️", "😂", "😮", "🙏")
# The middle of the town; the label says that nobody is there.
PLACE = Place(-7.7058, 110.6064, "Lokasi contoh")


class ShowPage(Protocol):
    """Renders the simulator's page with what went wrong."""

    def __call__(self, view: View, *, problem: str = "") -> Response:
        """Return the page."""
        ...


class PhonePages:
    """The handlers of the phone's forms; each leads back to the page."""

    def __init__(self, simulator: Simulator, uploads: Uploads, page: ShowPage) -> None:
        self._line = simulator.line
        self._uploads = uploads
        self._page = page

    def routes(self) -> Sequence[Route]:
        """Return the routes below `/simulator`."""
        return [
            Route("/phone", self.write, methods=["POST"]),
            Route("/phone/again", self.again, methods=["POST"]),
            Route("/phone/tap", self.tap, methods=["POST"]),
            Route("/phone/react", self.react, methods=["POST"]),
            Route("/phone/place", self.place, methods=["POST"]),
            Route("/phone/files/{key}", self._uploads.show),
        ]

    async def write(self, request: Request) -> Response:
        """Send what was typed on the phone; the verdict stands beneath the bubble."""
        async with request.form() as form:
            view = View.read(form)
            try:
                text, files = typed(form, "teks"), await self._uploads.attached(form)
                if not text and not files:
                    raise Refused("Tulis pesan atau pilih lampiran dahulu.")
            except Refused as refusal:
                return self._page(view, problem=str(refusal))
        await self._line.write(view.number, view.name, text, files)
        return see(view)

    async def again(self, request: Request) -> Response:
        """Post a message that the webhook refused once more, with the same MessageSid."""
        async with request.form() as form:
            view, bubble = View.read(form), self._bubble(form.get("sid"))
        await self._line.post_again(bubble.sid)
        return see(view)

    async def tap(self, request: Request) -> Response:
        """Tap a button, or an entry of a list, under a message of the office."""
        async with request.form() as form:
            view, bubble, number = View.read(form), self._bubble(form.get("sid")), str(form.get("pilihan"))
        taps = bubble.shown.taps if bubble.shown else ()
        if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(taps)):
            raise HTTPException(404, "Pilihan itu tidak ada.")
        bubble.tapped, tap = int(number), taps[int(number) - 1]
        is_list = bubble.shown is not None and bubble.shown.list_title
        extra = (
            tapped_entry(tap.title, tap.id, tap.description) if is_list else tapped_button(tap.title, tap.id)
        )
        await self._line.write(view.number, view.name, tap.title, replied_sid=bubble.sid, extra=extra)
        return see(view)

    async def react(self, request: Request) -> Response:
        """Put an emoji on a message of the office."""
        async with request.form() as form:
            view, bubble, emoji = View.read(form), self._bubble(form.get("sid")), str(form.get("emoji"))
        if emoji not in EMOJI or bubble.is_mine:
            raise HTTPException(404, "Reaksi itu tidak ada.")
        verdict = await self._line.react(view.number, view.name, bubble.sid, emoji)
        return see(view) if verdict.is_accepted else self._page(view, problem=verdict.words)

    async def place(self, request: Request) -> Response:
        """Share a made-up place."""
        async with request.form() as form:
            view = View.read(form)
        extra = location(PLACE.latitude, PLACE.longitude, PLACE.label)
        await self._line.write(view.number, view.name, "", place=PLACE, extra=extra)
        return see(view)

    def _bubble(self, sid: object) -> Bubble:
        found = self._line.phone.find(str(sid))
        if found is None:
            raise HTTPException(404, "Pesan itu tidak ada.")
        return found[1]


def see(view: View) -> Response:
    """Lead back to the page."""
    return RedirectResponse(view.url, status_code=303)

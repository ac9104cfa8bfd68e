"""The simulator's pages: what a browser asks for and posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import aiosmtplib
import jinja2
import structlog
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from . import mailhtml, markup, words
from .letters import Draft, Letter
from .phonepages import EMOJI, PhonePages, see
from .uploads import Refused, Uploads, typed
from .view import BASE, View, mail_address

if TYPE_CHECKING:
    from .simulator import Simulator

EXAMPLES = (
    "berapa lama konsultasi online dilayani?",
    "syarat konsultasi?",
    "kalau datang langsung?",
    "saya mau bicara dengan petugas",
)
MOST_DAYS = 366

log = structlog.get_logger()


class Pages:
    """The handlers; what they show is rendered from `templates/` with autoescape on."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._uploads = Uploads()
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "whatsapp": markup.whatsapp,
            "plain": markup.plain,
            "mail": mailhtml.mail,
            "spaced": words.spaced_number,
            "size": words.size,
            "day": simulator.almanac.day,
            "time": simulator.almanac.time,
            "short": lambda moment: simulator.almanac.short(moment, simulator.clock.now()),
        }

    def routes(self) -> Sequence[Route]:
        """Return the routes below `/simulator`."""
        return [
            Route("/", self.show),
            Route("/events", self.events),
            *PhonePages(self._simulator, self._uploads, self._page).routes(),
            Route("/mail", self.send_mail, methods=["POST"]),
            Route("/clock", self.skip, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show the phone and the mail client as the address says."""
        return self._page(View.read(request.query_params))

    async def events(self, request: Request) -> Response:
        """Stream a notice at each change (`text/event-stream`)."""
        del request
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        stream = self._simulator.notices.stream()
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def send_mail(self, request: Request) -> Response:
        """Send what was typed in the mail client."""
        async with request.form() as form:
            view = View.read(form)
            try:
                return see(await self._sent(form, view))
            except Refused as refusal:
                return self._page(view, problem=str(refusal), draft=_draft(form))

    async def skip(self, request: Request) -> Response:
        """Move the application's clock forward."""
        async with request.form() as form:
            view, days = View.read(form), str(form.get("hari"))
        if not (days.isascii() and days.isdigit() and 1 <= int(days) <= MOST_DAYS):
            return self._page(view, problem=f"Jumlah hari harus 1 sampai {MOST_DAYS}.")
        self._simulator.clock.skip(int(days))
        log.info("simulator.clock_skipped", days=int(days))
        self._simulator.notices.tell()
        return see(view)

    async def _sent(self, form: FormData, view: View) -> View:
        text, files = typed(form, "isi"), await self._uploads.attached(form)
        address = mail_address(typed(form, "alamat"))
        if address is None:
            raise Refused("Alamat Anda bukan alamat email, misalnya warga@example.org.")
        if not text:
            raise Refused("Isi email masih kosong.")
        office, subject = self._simulator.office_mail, typed(form, "subjek")
        draft = Draft(view.name, address, office, subject, text, files, self._answered(view))
        try:
            thread = await self._simulator.write_mail(draft)
        except (OSError, aiosmtplib.SMTPException, ValueError) as error:
            log.warning("simulator.mail_not_sent", error=type(error).__name__)
            raise Refused(
                "Email tidak terkirim: server SMTP simulasi menolaknya. Periksa alamatnya."
            ) from error
        return View.read(dict(view.fields) | {"surat": str(thread.number), "tulis": ""})

    def _answered(self, view: View) -> Letter | None:
        """Return the letter that a reply in the open thread answers: the office's newest, else the newest."""
        thread = self._simulator.letters.thread(view.address, view.thread)
        if thread is None:
            return None
        return next((letter for letter in reversed(thread.letters) if not letter.is_mine), thread.latest)

    def _page(self, view: View, *, problem: str = "", draft: Mapping[str, str] | None = None) -> Response:
        simulator = self._simulator
        chat = simulator.phone.chat(view.number)
        thread = simulator.letters.thread(view.address, view.thread)
        inbox = simulator.letters.inbox(view.address)
        if view.tab == "telepon":
            chat.unread = 0
            simulator.line.look_at(view.number)
        elif thread is not None:
            simulator.letters.open(thread)
        html = self._templates.get_template("simulator.html").render(
            base=BASE,
            sim=simulator,
            view=view,
            chat=chat,
            thread=thread,
            inbox=inbox,
            unread_mail=sum(each.unread for each in inbox),
            now=simulator.clock.now(),
            examples=EXAMPLES,
            emoji=EMOJI,
            problem=problem,
            draft=draft or _draft(FormData()),
        )
        return HTMLResponse(html, 422 if problem else 200, {"Cache-Control": "no-store"})


def _draft(form: FormData) -> dict[str, str]:
    return {name: str(form.get(name, "")) for name in ("subjek", "isi")}

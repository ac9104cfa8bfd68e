"""The simulator's pages: what a browser asks for and posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import aiosmtplib
import jinja2
import structlog
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from . import mailhtml, markup, words
from .letters import Draft, Letter
from .phone import File
from .view import BASE, View, mail_address

if TYPE_CHECKING:
    from .simulator import Simulator

EXAMPLES = (
    "berapa lama konsultasi online dilayani?",
    "syarat konsultasi?",
    "kalau datang langsung?",
    "saya mau bicara dengan petugas",
)
LONGEST_TEXT = 100_000
MOST_DAYS = 366
# Twilio takes 16 MB of media with a WhatsApp message (error 63019 beyond it).
LARGEST_FILE_BYTES = 16_000_000

log = structlog.get_logger()


class Refused(Exception):
    """What was typed cannot be sent; the message is for the person who typed it."""


class Pages:
    """The handlers; what they show is rendered from `templates/` with autoescape on."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._files: dict[str, File] = {}
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
            Route("/phone", self.send_whatsapp, methods=["POST"]),
            Route("/phone/again", self.post_again, methods=["POST"]),
            Route("/phone/files/{key}", self.file),
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

    async def send_whatsapp(self, request: Request) -> Response:
        """Send what was typed on the phone; the verdict stands beneath the bubble."""
        async with request.form() as form:
            view = View.read(form)
            try:
                text, files = _typed(form, "teks"), await self._attached(form)
                if not text and not files:
                    raise Refused("Tulis pesan atau pilih lampiran dahulu.")
            except Refused as refusal:
                return self._page(view, problem=str(refusal))
        await self._simulator.line.write(view.number, view.name, text, files)
        return _see(view)

    async def post_again(self, request: Request) -> Response:
        """Post a message that the webhook refused once more, with the same MessageSid."""
        async with request.form() as form:
            view, sid = View.read(form), str(form.get("sid"))
        if self._simulator.phone.find(sid) is None:
            raise HTTPException(404, "Pesan itu tidak ada.")
        await self._simulator.line.post_again(sid)
        return _see(view)

    async def send_mail(self, request: Request) -> Response:
        """Send what was typed in the mail client."""
        async with request.form() as form:
            view = View.read(form)
            try:
                return _see(await self._sent(form, view))
            except Refused as refusal:
                return self._page(view, problem=str(refusal), draft=_draft(form))

    async def file(self, request: Request) -> Response:
        """Give back an attachment. Only pictures are shown in place; nothing in it may run."""
        file = self._files.get(request.path_params["key"])
        if file is None:
            raise HTTPException(404, "Lampiran itu tidak ada.")
        headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}
        if not file.is_picture:
            headers["Content-Disposition"] = "attachment"
        return Response(file.data, media_type=file.content_type, headers=headers)

    async def skip(self, request: Request) -> Response:
        """Move the application's clock forward."""
        async with request.form() as form:
            view, days = View.read(form), str(form.get("hari"))
        if not (days.isascii() and days.isdigit() and 1 <= int(days) <= MOST_DAYS):
            return self._page(view, problem=f"Jumlah hari harus 1 sampai {MOST_DAYS}.")
        self._simulator.clock.skip(int(days))
        log.info("simulator.clock_skipped", days=int(days))
        self._simulator.notices.tell()
        return _see(view)

    async def _sent(self, form: FormData, view: View) -> View:
        text, files = _typed(form, "isi"), await self._attached(form)
        address = mail_address(_typed(form, "alamat"))
        if address is None:
            raise Refused("Alamat Anda bukan alamat email, misalnya warga@example.org.")
        if not text:
            raise Refused("Isi email masih kosong.")
        office, subject = self._simulator.office_mail, _typed(form, "subjek")
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

    async def _attached(self, form: FormData) -> list[File]:
        files = []
        for upload in form.getlist("lampiran"):
            if isinstance(upload, UploadFile) and upload.filename:
                data = await upload.read(LARGEST_FILE_BYTES + 1)
                if len(data) > LARGEST_FILE_BYTES:
                    raise Refused(f"Lampiran paling besar {words.size(LARGEST_FILE_BYTES)}.")
                content_type = upload.content_type or "application/octet-stream"
                files.append(File(uuid4().hex, upload.filename, content_type, data))
        self._files |= {file.key: file for file in files}
        return files

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
            problem=problem,
            draft=draft or _draft(FormData()),
        )
        return HTMLResponse(html, 422 if problem else 200, {"Cache-Control": "no-store"})


def _typed(form: FormData, name: str) -> str:
    value = form.get(name)
    if not isinstance(value, str):
        return ""
    if len(value) > LONGEST_TEXT:
        raise Refused("Teks terlalu panjang.")
    # Browsers send line ends as CRLF (WHATWG HTML, 4.10.21.8); a phone's are LF.
    return value.replace("\r\n", "\n").strip()


def _draft(form: FormData) -> dict[str, str]:
    return {name: str(form.get(name, "")) for name in ("subjek", "isi")}


def _see(view: View) -> Response:
    return RedirectResponse(view.url, status_code=303)

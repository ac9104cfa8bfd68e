"""Files that were attached in the simulator, kept in memory and given back without running."""

from __future__ import annotations

from uuid import uuid4

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from . import words
from .phone import File

# Twilio takes 16 MB of media with a WhatsApp message (error 63019 beyond it).
LARGEST_FILE_BYTES = 16_000_000
LONGEST_TEXT = 100_000


class Refused(Exception):
    """What was typed cannot be sent; the message is for the person who typed it."""


class Uploads:
    """The files of this simulation, by their key."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    async def attached(self, form: FormData) -> list[File]:
        """Return the files of a form's fields `lampiran`. Raises `Refused`."""
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

    async def show(self, request: Request) -> Response:
        """Give back an attachment. Only pictures are shown in place; nothing in it may run."""
        file = self._files.get(request.path_params["key"])
        if file is None:
            raise HTTPException(404, "Lampiran itu tidak ada.")
        headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}
        if not file.is_picture:
            headers["Content-Disposition"] = "attachment"
        return Response(file.data, media_type=file.content_type, headers=headers)


def typed(form: FormData, name: str) -> str:
    """Return what was typed into a field, empty when it is none. Raises `Refused` for too much."""
    value = form.get(name)
    if not isinstance(value, str):
        return ""
    if len(value) > LONGEST_TEXT:
        raise Refused("Teks terlalu panjang.")
    # Browsers send line ends as CRLF (WHATWG HTML, 4.10.21.8); a phone's are LF.
    return value.replace("\r\n", "\n").strip()

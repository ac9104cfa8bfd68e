"""Files of citizens and officers: to officers only, as downloads and nothing else.

However harmless a file looks, a browser is never asked to show it: what comes from outside is not run under
our own address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from handoff.console.frame import Page, Visitor
from handoff.ports.files import FileKind, FileRoom
from handoff.ports.values import NotFound

KINDS: tuple[FileKind, ...] = get_args(FileKind)
LONGEST_NAME = 120
UNKNOWN = "application/octet-stream"
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")


class FilePages:
    """The address /console/file/{kind}/{id}."""

    def __init__(self, files: FileRoom) -> None:
        self._files = files

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [Page("/file/{kind}/{key}", self.give, name="file")]

    async def give(self, request: Request, visitor: Visitor) -> Response:
        """Give a file out. Raises `NotFound`."""
        kind = next((each for each in KINDS if each == request.path_params["kind"]), None)
        if kind is None:
            raise NotFound
        kept = await self._files.fetch(kind, request.path_params["key"], officer_id=visitor.officer.id)
        headers = {
            "Content-Disposition": disposition(kept.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        if kept.size is not None:
            headers["Content-Length"] = str(kept.size)
        media_type = kept.content_type if _TYPE.fullmatch(kept.content_type) else UNKNOWN
        return StreamingResponse(kept.content, media_type=media_type, headers=headers)


def disposition(name: str) -> str:
    """Return the header that makes a browser save a file, whatever it is called (RFC 6266, RFC 8187).

    Nothing of a name leaves the folder for downloads, breaks the header or turns the direction of reading:
    what is neither a letter, a digit nor one of " .()_-" becomes "_".
    """
    last = re.split(r"[/\\]", name)[-1]
    safe = re.sub(r"[^\w .()-]", "_", last).strip(" ._")[-LONGEST_NAME:] or "berkas"
    plain = safe.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"

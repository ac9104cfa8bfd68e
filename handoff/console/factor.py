"""The picture that an authenticator app reads."""

from __future__ import annotations

from io import BytesIO

import segno
from starlette.responses import Response


def picture(address: str) -> Response:
    """Return a QR code (ISO/IEC 18004) as an SVG of its own: dark on white, also where the page is dark."""
    file = BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(file, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
    return Response(file.getvalue(), media_type="image/svg+xml")


def grouped(secret: str) -> str:
    """Return a secret in groups of four, for typing it in."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))

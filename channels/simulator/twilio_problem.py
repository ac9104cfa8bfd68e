"""Twilio's error answers. Numbers: https://www.twilio.com/docs/api/errors."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

TOO_MANY = 20429


class TwilioProblem(Exception):
    """An error answer in Twilio's shape; `code` is Twilio's number, `headers` come along."""

    def __init__(
        self, status: int, code: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return the answer to send."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": self.message, "more_info": more, "status": self.status}
        return JSONResponse(body, status_code=self.status, headers=self.headers)


async def answer_problem(_request: Request, problem: Exception) -> Response:
    """Answer what a handler refused (Starlette's exception handler)."""
    if not isinstance(problem, TwilioProblem):
        raise problem
    return problem.response()


def not_found() -> TwilioProblem:
    """Return Twilio's 404."""
    return TwilioProblem(404, 20404, "The requested resource was not found")


def too_many(code: int = TOO_MANY) -> TwilioProblem:
    """Return Twilio's 429, which says after how many seconds to come again."""
    return TwilioProblem(429, code, "Too Many Requests", headers={"Retry-After": "1"})

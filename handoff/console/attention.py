"""What needs attention, in plain words, with what to do about it."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.address import COUNT_DIGITS, number_of
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.ports import attention as door
from handoff.ports.attention import PAGE, TO_DO, TO_KNOW

MOST_AT_ONCE = 200
REPLAYED = "mail_quarantined"


class Attention:
    """Pages of what needs attention."""

    def __init__(self, frame: Frame, attention: door.Attention) -> None:
        self._frame = frame
        self._attention = attention

    def pages(self) -> list[Page]:
        """Return the pages of this room."""
        return [
            Page("/attention", self.show, name="attention"),
            Page("/attention/groups", self.groups, name="attention_groups"),
            Page("/attention/seen", self.seen, methods=("POST",)),
            Page("/attention/replay", self.replay, methods=("POST",)),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show all kinds, or with `?kind=` one of them."""
        kind = request.query_params.get("kind")
        if kind in (*TO_DO, *TO_KNOW):
            return await self._one_kind(request, visitor, kind)
        values = await self._values(request)
        mailboxes = await self._attention.mailboxes()
        return self._frame.page(visitor, "attention.html", mailboxes=mailboxes, **values)

    async def groups(self, request: Request, visitor: Visitor) -> Response:
        """Return the kinds alone, because something changed."""
        return self._frame.fragment(visitor, "attention_groups.html", **await self._values(request))

    async def seen(self, request: Request, visitor: Visitor) -> Response:
        """Note that the officer has seen one, or all of a kind."""
        form = await request.form()
        kind, until = str(form.get("kind", "")), _numbers(form, "until")
        if kind and until:
            done = await self._attention.all_seen(visitor.officer, kind, until=until[0])
        else:
            done = await self._attention.seen(visitor.officer, _numbers(form, "event"))
        return _back(f"seen={done}", kind if form.get("stay") else "")

    async def replay(self, request: Request, visitor: Visitor) -> Response:
        """Have mails in quarantine read again."""
        done = await self._attention.replay(visitor.officer, _numbers(await request.form(), "parcel"))
        return _back(f"replayed={done}")

    async def _values(self, request: Request) -> dict[str, Any]:
        groups = await self._attention.groups()
        return {
            "to_do": [group for group in groups if group.kind not in TO_KNOW],
            "to_know": [group for group in groups if group.kind in TO_KNOW],
            "known": {*TO_DO, *TO_KNOW},
            "done": _done(request),
        }

    async def _one_kind(self, request: Request, visitor: Visitor, kind: str) -> Response:
        number = number_of(request.query_params.get("before"))
        matters = await self._attention.matters(kind, before=number)
        return self._frame.page(
            visitor,
            "attention_kind.html",
            kind=kind,
            matters=matters,
            known={*TO_DO, *TO_KNOW},
            goes_on=len(matters) == PAGE,
            is_first=number is None,
            done=_done(request),
        )


def _numbers(form: FormData, name: str) -> list[int]:
    """Return the ids of a form; what is no id is left out."""
    found = (number_of(str(each)) for each in form.getlist(name)[:MOST_AT_ONCE])
    return [each for each in found if each is not None]


def _done(request: Request) -> tuple[str, int] | None:
    """Return what was just done, which the address says, and to how many."""
    for name in ("seen", "replayed"):
        count = number_of(request.query_params.get(name), digits=COUNT_DIGITS)
        if count is not None:
            return name, count
    return None


def _back(what: str, kind: str = "") -> Response:
    """Return to the list: a reload does not do it again (RFC 9110, 15.4.4)."""
    which = f"kind={kind}&" if kind in (*TO_DO, *TO_KNOW) else ""
    return RedirectResponse(f"{url('/attention')}?{which}{what}", 303)

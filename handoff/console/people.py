"""Officers' accounts, for admins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from handoff.address import number_of
from handoff.console.forms import typed
from handoff.console.frame import Frame, Page, Visitor, url
from handoff.ports.accounts import Account, Invalid, People
from handoff.ports.values import NotFound, Role

ROLES: tuple[Role, ...] = get_args(Role)
DONE = frozenset({"changed", "disabled", "enabled", "ended"})


class PeoplePages:
    """The pages under /console/people. `public_url` is where one-time links lead."""

    def __init__(self, frame: Frame, people: People, public_url: str) -> None:
        self._frame = frame
        self._people = people
        self._public_url = public_url

    def pages(self) -> Sequence[Page]:
        """Return the pages of this room."""
        return [
            Page("/people", self.everybody, role="admin", name="people"),
            Page("/people", self.add, ("POST",), role="admin"),
            Page("/people/{id}", self.show, role="admin"),
            Page("/people/{id}", self.change, ("POST",), role="admin"),
            Page("/people/{id}/reset", self.reset, ("POST",), role="admin"),
            Page("/people/{id}/disable", self.disable, ("POST",), role="admin"),
            Page("/people/{id}/enable", self.enable, ("POST",), role="admin"),
            Page("/people/{id}/sessions", self.end_sessions, ("POST",), role="admin"),
        ]

    async def everybody(self, request: Request, visitor: Visitor) -> Response:
        """Show everybody."""
        return await self._all(visitor)

    async def add(self, request: Request, visitor: Visitor) -> Response:
        """Add somebody and show their link, once."""
        told = await typed(request, "login", "name", "email", "role")
        try:
            number, link = await self._people.add(
                login=told["login"],
                name=told["name"],
                email=told["email"],
                role=_role(told["role"]),
                by=visitor.officer.id,
            )
        except Invalid as refusal:
            return await self._all(visitor, told=told, fault=refusal.fault)
        return self._link(visitor, await self._people.account(number), link)

    async def show(self, request: Request, visitor: Visitor) -> Response:
        """Show one account."""
        done = request.query_params.get("done", "")
        return await self._one(visitor, _id(request), done=done if done in DONE else "")

    async def change(self, request: Request, visitor: Visitor) -> Response:
        """Change what is known of somebody."""
        told = await typed(request, "name", "email", "phone", "role")
        try:
            await self._people.change(
                _id(request),
                name=told["name"],
                email=told["email"],
                phone=told["phone"],
                role=_role(told["role"]),
                by=visitor.officer.id,
            )
        except Invalid as refusal:
            return await self._one(visitor, _id(request), told=told, fault=refusal.fault)
        return _done(request, "changed")

    async def reset(self, request: Request, visitor: Visitor) -> Response:
        """Make a link for a new password and show it, once."""
        told = await typed(request, "factor")
        link = await self._people.reset(_id(request), by=visitor.officer.id, factor=told["factor"] == "1")
        return self._link(visitor, await self._people.account(_id(request)), link)

    async def disable(self, request: Request, visitor: Visitor) -> Response:
        """Let somebody in no more."""
        await self._people.disable(_id(request), by=visitor.officer.id)
        return _done(request, "disabled")

    async def enable(self, request: Request, visitor: Visitor) -> Response:
        """Let somebody in again."""
        await self._people.enable(_id(request), by=visitor.officer.id)
        return _done(request, "enabled")

    async def end_sessions(self, request: Request, visitor: Visitor) -> Response:
        """Log somebody out everywhere."""
        await self._people.end_sessions(_id(request), by=visitor.officer.id)
        return _done(request, "ended")

    async def _all(
        self, visitor: Visitor, *, told: dict[str, str] | None = None, fault: str = ""
    ) -> Response:
        return self._frame.page(
            visitor,
            "people.html",
            422 if fault else 200,
            accounts=await self._people.all(),
            told=told or {"login": "", "name": "", "email": "", "role": "officer"},
            problems=self._problems(visitor, fault),
            roles=self._roles(visitor),
        )

    async def _one(
        self,
        visitor: Visitor,
        number: int,
        *,
        told: dict[str, str] | None = None,
        fault: str = "",
        done: str = "",
    ) -> Response:
        account = await self._people.account(number)
        officer = account.officer
        known = {
            "name": officer.name,
            "email": officer.email,
            "phone": account.phone or "",
            "role": officer.role,
        }
        return self._frame.page(
            visitor,
            "people_one.html",
            422 if fault else 200,
            account=account,
            told=told or known,
            problems=self._problems(visitor, fault),
            done=self._frame.say(visitor, f"people.done_{done}") if done else "",
            roles=self._roles(visitor),
        )

    def _link(self, visitor: Visitor, account: Account, link: str) -> Response:
        address = f"{self._public_url}{url('/welcome/')}{link}"
        return self._frame.page(visitor, "people_link.html", account=account, link=address)

    def _problems(self, visitor: Visitor, fault: str) -> dict[str, str]:
        if not fault:
            return {}
        return {fault.removesuffix("_taken"): self._frame.say(visitor, f"accounts.fault_{fault}")}

    def _roles(self, visitor: Visitor) -> list[tuple[str, str]]:
        return [(role, self._frame.say(visitor, f"people.role_{role}")) for role in ROLES]


def _role(told: str) -> Role:
    return next((role for role in ROLES if role == told), "officer")


def _id(request: Request) -> int:
    number = number_of(request.path_params["id"])
    if number is None:
        raise NotFound
    return number


def _done(request: Request, what: str) -> Response:
    return RedirectResponse(f"{url('/people/')}{_id(request)}?done={what}", 303)

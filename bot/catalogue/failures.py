"""Why BPS WebAPI did not give what was asked. Messages are for officers and never hold the token."""

from __future__ import annotations


class WebApiFailure(Exception):
    """A request brought nothing usable. `is_passing`: it may work when tried again."""

    is_passing = False


class Unavailable(WebApiFailure):
    """No answer in time, no connection, or HTTP 408, 429 or 5xx."""

    is_passing = True


class Unreadable(WebApiFailure):
    """An answer that is not the API's: a page for people, cut JSON, another shape."""

    is_passing = True


class Refused(WebApiFailure):
    """The API answered that it will not: `status` is not OK, or another HTTP status."""


class TokenRefused(Refused):
    """HTTP 401 or 403: the token is wrong, or something before the API keeps us out."""


class CircuitOpen(WebApiFailure):
    """Too many requests failed in a row: this run asks no more."""

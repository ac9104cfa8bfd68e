"""Email: a mailbox that is listened to (IMAP), a server that is sent through (SMTP)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from channels.email.options import Environment, Options

if TYPE_CHECKING:
    from channels.email.channel import Email, build
    from channels.email.inspect import inspect

__all__ = ["Email", "Environment", "Options", "build", "inspect"]

_ROOMS = {"Email": "channel", "build": "channel", "inspect": "inspect"}


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562): settings are read by every process, and the parser is large."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"channels.email.{_ROOMS[name]}"), name)
    # Kept, since importing `inspect.py` has made its name here that of the module.
    globals()[name] = found
    return found

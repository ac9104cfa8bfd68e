"""WhatsApp through Twilio: the channel's options, its settings and how it is built."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from channels.whatsapp.options import Environment, Options

if TYPE_CHECKING:
    from channels.whatsapp.channel import WhatsApp, build

__all__ = ["Environment", "Options", "WhatsApp", "build"]


def __getattr__(name: str) -> object:
    """Import the channel when it is asked for (PEP 562): settings are read by every process, `pst run` among
    them, and Twilio's library takes 0.3 s and 30 MiB."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("channels.whatsapp.channel"), name)

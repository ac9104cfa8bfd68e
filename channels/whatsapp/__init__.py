"""WhatsApp through Twilio: the channel's options, its settings and how it is built."""

from channels.whatsapp.channel import WhatsApp, build
from channels.whatsapp.options import Environment, Options

__all__ = ["Environment", "Options", "WhatsApp", "build"]

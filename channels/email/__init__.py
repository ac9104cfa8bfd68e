"""Email: a mailbox that is listened to (IMAP), a server that is sent through (SMTP)."""

from channels.email.channel import Email, build
from channels.email.inspect import inspect
from channels.email.options import Environment, Options

__all__ = ["Email", "Environment", "Options", "build", "inspect"]

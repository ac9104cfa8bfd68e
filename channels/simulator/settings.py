"""What the assembly tells the simulator: where everything real is, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """The product's own settings, seen from the other side of each wire.

    `public_url` is where the webhook is posted and what its signature covers, without a trailing
    slash. `whatsapp_from` is the office's number (E.164, with or without `whatsapp:`). `imap_url` and
    `smtp_url` are on loopback (see `MailServers`). `timezone` is an IANA name, for the times shown.
    `templates` are the Content templates of the account, each with `sid`, `name`, `language`, `types` and
    `variables` as in Twilio's Content API.
    """

    public_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    whatsapp_from: str
    office_mail: str
    imap_url: str = field(repr=False)
    smtp_url: str = field(repr=False)
    office_name: str
    timezone: str = "Asia/Jakarta"
    templates: Sequence[Mapping[str, Any]] = ()


class SimulatedClock(Protocol):
    """The application's time, which only a simulation may move."""

    def now(self) -> datetime:
        """Return the current moment, timezone-aware."""
        ...

    def skip(self, days: int) -> None:
        """Move the application's time forward by whole days (1 to 366)."""
        ...

"""Where a browser is in the simulator. It stands in the address: reload, back and a pasted link work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import parseaddr
from urllib.parse import urlencode

from .words import phone_number

BASE = "/simulator"
TABS = ("telepon", "email")
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class View:
    """Who the visitor plays and what is open. `thread` is an open thread's number, 0 for none."""

    number: str = "+6281111110001"
    name: str = "Warga Contoh"
    address: str = "warga@example.org"
    tab: str = "telepon"
    thread: int = 0
    is_writing: bool = False

    @classmethod
    def read(cls, told: Mapping[str, object]) -> View:
        """Return the view a query or a form names; what is missing or wrong becomes the default."""
        start = cls()
        tab, thread = _word(told, "tab"), _word(told, "surat")
        return cls(
            number=phone_number(_word(told, "nomor")) or start.number,
            name=_word(told, "nama")[:LONGEST_NAME] or start.name,
            address=mail_address(_word(told, "alamat")) or start.address,
            tab=tab if tab in TABS else start.tab,
            thread=int(thread) if thread.isascii() and thread.isdigit() else 0,
            is_writing=_word(told, "tulis") == "1",
        )

    def to(self, **changes: object) -> str:
        """Return the address of this view with something changed."""
        return replace(self, **changes).url  # type: ignore[arg-type]  # the template names the fields

    @property
    def url(self) -> str:
        """Return this view's address, naming only what differs from the start."""
        start = View()
        told = [(name, value) for name, value in self.fields if (name, value) not in start.fields]
        return BASE + (f"?{urlencode(told)}" if told else "")

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return everything as form fields, for the hidden inputs of a form."""
        return [
            ("nomor", self.number),
            ("nama", self.name),
            ("alamat", self.address),
            ("tab", self.tab),
            ("surat", str(self.thread)),
            ("tulis", "1" if self.is_writing else ""),
        ]


def mail_address(typed: str) -> str | None:
    """Return what somebody typed as a mail address, or None when it is none."""
    address = parseaddr(typed)[1]
    local, at, domain = address.rpartition("@")
    is_address = bool(at and local and domain and address.isascii() and address == typed.strip())
    return address if is_address and not any(character.isspace() for character in address) else None


def _word(told: Mapping[str, object], name: str) -> str:
    value = told.get(name, "")
    return value.strip() if isinstance(value, str) else ""

"""What a ticket is called. Pure."""

from __future__ import annotations

PREFIXES = {"konsultasi": "KST"}


def number(kind: str, *, year: int, count: int) -> str:
    """Return a ticket's number, e.g. KST-2026-00042 for the 42nd consultation of 2026."""
    return f"{PREFIXES[kind]}-{year}-{count:05d}"

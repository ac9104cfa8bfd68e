"""What email needs: who reads a mailbox, quarantine, trust, the limits of automatic replies."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing yet."""

"""What is done with a person's own data: the copy, forgetting, and what is forgotten with time."""

from __future__ import annotations

from bot.assembly.core import Core
from bot.privacy.copy import Copies
from bot.privacy.erase import Erasure
from bot.privacy.retention import Retention


def copies(core: Core) -> Copies:
    """Return what makes a person's copy of all that is kept about them."""
    card = core.settings.office.office
    return Copies(core.database, core.files, core.contents, core.clock, card.name, card.timezone)


def erasure(core: Core) -> Erasure:
    """Return what forgets people."""
    return Erasure(core.database, core.files, core.contents, core.clock)


def retention(core: Core) -> Retention:
    """Return what removes what is older than office.yml allows."""
    office = core.settings.office
    return Retention(erasure(core), office.retention, office.office.timezone)

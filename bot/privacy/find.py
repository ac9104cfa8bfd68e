"""A person is found by what an officer has at hand: a number, an address, a ticket, a name, the person's own number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.store.database import Database
from bot.store.privacy import people
from handoff.ports.privacy import FoundPerson
from handoff.ticket import numbers_in

MOST = 20
SHORTEST_NAME = 3
_PHONE = re.compile(r"\+?[\d\s().-]{6,24}")


async def find(database: Database, words: str) -> Sequence[FoundPerson]:
    """Return the persons whom these words mean, the one heard last first; at most 20.

    A phone number may be written as people do (0811-1111-001); a name is compared from its beginning.
    """
    said = words.strip()
    addresses = _addresses(said.lower())
    tickets = numbers_in(said)
    is_name = len(said) >= SHORTEST_NAME and not tickets and "@" not in said and not _PHONE.fullmatch(said)
    number = re.fullmatch(r"#?(\d{1,18})", said)
    async with database.statement() as tx:
        return await people.find(
            tx,
            addresses=addresses,
            tickets=tickets,
            name=said if is_name else "",
            person_id=int(number[1]) if number else None,
            most=MOST,
        )


def _addresses(said: str) -> list[str]:
    """Return how an address or a number may stand in the database, in small letters."""
    if not said:
        return []
    written = [said]
    bare = said.removeprefix("whatsapp:")
    if _PHONE.fullmatch(bare):
        digits = re.sub(r"\D", "", bare)
        international = f"+62{digits[1:]}" if digits.startswith("0") else f"+{digits}"
        written += [international, f"whatsapp:{international}"]
    return written

"""Where a letter belongs: to a conversation of the same sender that it goes on from, else to one of its own.

A thread is found by ids that only who got our mail can know, a ticket by its number, which anybody can guess:
neither opens somebody else's history, and nothing does to a sender who is not who they say.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.subjects import is_new_subject
from bot.store import threads
from bot.store.database import Transaction
from bot.store.threads import Quoted
from channels.port import Inbound
from handoff.ticket import numbers_in


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation a message joins, None to begin one; then `follows` is what it goes on from.

    `foreign` is somebody else's conversation that it refers to.
    """

    conversation_id: int | None = None
    follows: int | None = None
    foreign: Quoted | None = None


async def place_of(tx: Transaction, letter: Inbound, contact_id: int) -> Place:
    """Find the place of a letter by what it replies to, then by the ticket in its subject.

    What is closed stays closed, and another subject is another question: both begin a conversation, which
    follows the old one. Of those, and of one without threads, an open one with the same subject is joined.
    """
    tickets = numbers_in(letter.subject or "")
    if letter.trust == "failed" or not (letter.replies_to or letter.ours or tickets):
        return Place()
    found = await threads.quoted(
        tx,
        contact_id=contact_id,
        channel=letter.channel,
        ids=letter.replies_to,
        uids=letter.ours,
        tickets=tickets,
    )
    foreign = next((each for each in found if not each.is_own), None)
    mine = [each for each in found if each.is_own and each.by_thread]
    same = [each for each in mine if not is_new_subject(letter.subject, each.subject)]
    if not mine:
        # Who names the ticket means it, whatever else the subject says.
        same = mine = [each for each in found if each.is_own]
    joined = next((each for each in same if not each.is_closed), None)
    if joined is not None:
        return Place(joined.conversation_id, foreign=foreign)
    newest = max((each.conversation_id for each in mine), default=None)
    return Place(follows=newest, foreign=foreign)

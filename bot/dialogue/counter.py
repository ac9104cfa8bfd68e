"""Between a message and the question in it: what is for the form, about the ticket, or opens one. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.form import answered, begun, completed_later, goes_on, is_going_on
from bot.dialogue.kinds import COMPLAINT, kind_of
from bot.dialogue.limits import Limits
from bot.dialogue.state import Decision, Heard, Say, Turn
from bot.dialogue.ticket_talk import about_ticket

# What is said when a message goes to a ticket: an officer's answer is owed to it.
ADDED = frozenset({"ticket_added", "partly_added", "flood_added", "ticket_already"})


def at_counter(turn: Turn, heard: Heard | None, limits: Limits) -> Decision | None:
    """Decide a message that is for the form or about the ticket; None when it is neither.

    `heard` is None while the model is away: then words alone have to do.
    """
    talk = about_ticket(turn)
    if talk is not None:
        return goes_on(turn, talk) if is_going_on(turn) else talk
    return answered(turn, heard, limits) if is_going_on(turn) else completed_later(turn)


def completed(turn: Turn, decision: Decision) -> Decision:
    """Complete what was decided of any other message: a ticket begins with its form, a form goes on."""
    if decision.ticket_reason:
        kind = decision.kind
        if kind != COMPLAINT:
            kind = kind_of(decision.context.subject, turn.context.subject)
        context = replace(decision.context, form=None, confirming=None, told_added=False)
        return begun(turn, replace(decision, kind=kind, context=context))
    decision = _complaint_offered(_said_once(turn, decision))
    if is_going_on(turn):
        return goes_on(turn, decision)
    return replace(decision, context=replace(decision.context, form=None, confirming=None))


def _said_once(turn: Turn, decision: Decision) -> Decision:
    """Note that the message goes to a ticket, and say so once in a row in a chat: then it is known."""
    added = [say.key for say in decision.says if say.key in ADDED]
    is_plain = [say.key for say in decision.says] == ["ticket_added"]
    context = replace(decision.context, told_added=is_plain)
    is_known = is_plain and turn.context.told_added and not turn.is_letter
    says = () if is_known else decision.says
    return replace(decision, says=says, context=context, owes=decision.owes or bool(added))


def _complaint_offered(decision: Decision) -> Decision:
    """Say, to whoever asks how one complains, that it can be done here."""
    is_asked = COMPLAINT in {topic.rpartition("/")[2] for topic in decision.topics}
    if not is_asked or not decision.says or decision.says[-1].key != "answer":
        return decision
    return replace(decision, says=(*decision.says, Say("complaint_offer")))

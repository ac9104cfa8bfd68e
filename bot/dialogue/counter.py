"""Between a message and the question in it: what is for the form, about the ticket, or opens one. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.form import answered, begun, completed_later, goes_on, is_going_on
from bot.dialogue.kinds import COMPLAINT, kind_of
from bot.dialogue.limits import Limits
from bot.dialogue.questions import asks_outright
from bot.dialogue.state import Decision, Heard, Say, Turn
from bot.dialogue.ticket_talk import about_ticket
from bot.dialogue.topics import DATA

# What is said when a message goes to a ticket: an officer's answer is owed to it.
LONG, STORY = 12, 4  # words; a message with more of them, that asks nothing, goes to a ticket; to a complaint
ADDED = frozenset({"ticket_added", "partly_added", "flood_added", "ticket_already"})


def at_counter(turn: Turn, heard: Heard | None, limits: Limits) -> Decision | None:
    """Decide a message that is for the form or about the ticket; None when it is neither.

    `heard` is None while the model is away: then words alone have to do.
    """
    talk = about_ticket(turn)
    if talk is not None:
        return goes_on(turn, talk) if is_going_on(turn) else talk
    ours = answered(turn, heard, limits) if is_going_on(turn) else completed_later(turn)
    return _added(turn) if ours is None and is_for_officer(turn) else ours


def is_for_officer(turn: Turn) -> bool:
    """Tell whether a message tells an officer something instead of asking the bot.

    That is a long one without a question while a ticket is open, and hardly a short one to a complaint.
    """
    if turn.ticket is None or turn.is_letter or "?" in turn.text or asks_outright(turn.text):
        return False
    return len(turn.text.split()) > (STORY if turn.ticket_kind == COMPLAINT else LONG)


def _added(turn: Turn) -> Decision:
    """Take a message to the ticket."""
    context = replace(turn.context, choices=(), failures=0, told_unavailable=False)
    say = Say("ticket_added", {"ticket": turn.ticket or ""})
    return completed(turn, Decision((say,), replace(context, language=turn.language)))


def completed(turn: Turn, decision: Decision) -> Decision:
    """Complete what was decided of any other message: a ticket begins with its form, a form goes on."""
    if decision.ticket_reason:
        kind = decision.kind
        if kind != COMPLAINT:
            kind = kind_of(decision.context.subject, turn.context.subject)
        context = replace(decision.context, form=None, confirming=None, told_added=False, filling=None)
        return begun(turn, replace(decision, kind=kind, context=context))
    decision = _complaint_offered(_said_once(turn, _not_found(turn, decision)))
    if is_going_on(turn):
        return goes_on(turn, decision)
    return replace(decision, context=replace(decision.context, form=None, confirming=None))


def _not_found(turn: Turn, decision: Decision) -> Decision:
    """Take to the ticket what is asked of data and was not found: where data are, an officer tells better."""
    is_of_data = bool(decision.topics) and all(each.partition("/")[0] == DATA for each in decision.topics)
    if turn.ticket is None or not is_of_data or [say.key for say in decision.says][-1:] != ["answer"]:
        return decision
    return replace(decision, says=(Say("ticket_added", {"ticket": turn.ticket}),))


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

"""What a citizen says about their ticket: how far it is, that it is enough, that it was not meant. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from bot.dialogue import words
from bot.dialogue.form import is_going_on
from bot.dialogue.state import Context, Decision, Say, TicketNow, Turn
from handoff.dates import long_day
from handoff.ticket import ENDS, OPEN, numbers_in

LONGEST = 30  # words; in a longer message a ticket is mentioned, not asked about
LONGEST_PLAIN = 6  # words of a question for "my ticket" by somebody who has none
MOST = 3  # tickets that are told of in one reply
WORKED_ON = frozenset({"work", "citizen"})
WITHOUT_DEADLINE = frozenset(
    {"pengaduan", "perpustakaan"}
)  # by the decree: nothing is counted from when they are complete

_NAMED = re.compile(
    r"\b(?:tiket(?:ku|nya)?(?!\s+(?:kereta|bus|pesawat|konser|masuk|wisata|bioskop|kapal))|ticket"
    r"|(?:permintaan|permohonan|pengaduan|aduan|laporan|konsultasi|pertanyaan|request|complaint)"
    r"\s*(?:saya|ku|kami|kemarin|kmrn|yang\s+kemarin))\b|\bmy\s+(?:ticket|request|complaint)\b"
    r"|\b(?:sudah|udah|dah)\s+(?:beres|selesai|diproses|dijawab|ditangani|rampung)\s+(?:apa\s+)?(?:belum|blm)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:status(?:nya)?|sampai\s*(?:di\s*)?mana|sampe\s*(?:di\s*)?mana|gimana|bagaimana|gmn|piye|pripun|kapan|progres\w*"
    r"|perkembangan(?:nya)?|kabar(?:nya)?|kelanjutan(?:nya)?|tindak\s*lanjut(?:nya)?|update\w*|cek|lacak|posisi(?:nya)?|nasib(?:nya)?"
    r"|(?:sudah|udah|dah|apa)\b.{0,40}\bbelum|kok\s+(?:belum|blm|lama)|belum\s+(?:di|ada)\w*|sudah\s+(?:di\w+|selesai)"
    r"|track|where|how\s+far|when|any\s+news|check)\b",
    re.IGNORECASE,
)


def wants_tickets(text: str) -> bool:
    """Tell whether a message asks how far a ticket is; the bot then looks for the person's own."""
    if len(text.split()) > LONGEST or words.cancels(text) or words.is_solved(text):
        return False
    numbers = numbers_in(text)
    if numbers:
        rest = re.sub(r"[A-Za-z]{3}-\d{4}-\d{5,9}", " ", text)
        rest = re.sub(
            r"\b(?:tiket|ticket|nomor|no|number|saya|my|cek|halo|pak|bu|kak|min)\b",
            " ",
            rest,
            flags=re.IGNORECASE,
        )
        return _ASKED.search(text) is not None or not re.search(r"\w", rest)
    return _NAMED.search(text) is not None and _ASKED.search(text) is not None


def is_nothing_owed(turn: Turn) -> bool:
    """Tell whether nobody has to answer a message: "ok, terima kasih", a thumb, a sticker.

    While the office waits for the citizen, "ok" may be the answer it waits for.
    """
    if not turn.text.strip():
        return bool(turn.attachments) and set(turn.attachments) == {"sticker"}
    is_awaited = turn.ticket_state == "citizen" and words.agrees(turn.text)
    return words.is_courtesy(turn.text) and not is_awaited


def about_ticket(turn: Turn) -> Decision | None:
    """Decide a message about the ticket itself; None when it is not."""
    if turn.context.confirming:
        confirmed = _confirmed(turn)
        if confirmed is not None:
            return confirmed
    if wants_tickets(turn.text) and (status := _status(turn)) is not None:
        return status
    if words.cancels(turn.text):
        return _cancel(turn)
    return _ended(turn, "done") if turn.ticket and _is_over(turn) else None


def _is_over(turn: Turn) -> bool:
    """Tell whether the citizen has what they wanted; "cukup sekian" alone ends no ticket that nobody took yet."""
    if words.is_solved(turn.text):
        return True
    is_worked_on = turn.ticket_state in WORKED_ON
    return not is_going_on(turn) and words.has_enough(turn.text, surely=not is_worked_on)


def _confirmed(turn: Turn) -> Decision | None:
    """Take the yes or no to "really cancel?"."""
    if turn.ticket is None:
        return None
    if words.agrees(turn.text) or words.cancels(turn.text):
        return _ended(turn, "cancelled")
    if words.refuses(turn.text):
        return _says(turn, Say("cancel_not", {"ticket": turn.ticket}))
    return None


def _cancel(turn: Turn) -> Decision | None:
    """Cancel the ticket at once while nobody works on it, else after a yes."""
    if turn.ticket is None:
        is_named = re.search(r"tiket|ticket", turn.text, re.IGNORECASE)
        return _says(turn, Say("cancel_nothing")) if is_named else None
    named = numbers_in(turn.text)
    if named and turn.ticket not in named:
        return _says(turn, Say("cancel_elsewhere", {"ticket": named[0]}))
    if turn.ticket_state in WORKED_ON:
        decision = _says(turn, Say("cancel_sure", {"ticket": turn.ticket}))
        return replace(decision, context=replace(decision.context, confirming="cancel"))
    return _ended(turn, "cancelled")


def _ended(turn: Turn, ends: Literal["cancelled", "done"]) -> Decision:
    say = Say("ticket_cancelled" if ends == "cancelled" else "ticket_enough", {"ticket": turn.ticket or ""})
    decision = _says(turn, say)
    return replace(decision, ends=ends, context=replace(decision.context, form=None))


def _status(turn: Turn) -> Decision | None:
    """Tell how the tickets stand that were asked about: of this person, and of nobody else.

    Numbers can be guessed: there is no telling one that does not exist from somebody else's.
    """
    named = numbers_in(turn.text)
    known = {each.number: each for each in turn.tickets}
    if named:
        says = tuple(
            _told(known[number], turn.language)
            if number in known
            else Say("status_unknown", {"ticket": number})
            for number in named[:MOST]
        )
        return _says(turn, *says)
    running = [each for each in turn.tickets if each.state in OPEN]
    told = (running or list(turn.tickets[:1]))[:MOST]
    if told:
        return _says(turn, *(_told(each, turn.language) for each in told))
    is_of_ticket = re.search(r"tic?ket", turn.text, re.IGNORECASE) is not None
    is_plain = len(turn.text.split()) <= LONGEST_PLAIN
    return _says(turn, Say("status_none")) if is_of_ticket and is_plain else None


def _told(ticket: TicketNow, language: str) -> Say:
    """Return what is said of one ticket: its state, and by which day or on which."""
    told = {"ticket": ticket.number}
    if ticket.merged_into is not None:
        return Say("status_merged", {**told, "into": ticket.merged_into})
    if ticket.state in ENDS:
        at = ticket.closed_at
        return Say(f"status_{ticket.state}", {**told, "date": long_day(at.date(), language) if at else ""})
    due = ticket.due_at
    if due is not None and ticket.state in {"new", "work"}:
        told["date"] = long_day(due.date(), language)
        return Say("status_late" if ticket.is_late else f"status_{ticket.state}_due", told)
    if ticket.state == "requirements" and ticket.kind in WITHOUT_DEADLINE:
        return Say("status_new", told)
    return Say(f"status_{ticket.state}", told)


def _says(turn: Turn, *says: Say) -> Decision:
    opening = (Say("introduction"),) if turn.is_first_contact else ()
    context = Context(subject=turn.context.subject, language=turn.language, form=turn.context.form)
    return Decision((*opening, *says), context)

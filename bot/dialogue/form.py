"""The registration that the decree asks for (Konsultasi Statistik, online, Prosedur 2), step by step. Pure.

The ticket is open already, so nothing is lost when somebody goes away in the middle: what is told is kept at once,
and the form only completes it. In a chat one thing is asked at a time, in a letter all at once; whoever tells
several things in one message is understood. Only the email is required; who has none gets an officer all the same.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import words
from bot.dialogue.address import Typed, address_in, has_none
from bot.dialogue.corrections import corrected
from bot.dialogue.details import cleaned, has_label, is_name, may_be_name, split_name, told
from bot.dialogue.limits import Limits
from bot.dialogue.questions import asks, asks_outright, ends_asking
from bot.dialogue.state import FIELDS, Context, Decision, Details, Field, Form, Heard, Say, Turn
from bot.dialogue.topics import DATA, FOLLOW_UP, NO, OUT_OF_SCOPE, STEERING, TALK, YES
from channels.markup import literal

MOST_MISSES = 2  # answers in a row that are none; then the question is left to the officer
SURELY = 0.8  # confidence from which words that could be a name are what the office is asked about
LONG_ANSWER = 12  # words; whoever writes more to a question for a name or address tells something else
SMALL_TALK = frozenset({YES, NO, FOLLOW_UP, OUT_OF_SCOPE, *TALK})
LONGEST_FORM = 6  # lines of a letter that is nothing but the filled-in form
OF_COMPLAINT: tuple[Field, ...] = ("name", "email")  # what it is about is told freely
FAULTS = {"phone": Say("form_email_phone"), "incomplete": Say("form_email_incomplete")}
SILENT = frozenset({"flood", "limit"})  # reasons for which nobody is asked anything


def begun(turn: Turn, decision: Decision) -> Decision:
    """Complete a decision that opens a ticket: with what is known of the person, or the first question."""
    reason, now = decision.ticket_reason, Details()
    if has_label(turn.text):
        now, _ = told(turn.text)
    known = turn.known
    if reason in SILENT or not decision.says:
        return replace(decision, details=now)
    if known.is_remembered and known.details.email and now.email is None:
        says = (*decision.says, Say("form_known", {"data": in_one_line(now.over(known.details))}))
        return replace(decision, says=says, details=now, is_registered=True)
    if turn.is_letter:
        return _begun_by_letter(decision, now.over(Details(email=known.sender)))
    form = Form(told=now.told())
    return _asked_next(
        turn, replace(decision, details=now), form, (*decision.says, Say("form_begin")), decision.kind
    )


def _begun_by_letter(decision: Decision, now: Details) -> Decision:
    """Ask for all at once; the address is the one that the letter came from, where it came from one."""
    say = Say("form_letter", {"email": literal(now.email)}) if now.email else Say("form_letter_whole")
    return replace(
        decision,
        says=(*decision.says, say),
        details=now,
        is_registered=now.email is not None,
        context=replace(decision.context, form=Form(None, now.told())),
    )


def is_going_on(turn: Turn) -> bool:
    """Tell whether a registration waits for an answer: while its ticket is open and lacks something."""
    form = turn.context.form
    if form is None or turn.ticket is None:
        return False
    return form.asking in {None, "consent"} or turn.ticket_state == "requirements"


def answered(turn: Turn, heard: Heard | None, limits: Limits) -> Decision | None:
    """Decide a message that answers the form; None when it is something else, such as a question."""
    form = turn.context.form
    if form is None or not turn.text.strip():
        return None
    if form.asking == "consent":
        return _consent(turn) or _corrected(turn, form)
    now, typed = told(turn.text)
    if form.asking is None:
        return _letter(turn, form, now)
    if fix := _corrected(turn, form):
        return fix
    if len(now.told()) > 1 or (now.email and form.asking != "email"):
        return _took(turn, form, now)
    if words.has_enough(turn.text):
        return _finished(turn, _says(turn, form), form)
    if form.asking == "email":
        is_other = is_question(turn, heard, limits) or is_of_something_else(heard, limits)
        # What is no address, not even a wrong one, may be anything: the model will tell.
        is_unheard = heard is None and typed.fault in {None, "nothing"} and not words.skips(turn.text)
        return _email(turn, form, typed, is_something_else=is_other or is_unheard)
    return _field(turn, form, form.asking, heard, limits)


def goes_on(turn: Turn, decision: Decision) -> Decision:
    """Ask again what the form waits for, after a message that was about something else."""
    form = turn.context.form
    if form is None or form.asking == "consent" or decision.ends:
        return replace(decision, context=replace(decision.context, form=None))
    decision = replace(decision, context=replace(decision.context, form=form))
    if form.asking is None or decision.context.choices or not decision.says or decision.context.confirming:
        return decision
    return replace(decision, says=(*decision.says, Say("form_back"), _question(form, turn.ticket_kind)))


def completed_later(turn: Turn) -> Decision | None:
    """Take an address, or a correction, that comes when no form is going on but a ticket is open."""
    if turn.ticket is None or not turn.text.strip():
        return None
    form = turn.context.form or Form(None)
    if fix := _corrected(turn, form):
        return fix
    is_lacking = turn.ticket_state == "requirements" and not turn.is_letter
    typed = address_in(turn.text)
    is_bare = typed.address is not None and len(turn.text.split()) <= 4
    if is_lacking and is_bare and typed.address and not asks_outright(turn.text):
        now = Details(email=typed.address)
        return _finished(turn, _says(turn, None, details=now), Form("email", told=now.told()))
    return None


def in_one_line(details: Details) -> str:
    """Return what is known of somebody in one line: "Budi, budi@example.org, mahasiswa UGM"."""
    return ", ".join(literal(str(getattr(details, each))) for each in details.told())


# --- one answer ------------------------------------------------------------------------------------


def _email(turn: Turn, form: Form, typed: Typed, *, is_something_else: bool) -> Decision | None:
    """Take the answer to the question for the mail address."""
    text = turn.text
    address = typed.address or _of_offer(form, typed, text)
    if address:
        return _took(turn, form, replace(told(text)[0], email=address))
    if typed.likely:
        offer = replace(form, offered=typed.likely, typed=typed.as_typed, misses=0)
        return _says(turn, offer, Say("form_email_offer", {"email": literal(typed.likely)}))
    if form.offered and words.refuses(text):
        return _again(turn, replace(form, offered=None), Say("form_email_again"))
    if has_none(text):
        return _passed(turn, form)
    if is_something_else or len(text.split()) > LONG_ANSWER:
        return None
    say = FAULTS.get(typed.fault or "nothing", Say("form_email_again"))
    if words.skips(text):
        say = Say("form_email_needed")
    return _again(turn, replace(form, typed=typed.as_typed), say)


def _of_offer(form: Form, typed: Typed, text: str) -> str | None:
    """Return the address that a yes or no to "do you mean ...?" settles, or one that was given twice.

    What is strange to us and theirs all the same is taken.
    """
    if form.offered and words.agrees(text):
        return form.offered
    is_kept = words.refuses(text) if form.offered else False
    return form.typed if is_kept or (typed.as_typed and typed.as_typed == form.typed) else None


def _field(turn: Turn, form: Form, field: Field, heard: Heard | None, limits: Limits) -> Decision | None:
    """Take the answer to the question for a name, an organisation or a purpose."""
    text = turn.text
    if words.skips(text) or (field != "name" and (words.refuses(text) or has_none(text))):
        return _passed(turn, form)
    if is_question(turn, heard, limits):
        return None
    value = cleaned(field, text)
    if field != "name":
        is_told = value is not None and not words.is_courtesy(text)
        return (
            _took(turn, form, Details(**{field: value}))
            if is_told
            else _again(turn, form, Say(f"form_{field}"))
        )
    if len(text.split()) > LONG_ANSWER or _is_business(heard, limits):
        return None
    name, organisation = split_name(value or "")
    if is_name(name) or (form.misses and may_be_name(name)):  # who insists is called so
        return _took(turn, form, Details(name=name, organisation=organisation))
    if is_of_something_else(heard, limits) or (heard is None and not words.is_courtesy(text)):
        return None
    return _again(turn, form, Say("form_name" if words.is_courtesy(text) else "form_name_again"))


def _letter(turn: Turn, form: Form, now: Details) -> Decision | None:
    """Take what a letter tells after it was asked for all at once; a letter without is none of the form's.

    Without labels it has to be short: an address stands below many a letter that asks something else.
    """
    fix = _corrected(turn, form)
    if fix is not None:
        return fix
    lines = [line for line in turn.text.splitlines() if line.strip()]
    is_told = has_label(turn.text) or (len(now.told()) > 1 and len(lines) <= LONGEST_FORM)
    consents = True if words.allows_keeping(turn.text) else None
    if not is_told and consents is None:
        return None
    now = now if is_told else Details()
    say = Say("form_noted", {"data": in_one_line(now)}) if now.told() else Say("form_kept")
    is_complete = now.email is not None and turn.ticket_state == "requirements"
    promise = (Say("form_promise"),) if is_complete else ()
    decision = _says(turn, replace(form, told=_with(form.told, now.told())), say, *promise, details=now)
    # A letter that tells more than its labels may well ask something: an officer reads it.
    owes = len(lines) > LONGEST_FORM
    return replace(decision, consents=consents, is_registered=is_complete, owes=owes)


def _consent(turn: Turn) -> Decision | None:
    """Take the word on whether it may be remembered; anything else is none, and the form is over."""
    if words.agrees(turn.text):
        return replace(_says(turn, None, Say("form_kept")), consents=True)
    if words.refuses(turn.text):
        return replace(_says(turn, None, Say("form_not_kept")), consents=False)
    return None


def _corrected(turn: Turn, form: Form) -> Decision | None:
    """Take "salah, emailnya ..." at any time, and go on where the form was."""
    now, typed = corrected(turn.text)
    if typed is not None and typed.likely:
        offer = replace(form, asking="email", offered=typed.likely, typed=typed.as_typed)
        return _says(turn, offer, Say("form_email_offer", {"email": literal(typed.likely)}))
    if not now.told():
        return None
    say = Say("form_corrected", {"data": in_one_line(now)})
    form = replace(form, told=_with(form.told, now.told()), misses=0, offered=None, typed=None)
    if form.asking in {None, "consent"}:
        is_complete = bool(now.email) and turn.ticket_state == "requirements"
        keeps_on = form if form.asking == "consent" or turn.context.form else None
        decision = replace(_says(turn, keeps_on, say), details=now, is_registered=is_complete)
        return replace(decision, says=(*decision.says, Say("form_promise"))) if is_complete else decision
    return _asked_next(turn, _says(turn, form, details=now), form, (say,), turn.ticket_kind)


# --- the way on ------------------------------------------------------------------------------------


def _took(turn: Turn, form: Form, now: Details) -> Decision:
    """Go on after something was told."""
    form = replace(form, told=_with(form.told, now.told()), misses=0, offered=None, typed=None)
    lead = (Say("form_took", {"data": in_one_line(now)}),) if len(now.told()) > 1 else ()
    return _asked_next(turn, _says(turn, form, details=now), form, lead, turn.ticket_kind)


def _passed(turn: Turn, form: Form) -> Decision:
    """Go on after something was passed over."""
    passed = (*form.passed, *(each for each in FIELDS if each == form.asking))
    return _asked_next(turn, _says(turn, form), replace(form, passed=passed, misses=0), (), turn.ticket_kind)


def _again(turn: Turn, form: Form, say: Say) -> Decision:
    """Ask once more with a helpful word; when it does not help, leave the field to the officer."""
    if form.misses + 1 < MOST_MISSES or words.is_courtesy(turn.text):
        thanked = (Say("form_welcome"),) if words.thanks(turn.text) else ()
        return _says(turn, replace(form, misses=min(form.misses + 1, MOST_MISSES - 1)), *thanked, say)
    if form.asking == "email" and form.typed and "@" in form.typed:
        return _took(
            turn, form, Details(email=form.typed)
        )  # an address that is strange to us is no wrong one
    return _passed(turn, form)


def _asked_next(turn: Turn, decision: Decision, form: Form, says: tuple[Say, ...], kind: str) -> Decision:
    """Ask for the next thing that is open; when nothing is, the form has come to its end."""
    wanted = OF_COMPLAINT if kind == "pengaduan" else FIELDS
    left = [each for each in wanted if each not in (*form.told, *form.passed)]
    if not left:
        return _finished(turn, decision, form, says)
    form = replace(form, asking=left[0], misses=0)
    says = (*says, _question(form, kind))
    return replace(decision, says=says, context=replace(decision.context, form=form))


def _question(form: Form, kind: str) -> Say:
    if form.asking == "purpose" and kind == "penjualan":
        return Say("form_purpose_of_sale")
    return Say(f"form_{form.asking}")


def _finished(turn: Turn, decision: Decision, form: Form, says: tuple[Say, ...] = ()) -> Decision:
    """End the form: with an address the request is complete; without, an officer completes it."""
    if "email" not in form.told:
        context = replace(decision.context, form=None)
        return replace(decision, says=(*says, Say("form_without_email")), context=context, owes=True)
    is_asked = not turn.known.is_remembered
    data = in_one_line(decision.details.over(_kept(turn, form)))
    lead = tuple(say for say in says if say.key not in {"form_took", "form_begin"})
    closing = (Say("form_done", {"data": data}), *((Say("form_consent"),) if is_asked else ()))
    done = replace(form, asking="consent", misses=0, offered=None, typed=None) if is_asked else None
    context = replace(decision.context, form=done)
    return replace(decision, says=(*lead, *closing), context=context, is_registered=True)


def _kept(turn: Turn, form: Form) -> Details:
    """Return what was told in this form before and is kept already."""
    kept = turn.known.details
    return Details(**{each: getattr(kept, each) for each in form.told})


def _says(turn: Turn, form: Form | None, *says: Say, details: Details = Details()) -> Decision:  # noqa: B008 -- frozen
    context = Context(subject=turn.context.subject, language=turn.language, form=form)
    return Decision(says, context, details=details)


def _with(fields: tuple[Field, ...], more: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(dict.fromkeys((*fields, *more)))


def is_question(turn: Turn, heard: Heard | None, limits: Limits) -> bool:
    """Tell whether a message asks instead of answering, by its words and by what the model makes of it."""
    text = turn.text
    if asks_outright(text):
        return True
    is_asking = asks(text) or ends_asking(text)
    if heard is None:  # while the model is away nobody knows what it asks, and it is not taken for a name
        return is_asking or "?" in text
    topic = limits.topic_of(heard.whole.meaning)
    if "?" in text and topic is not None:
        return True
    # "minta data untuk skripsi" is what somebody needs it for; "ada wifi ga sih" asks.
    return is_asking and topic != DATA and _is_business(heard, limits)


def is_of_something_else(heard: Heard | None, limits: Limits) -> bool:
    """Tell whether the model surely knows what is meant by words that are no answer, small talk left out."""
    topic = None if heard is None else limits.topic_of(heard.whole.meaning)
    return topic is not None and topic not in SMALL_TALK


def _is_business(heard: Heard | None, limits: Limits) -> bool:
    """Tell whether words without a question are surely what the office is asked about ("biaya konsultasi")."""
    if heard is None:
        return False
    meaning = heard.whole.meaning
    topic = limits.topic_of(meaning)
    if topic is None or topic in STEERING:
        return False
    return bool(meaning.entities) or meaning.confidence(topic) >= SURELY

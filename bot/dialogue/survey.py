"""The satisfaction survey in a chat: one question at a time, left and taken up again at will. Pure.

What was answered stands in the sheet, which the survey's link fills in, too; the conversation only carries that it is
being filled in, and what was asked last. A slot is one thing that is asked: "element:U1", "trait:umur", "remark".
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import survey_words as words
from bot.dialogue.form import goes_on, is_going_on, is_of_something_else, is_question
from bot.dialogue.kinds import is_complaint
from bot.dialogue.limits import Limits
from bot.dialogue.questions import asks_outright
from bot.dialogue.sheet import REMARK, answer, changed, element, missing, next_slot, options, slots, trait
from bot.dialogue.state import Context, Decision, Filling, Heard, Say, Sheet, SheetChange, Turn
from bot.dialogue.survey_words import option_in
from bot.dialogue.ticket_talk import wants_tickets
from bot.dialogue.topics import ASK_OFFICER, NOT_HELPED
from bot.dialogue.words import is_courtesy
from handoff.dates import long_day
from handoff.instrument import Question

MOST_MISSES = 2  # times that a question is asked again; then the survey is left, to be taken up when it suits
LONGEST_REMARK = 2_000  # characters


def filled_in(turn: Turn, heard: Heard | None, limits: Limits) -> Decision | None:
    """Decide a message that begins, answers or leaves a questionnaire; None when it is about something else.

    `heard` is None while the model is away: then words alone have to do.
    """
    sheet = turn.sheet
    if sheet is None or turn.is_letter or not turn.text.strip():
        return None
    wants = turn.choice is None and words.wants_survey(turn.text)
    if _is_form_on(turn):
        return goes_on(turn, _says(turn, None, Say("survey_after_form"))) if wants else None
    filling = _of_sheet(turn, sheet)
    if filling is None and not wants:
        return None
    if sheet.is_finished or sheet.is_over:
        return _too_late(turn, sheet) if wants or _is_reply(turn, sheet, filling) else None
    if wants or (turn.choice is None and words.goes_on(turn.text)):
        return _taken_up(turn, sheet, filling)
    if filling is None or filling.asking is None:
        return None
    is_other = _is_other(turn, filling.asking, heard, limits)
    return _replied(turn, sheet, filling, is_other=is_other)


def aside(turn: Turn, decision: Decision) -> Decision:
    """Complete what was decided of a message about something else: the survey is left, to be taken up again."""
    filling = None if turn.sheet is None else _of_sheet(turn, turn.sheet)
    is_open = turn.sheet is not None and not (turn.sheet.is_finished or turn.sheet.is_over)
    if filling is None or not is_open or decision.ticket_reason or decision.context.form:
        return replace(decision, context=replace(decision.context, filling=None))
    left = replace(decision, context=replace(decision.context, filling=replace(filling, asking=None)))
    if filling.asking is None or not decision.says or turn.sheet is None:
        return left
    hint = _left(turn, turn.sheet)
    # What is to be chosen from stands last, where its buttons are.
    says = (hint, *decision.says) if decision.says[-1].choices else (*decision.says, hint)
    return replace(left, says=says)


def awaits_answer(context: Context) -> bool:
    """Tell whether a question of a questionnaire waits for one of its answers, which is said in one message."""
    filling = context.filling
    return filling is not None and filling.asking is not None and filling.asking != REMARK


def _of_sheet(turn: Turn, sheet: Sheet) -> Filling | None:
    """Return what is going on with this sheet here; a question is none any more after an officer has written."""
    filling = turn.context.filling
    if filling is None or filling.sheet != sheet.id:
        return None
    return replace(filling, asking=None) if sheet.is_overtaken else filling


# --- one message ---------------------------------------------------------------------------------------


def _is_form_on(turn: Turn) -> bool:
    """Tell whether a ticket's form waits for an answer; whether it may be remembered is asked only once."""
    form = turn.context.form
    return form is not None and form.asking != "consent" and is_going_on(turn)


def _taken_up(turn: Turn, sheet: Sheet, filling: Filling | None) -> Decision:
    """Begin the questionnaire, or go on at the first question that has no answer."""
    if filling is not None and filling.asking is not None:
        return _asks(turn, sheet, filling, SheetChange(sheet.id))
    slot = next_slot(sheet, ())
    total = len(sheet.instrument.questions)
    if sheet.scores:
        lead = Say("survey_resumed", {"n": str(len(sheet.scores)), "total": str(total)})
    else:
        lead = Say("survey_begin", {"total": str(total), "date": _day(turn, sheet)})
    return _asks(turn, sheet, Filling(sheet.id, slot), SheetChange(sheet.id), lead)


def _too_late(turn: Turn, sheet: Sheet) -> Decision:
    say = Say("survey_finished" if sheet.is_finished else "survey_over", {"date": _day(turn, sheet)})
    return _says(turn, None, say, change=SheetChange(sheet.id))


def _is_reply(turn: Turn, sheet: Sheet, filling: Filling | None) -> bool:
    """Tell whether a message would have answered what was asked."""
    if filling is None or filling.asking is None or filling.asking == REMARK:
        return False
    is_option = option_in(turn.text, options(sheet, filling.asking), tapped=turn.choice) is not None
    return is_option or words.passes(turn.text) or words.hands_in(turn.text)


def _replied(turn: Turn, sheet: Sheet, filling: Filling, *, is_other: bool) -> Decision | None:
    """Take the reply to a question; None when it is none."""
    meant = _meant(turn, sheet, filling, filling.asking or REMARK)
    if meant is None and is_other:
        return None
    if sheet.is_early:  # typed twice, or for the question before: nobody has seen this one
        return _repeats(turn, sheet, filling)
    if meant is None:
        return _remarked(turn, sheet, filling) if filling.asking == REMARK else _missed(turn, sheet, filling)
    return meant


def _meant(turn: Turn, sheet: Sheet, filling: Filling, slot: str) -> Decision | None:
    """Take what is clear by itself: one of the answers, a word for what to do."""
    text = turn.text
    chosen = option_in(text, options(sheet, slot), tapped=turn.choice)
    if chosen is not None:
        return _took(turn, sheet, filling, answer(sheet, slot, chosen))
    if turn.choice is not None:
        return _repeats(turn, sheet, filling)  # the button of a question before
    if words.leaves(text):
        return _says(turn, replace(filling, asking=None), _left(turn, sheet), change=SheetChange(sheet.id))
    if words.goes_back(text):
        return _back(turn, sheet, filling, slot)
    if words.hands_in(text):
        return _handed_in(turn, sheet, filling)
    return _passed(turn, sheet, filling, slot) if words.passes(text) else None


def _is_other(turn: Turn, slot: str, heard: Heard | None, limits: Limits) -> bool:
    """Tell whether a message that is no answer asks, or wants something else.

    What is told freely at the end may name anything. While the model is away nobody knows.
    """
    text = turn.text
    if words.is_opinion(text):
        return False
    topic = None if heard is None else limits.topic_of(heard.whole.meaning)
    if "?" in text or asks_outright(text) or wants_tickets(text) or topic == ASK_OFFICER:
        return True
    if is_complaint(text, topic):
        return True
    if heard is None:
        return slot != REMARK
    if slot == REMARK or topic == NOT_HELPED:  # an opinion, though none of those to choose from
        return False
    return is_question(turn, heard, limits) or is_of_something_else(heard, limits)


def _remarked(turn: Turn, sheet: Sheet, filling: Filling) -> Decision:
    """Take the last word, and hand the questionnaire in."""
    is_none = words.has_no_word(turn.text) or is_courtesy(turn.text)
    remark = "" if is_none else turn.text.strip()[:LONGEST_REMARK]
    return _handed_in(turn, sheet, filling, remark)


def _missed(turn: Turn, sheet: Sheet, filling: Filling) -> Decision:
    """Ask once more; whoever is not understood again and again is not held up."""
    if filling.misses >= MOST_MISSES:
        return _says(turn, replace(filling, asking=None), _left(turn, sheet), change=SheetChange(sheet.id))
    return _repeats(turn, sheet, replace(filling, misses=filling.misses + 1))


# --- the way on ----------------------------------------------------------------------------------------


def _took(turn: Turn, sheet: Sheet, filling: Filling, change: SheetChange) -> Decision:
    """Keep an answer, and ask for what is next."""
    passed = tuple(slot for slot in filling.passed if slot != change.slot)
    return _goes_on(turn, changed(sheet, change), replace(filling, passed=passed), change)


def _passed(turn: Turn, sheet: Sheet, filling: Filling, slot: str) -> Decision:
    """Leave a question out; an answer that it had is taken back."""
    if slot == REMARK:
        return _handed_in(turn, sheet, filling)
    change = SheetChange(sheet.id, slot)
    filling = replace(filling, passed=(*filling.passed, slot))
    return _goes_on(turn, changed(sheet, change), filling, change)


def _goes_on(turn: Turn, sheet: Sheet, filling: Filling, change: SheetChange) -> Decision:
    slot = next_slot(sheet, filling.passed)
    return _asks(turn, sheet, replace(filling, asking=slot, misses=0), change)


def _back(turn: Turn, sheet: Sheet, filling: Filling, slot: str) -> Decision:
    """Ask the question before, whatever it was answered."""
    every = slots(sheet)
    before = every[max(0, every.index(slot) - 1)]
    return _asks(turn, sheet, replace(filling, asking=before, misses=0), SheetChange(sheet.id))


def _repeats(turn: Turn, sheet: Sheet, filling: Filling) -> Decision:
    lead = () if filling.asking == REMARK else (Say("survey_again"),)
    return _asks(turn, sheet, filling, SheetChange(sheet.id), *lead)


def _handed_in(turn: Turn, sheet: Sheet, filling: Filling, remark: str = "") -> Decision:
    """Hand in what there is, and say what is missing; without any answer there is nothing to hand in."""
    if not sheet.scores:
        left = Say("survey_empty", {"date": _day(turn, sheet)})
        return _says(turn, replace(filling, asking=None), left, change=SheetChange(sheet.id))
    left_out = missing(sheet, turn.language)
    say = Say("survey_thanks_missing", {"missing": ", ".join(left_out)}) if left_out else Say("survey_thanks")
    return _says(turn, None, say, change=SheetChange(sheet.id, finishes=True, remark=remark))


def _asks(turn: Turn, sheet: Sheet, filling: Filling, change: SheetChange, *lead: Say) -> Decision:
    """Ask what `filling` is at."""
    return _says(turn, filling, *lead, _question(turn, sheet, filling.asking or REMARK), change=change)


def _question(turn: Turn, sheet: Sheet, slot: str) -> Say:
    titles = tuple(each.of(turn.language) for each in options(sheet, slot))
    if slot == REMARK:
        return Say("survey_remark")
    every = [each for each in slots(sheet) if each.startswith(slot.partition(":")[0])]
    place = {"n": str(every.index(slot) + 1), "total": str(len(every))}
    asked = element(sheet, slot) or trait(sheet, slot)
    if isinstance(asked, Question):
        return Say("survey_question", {**place, "question": asked.text.of(turn.language)}, choices=titles)
    name = asked.name.of(turn.language) if asked else ""
    return Say("survey_profile", {**place, "name": name}, choices=titles)


def _left(turn: Turn, sheet: Sheet) -> Say:
    return Say("survey_left", {"date": _day(turn, sheet)})


def _says(turn: Turn, filling: Filling | None, *says: Say, change: SheetChange | None = None) -> Decision:
    opening = (Say("introduction"),) if turn.is_first_contact else ()
    context = replace(
        turn.context,
        choices=(),
        failures=0,
        told_unavailable=False,
        language=turn.language,
        confirming=None,
        told_added=False,
        form=turn.context.form if _is_form_on(turn) else None,
        filling=filling,
    )
    return Decision((*opening, *says), context, sheet=change)


def _day(turn: Turn, sheet: Sheet) -> str:
    return long_day(sheet.closes_on, turn.language)

"""What a reply of `pst chat --jsonl` does, recognised by the sentences of bot/texts.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.evaluate import Outcome, Reply

TEXTS = Path(__file__).resolve().parents[2] / "bot" / "texts.yml"
PLACEHOLDER = re.compile(r"\{[\w.]+\}")
LANGUAGES = ("id", "en")
DOES: dict[str, Outcome] = {
    "out_of_scope": Outcome.REJECT,
    "suggest": Outcome.UNSURE,
    "not_understood": Outcome.UNSURE,
    "choose_again": Outcome.UNSURE,
    "not_known": Outcome.UNSURE,
    "follow_up_of_what": Outcome.UNSURE,
    "nlu_down": Outcome.UNSURE,
    "not_helped": Outcome.UNSURE,
    "kbli_unsure": Outcome.UNSURE,
    "kbli_unknown": Outcome.UNSURE,
    "kbli_which_code": Outcome.UNSURE,
    "number_of_what": Outcome.UNSURE,
    "kbli_code_unknown": Outcome.UNSURE,
    "menu": Outcome.TALK,
    "greeting": Outcome.TALK,
    "welcome": Outcome.TALK,
    "goodbye": Outcome.TALK,
    "rating_thanks": Outcome.TALK,
    "rating_sorry": Outcome.TALK,
    "rating_final": Outcome.TALK,
    "rating_unclear": Outcome.UNSURE,
    **dict.fromkeys(
        (
            *("survey_resumed", "survey_question", "survey_profile", "survey_remark", "survey_left"),
            *("survey_empty", "survey_thanks", "survey_thanks_missing", "survey_finished", "survey_over"),
            *("survey_begin", "survey_after_form"),
        ),
        Outcome.TALK,
    ),
    "survey_again": Outcome.UNSURE,
    "noted": Outcome.TALK,
    "ticket_asked": Outcome.OFFICER,
    "ticket_partly": Outcome.OFFICER,
    "partly_added": Outcome.OFFICER,
    "ticket_not_understood": Outcome.OFFICER,
    "ticket_attachment": Outcome.OFFICER,
    "ticket_voice": Outcome.OFFICER,
    "ticket_image": Outcome.OFFICER,
    "ticket_video": Outcome.OFFICER,
    "ticket_contact": Outcome.OFFICER,
    "sticker": Outcome.TALK,
    "location": Outcome.UNSURE,
    "ticket_unavailable": Outcome.OFFICER,
    "ticket_flood": Outcome.OFFICER,
    "flood_added": Outcome.OFFICER,
    "stop_confirmed": Outcome.TALK,
    "start_confirmed": Outcome.TALK,
    "ticket_added": Outcome.OFFICER,
    "ticket_already": Outcome.OFFICER,
    "unclaimed": Outcome.OFFICER,
    "ticket_complaint": Outcome.OFFICER,
    "ticket_enough": Outcome.OFFICER,
    "ticket_cancelled": Outcome.OFFICER,
    **dict.fromkeys(
        (
            *("status_new", "status_new_due", "status_requirements", "status_work", "status_work_due"),
            *("status_late", "status_merged"),
            *(
                "status_citizen",
                "status_done",
                "status_idle",
                "status_cancelled",
                "status_unknown",
                "status_none",
            ),
            *("cancel_sure", "cancel_not", "cancel_nothing", "cancel_elsewhere"),
        ),
        Outcome.OFFICER,
    ),
    "data_elsewhere": Outcome.ANSWER,
}
# These say nothing about what was understood, or are answers, known by their source.
NOT_AN_ACT = {
    *("introduction", "privacy_link", "answer", "talk", "heading", "other_services", "complaint_offer"),
    *(
        "promise_due",
        "promise_konsultasi",
        "promise_penjualan",
        "promise_rekomendasi",
        "promise_perpustakaan",
    ),
    *("complaint_manager", "promise_pengaduan", "promise_opens", "promise_works"),
    # What the registration of a ticket asks and says, after the sentence that opened it.
    *("form_begin", "form_name", "form_name_again", "form_email", "form_email_again", "form_email_phone"),
    *("form_email_incomplete", "form_email_needed", "form_email_offer", "form_organisation", "form_purpose"),
    *(
        "form_purpose_of_sale",
        "form_took",
        "form_back",
        "form_done",
        "form_consent",
        "form_kept",
        "form_not_kept",
    ),
    *("form_letter_whole", "form_welcome"),
    *("form_without_email", "form_known", "form_letter", "form_noted", "form_corrected", "form_promise"),
    *(
        "officer_replied",
        "mail_subject",
        "mail_unclaimed",
        "report_mail",
        "report_subject",
        *("closing", "rating", "survey", "survey_here", "warning"),
        "mail_closing",
        "mail_rating",
        "mail_survey",
        "mail_warning",
        "mail_officer_replied",
    ),
    *("mail_answer", "mail_too_large", "file_refused", "file_failed"),
    *(
        "kbli_found",
        "kbli_only",
        "kbli_code",
        "kbli_other_edition",
        "data_wanted",
        "data_found",
        "data_other_years",
        "data_values",
    ),
}
OPENING = ("introduction", "privacy_link")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads replies; make one with `reader`."""

    openings: tuple[re.Pattern[str], ...]
    sentences: tuple[tuple[re.Pattern[str], Outcome], ...]
    sources: Mapping[str, str]

    def read(self, line: Mapping[str, Any]) -> Reply:
        """Return what one line of output says and does."""
        text = "\n\n".join(line["replies"])
        for opening in self.openings:
            text = opening.sub("", text, count=1)
        outcomes = {outcome for pattern, outcome in self.sentences if pattern.search(text)}
        languages = frozenset(language for language, source in self.sources.items() if source in text)
        if languages:
            outcomes.add(Outcome.ANSWER)
        if not outcomes:  # said without a source and in no sentence we know
            outcomes.add(Outcome.TALK)
        return Reply(text.strip(), frozenset(outcomes), tuple(line["topics"]), languages)


def reader(texts: Path = TEXTS) -> Reader:
    """Make a reader from the texts of the bot."""
    said = yaml.safe_load(texts.read_text(encoding="utf-8"))
    sentences = [
        (_pattern(said[key][language]), outcome)
        for key, outcome in DOES.items()
        if key in said
        for language in LANGUAGES
    ]
    openings = [_pattern(said[key][language]) for key in OPENING if key in said for language in LANGUAGES]
    sources = {language: _source(said["answer"][language]) for language in LANGUAGES}
    return Reader(tuple(openings), tuple(sentences), sources)


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return a pattern for a sentence with anything in its placeholders; only its first part is needed."""
    said = re.sub(r"\s*\{promise\}$", "", sentence.strip())  # nothing is promised while a form goes on
    parts = [re.escape(part) for part in PLACEHOLDER.split(said)]
    return re.compile(".+?".join(parts).removesuffix(".+?"), re.DOTALL)


def _source(sentence: str) -> str:
    """Return what stands before a source ("Sumber: "), without the mark that makes it italic."""
    return sentence.split("{source}", maxsplit=1)[0].rsplit("\n", maxsplit=1)[-1].lstrip("*_")

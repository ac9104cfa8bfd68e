"""The intents that the rules of the conversation know by name; all others are topics of the knowledge."""

from __future__ import annotations

ASK_OFFICER = "minta_petugas"
OUT_OF_SCOPE = "di_luar_topik"
FOLLOW_UP = "lanjutan"
YES, NO = "ya", "tidak"
NOT_HELPED = "tidak_membantu"
WHAT_CAN_YOU_DO = "bisa_apa"
TALK = frozenset({OUT_OF_SCOPE, "salam", "terima_kasih", "pamit"})
# Intents that are no subject of their own: they steer the conversation.
STEERING = TALK | {ASK_OFFICER, FOLLOW_UP, YES, NO, NOT_HELPED, WHAT_CAN_YOU_DO}

BUSINESS, CODE, DATA = "kode_kbli", "arti_kode_kbli", "minta_data"
ABOUT_SERVICE = "tentang_konsultasi"  # what a service is and whom it serves, for each of the four
TERM, CLASSIFICATION = "arti", "tentang_klasifikasi"
LOOKED_UP = frozenset({BUSINESS, CODE, DATA})
# Which entity a subject of these topics is about.
ABOUT = {TERM: "indikator", DATA: "indikator", CLASSIFICATION: "klasifikasi"}
# Whoever names an indicator and no more may want either; so may whoever names a business and KBLI.
TWINS = {TERM: DATA, DATA: TERM, BUSINESS: CLASSIFICATION, CLASSIFICATION: BUSINESS}

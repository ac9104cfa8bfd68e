"""Which kind of ticket a message opens, and whether somebody complains. Pure."""

from __future__ import annotations

import re

from bot.dialogue.state import Subject
from bot.dialogue.topics import ASK_OFFICER, FOLLOW_UP, NOT_HELPED
from handoff.rating import praises
from handoff.ticket import KINDS, Kind

DEFAULT: Kind = "konsultasi"
COMPLAINT = "pengaduan"  # the topic of the knowledge, and the kind of ticket
# What the model may take a complaint for; street lamps and invoices are something else.
NEAR = frozenset({None, COMPLAINT, ASK_OFFICER, NOT_HELPED, FOLLOW_UP})
LONGEST_WISH = 60  # words; in a longer letter the wish to complain stands among much else

_WISH = re.compile(
    r"\b(?:mau|ingin|pengen|pengin|hendak|mohon\s+izin|izin|bermaksud|perlu|arep|badhe|want\s+to|would\s+like\s+to|wish\s+to|need\s+to)\s+"
    r"(?:(?:menyampaikan|membuat|mengajukan|buat|kirim|melakukan|nyampein|sampaikan|make|file|submit|lodge|a|an|sebuah|surat)\s+)*"
    r"(?:meng?adu(?:kan)?|ngadu|pengaduan|aduan|komplain|complain|complaint|protes|keluhan|mengeluh(?:kan)?|wadul|keberatan)\b",
    re.IGNORECASE,
)
_WORD_ALONE = re.compile(
    r"^\W*(?:saya\s+)?(?:mengadu|ngadu|komplain|complain|complaint|lapor\s+pengaduan)\W*$", re.IGNORECASE
)
# Whoever asks for the way gets the way.
_WAY = re.compile(
    r"\b(?:ke\s*mana|kemana|ke\s*siapa|kepada\s+siapa|pada\s+siapa|lewat\s+(?:mana|apa)|di\s*mana|dimana|bagaimana|gimana|gmn|cara\w*"
    r"|saluran|nomor|no\s+berapa|siapa|pundi|endi|where|how|whom|who|which)\b",
    re.IGNORECASE,
)
_GRIEVANCE = re.compile(
    r"\b(?:kecewa|mengecewakan|kesal|kesel|marah|jengkel|kasar|tidak\s+ramah|ga(?:k)?\s+ramah|judes|jutek|cuek|lelet|lemot|lambat"
    r"|lama\s+(?:sekali|banget|bgt)|buruk|jelek|parah|pungli|dipungut|diskriminasi|tidak\s+sopan|ga(?:k)?\s+sopan|dipersulit"
    r"|diabaikan|dicuekin|tidak\s+dilayani|ga(?:k)?\s+dilayani|tidak\s+profesional|disappointed|rude|terrible|unacceptable)\b",
    re.IGNORECASE,
)


def is_complaint(text: str, topic: str | None) -> bool:
    """Tell whether somebody complains, rather than asking how one does.

    By the wish ("saya mau mengadu"), or by a grievance that the model takes for the topic of complaints.
    """
    if _WAY.search(text) or topic not in NEAR:
        return False
    if _WORD_ALONE.match(text):
        return True
    if len(text.split()) <= LONGEST_WISH and _WISH.search(text):
        return True
    return (
        topic == COMPLAINT and "?" not in text and _GRIEVANCE.search(text) is not None and not praises(text)
    )


def kind_of(*subjects: Subject | None) -> Kind:
    """Return the kind of ticket for what is talked about: the first service that is one's name."""
    services = (subject.service for subject in subjects if subject is not None)
    return next((kind for service in services for kind in KINDS if kind == service), DEFAULT)

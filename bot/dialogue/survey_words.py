"""What people say to a questionnaire: begin it, an answer, skip, back, later, hand it in. Pure.

A whole message has to be nothing else, as in `words`: "lanjut survei" resumes one, "survei itu apa" asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialogue.choice import is_tap_on
from bot.dialogue.words import LONGEST, is_whole, refuses, skips, whole
from handoff.instrument import Wording

_SURVEY = (
    r"(?:survei|survey|surve|kuesioner|kuisioner|kwesioner|questionnaire)(?:nya)?"
    r"(?:\W+(?:kepuasan|masyarakat|pelanggan|layanan|tadi|kemarin|itu|ini|skm))*"
)
_HERE = r"(?:di\s*sini|sini|(?:lewat|via|di|by|on)\s+(?:sini|wa|whatsapp|chat)|here)"
_FILL = (
    r"(?:isi|mengisi|ngisi|isikan|jawab|menjawab|ikut|ikuti|mulai|memulai|lanjut|lanjutkan|lanjutin|melanjutkan|terus|teruskan"
    r"|terusin|start|begin|fill\s+(?:in|out)|take|resume|continue|answer|do)"
)
_WANT = (
    r"(?:(?:saya|aku|kami|kulo|i|let\s+me)\W+)?"
    r"(?:(?:mau|ingin|pengen|pengin|bisa|siap|arep|want\s+to|will|ayo)\W+)?"
)
_BEGINS = whole(
    rf"{_SURVEY}(?:\W+{_HERE})?|{_WANT}{_FILL}\W+(?:the\W+|your\W+)?{_SURVEY}(?:\W+{_HERE})?"
    rf"|{_WANT}(?:isi|mengisi|ngisi|jawab|menjawab|answer)\W+{_HERE}"
)
_GOES_ON = whole(
    r"lanjut|lanjutkan|lanjutin|teruskan|terusin|terus|ayo\W+lanjut|mau\W+lanjut|continue|resume|go\s+on"
)
_LEAVES = whole(
    r"nanti(?:\W+(?:lagi|sore|malam|siang|pagi))?|(?:lain|laen)\s+(?:kali|waktu)|besok(?:\W+lagi)?|kapan-?\s*kapan|sudahi|tunda"
    r"|keluar|exit|quit|later|maybe\s+later|not\s+now|another\s+time|mengko(?:\W+wae)?|mangke(?:\W+mawon)?"
    rf"|(?:batal(?:kan)?|berhenti|stop|cancel|(?:ga|gak|nggak|tidak)\s+jadi)(?:\W+(?:(?:isi|the)\W+)?{_SURVEY})?"
)
_BACK = whole(
    r"(?:kembali|balik|mundur|back|go\s+back|previous|sebelumnya|ralat|koreksi|ulang|ulangi|undo|salah)"
    r"(?:\W+(?:ke|yang|pertanyaan|sebelumnya|tadi|pencet|tekan|pilih|ketik|jawab|one|question))*"
)
_SENDS = whole(
    r"(?:kirim|kirimkan|selesai|selesaikan|submit|send|finish)(?:\W+(?:sekarang|survei|survey|now))*"
)
_NO_WORD = whole(r"(?:tidak|ga|gak|nggak|belum|ndak)\s+(?:ada|punya)|tak\s+ada|nihil|none|nothing|-+")

_LEAD = (
    r"(?:(?:saya|aku)\W+)?"
    r"(?:(?:no|nomor|nomer|nmr|pilihan|pilih|jawab|jawaban|jawabannya|opsi|yg|yang|nilai|skor|ke)\W*)*"
)
_NUMBERS = {
    "satu": 1, "pertama": 1, "one": 1, "siji": 1, "dua": 2, "kedua": 2, "two": 2, "loro": 2,
    "tiga": 3, "ketiga": 3, "three": 3, "telu": 3, "empat": 4, "keempat": 4, "four": 4, "papat": 4,
    "lima": 5, "kelima": 5, "five": 5, "enam": 6, "keenam": 6, "six": 6,
}  # fmt: skip
_NUMBER = re.compile(rf"{_LEAD}(\d{{1,2}}|{'|'.join(_NUMBERS)})(?![\d.,]*\d)\b(.*)", re.DOTALL)
_SLANG = {
    "sgt": "sangat", "sngt": "sangat", "amat": "sangat", "tdk": "tidak", "tak": "tidak", "ga": "tidak", "gak": "tidak",
    "nggak": "tidak", "ngga": "tidak", "enggak": "tidak", "ndak": "tidak", "krg": "kurang", "krang": "kurang",
    "dgn": "dengan", "yg": "yang", "tp": "tetapi", "tapi": "tetapi", "cewek": "perempuan", "wanita": "perempuan",
    "cowok": "laki", "pria": "laki", "lelaki": "laki",
}  # fmt: skip
_VERY = frozenset({"banget", "bgt", "sekali", "bingit", "tenan"})
_FILLING = frozenset(
    "ya deh kok sih dong kak pak bu mas mbak min saja aja saya menurut rasa rasanya layanannya pelayanannya i am it is"
    " was they are".split()
)
_DEGREES = frozenset(
    "sangat tidak kurang cukup agak terlalu belum begitu paling lebih sudah dan tetapi very too not quite so"
    " really".split()
)
_JUDGING = frozenset(
    "puas kecewa bagus baik buruk jelek oke lumayan biasa standar sedang lama cepat lambat lelet mahal murah"
    " gratis free wajar ramah sopan jutek judes mudah gampang sulit susah rumit ribet jelas membingungkan"
    " memuaskan mengecewakan mantap parah payah sesuai mampu kompeten lengkap bersih nyaman apik elek suwe good"
    " bad slow fast easy hard fine poor great fair expensive cheap polite friendly average okay satisfied"
    " disappointed".split()
)
_UNKNOWN = whole(
    r"(?:(?:saya|aku|i)\s+)?(?:(?:tidak|tdk|ga|gak|nggak|ngga|kurang|belum|ora)\s+(?:tahu|tau|ngerti|paham|pernah|yakin|berlaku|mudeng)"
    r"|entah|entahlah|mbuh|(?:do\s*not|don'?t)\s+know|no\s+idea|not\s+(?:sure|applicable)|n/a)"
)


def is_opinion(text: str) -> bool:
    """Tell whether a message only judges ("lama banget", "biasa aja"): no question, whatever it names."""
    said = set(_tokens(text))
    return "?" not in text and bool(said & _JUDGING) and said <= _JUDGING | _DEGREES | _FILLING | _VERY


def wants_survey(text: str) -> bool:
    """Tell whether somebody begins a survey here or takes it up again: "SURVEI", "isi di sini", "lanjut survei"."""
    return is_whole(_BEGINS, text)


def goes_on(text: str) -> bool:
    """Tell whether somebody goes on with what they were at: "lanjut"."""
    return is_whole(_GOES_ON, text)


def leaves(text: str) -> bool:
    """Tell whether somebody leaves it for later, or altogether: "nanti saja", "batal"."""
    return is_whole(_LEAVES, text)


def goes_back(text: str) -> bool:
    """Tell whether somebody wants the question before: "kembali", "ralat"."""
    return is_whole(_BACK, text)


def hands_in(text: str) -> bool:
    """Tell whether somebody hands it in as it is: "kirim"."""
    return is_whole(_SENDS, text)


def passes(text: str) -> bool:
    """Tell whether somebody leaves a question out: "lewati", "tidak tahu"."""
    return skips(text) or is_whole(_UNKNOWN, text)


def has_no_word(text: str) -> bool:
    """Tell whether somebody has nothing to add: "tidak ada", "-"."""
    return is_whole(_NO_WORD, text) or text.strip() in {"-", "--"} or refuses(text)


def option_in(text: str, options: Sequence[Wording], *, tapped: int | None = None) -> int | None:
    """Return which of the options (1 is the first) a message chooses, None when it is something else.

    By its number, by its words in either language, or by both if they agree; `tapped` is the number on the button
    that was tapped, whose title the text then is. What asks, or names several, chooses nothing.
    """
    if tapped is not None:
        is_there = 1 <= tapped <= len(options)
        shown = (options[tapped - 1].id, options[tapped - 1].en) if is_there else ()
        return tapped if any(is_tap_on(text, title) for title in shown) else None
    if "?" in text or len(text) > LONGEST:
        return None
    if named := _named(text, options):
        return named  # "18 sampai 25 tahun" is no number 18
    numbered = _NUMBER.fullmatch(text.strip().lower())
    if numbered is None:
        return None
    number = _NUMBERS.get(numbered[1]) or int(numbered[1])
    if not 1 <= number <= len(options):
        return None
    rest = _tokens(numbered[2])
    return number if not rest or _named(numbered[2], options) == number else None


def _named(text: str, options: Sequence[Wording]) -> int | None:
    """Return the one option that has this name."""
    said = _tokens(text)
    found = {n for n, each in enumerate(options, 1) if said and said in _names(each)}
    return found.pop() if len(found) == 1 else None


def _names(option: Wording) -> list[tuple[str, ...]]:
    """Return what an option may be called: all of it, or one of the things that it names."""
    names: list[tuple[str, ...]] = []
    for title in (option.id, option.en):
        names.append(_tokens(title))
        if re.search(r"\b(?:atau|or)\b", title):
            names += [_tokens(part) for part in re.split(r",|\b(?:atau|or)\b", title)]
    return [name for name in names if name]


def _tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text, as they would be written: "puas bgt" is "sangat puas", "laki-laki" is "laki"."""
    said = [_SLANG.get(word, word) for word in re.findall(r"\w+", text.lower())]
    plain = [word for word in said if word not in _FILLING]
    if plain and plain[-1] in _VERY:
        plain = ["sangat", *plain[:-1]]
    return tuple(word for at, word in enumerate(plain) if at == 0 or plain[at - 1] != word)

"""Small things people say to a form or of their ticket, known by their words alone. Pure.

A whole message has to be nothing else: "batal" ends a ticket, "kalau batal bagaimana?" asks.
"""

from __future__ import annotations

import re

LONGEST = 100  # characters; a longer message says more than one of these

# What may stand around, and changes nothing.
_FILLER = (
    r"(?:saja|aja|dulu|ya|yaa|deh|dong|kok|sih|lah|min|kak|kakak|pak|bapak|bu|ibu|mas|mbak|admin|petugas|terima\s+kasih"
    r"|terimakasih|makasih|makasi|trims|thanks|thank\s+you|thx|matur\s+nuwun|suwun|please|tolong|mohon|maaf|sudah|udah"
    r"|ok|oke|okay|baik|baiklah|atas\s+bantuannya|bantuannya|semua|semuanya|banyak|banget|sekali|nggih|njih)"
)


def whole(words: str) -> re.Pattern[str]:
    """Return a pattern for a message that is these words and what changes nothing."""
    return re.compile(rf"^\W*(?:{_FILLER}\W+)*(?:{words})(?:\W+{_FILLER})*\W*$", re.IGNORECASE)


_TICKET = r"(?:tiket|ticket|tiketnya|pengaduan(?:nya)?|permintaan(?:nya)?|pendaftaran(?:nya)?|konsultasi)"
_OF_TICKET = (
    rf"(?:\W+{_TICKET}(?:\W+(?:saya|ini|itu|kami|my|nomor|no|number))*(?:\W+[a-z]{{3}}-\d{{4}}-\d{{5,9}})?)?"
)

_CANCEL = whole(
    rf"(?:saya\s+(?:mau|ingin)\s+)?(?:di)?batal(?:kan|in|no)?{_OF_TICKET}|{_TICKET}(?:\W+saya)?\W+(?:di)?batal(?:kan|in)?"
    rf"|(?:ga|gak|nggak|tidak|ora|mboten|g)\s*(?:jadi|sido|sios)(?:\s+(?:tanya|lapor|minta|saja|aja))?"
    rf"|cancel(?:\W+(?:my|the|this|it))?{_OF_TICKET}|never\s*mind|withdraw(?:\W+(?:my|the|this))?{_OF_TICKET}"
)
_ENOUGH = whole(
    r"(?:sudah|udah|wis|sampun)?\s*(?:cukup|cekap)(?:\s+(?:sekian|itu|ini|sampai\s+(?:di\s*)?(?:sini|situ)))?"
    r"|that'?s\s+(?:all|enough)|enough"
)
_SURELY_ENOUGH = re.compile(r"\b(?:sudah|udah|wis|sampun|dah)\W+(?:cukup|cekap)", re.IGNORECASE)
_SOLVED = whole(
    r"(?:masalah|masalahnya|pertanyaan|pertanyaannya|kebutuhan|urusan|urusannya|problem|semuanya|semua)\W+(?:saya\W+)?"
    r"(?:(?:sudah|udah|telah|dah|is|has\s+been)\W+)?(?:selesai|beres|teratasi|terjawab|terpenuhi|solved|answered|clear)"
    r"|(?:sudah|udah|telah|dah|wis|sampun)\W+(?:selesai|beres|teratasi|terjawab|terpenuhi|ketemu|dapat|rampung)"
    r"(?:\W+(?:datanya|jawabannya|masalahnya|pertanyaannya|semua|semuanya|sendiri))*"
    rf"|(?:tolong\W+)?(?:tutup|selesaikan|close){_OF_TICKET}|{_TICKET}(?:\W+saya)?\W+(?:boleh|bisa|silakan|silahkan)\W+(?:di)?tutup"
    r"|(?:tidak|ga|gak|nggak)\W+perlu\W+(?:lagi|dilanjutkan)|no\s+longer\s+needed|it\s+is\s+solved|it'?s\s+solved"
    r"|my\s+(?:problem|question)\s+(?:is|has\s+been)\s+(?:solved|answered)|done\W+thanks?"
)
_SKIP = whole(
    r"(?:di)?(?:lewati|lewat|lewatkan|lewatin|skip|kosong|kosongkan|kosongin|abaikan|next|lanjut|rahasia|tidak\s+usah|ga(?:k)?\s+usah"
    r"|nggak\s+usah|ndak\s+usah|tidak\s+mau|ga(?:k)?\s+mau|tidak\s+perlu|pass|none|nothing|rather\s+not|prefer\s+not\s+to\s+say)"
    r"(?:\W+(?:ini|itu|yang\s+ini|pertanyaan|isi|diisi|jawab|dijawab|it|this))*"
)
_YES = whole(
    r"(?:ya|iya|iyah|y|yes|yup|yap|yoi|yep|betul|benar|bener|boleh|setuju|silakan|silahkan|bersedia|sip|siap|nggih|inggih|njih"
    r"|sure|right|correct|agree|bolehkan|izinkan|oke|ok|okay|baik|simpan)"
    r"(?:\W+(?:betul|benar|boleh|setuju|silakan|disimpan|simpan|batalkan|batal|tutup|itu|begitu|maksud\s+saya|yes))*"
)
_NO = whole(
    r"(?:tidak|tdk|tak|ga|gak|gk|nggak|ngga|enggak|ndak|no|nope|bukan|jangan|ora|mboten|tidak\s+usah|tidak\s+setuju|belum|not)"
    r"(?:\W+(?:usah|perlu|jadi|boleh|mau|disimpan|simpan|setuju|batal|dibatalkan|itu|begitu|not))*"
)
_KEEP = re.compile(
    r"\b(?:boleh|silakan|silahkan|setuju|you\s+may|may)\s+(?:di)?(?:simpan|keep|be\s+kept|store)",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^\W*(?:(?:ok|oke|okay|okee?|okey|baik|baiklah|siap|sip|ya|iya|noted|mantap|alhamdulillah|wah|nggih|inggih|njih|sudah|udah"
    r"|terima\s*kasih|terimakasih|makasih|makasi|mksh|tks|trims|trimakasih|thanks?|thank\s+you|thx|tq|matur\s*(?:nuwun|suwun)|suwun"
    r"|maturnuwun|nuwun|hatur|nuhun|sama-sama|banyak|banget|sekali|atas|bantuannya|infonya|informasinya|jawabannya|responnya|pak"
    r"|bapak|bu|ibu|kak|kakak|mas|mbak|min|admin|petugas|semua|sangat|membantu|so|much|very|for|the|your|help|you|all|good|great"
    r"|saya|kami|tunggu|ditunggu|menunggu|kabarnya|balasannya|dulu|selamat|pagi|siang|sore|malam|bye|dadah|sampai|jumpa)(?:\b\W*|$))+$",
    re.IGNORECASE,
)
# Of those, what is thanks or an end by itself; "ya" and "sudah" may be the answer to what an officer asked.
_END = re.compile(
    r"\b(?:ok\w*|baik\w*|siap|sip|noted|mantap|alhamdulillah|terima|terimakasih|makasih?|mksh|tks|trim\w*|thank\w*|thx|tq|suwun"
    r"|matur\w*|nuwun|nuhun|membantu|ditunggu|tunggu|bye|dadah|jumpa)\b",
    re.IGNORECASE,
)
_THANKED = re.compile(
    r"\b(?:terima|terimakasih|makasih?|mksh|tks|trim\w*|thank\w*|thx|tq|suwun|nuwun|nuhun)\b", re.IGNORECASE
)
_WORDLESS = re.compile(r"^[\W_]*$")


def is_whole(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether a message is that (a pattern of `whole`), and no question."""
    return len(text) <= LONGEST and "?" not in text and pattern.match(text.strip()) is not None


_CLAUSE = re.compile(r"[,;.!\n]+|\b(?:dan|karena|soalnya|krn|and|because)\b", re.IGNORECASE)


def _is_in_parts(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether a message is that, said in several ways: "gak jadi, sudah ketemu sendiri"."""
    if is_whole(pattern, text):
        return True
    parts = [part for part in _CLAUSE.split(text) if part.strip()] if len(text) <= LONGEST else []
    ends = (_CANCEL, _ENOUGH, _SOLVED, _THANKS)
    return (
        len(parts) > 1
        and any(is_whole(pattern, part) for part in parts)
        and all(any(is_whole(each, part) for each in ends) for part in parts)
    )


def cancels(text: str) -> bool:
    """Tell whether somebody takes back what they asked for: "batal", "batalkan tiket saya", "gak jadi"."""
    return _is_in_parts(_CANCEL, text)


def has_enough(text: str, *, surely: bool = False) -> bool:
    """Tell whether somebody says that it is enough: "sudah cukup"; "cukup sekian" may just be a goodbye."""
    return is_whole(_ENOUGH, text) and (not surely or _SURELY_ENOUGH.search(text) is not None)


def is_solved(text: str) -> bool:
    """Tell whether somebody has what they wanted: "masalah selesai", "tutup tiket"."""
    return _is_in_parts(_SOLVED, text) and not cancels(text)


def skips(text: str) -> bool:
    """Tell whether somebody passes over a question: "lewati"."""
    return is_whole(_SKIP, text)


def agrees(text: str) -> bool:
    """Tell whether a message is a yes and nothing else."""
    return is_whole(_YES, text)


def refuses(text: str) -> bool:
    """Tell whether a message is a no and nothing else."""
    return is_whole(_NO, text)


def allows_keeping(text: str) -> bool:
    """Tell whether a letter says that what it tells may be remembered: "boleh disimpan"."""
    return _KEEP.search(text) is not None


def thanks(text: str) -> bool:
    """Tell whether a message is nothing but thanks."""
    return is_whole(_THANKS, text) and _THANKED.search(text) is not None


def is_courtesy(text: str) -> bool:
    """Tell whether a message needs no answer: "ok, terima kasih", a thumb, a heart; nothing at all does, too."""
    if is_whole(_THANKS, text) and _END.search(text):
        return True
    return bool(text.strip()) and is_whole(_WORDLESS, text)

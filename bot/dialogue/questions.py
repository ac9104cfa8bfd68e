"""Take a message apart into what is asked in it: lines of a chat, sentences of a letter, clauses. Pure."""

from __future__ import annotations

import re

MOST = 6  # questions of one message that are looked at one by one; the rest is read as a whole
MOST_CLAUSES = 4
LETTER = 200  # characters; a longer text tells a story around its question
_BREAK = re.compile(r"(?<=[?!])\s*|(?<=[.;])\s+(?=\D)|\n+")
_JOIN = re.compile(
    r"[,;+&/]|\b(?:dan|serta|terus|trus|trs|lalu|sama|plus|sekalian|sekaligus|karo|lan|kaliyan|kalih|saha"
    r"|beserta|and|also|then)\b",
    re.IGNORECASE,
)
_WANTS_DATA = re.compile(
    r"\b(?:data|datanya|angka|angkanya|tabel|tabelnya|minta|butuh|membutuhkan|memerlukan|perlu|mencari|cari|nyari"
    r"|unduh|download|donlot|file|excel|seri|terbaru|terakhir|njaluk|nyuwun|figure|figures|table|dataset|latest|need)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^\W*(?:kalau|kalo|klo|kl|nek|menawi|yen|lha|lah|dan|terus|trus|trs|lalu|plus|sekalian|and|what about|how about"
    r"|also|yang|yg|sing|ingkang)\b|\b(?:juga|jg|jga|sekalian|sisan|ugi|as well|too)\b(?:\W+\w+){0,2}\W*$",
    re.IGNORECASE,
)
_MEANING = re.compile(
    r"\b(?:apa itu|itu apa|apa sih|apa to|apa ya|arti|artinya|maksud|maksudnya|pengertian|definisi|bedanya|beda|rumus"
    r"|cara (?:hitung|menghitung)|opo kuwi|kuwi opo|tegese|what is|what's|mean|means|meaning|definition|difference)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:soal|tentang|ttg|mengenai|terkait|perihal|bab|untuk|buat|kanggo|about|on|for|regarding)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"(?:saya|aku|kami|kula|kulo|i|we)?\s*(?:mau|ingin|pengen|pengin|hendak|arep|badhe|bade|akan|want"
    r"|would like|plan)\b"
    r"(?!\s+(?:tanya|nanya|bertanya|tau|tahu|ngerti|takon|tanglet|pirsa|to\s+(?:know|ask)))",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:yth|kepada|dear|hi\b|hello|halo|hai\b|selamat|assalam|wassalam|salam|hormat|dengan hormat|terima kasih|trims"
    r"|makasih|matur|suwun|thank|regards|best|kind|sincerely|demikian|kagem|nuwun sewu|kulanuwun)",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)]|[a-h][.)])\s+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ASKING = re.compile(
    r"\?|\b(?:apa|apakah|berapa|brp|bagaimana|gimana|gmn|kapan|siapa|di ?mana|dmn|ke ?mana|kenapa|mengapa|bisakah"
    r"|\w+kah|boleh|bisa|mohon|minta|tolong|menanyakan|ingin tahu|ingin mengetahui|ingin bertanya|ingin memperoleh"
    r"|mencari|membutuhkan|memerlukan|butuh|perlukan|penjelasan|informasi|petunjuk|arahan|keterangan|belum paham"
    r"|opo|menapa|nopo|piro|pira|pinten|piye|pripun|kepriye|kados pundi|endi|pundi|sopo|sinten|nyuwun|njaluk|tanglet"
    r"|pirsa|how|what|when|where|who|whom|which|could|would|can you|can i|may i|should i|do i|do we|is it|is there"
    r"|are there|please|let me know|kindly|need|needed|grateful|appreciate|looking for|wondering|not sure)\b"
    r"|\b(?:ga|gak|nggak|tidak|ora|mboten)\s*$",
    re.IGNORECASE,
)

_OUTRIGHT = re.compile(
    r"^\W*(?:(?:maaf|permisi|halo|hai|kak|min|pak|bu|mas|mbak|eh|lho|lha|terus|trus|btw|oh|iya|sebentar|tapi|hello|hi"
    r"|sorry|but|wait|ok|oke)\W+)*"
    r"(?:apa|apakah|berapa|brp|berapakah|bagaimana|gimana|gmn|kapan|kenapa|knp|mengapa|siapa|di ?mana|dmn|ke ?mana"
    r"|bisakah|bolehkah|adakah|haruskah|opo|piye|pripun|pinten|menapa|kok|how|what|when|where|why|who|which|can|could"
    r"|is|are|do|does)\b",
    re.IGNORECASE,
)

_ENDING = re.compile(
    r"\b(?:ga|gak|nggak|enggak|tidak|ora|mboten|sih|tho?|po|pa)(?:\s+(?:sih|ya|yo|kak|min|pak|bu))*\W*$",
    re.IGNORECASE,
)


def pieces(text: str) -> tuple[str, ...]:
    """Return the sentences and lines of a text, at most `MOST`, in order; one piece when it has no parts.

    List marks are taken off; what holds no word is left out. Of a letter with more sentences than that,
    those that ask come first.
    """
    found = [_LIST_MARK.sub("", part).strip() for part in _BREAK.split(text)]
    spoken = [part for part in found if _LETTERS.search(part)]
    if len(spoken) > MOST:
        spoken = sorted(sorted(spoken, key=lambda part: not asks(part))[:MOST], key=spoken.index)
    return tuple(spoken) or (text.strip(),)


def clauses(sentence: str) -> tuple[str, ...]:
    """Return what stands between "and", commas and their like; empty when the sentence is one clause.

    Whether they are questions of their own is for the dialogue to decide: "laki-laki dan perempuan" are not.
    """
    found = [part.strip() for part in _JOIN.split(sentence)]
    spoken = tuple(part for part in found if _LETTERS.search(part))
    return spoken if 2 <= len(spoken) <= MOST_CLAUSES else ()


def asks(sentence: str) -> bool:
    """Tell whether a sentence of a letter asks for something, by its question mark or words."""
    return _ASKING.search(sentence) is not None


def asks_outright(text: str) -> bool:
    """Tell whether a message begins as a question does: "berapa biayanya", "maaf, kantornya di mana?"."""
    return _OUTRIGHT.match(text) is not None


def ends_asking(text: str) -> bool:
    """Tell whether a message ends as a question does that has no mark: "bayar ga sih"."""
    return _ENDING.search(text) is not None


def wishes(clause: str) -> bool:
    """Tell whether a clause says what somebody is about to do: "mau beli data mikro", the reason for a question."""
    return _WISH.match(clause) is not None


def greets(sentence: str) -> bool:
    """Tell whether a line is how a letter begins or ends."""
    return _GREETING.match(sentence) is not None


def wants_data(sentence: str) -> bool:
    """Tell whether the words of a sentence ask for figures rather than for what they mean."""
    return _WANTS_DATA.search(sentence) is not None


def goes_on(sentence: str) -> bool:
    """Tell whether a sentence goes on with what was asked before ("kalau ...", "... juga") and asks for no
    meaning."""
    return _GOES_ON.search(sentence) is not None and _MEANING.search(sentence) is None


def is_letter(text: str) -> bool:
    """Tell whether a text is long enough to tell a story around its question."""
    return len(text) > LETTER


def are_joined(between: str) -> bool:
    """Tell whether two things are named on equal footing, by the text between them: "IPG dan IDG", "hls rls"."""
    return not _LETTERS.search(
        _JOIN.sub(" ", re.sub(r"\b(?:atau|or|vs|dengan|dg|ama|with|mbek|kambek)\b", " ", between))
    )


def is_about(between: str) -> bool:
    """Tell whether the second of two named things is what the first is for: "konsultasi soal data mikro"."""
    return _ABOUT.search(between) is not None

"""What a citizen's reply to "how satisfied are you" says: 1 to 5, in figures, stars or words. Pure.

Only for a message that answers the request (the newest question that was asked): whoever calls this knows that. A
reply that asks something is a new question, a number of something ("5 hari") is no rating, and what can be meant in
two ways ("4-5", "baik, terima kasih", "5, kecewa") is asked about: no rating is better than a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from handoff.rating_words import FIGURES, SHORT, WORDS

WORST, BEST = 1, 5
LONGEST = 4_000  # characters; whoever writes more has more to say

_NAMES = r"kakak|kak|pak|bapak|bu|ibu|min|admin|mas|mbak|bang"
_THANKS = r"(?:terima\s*kasih|makasih|mksh|maturnuwun|matur\s+nuwun|trims|tengkyu|thanks|thank\s+you|thx)(?:\s+banyak)?"
# What may stand before a rating and says nothing of it.
_LEAD = re.compile(
    rf"^(?:(?:{_NAMES}|{_THANKS}|ya|iya|eh|maaf|oke|ok|sip|alhamdulillah|insya\s*allah|menurut\s+(?:saya|kami)|"
    r"(?:bagi|dari|kalau|kalo|untuk)\s+(?:saya|kami))\b[\s,.!:]*)+"
)
# Bounded, as all repetition below: whatever is typed is read in no time.
_BEFORE = (
    r"(?:(?:saya|aku|kami|i)\s+)?(?:(?:nilai|nilainya|penilaian|penilaiannya|rating|ratingnya|skor|skornya|score|"
    r"bintang|kasih|beri|memberi|memberikan|give|rate|pilih|jawab|jawaban|pelayanan|pelayanannya|layanan|layanannya)\b"
    r"(?:\s+(?:saya|it)\b)?[\s:=]*){0,4}"
)
_AFTER = r"(?:\s*(?:/\s*5|dari\s+(?:5|lima)|out\s+of\s+(?:5|five)|bintang|stars?|poin|points?)\b){0,3}"
_FIGURE = re.compile(rf"^{_BEFORE}([1-5]|{'|'.join(FIGURES)})(?![\d.,]\d|\d|%){_AFTER}(.*)$", re.DOTALL)
_SUBJECT = re.compile(
    r"^(?:(?:saya|kami|aku|i|i'm|we)\s+)?(?:(?:am|are|merasa|rasa|u?dah(?!\s+cukup)|sudah(?!\s+cukup))\s+)?"
    r"(?:(?:(?:untuk\s+)?pelayanan(?:nya)?|layanan(?:nya)?|jawaban(?:nya)?|hasilnya|petugas(?:nya)?|service)\s+"
    r"(?:is|was)?\s*)?"
)
_NOT = re.compile(
    r"^((?:sangat|sama\s+sekali)\s+)?(?:tdk|tak|ndak|nda|kagak|ora|mboten|g[ak]k?|ngg?ak?|nggak|engg?ak?)\s+"
)
# What says that a rating takes the place of another one.
_CORRECTS = re.compile(
    r"^(?:(?:eh|maaf|sorry|oops|kak|min)\b[\s,.!]*){0,3}(?:(?:ralat|koreksi|correction|i\s+meant?|change|"
    r"salah(?!\s+satu)(?:\s+(?:ketik|pencet|tulis|kirim))?|maksud\s*(?:saya|ku|nya)|"
    r"(?:saya\s+)?(?:mau\s+)?(?:ubah|ganti|revisi)(?:\s+(?:nilai|penilaian|rating|skor)(?:nya)?)?)\b[\s,:.!]*){1,3}"
    r"(?:(?:seharusnya|harusnya|jadi|menjadi|ke|to|it|my|rating)\b[\s,:]*){0,3}"
)
_STAR = "⭐★🌟"
_STARS = re.compile(rf"(?:[{_STAR}]\s?)+|^\*(?:\s?\*)+(?=\s|$)")
_MARKS = re.compile(r"^([*_~\"'“‘]+)(?=\w)(.*)(?<=\w)[*_~\"'”’]+$", re.DOTALL)
_ABOUT = (
    r"(?:pe)?layanan(?:nya)?|petugas(?:nya)?|admin(?:nya)?|respon(?:s|nya|snya)?|jawaban(?:nya)?|service|job"
)
# How a rating may go on: nothing but signs, punctuation, or a word that begins a reason, a thank-you or an address.
_GOES_ON = re.compile(
    r"^\s*(?:[^\w\s]*\s*$|[.,;:!)~(\-–—=]\s*(?!\s*\d)|\n\s*(?!\d)|(?:tapi|tp|tetapi|namun|cuma|hanya|karena|krn|karna|"
    r"soalnya|sebab|meski|walau|walaupun|dan|terima|terimakasih|makasih|trims|thanks|thank|sih|kok|deh|dong|ya|lah|nih|aja|saja|wae|"
    rf"{_NAMES}|but|because|and|only|sama|dengan|dgn|atas|untuk|at\s+all|{_ABOUT})\b)"
)
_OPINION = re.compile(
    rf"^\s*(?:sangat|amat|kurang|cukup|lumayan|biasa|agak|terlalu|puas|memuaskan|bagus|baik|jelek|buruk|kecewa|mantap|"
    rf"ramah|cepat|lambat|lama|jelas|membantu|very|{_ABOUT})\b"
)
# What begins a request, at the start of what follows a rating or of a clause in it.
_ASKS = re.compile(
    r"(?:^|[,.;:!\n]|\b(?:tapi|tp|dan|terus|trus|lalu|but|and)\b)\s*(?:(?:saya|aku|kami|i)\s+)?(?:(?:masih|juga|tetap)\s+)?"
    r"(?:mau|ingin|pengen|minta|butuh|perlu|cari|apa|apakah|berapa|brp|bagaimana|gimana|kapan|dimana|di\s+mana|siapa|data|"
    r"tabel|jumlah|tolong\s+(?:kirim|carikan|data)|mohon\s+(?:kirim|data)|want|need|can|could|what|how|when|where)\b"
)
_ASKS_WITHIN = re.compile(
    r"\b(?:apa\s+saja|apa\s+aja|berapa|brp|yang\s+mana|mana\s+saja)\b"
    r"|\b(?:oh\s+i?ya|btw|sekalian|by\s+the\s+way)\b[\s,.]*(?!\W*(?:terima|makasih|mksh|thanks?|trims|$))"
    r"|\b(?:bayar|bisa|ada|boleh|perlu|gratis|buka|tutup)\s+(?:tidak|tdk|g[ak]k?|ngg?ak?|engg?ak?|ndak|nda)\W*$"
)
_PLAIN = re.compile(r"puas|memuaskan|kecewa|satisf|disappoint")
_SCALE = re.compile(rf"bintang|stars?\b|rating|skor|/\s*5|dari\s+5|[{_STAR}]")
# What is said of something bad to praise it ("tidak mengecewakan"): how much, nobody knows.
_NOT_BAD = re.compile(
    r"\b(?:tidak|tdk|tak|g[ak]k?|ngg?ak?|engg?ak?|bukan|ora|mboten|not)\s+(?:(?:terlalu|begitu|too|so|at\s+all)\s+)?"
    r"(?:mengecewakan|kecewa|buruk|jelek|elek|parah|payah|lambat|kasar|judes|jutek|bad|poor|terrible|disappoint\w*)\b",
    re.IGNORECASE,
)
MOST_PRAISE = 12  # words; in more of them something else is told
_WAITED = re.compile(
    r"\b(?:nunggu|menunggu|tunggu|lama|lambat|baru\s+di|belum\s+di|masa\s+(?:tidak|engg?ak|gak?))"
)
_EXCUSES = re.compile(
    r"\b(?:tapi|tp|tetapi|namun|cuma|hanya|meski|walau|tidak|tdk|gak?|nggak|tanpa|but|although)"
)
_POLITE = re.compile(
    rf"^(?:baik|cukup|great|good|perfect|fair)\b[\s,.!]*(?:(?:{_NAMES}|ya|{_THANKS})\b[\s,.!🙏👍]*)*$"
)
_EDGES = " \t\r\n.,;:!)~-–—(="
_FILLERS = re.compile(r"^(?:(?:aja|saja|wae|sih|kok|deh|dong|lah|nih)\b[\s,.!]*){1,3}", re.IGNORECASE)
_SHORT = re.compile(rf"\b(?:{'|'.join(SHORT)})\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*\d+\s*[.)]", re.MULTILINE)
_UNCLEAR = re.compile(
    r"^(?:nilai\s*)?\d{1,3}(?:[.,]\d)?\s*%?(?:\s*(?:/|-|–|,|atau|or|sampai|dan|eh|s/d|dari)\s*\d{1,3})*[\s.!]*$"
    rf"|^(?:[{_STAR}]\s?)+$|^\*$"
)


@dataclass(frozen=True, slots=True)
class Rating:
    """How satisfied somebody is, from 1 to 5, and what they say to it (as typed, perhaps empty).

    `asks`: they go on with something that wants an answer ("kurang puas, mau bicara petugas"). `is_plain`: it can be
    said of nothing but satisfaction or on a scale ("5", "puas"), unlike "bagus"; `is_figure`: in figures or stars.
    `corrects`: it says that it takes the place of another one.
    """

    score: int
    comment: str = ""
    asks: bool = False
    is_plain: bool = field(default=False, compare=False)
    is_figure: bool = field(default=False, compare=False)
    corrects: bool = False


def rating_in(text: str) -> Rating | None:
    """Return the rating that a reply to the request gives, None when it is something else."""
    said = _plainly(text)
    lower = said.lower()
    is_list = len(_NUMBERED.findall(said)) > 1  # of questions
    if not said or len(said) > LONGEST or "?" in said or is_list or _is_polite(lower):
        return None
    corrects = _CORRECTS.match(lower)
    if corrects is not None:
        said = said[corrects.end() :]
    counted = _in_stars(said) or _in_figures(said)
    found = counted or _in_words(said)
    if found is None:
        return None
    comment = found.comment.lower()
    is_of_satisfaction = _PLAIN.search(lower.removesuffix(comment)) is not None
    found = replace(
        found,
        is_figure=counted is not None,
        is_plain=counted is not None or is_of_satisfaction,
        corrects=corrects is not None,
    )
    if _ASKS.search(comment) or _ASKS_WITHIN.search(comment):
        is_sure = is_of_satisfaction or _SCALE.search(lower.removesuffix(comment)) is not None
        return replace(found, asks=True) if is_sure else None
    return replace(found, comment=_as_typed(text, found.comment))


def is_unclear(text: str) -> bool:
    """Tell whether a reply was perhaps meant as a rating: another number, two of them, words that contradict it."""
    said = _plainly(text)
    if not said or len(said) > LONGEST or "?" in said or rating_in(text) is not None:
        return False
    lower = said.lower()
    is_praise = praises(said) and len(said.split()) <= MOST_PRAISE
    return bool(_UNCLEAR.match(lower)) or is_praise or _is_polite(lower) or _contradicts(_LEAD.sub("", lower))


def praises(text: str) -> bool:
    """Tell whether something is praised by what it is not ("tidak mengecewakan"), and nothing is complained of."""
    return _NOT_BAD.search(text) is not None


def _is_polite(lower: str) -> bool:
    """Tell whether words only take note of what was said ("baik, terima kasih"); alone, most of them rate."""
    alone = lower.strip(" .!")
    return bool(_POLITE.match(lower)) and alone not in _ALONE


def _plainly(text: str) -> str:
    """Return what was typed without markup, with plain digits, words in full, and no drawn out letters."""
    said = unicodedata.normalize("NFKC", text.replace("\ufe0f", "").replace("\u20e3", "")).strip()
    said = re.sub(r" ?\n[ \n]*", "\n", re.sub(r"[^\S\n]+", " ", said))
    marked = _MARKS.match(said)
    said = marked[2] if marked else said
    said = re.sub(r"([^\W\d_])\1{2,}", r"\1", said, flags=re.IGNORECASE)
    return _SHORT.sub(lambda word: SHORT[word[0].lower()], said)


def _in_stars(said: str) -> Rating | None:
    runs = _STARS.findall(said)
    if len(runs) != 1:
        return None
    count = sum(1 for sign in runs[0] if sign in _STAR + "*")
    rest = said.replace(runs[0], "", 1)
    # One star beside words is an ornament; a figure beside stars says it itself.
    if not 1 <= count <= BEST or (count == 1 and re.search(r"\w", rest)) or re.search(r"\d", rest):
        return None
    worded = _in_words(rest.strip())
    return None if worded and abs(worded.score - count) > 1 else Rating(count, _comment(rest))


def _in_figures(said: str) -> Rating | None:
    lower = said.lower()
    figure = _FIGURE.match(_LEAD.sub("", lower)) or _FIGURE.match(lower)
    if figure is None:
        return None
    score, rest = FIGURES.get(figure[1]) or int(figure[1]), figure[2]
    is_followed = _GOES_ON.match(rest) or _OPINION.match(rest) or re.fullmatch(r"\s*(?:aja|saja)[.!]*", rest)
    if not is_followed or _is_contradicted(score, rest):
        return None
    return Rating(score, _comment(_tail(said, rest)))


def _in_words(said: str) -> Rating | None:
    lower = said.lower()
    worded = _worded(_LEAD.sub("", lower)) or _worded(lower)
    if worded is None:
        return None
    score, rest = worded
    is_sarcasm = score > 3 and _WAITED.search(rest) and not _EXCUSES.search(rest)
    if is_sarcasm or _is_contradicted(score, rest):
        return None
    return Rating(score, _comment(_tail(said, rest)))


def _worded(lower: str, more: int = 3) -> tuple[int, str] | None:
    """Return the step that words begin with, and what follows them; up to `more` words may say about the same."""
    start = _SUBJECT.match(lower)
    plain = _NOT.sub(r"\1tidak ", lower[start.end() :] if start else lower)
    for phrase, score in _BY_LENGTH:
        if not plain.startswith(phrase):
            continue
        rest = plain[len(phrase) :]
        rest = rest.removeprefix(phrase[-1])  # "puass"
        if _GOES_ON.match(rest):
            return score, rest
        also = _worded(rest.strip(), more - 1) if more and rest.startswith(" ") else None
        if also is not None and abs(also[0] - score) <= 1:
            return score, also[1]
    return None


def _is_contradicted(score: int, rest: str) -> bool:
    """Tell whether the words that follow a rating say something else ("5, kecewa")."""
    worded = _worded(_comment(rest))
    return worded is not None and abs(worded[0] - score) > 1


def _contradicts(lower: str) -> bool:
    figure = _FIGURE.match(lower)
    if figure is not None:
        return _is_contradicted(FIGURES.get(figure[1]) or int(figure[1]), figure[2])
    worded = _worded(lower)
    return worded is not None and worded[0] > 3 and bool(_WAITED.search(worded[1]))


def _tail(said: str, rest: str) -> str:
    """Return the end of what was typed that is as long as `rest`, in its own letters."""
    return said[len(said) - len(rest) :] if rest else ""


def _comment(rest: str) -> str:
    comment = _FILLERS.sub("", rest.strip(_EDGES)).strip(_EDGES)
    return comment if re.search(r"\w", comment) else ""


def _as_typed(text: str, comment: str) -> str:
    """Return a comment with its own letters where it is the end of what was typed: as many words from there."""
    words = list(re.finditer(r"\S+", text))[-len(comment.split()) :] if comment else []
    typed = _comment(text[words[0].start() :]) if words else comment
    return typed if _plainly(typed).endswith(comment) else comment


_ALONE = frozenset(phrase for phrases in WORDS.values() for phrase in phrases)
_BY_LENGTH = sorted(
    ((phrase, score) for score, phrases in WORDS.items() for phrase in phrases),
    key=lambda each: -len(each[0]),
)

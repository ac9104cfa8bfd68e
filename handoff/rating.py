"""What a citizen's reply to "how satisfied are you" says: 1 to 5, in figures, stars or words. Pure.

Only for a message that answers the request (the newest question that was asked): whoever calls this knows that. A
reply that asks something is a new question, and a number of something ("5 hari") is no rating.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORST, BEST = 1, 5

# The words of each step, Indonesian as it is typed, then English.
WORDS: dict[int, tuple[str, ...]] = {
    5: (
        "sangat puas", "puas banget", "puas bgt", "puas sekali", "puas bingit", "amat puas", "sangat memuaskan",
        "memuaskan sekali", "memuaskan banget", "sangat baik", "baik sekali", "sangat bagus", "bagus sekali",
        "bagus banget", "mantap", "mantul", "mantap banget", "luar biasa", "sempurna", "istimewa", "very satisfied",
        "very good", "excellent", "great", "perfect",
    ),
    4: ("puas", "memuaskan", "baik", "bagus", "satisfied", "good"),
    3: (
        "cukup puas", "cukup memuaskan", "cukup baik", "cukup bagus", "cukup", "lumayan", "lumayan puas",
        "lumayan bagus", "biasa", "biasa saja", "biasa aja", "sedang", "standar", "netral", "average", "so so",
        "fair", "neutral",
    ),
    2: (
        "kurang", "kurang puas", "kurang memuaskan", "kurang baik", "kurang bagus", "agak kecewa",
        "tidak terlalu puas", "tidak begitu puas", "belum puas", "not very satisfied", "dissatisfied", "poor",
    ),
    1: (
        "tidak puas", "sangat tidak puas", "tidak puas sama sekali", "sangat kurang", "kurang sekali",
        "kurang banget", "tidak memuaskan", "tidak baik", "tidak bagus", "kecewa", "sangat kecewa", "kecewa banget",
        "kecewa berat", "mengecewakan", "buruk", "sangat buruk", "buruk sekali", "jelek", "jelek banget", "parah",
        "payah", "not satisfied", "very dissatisfied", "very poor", "bad", "very bad", "terrible", "awful",
    ),
}  # fmt: skip
_FIGURES = {
    "satu": 1,
    "dua": 2,
    "tiga": 3,
    "empat": 4,
    "lima": 5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
}
_NOT = re.compile(r"^(sangat\s+)?(?:gak?|ngg?ak?|nggak|enggak|ndak|tdk|tak|kagak)\b")
_STARS = re.compile(r"^((?:[⭐★🌟✨*]\ufe0f?\s?)+)(.*)$", re.DOTALL)
_BEFORE = (
    r"(?:(?:saya|aku|i)\s+)?(?:(?:nilainya|nilai|rating|ratingnya|skor|skornya|score|bintang|kasih|beri|memberi|"
    r"give|rate|pilih)\s*(?:nilai|skor|bintang|it)?\s*[:=]?\s*)*"
)
_AFTER = r"(?:\s*(?:/\s*5|dari\s+(?:5|lima)|out\s+of\s+(?:5|five)|bintang|stars?|poin|points?)\b)*"
_FIGURE = re.compile(rf"^{_BEFORE}([1-5]|{'|'.join(_FIGURES)})(?![\d.,]\d|\d|%){_AFTER}(.*)$", re.DOTALL)
_SUBJECT = re.compile(
    r"^(?:(?:saya|kami|aku|i|i'm|we)\s+)?(?:(?:am|are|merasa|udah|sudah)\s+)?"
    r"(?:(?:pelayanan(?:nya)?|layanan(?:nya)?|jawaban(?:nya)?|hasilnya|service)\s+(?:is|was)?\s*)?"
)
# How a rating may go on: nothing, a full stop, or a word that begins a reason or a thank-you.
_GOES_ON = re.compile(
    r"^\s*(?:$|[.,;:!)~\-–—(]|\n|(?:tapi|tp|tetapi|namun|cuma|hanya|karena|krn|karna|soalnya|sebab|meski|walau|walaupun|"
    r"dan|terima|terimakasih|makasih|trims|thanks|thank|sih|kok|deh|dong|ya|kak|pak|bu|min|mas|mbak|but|because|and|"
    r"only|sama|dengan|atas|untuk)\b)",
)


@dataclass(frozen=True, slots=True)
class Rating:
    """How satisfied somebody is, from 1 to 5, and what they say to it (as typed, perhaps empty)."""

    score: int
    comment: str = ""


def rating_in(text: str) -> Rating | None:
    """Return the rating that a reply to the request gives, None when it is something else."""
    said = text.strip()
    if not said or "?" in said:
        return None
    stars = _STARS.match(said)
    if stars:
        count = sum(1 for sign in stars.group(1) if sign in "⭐★🌟✨*")
        return Rating(count, _comment(stars.group(2))) if count <= BEST else None
    lower = said.lower()
    figure = _FIGURE.match(lower)
    if figure:
        named, rest = figure.group(1), figure.group(2)
        score = _FIGURES.get(named) or int(named)
        return Rating(score, _comment(_tail(said, rest))) if _goes_on(rest) else None
    return _in_words(said, lower)


def _in_words(said: str, lower: str) -> Rating | None:
    start = _SUBJECT.match(lower)
    plain = _NOT.sub(r"\1tidak", lower[start.end() :] if start else lower)
    for phrase, score in _BY_LENGTH:
        if plain.startswith(phrase) and _goes_on(rest := plain[len(phrase) :]):
            return Rating(score, _comment(_tail(said, rest)))
    return None


def _goes_on(rest: str) -> bool:
    return _GOES_ON.match(rest.lower()) is not None


def _tail(said: str, rest: str) -> str:
    """Return the end of what was typed that is as long as `rest`, in its own letters."""
    return said[len(said) - len(rest) :] if rest else ""


def _comment(rest: str) -> str:
    return rest.strip(" \t\r\n.,;:!)~-–—(")


_BY_LENGTH = sorted(
    ((phrase, score) for score, phrases in WORDS.items() for phrase in phrases),
    key=lambda each: -len(each[0]),
)

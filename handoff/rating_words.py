"""The words of each step of the scale, 1 to 5, as citizens type them: Indonesian, Javanese, English.

Negations stand here as "tidak"; how people shorten it is read in handoff/rating.py. What negates something bad
("tidak buruk", "not bad") stands nowhere: it is asked about.
"""

from __future__ import annotations

WORDS: dict[int, tuple[str, ...]] = {
    5: (
        "sangat puas", "puas banget", "puas bgt", "puas sekali", "puas bingit", "puas pol", "puas puas",
        "puas puas banget", "amat puas", "amat sangat puas", "sangat puas sekali", "sangat puas banget",
        "sangat memuaskan", "sangat memuaskan sekali", "memuaskan sekali", "memuaskan banget", "sangat baik",
        "sangat baik sekali", "baik sekali", "sangat bagus", "sangat bagus sekali", "bagus sekali", "bagus banget",
        "bagus bgt", "mantap", "mantep", "mantul", "mantap banget", "mantap sekali", "mantap jiwa", "luar biasa",
        "sempurna", "istimewa", "keren", "keren banget", "top", "top banget", "jos", "jos gandos", "juara", "terbaik",
        "sangat membantu", "sangat membantu sekali", "membantu sekali", "membantu banget", "sangat senang",
        "apik banget", "apik tenan", "apik pol", "sae sanget", "sae sekali", "very satisfied", "extremely satisfied",
        "very good", "very happy", "excellent", "great", "perfect", "awesome",
    ),
    4: (
        "puas", "memuaskan", "bagus", "membantu", "senang", "apik", "sae", "satisfied", "good", "happy",
    ),
    3: (
        "cukup puas", "cukup memuaskan", "cukup baik", "cukup bagus", "cukup membantu", "cukup", "lumayan",
        "lumayan puas", "lumayan bagus", "lumayan baik", "biasa", "biasa saja", "biasa aja", "biasa wae", "sedang",
        "sedang saja", "standar", "standar saja", "standar aja", "netral", "average", "so so", "so-so", "fair",
        "neutral",
    ),
    2: (
        "kurang", "kurang puas", "kurang memuaskan", "kurang baik", "kurang bagus", "kurang membantu", "kurang apik",
        "kurang sae", "agak kurang", "agak kurang puas", "agak kecewa", "sedikit kecewa", "tidak terlalu puas",
        "tidak begitu puas", "tidak terlalu bagus", "tidak begitu bagus", "belum puas", "belum memuaskan",
        "not very satisfied", "not really satisfied", "not very good", "not so good", "not good", "not great",
        "dissatisfied", "unsatisfied", "poor",
    ),
    1: (
        "tidak puas", "sangat tidak puas", "sama sekali tidak puas", "tidak puas sama sekali", "sangat kurang",
        "kurang sekali", "kurang banget", "sangat kurang puas", "tidak memuaskan", "sangat tidak memuaskan",
        "tidak baik", "tidak bagus", "tidak membantu", "tidak membantu sama sekali", "tidak apik", "tidak sae",
        "tidak senang", "kecewa", "sangat kecewa", "kecewa banget", "kecewa sekali", "kecewa berat", "mengecewakan",
        "sangat mengecewakan", "mengecewakan sekali", "buruk", "sangat buruk", "buruk sekali", "buruk banget", "jelek",
        "sangat jelek", "jelek banget", "jelek sekali", "elek", "elek banget", "elek tenan", "parah", "parah banget",
        "payah", "not satisfied", "not satisfied at all", "not happy", "very dissatisfied", "very unsatisfied",
        "disappointed", "very disappointed", "disappointing", "very disappointing", "very poor", "bad", "very bad",
        "terrible", "awful", "horrible",
    ),
}  # fmt: skip
# How people shorten what stands above, a word for a word.
SHORT = {
    "sy": "saya",
    "sgt": "sangat",
    "sngt": "sangat",
    "krg": "kurang",
    "krang": "kurang",
    "ckp": "cukup",
    "lmyn": "lumayan",
    "bgs": "bagus",
    "bgt": "banget",
    "bngt": "banget",
    "skl": "sekali",
    "skali": "sekali",
    "mantab": "mantap",
}
FIGURES = {
    "satu": 1,
    "dua": 2,
    "tiga": 3,
    "empat": 4,
    "lima": 5,
    "siji": 1,
    "loro": 2,
    "telu": 3,
    "papat": 4,
    "limo": 5,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
}

"""From a citizen's words to words of the classification, and from its capitals to readable titles."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z0-9]+")
_ABBREVIATIONS = re.compile(
    r"\b(lpg|lng|cng|dvd|spa|akap|akdp|jpt|opt|prt|lks|iptv|ytdl|tni|umkm)\b", re.IGNORECASE
)
_NAMES = re.compile(r"\b(islam|protestan|katolik|hindu|buddha|konghucu|indonesia)\b")
MOST_WORDS = 12

# The dictionary `indonesian` of PostgreSQL has no stop words: these say nothing about a business.
STOP_WORDS = frozenset(
    word
    for word in re.findall(
        r"\w+",
        """
    ada adalah aku apa apakah atau bagaimana bagi berapa bila bisa bisnis bisnisnya brp buat buka cara dalam dan
    dari daftar dengan di dong gimana gmn hanya harus ingin ini itu izin jadi jika juga kah kalau kami kbli kblinya
    ke kecil kegiatan kita klasifikasi klaten kode kodenya lapangan mana mas masuk mau mbak membuka memiliki
    mendaftar min mohon nib nomor nya oleh opo oss pada pak pakai per pinten piro punya rumahan saja sama saya
    sebagai sendiri seperti sih sing sudah tanya termasuk tersebut tidak tolong untuk usaha usahanya utk ya yang yg
    """,
    )
)
# What citizens say, and what the classification calls it.
CALLED = {
    "jual": "perdagangan", "jualan": "perdagangan", "toko": "perdagangan", "dagang": "perdagangan",
    "bikin": "industri", "membuat": "industri", "produksi": "industri", "pabrik": "industri",
    "pengrajin": "industri", "ternak": "budi", "peternak": "budi", "budidaya": "budi",
    "petani": "pertanian", "tani": "pertanian", "tanam": "pertanian", "kebun": "pertanian",
    "servis": "reparasi", "service": "reparasi", "bengkel": "reparasi", "sewa": "penyewaan",
    "rental": "penyewaan", "les": "pendidikan", "kursus": "pendidikan", "hp": "telepon", "warung": "penyediaan",
}  # fmt: skip


def search_words(words: str) -> list[str]:
    """Return the words worth searching for, each once: letters and digits only, no stop words."""
    said = (word for word in _WORD.findall(words.lower()) if word not in STOP_WORDS and len(word) > 1)
    return list(dict.fromkeys(CALLED.get(word, word) for word in said))[:MOST_WORDS]


def readable(title: str) -> str:
    """Return a title that is printed in capitals as one would write it."""
    if not title.isupper():
        return title
    lowered = _NAMES.sub(lambda name: name[0].capitalize(), title.capitalize())
    return _ABBREVIATIONS.sub(lambda word: word[0].upper() if word[0].lower() != "ytdl" else "ytdl", lowered)

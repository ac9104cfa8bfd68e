"""Titles of tables and publications against what a citizen asks for: words, years and places. Pure."""

from __future__ import annotations

import re

from bot.dialogue.lookup import CatalogueQuery

Words = tuple[str, ...]

# What citizens say around the thing they ask for; never what a title is about.
_AROUND = """
    ada adakah admin agar aja akan aku anda apa apakah assalamualaikum atas atau bagaimana bagi bantu bapak bgt
    bisa bisakah boleh bos bps brp berapa berapakah buat bu butuh cari carikan cek dan dapat dapatkan dari
    dengan detail di dimana dong dr dg dgn dimanakah file gan gimana gmn hai halo hallo ibu info informasi ingin
    ini itu jika kah kak kakak kalau kalo kami kan karena kasih ke kepada keperluan kirim kirimkan klo kuliah lagi
    lah lihat link maaf mana mas masih mau mba mbak melihat memerlukan memiliki meminta mencari mengenai
    menurut mhn min mengetahui minta mohon mungkin nggih nih nya oleh online pada pak paling pengen penelitian
    per perlu permisi pingin punya saja saya sebab sebagai sekarang selamat semua seluruh seperti serta
    sih skripsi soal sore siang pagi malam sy tahun tentang terakhir terbaru terkait terima kasih tersebut tesis
    thn tiap setiap tlg to tolong tugas untuk utk ya yaa yang yg
    a about and are available by can could data for have how i in is latest many me much need of on please show the
    there thesis to want what where which with you
"""
_STOP = frozenset(_AROUND.split())
# What says no more than "a figure of": titles have it or not.
_FILLERS = frozenset(
    {"data", "jumlah", "banyak", "banyaknya", "tabel", "total", "statistik", "angkanya", "daftar"}
)
# An everyday name and what titles call it, each way to say it.
_NAMES: dict[Words, tuple[Words, ...]] = {
    tuple(name.split()): tuple(tuple(each.split()) for each in titles)
    for name, titles in {
        "adhb": ("harga berlaku",),
        "adhk": ("harga konstan",),
        "ahh": ("harapan hidup",),
        "apk": ("angka partisipasi kasar",),
        "apm": ("angka partisipasi murni",),
        "aps": ("angka partisipasi sekolah",),
        "dda": ("dalam angka",),
        "kda": ("dalam angka",),
        "gini": ("gini ratio", "rasio gini"),
        "gini rasio": ("gini ratio",),
        "rasio gini": ("gini ratio",),
        "gini ratio": ("rasio gini",),
        "gk": ("garis kemiskinan",),
        "hls": ("harapan lama sekolah",),
        "idg": ("indeks pemberdayaan gender",),
        "ihk": ("indeks harga konsumen",),
        "ikk": ("indeks kemahalan konstruksi",),
        "inflasi": ("laju inflasi",),
        "ipg": ("indeks pembangunan gender",),
        "ipm": ("indeks pembangunan manusia",),
        "kemiskinan": ("penduduk miskin", "persentase penduduk miskin"),
        "laju pertumbuhan ekonomi": ("pertumbuhan ekonomi", "laju pertumbuhan pdrb"),
        "pertumbuhan ekonomi": ("laju pertumbuhan ekonomi", "laju pertumbuhan pdrb"),
        "ntp": ("nilai tukar petani",),
        "pad": ("pendapatan asli daerah",),
        "pdrb": ("produk domestik regional bruto",),
        "pengangguran": ("tingkat pengangguran terbuka", "pengangguran terbuka"),
        "rls": ("rata lama sekolah",),
        "rata rata lama sekolah": ("rata lama sekolah",),
        "tpak": ("tingkat partisipasi angkatan kerja",),
        "tpt": ("tingkat pengangguran terbuka",),
        "uhh": ("umur harapan hidup", "usia harapan hidup", "angka harapan hidup"),
        "umk": ("upah minimum",),
    }.items()
}
_WORD = re.compile(r"[a-z0-9]+")
_YEAR = re.compile(
    r"(?<!\d)(19[5-9]\d|20[0-4]\d)(?:\s*(?:-|–|/|s\.?d\.?|sampai)\s*(19[5-9]\d|20[0-4]\d))?(?!\d)"
)
_RANK = re.compile(r"^(?:kabupaten|kab|kecamatan|kec|kota|provinsi|prov)\b\.?\s*")
# What closes the thing a title is about and opens by what it is broken down, where and when.
_BREAKDOWN = re.compile(
    r"\b(?:menurut|dirinci|berdasarkan|(?:per|tiap|setiap)\s+kecamatan|"
    r"di\s+(?:kabupaten|kab\b|kecamatan|kota|provinsi))"
)
# An abbreviation or a unit in brackets says nothing new; anything else there does ("(laki-laki)").
_ASIDE = re.compile(
    r"\((?:[A-Z][A-Z0-9]{1,5}|%|(?i:(?:ribu |juta |miliar )?"
    r"(?:jiwa|orang|persen|tahun|km2|km²|kg|ton|rupiah|ha|hektar)))\)"
)
_LONGEST_SPAN = 60
_SHARE = frozenset({"persentase", "persen"})
_COUNT = frozenset({"jumlah", "banyak", "banyaknya"})


def words_of(text: str) -> Words:
    """Return a text's words, lower case, ASCII letters and digits only."""
    return tuple(_WORD.findall(text.casefold().replace("_", " ")))


def place_name(place: str) -> str:
    """Return a place without its rank, lower case: "Kecamatan Bayat" and "Bayat" are "bayat"."""
    return _RANK.sub("", " ".join(place.casefold().replace("_", " ").split())).strip()


def is_district(place: str) -> bool:
    """Tell whether a place is named as a kecamatan, so that other ones' titles are of no use."""
    return not re.match(r"(?:kab|kabupaten|kota|prov|provinsi)\b", place.casefold().strip())


def years_in(title: str) -> tuple[int, ...]:
    """Return the years a title names, ascending, a span such as "2015-2019" with all in between."""
    years: set[int] = set()
    for match in _YEAR.finditer(title):
        first, last = int(match[1]), int(match[2] or match[1])
        years |= set(range(first, last + 1)) if 0 <= last - first <= _LONGEST_SPAN else {first, last}
    return tuple(sorted(years))


def wanted(query: CatalogueQuery) -> tuple[Words, ...]:
    """Return the ways to say what is asked for, each as the words a title should have; may be empty.

    The indicator counts when one is known, else the citizen's words without what says nothing.
    """
    said = words_of(query.indicator) if query.indicator else _said(query)
    ways = [said, *_renamed(said)]
    return tuple(dict.fromkeys(way for each in ways if (way := _without_fillers(each))))


def besides(query: CatalogueQuery) -> Words:
    """Return the citizen's words beyond the indicator: they choose between titles that fit alike."""
    known = {word for way in wanted(query) for word in way} | _FILLERS
    return tuple(dict.fromkeys(word for word in _said(query) if word not in known)) if query.indicator else ()


def is_about(title: str, query: CatalogueQuery) -> bool:
    """Tell whether a table is about exactly what is asked for, neither more nor less.

    "Jumlah Penduduk Menurut Kecamatan" is about "penduduk"; "Jumlah Penduduk Miskin" is not. Only then
    may one of its figures be stated.
    """
    core = set(_core(title, query))
    asked = set(words_of(query.words))
    if (asked & _SHARE and not core & _SHARE) or (asked & _COUNT and core & _SHARE):
        return False
    return any(core == set(way) for way in wanted(query))


def _said(query: CatalogueQuery) -> Words:
    place = set(words_of(place_name(query.place or ""))) | set(words_of(query.place or ""))
    return tuple(
        word
        for word in words_of(query.words)
        if word not in _STOP and word not in place and not years_in(word) and len(word) > 1
    )


def _renamed(said: Words) -> list[Words]:
    found = []
    for name, titles in _NAMES.items():
        for start in range(len(said) - len(name) + 1):
            if said[start : start + len(name)] == name:
                found += [said[:start] + title + said[start + len(name) :] for title in titles]
    return found


def _without_fillers(words: Words) -> Words:
    return tuple(dict.fromkeys(word for word in words if word not in _FILLERS)) or words


def _core(title: str, query: CatalogueQuery) -> Words:
    """Return the words of what a title is about, without breakdown, place, year and fillers."""
    about = _BREAKDOWN.split(_ASIDE.sub(" ", title).casefold(), maxsplit=1)[0]
    about = re.sub(r"\btahun\s*$", " ", _YEAR.sub(" ", about).strip())
    place = place_name(query.place or "")
    if place:
        about = re.sub(
            rf"\b(?:(?:di|kabupaten|kab\.?|kecamatan|kota)\s+)*{re.escape(place)}\s*$", "", about.strip()
        )
    return _without_fillers(words_of(about))

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


def _ways(names: dict[str, str]) -> dict[Words, tuple[Words, ...]]:
    return {
        tuple(name.split()): tuple(tuple(way.split()) for way in titles.split("|"))
        for name, titles in names.items()
    }


# An indicator's name (of nlu/knowledge/indikator.yml, or an everyday one) and what titles call the same thing.
_SAME = _ways(
    {
        "adhb": "harga berlaku",
        "adhk": "harga konstan",
        "ahh": "angka harapan hidup|umur harapan hidup|usia harapan hidup",
        "angka harapan hidup": "umur harapan hidup|usia harapan hidup",
        "apk": "angka partisipasi kasar",
        "apm": "angka partisipasi murni",
        "aps": "angka partisipasi sekolah",
        "dda": "daerah dalam angka|dalam angka",
        "gini": "gini ratio|rasio gini|gini rasio",
        "gini ratio": "rasio gini|gini rasio",
        "gk": "garis kemiskinan",
        "hls": "harapan lama sekolah",
        "idg": "indeks pemberdayaan gender",
        "ihk": "indeks harga konsumen",
        "ihpb": "indeks harga perdagangan besar",
        "ikk": "indeks kemahalan konstruksi",
        "inflasi": "laju inflasi|tingkat inflasi",
        "ipg": "indeks pembangunan gender",
        "ipm": "indeks pembangunan manusia",
        "kda": "kecamatan dalam angka|dalam angka",
        "kemiskinan": "penduduk miskin|persentase penduduk miskin",
        "kematian bayi": "angka kematian bayi",
        "kesakitan": "angka kesakitan|morbiditas",
        "ksa": "kerangka sampel area",
        "laju pertumbuhan ekonomi": "pertumbuhan ekonomi|laju pertumbuhan pdrb",
        "luas wilayah": "luas daerah",
        "melek huruf": "angka melek huruf",
        "ntp": "nilai tukar petani",
        "pad": "pendapatan asli daerah",
        "panjang jalan": "jalan",
        "pdrb": "produk domestik regional bruto",
        "pdrb adhb": "pdrb atas dasar harga berlaku|produk domestik regional bruto atas dasar harga berlaku",
        "pdrb adhk": "pdrb atas dasar harga konstan|produk domestik regional bruto atas dasar harga konstan",
        "pdrb per kapita": "pdrb perkapita|produk domestik regional bruto per kapita",
        "pengangguran": "penganggur|tingkat pengangguran terbuka|pengangguran terbuka",
        "pengeluaran per kapita": "pengeluaran perkapita",
        "pertumbuhan ekonomi": "laju pertumbuhan ekonomi|laju pertumbuhan pdrb"
        "|laju pertumbuhan produk domestik regional bruto",
        "rasio ketergantungan": "angka beban ketergantungan|rasio beban ketergantungan",
        "rls": "rata rata lama sekolah",
        "setengah menganggur": "setengah pengangguran|setengah penganggur",
        "struktur ekonomi": "distribusi persentase pdrb|distribusi persentase produk domestik regional bruto",
        "tpak": "tingkat partisipasi angkatan kerja",
        "tpk hotel": "tingkat penghunian kamar hotel|tingkat penghunian kamar",
        "tpt": "tingkat pengangguran terbuka",
        "uhh": "umur harapan hidup|usia harapan hidup|angka harapan hidup",
        "umk": "upah minimum|upah minimum kabupaten",
    }
)
# What belongs to it and has tables of its own: to be found, but a figure of it is not one of the whole.
_PARTS = _ways(
    {
        "fasilitas kesehatan": "sarana kesehatan|rumah sakit|puskesmas|tenaga kesehatan",
        "hortikultura": "sayuran|buah|tanaman hias|biofarmaka",
        "industri besar sedang": "industri besar|industri sedang",
        "industri mikro kecil": "industri mikro|industri kecil",
        "jagung palawija": "jagung|palawija|kedelai|kacang tanah|ubi kayu",
        "jumlah desa": "desa kelurahan|wilayah administrasi",
        "kriminalitas": "kejahatan|tindak pidana|tindak kejahatan",
        "kelahiran": "akta kelahiran|kelahiran hidup",
        "lahan sawah": "luas lahan|penggunaan lahan",
        "pengangguran": "pencari kerja",
        "perumahan": "rumah|tempat tinggal",
        "populasi ternak": "ternak|unggas",
        "upah": "upah minimum|rata upah",
        "wisatawan": "pengunjung wisata|objek wisata|daya tarik wisata",
    }
)
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
    said = _subject(query)
    return _bare([said, *_renamed(said, _SAME), *_renamed(said, _PARTS)])


def besides(query: CatalogueQuery) -> Words:
    """Return the citizen's words beyond what a title must say: they choose between titles that fit alike."""
    said = (*words_of(query.indicator or ""), *_said(query))
    known = {word for way in wanted(query) for word in way}
    return tuple(dict.fromkeys(word for word in said if word not in known))


def is_about(title: str, query: CatalogueQuery) -> bool:
    """Tell whether a table is about exactly what is asked for, neither more nor less.

    "Jumlah Penduduk Menurut Kecamatan" is about "penduduk"; "Jumlah Penduduk Miskin" is not. Only then
    may one of its figures be stated.
    """
    core = set(_core(title, query))
    asked = set(words_of(query.words))
    if (asked & _SHARE and not core & _SHARE) or (asked & _COUNT and core & _SHARE):
        return False
    said = _subject(query)
    return any(core == set(way) for way in _bare([said, *_renamed(said, _SAME)]))


def _said(query: CatalogueQuery) -> Words:
    place = set(words_of(place_name(query.place or ""))) | set(words_of(query.place or ""))
    return tuple(
        word
        for word in words_of(query.words)
        if word not in _STOP and word not in place and not years_in(word) and len(word) > 1
    )


def _subject(query: CatalogueQuery) -> Words:
    return words_of(query.indicator) if query.indicator else _said(query)


def _renamed(said: Words, names: dict[Words, tuple[Words, ...]]) -> list[Words]:
    """Return the words with a name in them replaced, in each way that name has."""
    found = []
    for start in range(len(said)):
        for end in range(start + 1, len(said) + 1):
            found += [said[:start] + way + said[end:] for way in names.get(said[start:end], ())]
    return found


def _bare(ways: list[Words]) -> tuple[Words, ...]:
    return tuple(dict.fromkeys(bare for way in ways if (bare := _without_fillers(way))))


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

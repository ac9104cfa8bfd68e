"""Who somebody is and what for, as told in one message or in answer to one question. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.dialogue.address import Typed, address_in, without_addresses
from bot.dialogue.state import FIELDS, Details, Field
from bot.dialogue.words import allows_keeping

MOST_WORDS = 8  # of a name
MOST: dict[str, int] = {"name": 80, "organisation": 120, "purpose": 600}  # characters that are kept

_LABELS: dict[Field, str] = {
    "name": r"nama(?:\s+(?:lengkap|saya|pemohon|anda))?|namaku|full\s+name|name|my\s+name",
    "email": r"(?:alamat\s+)?(?:e-?mail|surel)(?:\s+(?:aktif|saya|anda))?|emailku|e-?mail\s+address|my\s+e-?mail",
    "organisation": r"(?:asal\s+)?"
    r"(?:instansi|lembaga|institusi|kantor|kampus|universitas|sekolah|organisasi|perusahaan)"
    r"(?:\s*(?:/|atau|dan|,)\s*pekerjaan)?|pekerjaan(?:\s*(?:/|atau|dan)\s*instansi)?|profesi|status"
    r"|organi[sz]ation|institution|occupation|company|job|affiliation",
    "purpose": r"(?:tujuan|keperluan|kebutuhan|kepentingan)(?:\s+(?:data|konsultasi|saya))?"
    r"|perlu\s+untuk|purpose|need(?:ed)?\s+for",
}
_LABEL = re.compile(
    r"(?:^|(?<=[\n,;|]))[ \t]*(?:[-*\u2022]|\d{1,2}[.)])?[ \t]*\**"
    + "(?:"
    + "|".join(f"(?P<{field}>{names})" for field, names in _LABELS.items())
    + r")(?:\*?[ \t]*[:=]\*?|[ \t]+(?:saya|adalah|is)\b[ \t]*:?|(?=[ \t]+\S))[ \t]*",
    re.IGNORECASE,
)
_MARKED = re.compile(r"\*?[ \t]*[:=]\*?[ \t]*$")

_PURPOSE = re.compile(
    r"^\W*(?:saya\s+)?(?:untuk|utk|buat|bwt|guna|keperluan|keperluannya|dalam\s+rangka|kanggo|kagem|kangge|for|to)\b",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:mahasiswa|mahasiswi|mhs|siswa|siswi|pelajar|dosen|guru|peneliti|univ\w*|ugm|uns|undip|unnes|uny|uii|politeknik"
    r"|institut|sekolah|smk|sma|man|stie|dinas|badan|bappeda|bappe\w*|kementerian|kemen\w+|pemkab|pemda|desa|kelurahan"
    r"|kecamatan|kantor|pt|cv|ud|koperasi|yayasan|lsm|media|wartawan|jurnalis|pegawai|karyawan|karyawati|pns|asn|swasta"
    r"|wiraswasta|wirausaha|pengusaha|umkm|petani|konsultan|perangkat|ibu\s+rumah\s+tangga|freelance|bank|bumn|bumd"
    r"|student|lecturer|teacher|researcher|university|school|company|ministry|employee|entrepreneur|journalist)\b",
    re.IGNORECASE,
)
# What stands before the thing itself, in an answer to one question.
_BEFORE: dict[str, re.Pattern[str]] = {
    "name": re.compile(
        r"^\W*(?:(?:perkenalkan|kenalkan|halo|hai|baik|ok|oke|ya|iya|siap|pak|bu|kak|min|mas|mbak|dengan|hello|hi|yes|sure)"
        r"[\s,.!:]+)*(?:(?:nama|name)\s*(?:lengkap\s*)?(?:saya|aku|anda)?|namaku|nama\s*ku|saya|aku|kulo|panggil\s+saja|my\s+name"
        r"|i\s+am|i'm|this\s+is|it'?s)?(?:\s+(?:adalah|yaiku|inggih|is))?[\s:,=-]+",
        re.IGNORECASE,
    ),
    "organisation": re.compile(
        r"^\W*(?:(?:saya|aku|kami|i|i'm|i\s+am|we\s+are)\s+)?(?:(?:seorang|dari|asal|bekerja|kerja|work(?:ing)?|sebagai|di|adalah"
        r"|a|an|from|at|for|as|the)\s+)*",
        re.IGNORECASE,
    ),
    "purpose": re.compile(
        r"^\W*(?:(?:keperluannya|keperluan|tujuannya|tujuan|purpose)\s*[:=]?\s*)?"
        r"(?:(?:saya\s+)?(?:untuk|utk|buat|bwt|guna|for|kanggo|kagem)\s+)?",
        re.IGNORECASE,
    ),
}
_AFTER_NAME = re.compile(r"(?:[\s,!]+(?:ya|pak|bu|kak|min|mas|mbak|kakak|admin))+\W*$", re.IGNORECASE)
_EDGES = ' \t\n,;:*_"-\u2013\u201c\u201d'
_LIST_MARK = re.compile(r"^\s*(?:[-*\u2022]|\(?\d{1,2}[.)])\s+")
# Degrees, which follow a name behind a comma: "Budi Santoso, S.Si., M.Stat."
_DEGREE = re.compile(
    r"^\s*(?:[SMDA]\.?\s?[A-Z][\w.]{0,8}|[SDM]\d|Dr|Ph\.?\s?D|M\.?Sc|MBA|Ak|CA|Apt|Ners?|Amd\.?\w{0,6})\.?\s*$"
)
_NAME = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ .,'’`\-/]){1,79}$")
# Small words that are somebody's answer to something, never their name.
_SMALL = frozenset(
    """
    ok oke okay okey baik ya iya y yes yup siap sip sudah udah belum tidak tdk ga gak nggak enggak no nope
    makasih terima trims thanks thank you halo hallo hai hello hi pagi siang sore malam selamat min
    admin kak pak bu mas mbak bang gan sis tes test apa maksudnya maksud gimana kenapa mengapa bagaimana
    berapa kapan dimana mana siapa how what why when where who nama name email menu petugas stop mulai
    berhenti lanjut lewat skip batal bantu tolong tanya mau ingin bisa boleh dulu nanti sebentar tunggu wait
    please yang itu ini lho anu saya aku emailnya emailku alamat alamatnya namanya
    nomor wa hp
    """.split()
)  # fmt: skip


def told(text: str) -> tuple[Details, Typed]:
    """Return what a message tells of somebody at once, and what it has of an address.

    With labels ("nama: ..."), one below the other, or in a row around an address ("Budi, budi@example.org,
    mahasiswa UGM, untuk skripsi"). Empty where it tells nothing so.
    """
    labelled = dict(_labelled(text))
    if labelled:
        typed = address_in(labelled.pop("email", "") or text)
        kept = {field: cleaned(field, value) for field, value in labelled.items()}
        return Details(email=typed.address, **kept), typed
    typed = address_in(text)
    if typed.address is None and typed.likely is None:
        return Details(), typed
    return replace(_in_a_row(text), email=typed.address), typed


def has_label(text: str) -> bool:
    """Tell whether a message names what it tells, each followed by a colon."""
    return any(_MARKED.search(match[0]) for match in _LABEL.finditer(text))


def cleaned(field: Field, value: str) -> str | None:
    """Return a name, organisation or purpose without what is said around it; None when nothing is left."""
    bare = " ".join(_BEFORE[field].sub("", f"{value.strip()} ", count=1).split()) if field in _BEFORE else ""
    plain = (bare or value).strip(_EDGES)
    if field == "name":
        plain = _AFTER_NAME.sub("", plain)
    elif not plain.endswith(".."):
        plain = plain.removesuffix(".")
    return plain[: MOST.get(field)].strip() if sum(letter.isalpha() for letter in plain) >= 2 else None


def is_name(text: str) -> bool:
    """Tell whether a text may be somebody's name: a few words of letters, none of them small talk."""
    words = _words(text)
    return (
        len(words) <= MOST_WORDS
        and _NAME.match(text) is not None
        and not any(word in _SMALL for word in words)
    )


def may_be_name(text: str) -> bool:
    """Tell whether a text, given a second time for a name, may be one: not all of it is small talk."""
    words = _words(text)
    return 0 < len(words) <= MOST_WORDS and not all(word in _SMALL for word in words)


def _words(text: str) -> list[str]:
    return [word.strip(".,'\u2019`-/").casefold() for word in text.split()]


def split_name(text: str) -> tuple[str, str | None]:
    """Return the name of "Budi, mahasiswa UGM" or "Budi dari Bappeda", and the organisation told with it."""
    first, between, rest = text.partition(",")
    if not between:
        first, between, rest = text.partition(" dari ")
    if not between or _ORGANISATION.search(first):
        return text, None
    is_organisation = _ORGANISATION.search(rest) is not None
    if is_organisation:
        return first.strip(), cleaned("organisation", rest)
    return (first.strip() if between != "," else text), None


def _labelled(text: str) -> Iterator[tuple[Field, str]]:
    """Yield what stands behind each label; without a colon only where another label has one, or an address follows."""
    found = list(_LABEL.finditer(text))
    marked = [match for match in found if _MARKED.search(match[0])]
    if not marked and (len(found) < 2 or "@" not in text):
        return
    for at, match in enumerate(found):
        field = match.lastgroup
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        value = _to_the_end(field, text[match.end() : end].strip(" \t\n,;|"))
        if field in FIELDS and value.strip(" -"):
            yield field, value


def _to_the_end(field: str | None, value: str) -> str:
    """Return what belongs to a label: its line; a purpose may have several, up to an empty one."""
    lines = value.partition("\n\n")[0].splitlines()
    kept = [line for line in lines if not allows_keeping(line)]
    return "\n".join(kept if field == "purpose" else kept[:1])


def _in_a_row(text: str) -> Details:
    """Return what stands around an address, by its look where it has one, else in the order of the questions."""
    lines = [_LIST_MARK.sub("", line) for line in text.splitlines() if line.strip()]
    parts = lines if len(lines) > 1 else re.split(r"[,;|]+", text)
    if len(parts) == 1:
        return _before_address(text)
    found: dict[str, str | None] = {}
    for part in (each.strip() for each in _with_degrees(parts) if "@" not in each):
        if _PURPOSE.match(part) and "purpose" not in found:
            found["purpose"] = cleaned("purpose", part)
        elif _ORGANISATION.search(part) and "organisation" not in found:
            found["organisation"] = cleaned("organisation", part)
        else:
            _place(found, part)
    return Details(**found)


def _before_address(text: str) -> Details:
    """Return the name of "Budi Santoso budi@example.org"; what else stands in one line says too little."""
    name = cleaned("name", without_addresses(text.partition("@")[0].rpartition(" ")[0])) or ""
    return Details(name=name) if is_name(name) and len(name.split()) <= 4 else Details()


def _place(found: dict[str, str | None], part: str) -> None:
    """Give a part the first place that is free and fits."""
    bare = cleaned("name", part)
    if "name" not in found and bare and is_name(bare) and not found:
        found["name"] = bare
        return
    others: tuple[Field, ...] = ("organisation", "purpose")
    free = next((field for field in others if field not in found), None)
    if free and found:
        found[free] = cleaned(free, part)


def _with_degrees(parts: list[str]) -> list[str]:
    """Put degrees back to the name they follow."""
    joined: list[str] = []
    for part in parts:
        if joined and _DEGREE.match(part):
            joined[-1] = f"{joined[-1].rstrip()}, {part.strip()}"
        else:
            joined.append(part)
    return joined

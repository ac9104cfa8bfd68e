"""Tell English from Indonesian (and Javanese) by the small words of a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"[a-z']+")
# Words of each language that the other does not have; names of things ("email", "data") are in neither.
_ENGLISH = frozenset(
    "the is are am was were do does did how what when where which who why can could would should may will shall"
    " i you your my me we our us they it its this that these those there have has had for from with about"
    " and or not no yes please thanks thank hello hi want need get give take find make long much many any"
    " be been of to in at on by an if know tell help question".split()
)
_LOCAL = frozenset(
    "yang di ke dari dan atau ini itu apa apakah siapa kapan dimana mana kenapa mengapa bagaimana gimana berapa"
    " saya aku kami kita anda kamu kakak kak pak bu bapak ibu mas mbak min ada tidak tak ga gak nggak enggak bukan"
    " bisa boleh mau ingin untuk buat kalau kalo jika sudah udah belum akan dengan oleh pada juga dong sih ya yg"
    " tolong mohon terima kasih makasih selamat halo syarat biaya cara lama jam kantor layanan konsultasi"
    " opo piye pripun nopo kulo nggih mboten pinten sinten wonten ora iso pira ning karo dalem matur nuwun".split()
)


# English words that people use in Indonesian.
_BORROWED = frozenset(
    "link online offline file download upload web website chat admin update home industry form print scan soft hard"
    " copy softcopy hardcopy deadline free login password username account server error system link share request"
    " meeting order delivery service laundry shop store barber catering coffee cafe open close booking wifi game"
    " rental travel tour guide design studio brand".split()
)


@dataclass(frozen=True, slots=True)
class Languages:
    """Tells languages apart; `english` and `local` are further words that only one of them has."""

    english: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()

    @classmethod
    def learn(cls, texts: Iterable[Mapping[str, str]]) -> Languages:
        """Learn from texts that stand in both languages ("id", "en"), as the answers do."""
        words: dict[str, set[str]] = {"id": set(), "en": set()}
        for text in texts:
            for language, found in words.items():
                found.update(_WORD.findall(text[language].lower()))
        return cls(frozenset(words["en"] - words["id"] - _BORROWED), frozenset(words["id"] - words["en"]))

    def of(self, text: str) -> str | None:
        """Return "en" or "id" when a text says so clearly, None when it does not ("ok", "2", "KBLI?").

        Small words say most ("how", "berapa"); without any, every word that is of one language only
        ("gross enrolment rate").
        """
        words = _WORD.findall(text.lower())
        english = sum(word in _ENGLISH for word in words)
        local = sum(word in _LOCAL for word in words)
        if english >= 2 and english > 2 * local:
            return "en"
        if local > english or (local and not english):
            return "id"
        is_english = not local and any(word in self.english for word in words)
        is_local = any(word in self.local for word in words)
        if is_english != is_local:
            return "en" if is_english else "id"
        return None

"""What somebody does with a good: it decides between codes whose good is the same.

"jual lele" is retail (47), "ternak lele" is fish farming (03), "pecel lele gerobak" is a food stall (56102).
"""

from __future__ import annotations

from collections.abc import Iterable

# Prefixes of codes each act speaks for, and against (KBLI 2025: 01-03 farming, 10-33 making, 41-43 building,
# 45-47 trade, 56 food and drink, 68 and 77 renting out, 85 teaching, 33 and 95 repairing).
_MAKING = tuple(str(division) for division in range(10, 33))
_FARMING = ("01", "02", "03")
_TRADE = ("46", "47")
_FOR: dict[str, tuple[str, ...]] = {
    "jual": (*_TRADE, "56"),
    "buat": (*_MAKING, "41", "43", "59", "62"),
    "ternak": ("014", "03"),
    "tanam": ("011", "012", "013", "02", "0321"),
    "sewa": ("77", "68", "49", "55", "43905"),
    "servis": ("95", "33", "4322", "259"),
    "grosir": ("46",),
    "keliling": ("56102", "56306", "33119"),
    "kursus": ("85", "88"),
    "warung": ("56101", "56303", "56305", "47112"),
    "bekas": ("4774", "46796", "46612", "46632", "47812", "47832"),
}
_AGAINST: dict[str, tuple[str, ...]] = {
    "jual": (*_FARMING, *_MAKING, "33", "77", "85", "95"),
    "buat": (*_TRADE, *_FARMING, "77", "95"),
    "ternak": (*_TRADE, *_MAKING, "56", "011", "012"),
    "tanam": (*_TRADE, *_MAKING, "56", "014"),
    "sewa": (*_TRADE, *_MAKING, "95", "56"),
    "servis": (*_TRADE, *_MAKING, "77"),
    "grosir": ("47", "56", *_MAKING, *_FARMING),
    "keliling": ("56101", "56303", "56210"),
    "kursus": (*_TRADE, *_MAKING, "56", "90", "96", "62", "69", "74"),
    "warung": ("56102", *_MAKING, *_FARMING),
    "bekas": ("4771", "47404", "47592", "47811", "47831"),
}
# A maker or a grower who says "jual" sells what is his own; the nearer act is the stronger sign.
_STRONGER = (
    "kursus",
    "sewa",
    "servis",
    "ternak",
    "tanam",
    "buat",
    "grosir",
    "keliling",
    "bekas",
    "warung",
    "jual",
)
_AGREES, _SILENT, _DISAGREES = 1.0, 0.9, 0.6


def agreement(code: str, acts: Iterable[str]) -> float:
    """Return how well `code` suits what is done (`acts` of `usaha.yml`): 0.6 against it, 1.0 for it or unsaid."""
    said = [act for act in _STRONGER if act in set(acts)]
    if not said:
        return 1.0
    verdicts = [_verdict(code, act) for act in said]
    return next((verdict for verdict in verdicts if verdict != _SILENT), _SILENT)


def _verdict(code: str, act: str) -> float:
    if code.startswith(_FOR[act]):
        return _AGREES
    return _DISAGREES if code.startswith(_AGAINST[act]) else _SILENT

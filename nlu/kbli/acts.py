"""What somebody does with a good: it decides between codes whose good is the same.

"jual lele" is retail (47), "ternak lele" is fish farming (03), "pecel lele gerobak" is a food stall (56102).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

# Prefixes of codes each act speaks for, and against (KBLI 2025: 01-03 farming, 10-33 making, 41-43 building,
# 45-47 trade, 56 food and drink, 68 and 77 renting out, 85 teaching, 33 and 95 repairing).
_MAKING = tuple(str(division) for division in range(10, 33))
_FARMING = ("01", "02", "03")
_TRADE = ("46", "47")
_FOR: dict[str, tuple[str, ...]] = {
    "jual": (*_TRADE, "56"),
    "bikin": (*_MAKING, "41", "42", "431", "433", "439", "59", "62"),
    "ternak": ("014", "03"),
    "budidaya": _FARMING,
    "tanam": ("011", "012", "013", "02"),
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
    "bikin": (*_TRADE, *_FARMING, "77", "95", "432", "49", "55", "64", "86", "88", "91", "742", "5610"),
    "ternak": (*_TRADE, *_MAKING, "56", "011", "012"),
    "budidaya": (*_TRADE, *_MAKING, "56"),
    "tanam": (*_TRADE, *_MAKING, "56", "014"),
    "sewa": (*_TRADE, *_MAKING, "95", "56", "011", "012", "013", "014", "03", "86"),
    "servis": (*_TRADE, *_MAKING, "77", "43291", "49", "55", "56", "90"),
    "grosir": ("47", "56", *_MAKING, *_FARMING),
    "keliling": ("56101", "56303", "56210"),
    "kursus": (*_TRADE, *_MAKING, "56", "90", "96", "62", "69", "74"),
    "warung": ("56102", *_MAKING, *_FARMING),
    "bekas": ("4762", "47792", "4761", "4773", "4771", "47404", "47592", "47811", "47831", "46611", "46631"),
}
# Of these the one that is said first counts: "toko pupuk buat petani" sells, "ternak lele lalu dijual" farms.
_MAIN = ("jual", "bikin", "ternak", "budidaya", "tanam", "sewa", "servis", "kursus")
# These say more about it: to whom, where, in what state.
_CLOSER = ("grosir", "keliling", "warung", "bekas")
AGREES, SILENT, DISAGREES = 1.0, 0.9, 0.6


def main_act(acts: Iterable[str]) -> str | None:
    """Return what is done above all: the first that is said."""
    return next((act for act in acts if act in _MAIN), None)


def unnamed(acts: Sequence[str], words: Container[str]) -> list[str]:
    """Return what of `acts` is left to decide between the codes of a phrase of the table with these `words`.

    Where the phrase names the act itself ("agen gas", "bengkel las"), the order of its codes stands.
    """
    is_named = main_act(acts) in words
    return [act for act in acts if act not in words and not (is_named and act in _MAIN)]


def agreement(code: str, acts: Sequence[str]) -> float:
    """Return how well `code` suits what is done (`acts` of `usaha.yml`, as said): 0.6 against it, 1.0 for it."""
    first = main_act(acts)
    main = [first] if first else []
    closer = [act for act in acts if act in _CLOSER]
    # Who sells wholesale sells: "jual grosir" is not retail.
    counted = closer if "grosir" in closer and main == ["jual"] else main + closer
    verdicts = {_verdict(code, act) for act in counted}
    if not verdicts or verdicts == {AGREES}:
        return AGREES
    return DISAGREES if DISAGREES in verdicts else AGREES if AGREES in verdicts else SILENT


def _verdict(code: str, act: str) -> float:
    if code.startswith(_FOR[act]):
        return AGREES
    return DISAGREES if code.startswith(_AGAINST[act]) else SILENT

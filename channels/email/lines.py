"""One line of a mail's text as the marks look at it. Pure."""

from __future__ import annotations

import re

# Lines that `html.to_text` puts where the markup tells more than text could: from the first to the
# end is history; between two of the second is a signature. From Unicode's private use area.
HISTORY = "\ue0f1"
SIGNATURE = "\ue0f2"
WIDTH = 600
"""No line is looked at further than this."""
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_BLANKS = str.maketrans({"\xa0": " ", "\u202f": " ", "\u2009": " ", "\u3000": " ", "\t": " ", "\uff1a": ":"})


def any_of(alternatives: str) -> str:
    """Return a pattern of alternatives as one group."""
    return f"(?:{alternatives})"


def clipped(line: str) -> str:
    """Return what is looked at of a line: plain blanks, none around, not longer than the bound."""
    bare = line[:WIDTH].translate(_BLANKS)
    return (bare if bare.isascii() else _INVISIBLE.sub("", bare)).strip()

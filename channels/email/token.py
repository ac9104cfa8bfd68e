"""The access token of OAuth2 that another program keeps fresh in a file; read at each login."""

from __future__ import annotations

from pathlib import Path

_LONGEST = 16_384


class NoToken(Exception):
    """The file holds no token that can be sent. `reason` is for officers; it quotes nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_token(file: Path) -> str:
    """Return the token in `file`. Raises `NoToken`.

    Only visible ASCII is taken (RFC 6750 section 2.1): anything else would break out of the SASL string.
    """
    try:
        with file.open("rb") as opened:
            token = opened.read(_LONGEST + 1).strip().decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise NoToken("the file of the OAuth2 token cannot be read") from error
    if not token or len(token) > _LONGEST or not all("!" <= letter <= "~" for letter in token):
        raise NoToken("the file of the OAuth2 token holds none")
    return token

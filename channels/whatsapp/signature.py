"""Twilio's webhook signature. Pure.

Source: https://www.twilio.com/docs/usage/security#validating-requests and `twilio.request_validator`
of the Python library, whose semantics this keeps: HMAC-SHA1 with the auth token over the URL as Twilio
called it, followed by every form parameter's name and value, sorted; a value that comes twice under
one name counts once; the URL is accepted with and without its port. It works on the bytes as they came,
so that text that is not UTF-8 has the signature it was sent with. The library compares in a loop that
stops at unequal lengths; here it is `hmac.compare_digest`.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha1
from urllib.parse import unquote_to_bytes, urlsplit

Pairs = Sequence[tuple[bytes, bytes]]


def form_pairs(body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the (name, value) pairs of an urlencoded body in their order, duplicates and blanks included.

    The rules are those of `urllib.parse.parse_qsl(keep_blank_values=True)`, which cannot give bytes for
    values that are not ASCII. Total: never raises.
    """
    pairs = []
    for field in body.split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            pairs.append((_unquoted(name), _unquoted(value)))
    return pairs


def sign(token: str, url: str, pairs: Pairs) -> str:
    """Return the signature Twilio would send for a POST of these pairs to that URL (base64)."""
    signed = url.encode() + b"".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), signed, sha1).digest()).decode()


def url_variants(url: str) -> tuple[str, ...]:
    """Return the URL as it is, and with and without the port: Twilio signs either (see the library)."""
    parts = urlsplit(url)
    host, default = parts.netloc, 443 if parts.scheme == "https" else 80
    bare = host if parts.port is None else host[: host.rindex(":")]
    hosts = (host, bare, f"{bare}:{parts.port or default}")
    return tuple(dict.fromkeys(parts._replace(netloc=name).geturl() for name in hosts))


def is_genuine(tokens: Iterable[str], urls: Sequence[str], pairs: Pairs, signature: str | None) -> bool:
    """Tell whether `signature` was made with one of the tokens, for one of the URLs and exactly these pairs.

    `urls` are the URL's variants, path and query included. Every comparison takes constant time.
    """
    if not signature:
        return False
    given = signature.encode()
    matches = [
        hmac.compare_digest(sign(token, url, pairs).encode(), given) for token in tokens for url in urls
    ]
    return any(matches)


def _unquoted(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))

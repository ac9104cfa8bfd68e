from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels.whatsapp.signature import form_pairs, is_genuine, sign, url_variants

TOKEN = "12345"
URL = "https://bot.example.org/webhooks/twilio/whatsapp"


class Duplicates(dict[str, list[str]]):
    """A form the way Flask hands it to Twilio's library: several values under one name."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def theirs(url: str, form: list[tuple[str, str]]) -> str:
    grouped = Duplicates()
    for name, value in form:
        grouped.setdefault(name, []).append(value)
    return str(RequestValidator(TOKEN).compute_signature(url, grouped))


def pairs_of(form: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return form_pairs(urlencode(form).encode())


def test_the_example_of_twilios_documentation() -> None:
    # The documented example; its signature is also in the test suite of Twilio's library.
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = [("CallSid", "CA1234567890ABCDE"), ("Digits", "1234"), ("From", "+14158675309")]
    form += [("To", "+18005551212"), ("Caller", "+14158675309")]
    assert sign(TOKEN, url, pairs_of(form)) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    "form",
    [
        [("Body", "a"), ("Body", "b"), ("Body", "a")],
        [("Body", ""), ("From", "whatsapp:+628111111001")],
        [("Body", "Übersicht 📊 – tabel"), ("ProfileName", "Ibu Sri ✨")],
        [("body", "kecil"), ("Body", "besar"), ("BODY", "semua")],
        [],
    ],
    ids=["duplicates", "empty value", "utf-8", "case", "no parameters"],
)
def test_it_is_the_signature_of_twilios_library(form: list[tuple[str, str]]) -> None:
    signature = theirs(URL, form)
    assert is_genuine([TOKEN], [URL], pairs_of(form), signature)
    assert is_genuine([TOKEN], [URL], pairs_of(list(reversed(form))), signature)
    assert not is_genuine([TOKEN], [URL], [*pairs_of(form), (b"Body", b"more")], signature)


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))))
def test_every_form_signed_by_twilios_library_is_genuine(form: list[tuple[str, str]]) -> None:
    assert is_genuine([TOKEN], [URL], pairs_of(form), theirs(URL, form))


@given(st.binary(max_size=200), st.text(max_size=40))
def test_nothing_unsigned_is_genuine_and_no_body_breaks_it(body: bytes, signature: str) -> None:
    assert not is_genuine([TOKEN], [URL], form_pairs(body), signature)


def test_bytes_that_are_no_utf8_have_the_signature_they_were_sent_with() -> None:
    pairs = form_pairs(b"Body=%FF%FEhalo&X=\xe9")
    assert pairs == [(b"Body", b"\xff\xfehalo"), (b"X", b"\xe9")]
    assert is_genuine([TOKEN], [URL], pairs, sign(TOKEN, URL, pairs))
    assert not is_genuine([TOKEN], [URL], form_pairs(b"Body=%FE%FEhalo&X=\xe9"), sign(TOKEN, URL, pairs))


@pytest.mark.parametrize(
    ("configured", "called"),
    [
        ("https://bot.example.org", "https://bot.example.org"),
        ("https://bot.example.org", "https://bot.example.org:443"),
        ("https://bot.example.org:8443", "https://bot.example.org:8443"),
        ("https://bot.example.org:8443", "https://bot.example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://bot.example.org/pst", "https://bot.example.org:443/pst"),
    ],
)
def test_the_port_may_be_signed_or_not(configured: str, called: str) -> None:
    pairs = [(b"Body", b"halo")]
    signature = sign(TOKEN, called + "/x?m=1", pairs)
    urls = [variant + "/x?m=1" for variant in url_variants(configured)]
    assert is_genuine([TOKEN], urls, pairs, signature)


def test_another_host_path_query_token_or_none_is_not_genuine() -> None:
    pairs = [(b"Body", b"halo")]
    for url in ("https://other.example.org/a", "https://bot.example.org/b", "https://bot.example.org/a?x=1"):
        assert not is_genuine([TOKEN], ["https://bot.example.org/a"], pairs, sign(TOKEN, url, pairs))
    right = sign(TOKEN, URL, pairs)
    assert not is_genuine(["other"], [URL], pairs, right)
    assert is_genuine(["other", TOKEN], [URL], pairs, right)
    for wrong in (None, "", right[:-1], right + "=", "ö" * 28):
        assert not is_genuine([TOKEN], [URL], pairs, wrong)

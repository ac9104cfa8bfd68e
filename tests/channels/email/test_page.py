"""A raw mail as a page: its HTML, clean, and nothing else of it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from channels.email.page import html_of

SAMPLES = sorted((Path(__file__).parent / "samples").rglob("*.eml"))
TABLE = "<table><tr><td>Gayamprit<td>5.021</table>"


def mail(html: str, *, plain: str = "Data desa") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = "siti@contoh.example", "Data"
    made.set_content(plain)
    made.add_alternative(html, subtype="html")
    return made


def test_what_a_text_flattens_is_there() -> None:
    shown = html_of(mail(f"<p>Jumlah <b>jiwa</b></p>{TABLE}").as_bytes())
    assert "<b>jiwa</b>" in shown
    assert "<td>Gayamprit</td><td>5.021</td>" in shown


def test_nothing_runs_and_nothing_is_loaded() -> None:
    hostile = (
        '<img src="https://a.example/p.gif"><script>alert(1)</script><p onclick="x()" style="background:url(//a)">halo'
        '<form action="/console/login"><input name=password></form><iframe src="//a.example"></iframe>'
    )
    shown = html_of(mail(hostile).as_bytes())
    assert "halo" in shown
    for bad in ("<img", "<script", "alert", "onclick", "style", "<form", "<input", "<iframe", "a.example"):
        assert bad not in shown


def test_a_link_shows_where_it_leads() -> None:
    shown = html_of(mail('<a href="https://jahat.example/x">https://www.bps.go.id</a>').as_bytes())
    assert "[https://jahat.example/x]" in shown


def test_a_plain_mail_and_files_of_html_have_no_page() -> None:
    plain = EmailMessage()
    plain["From"] = "siti@contoh.example"
    plain.set_content("halo")
    plain.add_attachment("<p>berkas", subtype="html", filename="halaman.html")
    inner = mail("<p>surat di dalam surat")
    plain.add_attachment(inner)
    assert html_of(plain.as_bytes()) == ""


def test_several_parts_stand_below_one_another() -> None:
    raw = (
        b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>atas</p>\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>bawah</p>\r\n"
        b"--b--\r\n"
    )
    shown = html_of(raw)
    assert shown.index("atas") < shown.index("<hr>") < shown.index("bawah")


def test_every_sample_has_a_page_or_none() -> None:
    with_page = 0
    for path in SAMPLES:
        shown = html_of(path.read_bytes())
        with_page += bool(shown)
        assert "<script" not in shown.lower()
        assert "<img" not in shown.lower()
    assert with_page > 50
    assert html_of(b"") == html_of(b"\xff\x00" * 50) == ""

"""The simulated mail client: what reaches the office's mailbox, and what comes back."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit
from uuid import uuid4

import aioimaplib
import httpx

from channels.port import Enclosure, Outbound
from tests.channels.email.building import channel
from tests.channels.email.test_refusals import Shelf
from tests.channels.simulator.product import OFFICE_MAIL, Product

MINE = {"alamat": "warga@example.org", "nama": "Warga Contoh, S.Stat", "tab": "email"}


async def office_mail(product: Product) -> list[EmailMessage]:
    """Read the office's mailbox over IMAP, as the product does."""
    client = aioimaplib.IMAP4("127.0.0.1", urlsplit(product.simulator.mail.imap_url).port, timeout=5)
    await client.wait_hello_from_server()
    await client.login("kantor", "rahasia")
    await client.select("INBOX")
    answer = await client.uid("fetch", "1:*", "(UID BODY.PEEK[])")
    await client.logout()
    raw = [bytes(line) for line in answer.lines if isinstance(line, bytearray)]
    return [message_from_bytes(each, policy=policy.default) for each in raw]


async def test_a_mail_goes_through_smtp_into_the_offices_mailbox(
    product: Product, browser: httpx.AsyncClient
) -> None:
    page = await browser.post(
        "/simulator/mail", data=MINE | {"subjek": "Tanya", "isi": "Berapa lama?\r\nSalam ✓"}
    )

    [mail] = await office_mail(product)
    assert mail["From"].addresses[0].addr_spec == "warga@example.org"
    assert mail["From"].addresses[0].display_name == "Warga Contoh, S.Stat"
    assert mail["To"] == f"{OFFICE_MAIL}"
    assert mail["Subject"] == "Tanya"
    assert mail["Date"].datetime == product.clock.now()
    assert mail.get_content().replace("\r\n", "\n").strip() == "Berapa lama?\nSalam ✓"
    assert "Berapa lama?" in page.text


async def test_an_answer_comes_into_its_thread_and_is_unread_until_opened(
    product: Product, browser: httpx.AsyncClient
) -> None:
    opened = await browser.post("/simulator/mail", data=MINE | {"subjek": "Tanya", "isi": "Berapa lama?"})
    [mail] = await office_mail(product)

    await product.answer_mail(mail["Message-ID"], "3 hari kerja <b>saja</b>")

    inbox = await browser.get("/simulator", params={"tab": "email"})
    assert "1 baru" in inbox.text
    assert "2 surat" not in inbox.text
    thread = await browser.get(opened.url)
    assert "3 hari kerja &lt;b&gt;saja&lt;/b&gt;" in thread.text
    assert "In-Reply-To: &lt;" in thread.text  # the header, on demand
    assert "1 baru" not in (await browser.get("/simulator", params={"tab": "email"})).text


async def test_of_a_mail_in_two_forms_the_html_is_shown_and_the_plain_one_quoted(
    product: Product, browser: httpx.AsyncClient
) -> None:
    opened = await browser.post("/simulator/mail", data=MINE | {"subjek": "Tanya", "isi": "Berapa lama?"})
    [mail] = await office_mail(product)
    html = "<html><head><title>x</title></head><body><p>Lama: <strong>3 hari</strong></p></body></html>"
    await product.answer_mail(mail["Message-ID"], "Lama: 3 hari", html)

    thread = await browser.get(opened.url)
    assert '<div class="html"><p>Lama: <strong>3 hari</strong></p></div>' in thread.text

    number = re.search(r"surat=(\d+)", str(opened.url))
    assert number is not None
    await browser.post(
        "/simulator/mail", data=MINE | {"surat": number[1], "subjek": "Re", "isi": "Terima kasih"}
    )
    assert "> Lama: 3 hari" in (await office_mail(product))[1].get_content()


async def test_a_reply_quotes_and_refers_to_what_it_answers(
    product: Product, browser: httpx.AsyncClient
) -> None:
    opened = await browser.post("/simulator/mail", data=MINE | {"subjek": "Tanya", "isi": "Berapa lama?"})
    [first] = await office_mail(product)
    await product.answer_mail(first["Message-ID"], "3 hari kerja")
    number = re.search(r"surat=(\d+)", str(opened.url))
    assert number is not None

    answer = MINE | {"surat": number[1], "subjek": "Re: Tanya", "isi": "Kalau datang langsung?"}
    page = await browser.post("/simulator/mail", data=answer)

    second = (await office_mail(product))[1]
    assert second["In-Reply-To"] == "<jawaban@example.id>"
    assert second["References"].split() == [first["Message-ID"], "<jawaban@example.id>"]
    body = second.get_content().replace("\r\n", "\n")
    assert body.startswith("Kalau datang langsung?\n\nPada Senin, 23 November 2026 pukul 10.05 BPS")
    assert "\n> 3 hari kerja" in body
    assert page.text.count('class="letter ') + page.text.count('class="letter"') == 3


async def test_attachments_go_along(product: Product, browser: httpx.AsyncClient) -> None:
    files = {"lampiran": ("surat pengantar.pdf", b"%PDF-1.4 isi", "application/pdf")}
    await browser.post("/simulator/mail", data=MINE | {"subjek": "Surat", "isi": "Terlampir"}, files=files)
    [mail] = await office_mail(product)
    [attachment] = mail.iter_attachments()
    assert attachment.get_filename() == "surat pengantar.pdf"
    assert attachment.get_content() == b"%PDF-1.4 isi"


async def test_a_mail_of_the_product_shows_its_words_and_its_files(
    product: Product, browser: httpx.AsyncClient
) -> None:
    opened = await browser.post("/simulator/mail", data=MINE | {"subjek": "Tanya", "isi": "Berapa lama?"})
    [mail] = await office_mail(product)
    office = channel(
        smtp_url=product.simulator.mail.smtp_url,
        mail_from=f"PST Contoh <{OFFICE_MAIL}>",
        files=Shelf({"a" * 32: b"isi"}),
    )
    answer = Outbound(
        id=uuid4(),
        channel="email",
        recipient="warga@example.org",
        text="Lama: *3 hari kerja*.",
        key="officer",
        created_at=product.clock.now(),
        subject="Tanya",
        in_reply_to=mail["Message-ID"],
        author="officer",
        ticket="KST-2026-00042",
        attachments=(Enclosure("Tabel Inflasi.csv", "text/csv", 3, "a" * 32),),
    )
    await office.send(answer)
    await office.close()

    thread = (await browser.get(opened.url)).text
    assert "<strong>3 hari kerja</strong>" in thread
    assert "Tabel Inflasi.csv" in thread
    assert "Re: [KST-2026-00042] Tanya" in thread


async def test_what_cannot_be_sent_stays_typed_and_says_why(
    product: Product, browser: httpx.AsyncClient
) -> None:
    page = await browser.post(
        "/simulator/mail", data=MINE | {"alamat": "bukan alamat", "tulis": "1", "isi": "Halo"}
    )
    assert page.status_code == 422
    assert "bukan alamat email" in page.text
    assert ">Halo</textarea>" in page.text
    assert not await office_mail(product)


async def test_a_header_cannot_be_smuggled_in_by_the_subject(
    product: Product, browser: httpx.AsyncClient
) -> None:
    await browser.post(
        "/simulator/mail", data=MINE | {"subjek": "Tanya\r\nBcc: lain@example.org", "isi": "Halo"}
    )
    [mail] = await office_mail(product)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Tanya Bcc: lain@example.org"

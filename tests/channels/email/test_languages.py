"""History introduced in other languages: citizens' programs are set to them, whatever they write in."""

from __future__ import annotations

import pytest

from channels.email.quotes import split

HISTORY = "Konsultasi online 3 hari kerja."
OWN = "Kalau tatap muka berapa lama?"
PST = "Layanan PST <pst@example.go.id>"

ATTRIBUTIONS = {
    "gmail_de": f"Am Mo., 3. Feb. 2025 um 10:00 Uhr schrieb {PST}:",
    "thunderbird_de": "Am 03.02.25 um 10:00 schrieb Layanan PST:",
    "gmail_fr": f"Le lun. 3 févr. 2025 à 10:00, {PST} a écrit :",
    "apple_fr": f"Le 3 févr. 2025 à 10:00, {PST} a écrit\u202f:",
    "gmail_es": "El lun, 3 feb 2025 a las 10:00, Layanan PST (<pst@example.go.id>) escribió:",
    "gmail_pt": f"Em seg., 3 de fev. de 2025 às 10:00, {PST}\nescreveu:",
    "gmail_it": f"Il giorno lun 3 feb 2025 alle ore 10:00 {PST} ha scritto:",
    "gmail_nl": f"Op ma 3 feb 2025 om 10:00 schreef {PST}:",
    "gmail_sv": f"Den mån 3 feb. 2025 kl 10:00 skrev {PST}:",
    "gmail_da": f"man. 3. feb. 2025 kl. 10.00 skrev {PST}:",
    "gmail_fi": "ma 3. helmik. 2025 klo 10.00 Layanan PST (pst@example.go.id) kirjoitti:",
    "gmail_pl": f"pon., 3 lut 2025 o 10:00 {PST} napisał(a):",
    "thunderbird_pl": "W dniu 03.02.2025 o 10:00, Layanan PST pisze:",
    "gmail_cs": f"po 3. 2. 2025 v 10:00 odesílatel {PST} napsal:",
    "gmail_ru": f"пн, 3 февр. 2025 г. в 10:00, {PST}:",
    "apple_ru": f"3 февр. 2025 г., в 10:00, {PST} написал(а):",
    "yandex_ru": '03.02.2025, 10:00, "Layanan PST" <pst@example.go.id>:',
    "gmail_uk": f"пн, 3 лют. 2025 р. о 10:00 {PST} пише:",
    "gmail_tr": "Layanan PST <pst@example.go.id>, 3 Şub 2025 Pzt, 10:00 tarihinde şunu yazdı:",
    "gmail_hu": f"{PST} ezt írta (időpont: 2025. febr. 3., H, 10:00):",
    "gmail_ro": f"În lun., 3 feb. 2025 la 10:00, {PST} a scris:",
    "gmail_el": f"Στις Δευ 3 Φεβ 2025 στις 10:00 π.μ., ο χρήστης {PST} έγραψε:",
    "gmail_vi": f"Vào Th 2, 3 thg 2, 2025 vào lúc 10:00 {PST} đã viết:",
    "gmail_ja": f"2025年2月3日(月) 10:00 {PST}:",
    "apple_ja": f"2025/02/03 10:00、{PST}のメール：",
    "gmail_zh": f"{PST} 于2025年2月3日周一 10:00写道：",
    "apple_zh": f"在 2025年2月3日，10:00，{PST} 写道：",
    "gmail_tw": f"{PST} 於 2025年2月3日 週一 上午10:00寫道：",
    "gmail_ko": f"2025년 2월 3일 (월) 오전 10:00, {PST}님이 작성:",
    "gmail_ms": f"Pada Isn, 3 Feb 2025 pada 10:00 PG {PST} menulis:",
    "zoho": f"---- On Mon, 03 Feb 2025 10:00:00 +0700 {PST} wrote ----",
    "zoho_id": f"---- Pada Sen, 03 Feb 2025 10:00:00 +0700 {PST} menulis ---",
    "thin_space": "On Mon, Feb 3, 2025 at 10:00\u202fAM Layanan PST <pst@example.go.id> wrote:",
    "zoho_name": "---- Layanan PST wrote ----",
    "outlook_web_de": "<pst@example.go.id> schrieb am Mo., 3. Feb. 2025, 10:00:",
    "wrote_on": f"{PST} schrieb am 03.02.2025 10:00:",
    "asterisks": f"*On Mon, Feb 3, 2025 at 10:00 AM {PST} wrote:*",
}
BLOCKS = {
    "outlook_de": "Von: PST <pst@example.go.id>\nGesendet: Montag, 3. Februar 2025 10:00\nAn: Budi\nBetreff: a",
    "outlook_fr": "De : PST <pst@example.go.id>\nEnvoyé : lundi 3 février 2025 10:00\nÀ : Budi\nObjet : a",
    "outlook_es": "De: PST <pst@example.go.id>\nEnviado el: lunes, 3 de febrero de 2025 10:00\nPara: Budi\nAsunto: a",
    "outlook_pt": "De: PST\nEnviada em: segunda-feira, 3 de fevereiro de 2025 10:00\nPara: Budi\nAssunto: a",
    "outlook_it": "Da: PST <pst@example.go.id>\nInviato: lunedì 3 febbraio 2025 10:00\nA: Budi\nOggetto: a",
    "outlook_nl": "Van: PST <pst@example.go.id>\nVerzonden: maandag 3 februari 2025 10:00\nAan: Budi\nOnderwerp: a",
    "outlook_sv": "Från: PST <pst@example.go.id>\nSkickat: den 3 februari 2025 10:00\nTill: Budi\nÄmne: a",
    "outlook_pl": "Od: PST <pst@example.go.id>\nWysłano: poniedziałek, 3 lutego 2025 10:00\nDo: Budi\nTemat: a",
    "outlook_ru": "От: PST <pst@example.go.id>\nОтправлено: 3 февраля 2025 г. 10:00\nКому: Budi\nТема: a",
    "outlook_zh": "发件人: PST <pst@example.go.id>\n发送时间: 2025年2月3日 10:00\n收件人: Budi\n主题: a",
    "outlook_ja": "差出人: PST <pst@example.go.id>\n送信日時: 2025年2月3日 10:00\n宛先: Budi\n件名: a",
    "outlook_ko": "보낸 사람: PST\n보낸 날짜: 2025년 2월 3일 10:00\n받는 사람: Budi\n제목: a",
    "wide_colon": "发件人： PST\n日期： 2025年2月3日 10:00\n收件人： Budi\n主题： a",
    "one_line": "Dari: PST <pst@example.go.id> Dikirim: Senin, 3 Februari 2025 10:00 Kepada: Budi Subjek: a",
    "original_de": "-----Ursprüngliche Nachricht-----\nVon: PST\nGesendet: 3.2.2025\nAn: Budi\nBetreff: a",
    "original_fr": "-----Message d'origine-----\nDe : PST\nEnvoyé : lundi\nÀ : Budi\nObjet : a",
    "zimbra_fr": "----- Mail original -----\nDe: PST\nÀ: Budi\nEnvoyé: Lundi 3 Février 2025 10:00:00\nObjet: a",
    "two_headers": "From: PST <pst@example.go.id>\nSent: Monday, February 3, 2025 10:00 AM",
    "original_zh": "------------------ 原始邮件 ------------------",
    "forward_es": "---------- Forwarded message ---------\nDe: PST\nDate: lun, 3 feb 2025\nSubject: a\nTo: Budi",
    "forward_apple_de": "Anfang der weitergeleiteten Nachricht:\n\nVon: PST\nBetreff: a\nDatum: 3. Februar 2025",
}
FOOTERS = (
    *(
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
    ),
    *("Inviato da iPhone", "Verstuurd vanaf mijn iPhone", "Skickat från min iPhone", "Wysłane z iPhone'a"),
    *(
        "Отправлено с iPhone",
        "发自我的iPhone",
        "從我的 iPhone 傳送",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
    ),
    *("Dihantar daripada iPhone saya", "Gesendet von Mail für Windows", "Get Outlook for Android"),
    *(
        "Obtenir Outlook pour iOS",
        "Sent from my Verizon Wireless 4G LTE DROID",
        "Dikirim dari Xiaomi 13T Pro saya",
    ),
    *("Dikirim dari perangkat Samsung saya", "Sent with Proton Mail secure email.", "Sent from Mailspring"),
    *("Email ini telah dipindai dari virus oleh Contoh Antivirus.", "[cid:image001.png@01DB75F1.3C2D1E00]"),
)


@pytest.mark.parametrize("name", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_answer_above(name: str, mark: str) -> None:
    words = split(f"{OWN}\n\n{ATTRIBUTIONS[name]}\n\n{mark}{HISTORY}\n", "Re: a")
    assert words.own == OWN
    assert HISTORY in words.quoted


@pytest.mark.parametrize("name", ATTRIBUTIONS)
def test_answer_below(name: str) -> None:
    assert split(f"{ATTRIBUTIONS[name]}\n> {HISTORY}\n\n{OWN}\n", "Re: a").own == OWN


@pytest.mark.parametrize("name", BLOCKS)
def test_copied_headers(name: str) -> None:
    words = split(f"{OWN}\n\n{BLOCKS[name]}\n\n{HISTORY}\n", "Re: a")
    assert words.own == OWN
    assert words.quoted.endswith(HISTORY)


@pytest.mark.parametrize("footer", FOOTERS)
def test_footers(footer: str) -> None:
    words = split(f"{OWN}\n\n{footer}\n")
    assert (words.own, words.quoted) == (OWN, footer)


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my desk, this is much easier than on a phone.",
        "De: apa artinya?\nA: tidak tahu",
        "Am Montag habe ich geschrieben: bitte die Daten von 2025.",
        "On the other hand, the 2023 table says:\nnothing.",
        "Data: 2020 sampai 2024\nDa: apa?",
        "Le tableau de 2024 que vous avez écrit : merci.",
        "Pada surat tanggal 3 Feb 2025 Anda menulis bahwa data berikut:\n1. PDRB\n2. inflasi",
        "Saya butuh data di atas garis kemiskinan.\nTerima kasih\nBudi",
        "Kepala Dinas\nmenulis:\nmohon data.",
        "Perhatian saya tertuju pada email dari luar kota.",
    ],
)
def test_words_that_only_look_like_marks(text: str) -> None:
    assert split(text).own == text


def test_words_right_above_an_introduction_stay() -> None:
    text = f"On the phone you said three days.\nIs it so?\nOn Mon, Feb 3, 2025 at 10:00 AM {PST} wrote:\n> {HISTORY}"
    assert split(text, "Re: a").own == "On the phone you said three days.\nIs it so?"


@pytest.mark.parametrize(
    "line",
    [
        "Budi Santoso wrote:",
        "2025/02/03 Layanan PST <pst@example.go.id>",
        "Layanan PST menulis:",
        "Max Mustermann schrieb:",
    ],
)
def test_a_writer_without_a_date_above_a_quotation(line: str) -> None:
    assert split(f"{line}\n> {HISTORY}\n{OWN}", "Re: a").own == OWN
    assert split(f"{line}\n{OWN}").own == f"{line}\n{OWN}"


@pytest.mark.parametrize(
    "line",
    [
        "##- Please type your reply above this line -##",
        "## balas di atas garis ini ##",
        "--- Mohon balas di atas garis ini ---",
        "=-=-=-= Untuk menjawab lewat email, tulislah di atas baris ini =-=-=-=",
        "— Reply above this line —",
    ],
)
def test_ticket_systems(line: str) -> None:
    words = split(f"{OWN}\n\n{line}\n\n{HISTORY}\n\nTiket 12", "Re: a")
    assert words.own == OWN
    assert words.quoted == f"{line}\n\n{HISTORY}\n\nTiket 12"


def test_contact_details_below_a_closing() -> None:
    words = split(
        f"{OWN}\n\nHormat kami,\nBudi Santoso\nKepala Bagian\nUniversitas Contoh\nTelp. +62 811-1111-0001"
    )
    assert words.own == f"{OWN}\n\nHormat kami,\nBudi Santoso"
    assert words.quoted.startswith("Kepala Bagian")


def test_contact_details_below_a_name() -> None:
    words = split(
        f"{OWN}\n\nBudi Santoso, S.Si.\nUniversitas Contoh\nHP +62 811-1111-0001\n\n-----Pesan Asli-----\nx"
    )
    assert words.own == OWN


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}\n\nBudi Santoso\nUniversitas Contoh\n\n{OWN}",
        f"Nama: Budi\nHP: +62 811-1111-0001\n\n{OWN}",
        f"{OWN}\n\nTerima kasih,\nBudi\n\nNB: apakah bisa hari ini?",
        "Halo\n\nBudi Santoso yang menelepon 0811-1111-0001 kemarin minta data apa?",
    ],
)
def test_details_that_are_part_of_the_words(text: str) -> None:
    assert split(text).own == text


def test_a_chat_sent_along_is_kept_apart_unless_it_is_all() -> None:
    chat = "[03/02/25 10.00.12] Budi: Ada data padi?\n[03/02/25 10.01.00] Rina: Tanya BPS saja"
    assert split(f"{OWN}\n\n{chat}").own == OWN
    assert split(f"{OWN}\n\n{chat}").quoted == chat
    assert split(chat).own == chat


def test_a_banner_of_the_writers_server_is_not_the_writers() -> None:
    banner = "CAUTION: This email originated from outside of the organization."
    assert split(f"{banner}\n\n{OWN}").own == OWN

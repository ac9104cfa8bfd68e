"""A person's messages as a page that they can read without any program of ours, in Indonesian. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from handoff.ports.values import AT_THE_OFFICE

AUTHORS = {
    "citizen": "Anda",
    "bot": "Asisten (otomatis)",
    "system": "Sistem (otomatis)",
    "officer": "Petugas",
}
CHANNELS = {"whatsapp": "WhatsApp", "email": "Email", AT_THE_OFFICE: "Dicatat di kantor"}
ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
STATES = {
    "kept": "belum terkirim",
    "sending": "sedang dikirim",
    "sent": "terkirim",
    "waiting": "menunggu pesan Anda berikutnya",
    "rerouted": "disampaikan lewat email",
    "failed": "tidak terkirim",
    "uncertain": "mungkin terkirim",
}
_HEAD = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Salinan pesan</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
h2{border-top:1px solid #ccc;padding-top:1rem}article{margin:1rem 0;padding:.75rem 1rem;background:#f3f3f1}
article.citizen{background:#e6f1ef}article.note{background:#fbf1d9}
article p{white-space:pre-wrap;overflow-wrap:anywhere;margin:.25rem 0}small{color:#555}
</style></head><body>
"""


def head(office: str, made_at: datetime, timezone: str) -> str:
    """Return the beginning of the page. `made_at` is any moment, told in the office's own time."""
    when = in_words(made_at, timezone)
    return (
        f"{_HEAD}<h1>Pesan Anda dengan {escape(office)}</h1>\n<p>Salinan ini dibuat pada {when}. Semua isi yang"
        " tersimpan, termasuk yang tidak tampak di sini, ada pada <code>data.json</code>.</p>\n"
    )


def conversation(row: Mapping[str, Any], timezone: str) -> str:
    """Return the heading of a conversation."""
    channel = CHANNELS.get(row["channel"], row["channel"])
    title = f": {escape(row['subject'])}" if row["subject"] else ""
    until = f", ditutup {in_words(row['closed_at'], timezone)}" if row["closed_at"] else ", masih terbuka"
    gone = ""
    if row["forgotten_at"]:
        gone = f"<p>Isi percakapan ini sudah dihapus pada {in_words(row['forgotten_at'], timezone)}.</p>\n"
    return (
        f"<h2>{escape(channel)}{title}</h2>\n<p><small>Dimulai {in_words(row['opened_at'], timezone)}{until}"
        f"</small></p>\n{gone}"
    )


def message(row: Mapping[str, Any], timezone: str) -> str:
    """Return one message; `files` are those of it in the archive, `delivery` what became of one of ours."""
    is_note = row["kind"] == "note"
    who = "Catatan internal petugas" if is_note else AUTHORS.get(row["author"], row["author"])
    state = row.get("delivery")
    told = f" ({STATES.get(state['state'], state['state'])})" if state else ""
    files = "".join(
        f'<p><small>Berkas: <a href="{escape(each["file"])}">{escape(each["name"])}</a></small></p>\n'
        if each["file"]
        else f"<p><small>Berkas {escape(each['name'])} tidak ada: {escape(each['reason'] or '')}</small></p>\n"
        for each in row["files"]
    )
    kind = "note" if is_note else escape(row["author"])
    return (
        f'<article class="{kind}"><small>{who}, {in_words(row["created_at"], timezone)}{told}</small>\n'
        f"<p>{escape(row['text'])}</p>\n{files}</article>\n"
    )


FOOT = "</body></html>\n"


def in_words(at: datetime, timezone: str) -> str:
    """Return a moment in the office's own time: "23-11-2026 14:05 WIB"."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%d-%m-%Y %H:%M} {ZONES.get(timezone, f'{local:%Z}')}"


def about(office: str, made_at: datetime, timezone: str, *, with_notes: bool) -> str:
    """Return the words that lie beside it: what is in the archive, and what is not."""
    notes = "termasuk" if with_notes else "tanpa"
    return f"""SALINAN DATA PRIBADI
Dibuat oleh {office} pada {in_words(made_at, timezone)}, {notes} catatan internal petugas.

pesan.html  Semua pesan Anda dan jawabannya, untuk dibaca dengan peramban (browser).
berkas/     Berkas yang Anda kirim dan yang dikirim petugas.
surat/      Surat (email) Anda persis seperti diterima (.eml); lampirannya ada di dalamnya.
data.json   Semuanya untuk dibaca komputer (JSON, UTF-8; waktu menurut ISO 8601 dengan zona waktu):
  people         nama, instansi/pekerjaan, email, dan sejak kapan Anda setuju data itu diingat;
                 bila petugas menggabungkan dua catatan tentang Anda, keduanya
  contacts       nomor atau alamat Anda di tiap saluran, dan kapan terakhir Anda menulis
  joins          penggabungan catatan oleh petugas: bagaimana dipastikan, dan catatannya
  surveys        jawaban Anda pada survei kepuasan
  conversations  percakapan: kapan dibuka dan ditutup, dan apa yang diingat asisten di dalamnya (context)
    tickets        tiket: nomor, jenis, keadaan, keperluan, tenggat, dan riwayat setiap perubahannya
    ratings        penilaian Anda (1 sampai 5) dan kata-katanya
    messages       pesan; pengirimnya (author): citizen = Anda, bot dan system = otomatis, officer = petugas
      kind           note = catatan internal petugas; reaction = tanda suka dan sejenisnya
      understood     topik yang dipahami asisten dari pesan itu, dan seberapa yakin (0 sampai 1)
      source         pesan sebagaimana diserahkan WhatsApp/Twilio
      delivery       apa yang terjadi dengan pengiriman; reports = kabar dari Twilio atau server surat
      files          berkas di folder berkas/; raw_mails = surat di folder surat/
    events         yang diberitahukan sistem kepada petugas tentang percakapan itu
    drafts         tulisan petugas yang belum dikirim

Nama petugas tidak disebut: itu data pribadi mereka. Penyedia WhatsApp (Twilio, Meta) dan penyedia email menyimpan
data menurut ketentuan mereka sendiri; itu tidak ada di sini.
"""

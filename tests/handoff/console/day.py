"""A made-up day of an office, played through the real pipeline: for the pictures in the documents.

Names, numbers (+62 811-1111-xxxx) and addresses (example.org) are nobody's. The day is Tuesday 24 November 2026, half
past ten in Klaten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from sqlalchemy import text

from bot.assembly import counter
from bot.desk.desk import StoredDesk
from bot.store import events
from channels.port import Attachment
from handoff.checklist import requirements
from handoff.ports.desk import Registration, Reply, Upload
from handoff.ports.values import Officer
from handoff.ticket import Kind
from tests.fakes import Stage

BEGINS = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Almanac:
    """A time that begins on a day of our choice and runs on."""

    def __init__(self) -> None:
        self._since = monotonic()

    def now(self) -> datetime:
        return BEGINS + timedelta(seconds=monotonic() - self._since)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who writes, and what they tell of themselves."""

    name: str
    address: str
    organisation: str
    email: str

    @property
    def channel(self) -> str:
        return "whatsapp" if self.address.startswith("whatsapp:") else "email"


def phone(name: str, number: int, organisation: str) -> Citizen:
    login = name.split(maxsplit=1)[0].lower()
    return Citizen(name, f"whatsapp:+628111111{number:03d}", organisation, f"{login}@example.org")


def mailer(name: str, address: str, organisation: str) -> Citizen:
    return Citizen(name, address, organisation, address)


RINA = phone("Rina Pratiwi", 101, "Mahasiswa, Universitas Contoh")
SLAMET = phone("Slamet Widodo", 102, "Pelaku usaha")
TITIK = phone("Titik Handayani", 103, "Guru, SMA Contoh")
AGUS = phone("Agus Setiawan", 104, "Wartawan, Harian Contoh")
YULI = phone("Yuli Astuti", 105, "Ibu rumah tangga")
DEWI = mailer("Dewi Lestari", "dewi.lestari@dinas.example.org", "Dinas Contoh Kabupaten")
BAGUS = mailer("Bagus Wicaksono", "bagus@kampus.example.org", "Peneliti, Kampus Contoh")
RATNA = mailer("Ratna Kusuma", "ratna@desa.example.org", "Pemerintah Desa Contoh")
HENDRA = mailer("Hendra Gunawan", "hendra@perusahaan.example.org", "PT Contoh Sejahtera")
PASSERS_BY = [
    phone(name, number, "")
    for number, name in enumerate(("Joko Susilo", "Wahyu Nugroho", "Endah Sulistyo", "Tri Mulyani"), 201)
]
QUESTIONS = (
    "syarat konsultasi apa saja",
    "mau konsultasi perlu bawa apa",
    "untuk konsultasi syaratnya?",
    "apa syarat konsultasi data",
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the pictures are taken."""

    conversation: int
    person: int


@dataclass(slots=True)
class Day:
    """Plays it. `sari` and `budi` are at work."""

    stage: Stage
    desk: StoredDesk
    sari: Officer
    budi: Officer

    async def play(self) -> Addresses:
        """Play from Wednesday to Tuesday, half past ten."""
        await self._last_week()
        slamet = await self._monday()
        conversation = await self._today(slamet)
        await self._until(NOW)
        person = await self._scalar(
            "SELECT person_id FROM contact JOIN conversation ON conversation.contact_id = contact.id"
            f" WHERE conversation.id = {conversation}"
        )
        return Addresses(conversation, person)

    async def _last_week(self) -> None:
        await self._at(18, 9, 10)
        rina = await self._chat(RINA, "syarat konsultasi apa ya?", "persyaratan", service="konsultasi")
        await self._close(rina)
        await self._at(18, 10, 5)
        await self._chat(SLAMET, "syarat konsultasi apa saja", "persyaratan", service="konsultasi")
        await self._ask_and_go(18)
        await self._at(18, 13, 40)
        ratna = await self._writes(
            RATNA,
            "Kami memerlukan jumlah penduduk per desa 2020-2025 untuk RKPDes.",
            subject="Penduduk per desa",
        )
        await self._ticket(ratna, RATNA, "konsultasi", "Jumlah penduduk per desa 2020-2025")
        await self._ask_and_go(19)
        await self._at(19, 13, 20)
        hendra = await self._writes(
            HENDRA,
            "Kami bermaksud membeli data mikro Susenas 2025 untuk studi pasar. Mohon penjelasan tata caranya.",
            subject="Pembelian data mikro Susenas",
        )
        ticket = await self._ticket(hendra, HENDRA, "penjualan", "Data mikro Susenas 2025 untuk studi pasar")
        await self._says(
            hendra,
            "Selamat siang Pak Hendra. Kami memerlukan surat permohonan berkop perusahaan dan salinan NPWP. Setelah"
            " keduanya kami terima, permohonan kami proses.",
            then="wait",
        )
        await self.desk.tag(self.sari, ticket, ["data mikro"], version=await self._version(ticket))
        await self._at(20, 8, 40)
        titik = await self._writes(TITIK, "Ada tabel jumlah guru per kecamatan tahun 2024?")
        await self._ticket(titik, TITIK, "konsultasi", "Jumlah guru per kecamatan 2024", by=self.budi)
        await self._says(
            titik,
            "Ada, Bu Titik. Tabel 4.1.5 dalam Kabupaten Klaten Dalam Angka 2025, halaman pendidikan. Tautannya kami"
            " kirim lewat email.",
            by=self.budi,
        )

    async def _monday(self) -> int:
        await self._ask_and_go(20)
        await self._at(20, 14, 15)
        dewi = await self._writes(
            DEWI,
            "Dengan hormat, kami akan mengadakan survei kepuasan pasar tradisional. Mohon rekomendasi kegiatan"
            " statistik. Formulirnya terlampir.",
            subject="Permohonan rekomendasi kegiatan statistik",
        )
        ticket = await self._ticket(dewi, DEWI, "rekomendasi", "Survei kepuasan pengunjung pasar tradisional")
        await self.desk.clear(self.sari, ticket, version=await self._version(ticket))
        await self._at(23, 9, 30)
        agus = await self._writes(AGUS, "Berapa angka kemiskinan terbaru? Untuk berita besok pagi")
        urgent = await self._ticket(agus, AGUS, "konsultasi", "Angka kemiskinan terbaru", claim=False)
        await self.desk.prioritise(self.budi, urgent, is_urgent=True, version=await self._version(urgent))
        await self._at(23, 11, 0)
        await self._ask_and_go(23)
        await self._chat(
            SLAMET, "kalau yang online berapa lama?", "jangka_waktu", service="konsultasi", mode="online"
        )
        slamet = await self._writes(SLAMET, "Minta tolong dikirimi daftar kecamatan dan kodenya")
        await self._ticket(slamet, SLAMET, "konsultasi", "Kode wilayah kecamatan", by=self.budi)
        return slamet

    async def _today(self, slamet: int) -> int:
        await self._ask_and_go(24, hour=7)
        await self._at(24, 8, 2)
        await self._says(
            slamet, "Daftarnya sudah kami kirim. Terima kasih, Pak Slamet.", by=self.budi, then="close"
        )
        await self._at(24, 8, 5)
        yuli = await self._writes(
            YULI, "Saya kecewa, kemarin datang jam 2 tetapi loket sudah tutup. Tidak ada pengumuman."
        )
        await self._ticket(yuli, YULI, "pengaduan", "Loket tutup sebelum waktunya", claim=False)
        await self._at(24, 8, 30)
        await self._writes(
            BAGUS,
            "Apakah tersedia seri inflasi bulanan 2015-2025 untuk Klaten? Kami perlu untuk makalah.",
            subject="Seri inflasi bulanan",
        )
        bagus = await self._newest()
        await self._ticket(bagus, BAGUS, "konsultasi", "Seri inflasi bulanan 2015-2025", claim=False)
        await self._at(24, 9, 2)
        rina = await self._chat(
            RINA, "berapa lama konsultasi online?", "jangka_waktu", service="konsultasi", mode="online"
        )
        await self._at(24, 9, 6)
        await self._writes(
            RINA, "Saya butuh PDRB per kapita Klaten 2019-2024 untuk skripsi. Yang atas dasar harga konstan."
        )
        ticket = await self._ticket(
            rina, RINA, "konsultasi", "PDRB per kapita 2019-2024 (ADHK) untuk skripsi"
        )
        for requirement in [each.key for each in requirements("konsultasi")][::2]:
            version = await self._version(ticket)
            await self.desk.tick(self.sari, ticket, requirement, is_met=True, version=version)
        await self._at(24, 9, 20)
        await self.desk.note(
            self.sari,
            rina,
            "Angka 2024 masih sangat sementara; sebutkan tanda bintangnya. Tanya Pak Budi untuk tabel 2019.",
        )
        await self._at(24, 9, 25)
        await self._says(
            rina,
            "Selamat pagi Mbak Rina. PDRB per kapita atas dasar harga konstan 2019-2024 ada pada publikasi PDRB"
            " Kabupaten Klaten Menurut Lapangan Usaha 2020-2024, tabel 2.3. Apakah Mbak juga memerlukan laju"
            " pertumbuhannya?",
        )
        await self._at(24, 10, 12)
        await self._writes(
            RINA,
            "Iya mbak, sekalian laju pertumbuhannya. Ini format tabel dari pembimbing saya",
            attachments=(
                Attachment(
                    "format-tabel.pdf", "application/pdf", 48_213, "https://example.org/1", "document"
                ),
            ),
        )
        await self._keep_file()
        await self._alarms(bagus)
        return rina

    async def _ask_and_go(self, day: int, *, hour: int = 11) -> None:
        """Have some people ask what the bot knows; that was all."""
        for minute, (who, said) in enumerate(zip(PASSERS_BY, QUESTIONS, strict=True)):
            if (day + minute) % 3:
                await self._at(day, hour, 10 + 4 * minute)
                await self._close(await self._chat(who, said, "persyaratan", service="konsultasi"))

    async def _alarms(self, conversation: int) -> None:
        """Have something to look after: a mailbox that was away, and a mail that is not from whom it says."""
        async with self.stage.core.database.transaction() as tx:
            now = self.stage.clock.now()
            away: dict[str, str | int] = {"channel": "email", "minutes": 22}
            await events.note(tx, "mailbox_silent", now=now - HOUR, detail=away, once="silent")
            await events.note(
                tx,
                "mail_unauthenticated",
                now=now - 2 * HOUR,
                conversation_id=conversation,
                detail={"reason": "DMARC gagal"},
                once="doubt",
            )

    async def _keep_file(self) -> None:
        file = await self.stage.core.files.keep(b"%PDF-1.7\n")
        await self._run(
            "UPDATE media SET state = 'kept', file = :file, size = 48213, content_type = 'application/pdf',"
            " fetched_at = created_at",
            file=file,
        )

    async def _chat(self, who: Citizen, said: str, topic: str, **entities: str) -> int:
        """Let the bot answer."""
        self.stage.model.teach(said, topic, 0.93, **entities)
        await self.stage.answered(said, sender=who.address, channel=who.channel)
        return await self._named(who)

    async def _writes(
        self,
        who: Citizen,
        said: str,
        *,
        subject: str | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> int:
        """Let a citizen write what is for an officer; the bot leaves it to them."""
        message = await self.stage.hear(
            said, sender=who.address, channel=who.channel, subject=subject, attachments=tuple(attachments)
        )
        conversation = await self._named(who)
        await self._run("UPDATE message SET answered_at = created_at WHERE id = :id", id=message)
        async with self.stage.core.database.transaction() as tx:
            await self.desk.casework.heard(
                tx, conversation, message_id=message, at=self.stage.clock.now(), owes=True
            )
        return conversation

    async def _named(self, who: Citizen) -> int:
        conversation = await self._newest()
        await self._run("UPDATE contact SET name = :name WHERE address = :at", name=who.name, at=who.address)
        return (
            await self._scalar(
                "SELECT max(conversation.id) FROM conversation JOIN contact ON contact.id = contact_id"
                f" WHERE address = '{who.address}'"
            )
            or conversation
        )

    async def _ticket(
        self,
        conversation: int,
        who: Citizen,
        kind: Kind,
        purpose: str,
        *,
        by: Officer | None = None,
        claim: bool = True,
    ) -> int:
        """Open a ticket as a citizen who has filled in the form does."""
        async with self.stage.core.database.transaction() as tx:
            told = await self.desk.casework.open(
                tx, conversation, kind=kind, reason="asked", purpose=purpose, is_complete=True
            )
        await self.desk.register(
            by or self.sari, conversation, Registration(who.name, who.email, who.organisation, purpose)
        )
        await self._run(
            "UPDATE person SET consented_at = :now WHERE name = :name",
            now=self.stage.clock.now(),
            name=who.name,
        )
        if claim:
            await self.desk.claim(by or self.sari, conversation)
        return told.ticket_id

    async def _says(
        self,
        conversation: int,
        words: str,
        *,
        by: Officer | None = None,
        then: str = "stay",
        files: tuple[Upload, ...] = (),
    ) -> None:
        seen = await self._scalar("SELECT max(id) FROM message")
        reply = Reply(words, seen, then, files=files)  # type: ignore[arg-type]
        await self.desk.reply(by or self.sari, conversation, reply)
        await self.stage.deliver_all()

    async def _close(self, conversation: int) -> None:
        await self._run(
            "UPDATE conversation SET state = 'closed', closed_at = :now, closed_how = 'idle' WHERE id = :id",
            id=conversation,
            now=self.stage.clock.now(),
        )

    async def _version(self, ticket: int) -> int:
        return await self._scalar(f"SELECT version FROM ticket WHERE id = {ticket}")

    async def _newest(self) -> int:
        return await self._scalar("SELECT max(id) FROM conversation")

    async def _at(self, day: int, hour: int, minute: int) -> None:
        """Go on to a moment of November, in the office's time."""
        await self._until(datetime(2026, 11, day, hour, minute, tzinfo=UTC) - 7 * HOUR)

    async def _until(self, moment: datetime) -> None:
        ahead = moment - self.stage.clock.now()
        if ahead > timedelta():
            self.stage.clock.advance(ahead)

    async def _scalar(self, query: str) -> int:
        found = await self.stage.scalar(query)
        assert isinstance(found, int)
        return found

    async def _run(self, query: str, **values: object) -> None:
        async with self.stage.core.database.transaction() as tx:
            await tx.execute(text(query), values)


async def played(stage: Stage, sari: Officer, budi: Officer) -> Addresses:
    """Play the day over a stage whose clock stands on an `Almanac`."""
    return await Day(stage, counter.desk(stage.core), sari, budi).play()

"""Citizens who write on WhatsApp, as Twilio posts it; signed before anything is timed."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import urlencode

from bench.http import post
from channels.simulator.twilio import sign_webhook, webhook_form

PATH = "/webhooks/twilio/whatsapp"
OFFICE = "whatsapp:+628111111000"
# Questions only: what says nothing by itself ("halo") waits for the next message, and is answered with it.
QUESTIONS = (
    "berapa lama konsultasi online dilayani?",
    "syarat konsultasi apa saja",
    "biaya konsultasi berapa ya",
    "bagaimana prosedur konsultasi kalau datang langsung",
    "alamat kantor bps klaten di mana",
    "konsultasi online itu gratis tidak",
    "kalau yang online?",
    "nomor telepon kantor berapa min",
    "berapa lama konsultasi kalau datang langsung",
    "apa saja produk konsultasi statistik",
)


@dataclass(frozen=True, slots=True)
class Account:
    """A made-up Twilio account and the office's number there."""

    sid: str
    token: str
    office: str = OFFICE

    @classmethod
    def made_up(cls) -> Account:
        """Return a new one."""
        return cls(f"AC{token_hex(16)}", token_hex(16))

    def settings(self, *, api_port: int) -> dict[str, str]:
        """Return the variables with which the product uses the account at a stand-in."""
        return {
            "PST_TWILIO_ACCOUNT_SID": self.sid,
            "PST_TWILIO_AUTH_TOKEN": self.token,
            "PST_TWILIO_FROM": self.office,
            "PST_TWILIO_API_URL": f"http://127.0.0.1:{api_port}",
        }

    def webhook(self, public_url: str, *, citizen: int, said: str) -> bytes:
        """Return one signed webhook as a request; citizens are numbered from 1 to 9999.

        0 would make the number of the simulation's office, and nothing is sent from an office to itself.
        """
        form = webhook_form(
            account_sid=self.sid,
            sender=f"whatsapp:+628111111{citizen:04}",
            recipient=self.office,
            body=said,
            profile_name="Warga",
        )
        headers = sign_webhook(self.token, public_url + PATH, form)
        return post(PATH, urlencode(form).encode(), headers)

    def webhooks(self, public_url: str, count: int, *, citizens: int) -> list[bytes]:
        """Return `count` webhooks of `citizens` people in turn."""
        return [
            self.webhook(
                public_url, citizen=1000 + n % citizens, said=QUESTIONS[n // citizens % len(QUESTIONS)]
            )
            for n in range(count)
        ]

"""The settings of a simulation: made-up accounts on loopback, new at every start."""

from __future__ import annotations

import socket
from email.utils import formataddr
from secrets import token_hex

LOOPBACK = "127.0.0.1"
OFFICE_NUMBER = "+6281111110000"  # clearly made up


def simulated_environment(*, public_url: str, office_name: str, office_mail: str) -> dict[str, str]:
    """Return the variables with which the product's processes talk to the simulator.

    The real adapters run on them: Twilio's client sends to the stand-in, mail goes through a real
    SMTP and IMAP server that the web process runs on two free ports.
    """
    smtp, imap = free_ports(2)
    password = token_hex(16)
    return {
        "PST_SIMULATION": "true",
        "PST_PUBLIC_URL": public_url,
        "PST_TWILIO_ACCOUNT_SID": f"AC{token_hex(16)}",
        "PST_TWILIO_AUTH_TOKEN": token_hex(16),
        "PST_TWILIO_FROM": f"whatsapp:{OFFICE_NUMBER}",
        "PST_TWILIO_API_URL": f"{public_url}/simulator/twilio",
        "PST_IMAP_URL": f"imap://office:{password}@{LOOPBACK}:{imap}/INBOX",
        "PST_SMTP_URL": f"smtp://{LOOPBACK}:{smtp}",
        "PST_MAIL_FROM": formataddr((office_name, office_mail)),
    }


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens on now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()

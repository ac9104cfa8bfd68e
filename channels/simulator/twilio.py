"""A stand-in for Twilio, for simulation, tests and benches.

It takes what the real twilio client sends to any of Twilio's hosts (their paths do not collide), answers
in Twilio's shapes and keeps everything in memory. It refuses what Twilio refuses at the door: wrong
credentials (20003), a missing or impossible recipient (21604, 21211), a sender that is not ours (63007), no
body (21619), more than 1600 characters (21617), an unknown template (21655), who is opted out (21610), too
much at once (20429). What Twilio learns later comes by status callback: see `twilio_journey`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette

from channels.simulator.twilio_account import Account
from channels.simulator.twilio_callbacks import Callbacks
from channels.simulator.twilio_content import Shown
from channels.simulator.twilio_content_api import ContentApi
from channels.simulator.twilio_faults import Fault, Faults
from channels.simulator.twilio_journey import Journeys, Pauses
from channels.simulator.twilio_media import MediaApi
from channels.simulator.twilio_messages import SentMessage
from channels.simulator.twilio_messages_api import MessagesApi
from channels.simulator.twilio_messaging_api import MessagingApi
from channels.simulator.twilio_problem import TwilioProblem, answer_problem
from channels.simulator.twilio_rules import WINDOW, Numbers, Rules
from channels.simulator.twilio_webhook import sign_webhook, webhook_form

__all__ = [
    "WINDOW",
    "Fault",
    "Faults",
    "Pauses",
    "SentMessage",
    "Shown",
    "TwilioStandIn",
    "sign_webhook",
    "webhook_form",
]


class TwilioStandIn:
    """One Twilio account with the WhatsApp sender `sender` (`whatsapp:+...`).

    `app` is the ASGI app to serve; `messages` what was taken, oldest first; `faults` what goes wrong
    next; `rules` what is held against us; `contents` the templates; `messaging` senders and typing;
    `media` the files; `journeys` what becomes of messages (nothing until its `pauses` are set);
    `callbacks` how that is told. `now` gives the time (aware) for everything the clock decides.
    """

    def __init__(
        self, *, account_sid: str, auth_token: str, sender: str, now: Callable[[], datetime]
    ) -> None:
        account = Account(account_sid, auth_token, sender, now)
        self.account_sid = account_sid
        self.sender = sender
        self.faults, self.rules, self.numbers = Faults(), Rules(), Numbers()
        self.contents, self.messaging, self.media = (
            ContentApi(account),
            MessagingApi(account),
            MediaApi(account),
        )
        self.callbacks = Callbacks(account)
        self.journeys = Journeys(account, self.callbacks, self.numbers, self.rules, self.contents.known)
        self._api = MessagesApi(
            account, faults=self.faults, rules=self.rules, numbers=self.numbers, contents=self.contents.known
        )
        self._api.on_message(self.journeys.begin)
        self._now = now
        resources = (self._api, self.media, self.contents, self.messaging, account)
        self.app = Starlette(
            routes=[route for resource in resources for route in resource.routes()],
            exception_handlers={TwilioProblem: answer_problem},
        )

    @property
    def messages(self) -> list[SentMessage]:
        """Return what was taken, oldest first."""
        return self._api.messages

    @property
    def turned_away(self) -> int:
        """Return how many requests were answered that they are too many."""
        return self._api.turned_away

    def on_message(self, observer: Callable[[SentMessage], None]) -> None:
        """Have `observer` called with every message, right after it was taken."""
        self._api.on_message(observer)

    def keep_media(self, message_sid: str, content_type: str, data: bytes) -> str:
        """Keep what a phone attached; return its URL as Twilio would write it (host api.twilio.com)."""
        return self.media.keep(message_sid, content_type, data)

    def heard(self, address: str, text: str = "") -> None:
        """Note that a number (`whatsapp:+...`) wrote to the office: the window is open from now on."""
        self.numbers.heard(address, text, self._now())

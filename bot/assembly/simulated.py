"""The simulator: stand-ins for Twilio and the mail servers, in simulation only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.assembly import whatsapp
from bot.clock import Clock, SharedClock
from bot.settings import Settings

if TYPE_CHECKING:
    from channels.simulator.simulator import Simulator


def simulator(settings: Settings, clock: Clock) -> Simulator | None:
    """Return the simulator, in simulation only."""
    if not settings.environment.simulation or not isinstance(clock, SharedClock):
        return None
    from channels.simulator.simulator import Simulator, SimulatorSettings  # noqa: PLC0415  only simulations have it
    from channels.whatsapp.simulated import contents  # noqa: PLC0415  as above

    options: Any = whatsapp.section(settings).options
    known = {name: value for channel in settings.channels for name, value in channel.environment}
    return Simulator(
        SimulatorSettings(
            public_url=settings.public_url,
            account_sid=known["twilio_account_sid"],
            auth_token=known["twilio_auth_token"].get_secret_value(),
            whatsapp_from=known["twilio_from"],
            office_mail=settings.office.office.email,
            imap_url=known["imap_url"].get_secret_value(),
            smtp_url=known["smtp_url"].get_secret_value(),
            office_name=settings.office.office.name,
            timezone=settings.office.office.timezone,
            templates=contents(options),
        ),
        clock=clock,
    )

"""What the citizen's silence does."""

from __future__ import annotations

from pydantic import model_validator

from bot.office.section import Positive, Section


class Lapse(Section):
    """How many days of silence until a conversation is warned of, and closed; without a number it never is."""

    warn_days: Positive | None = None
    close_days: Positive | None = None

    @model_validator(mode="after")
    def _warns_before(self) -> Lapse:
        if self.warn_days is not None and self.close_days is not None and self.warn_days >= self.close_days:
            raise ValueError("expected warn_days below close_days")
        return self


class Silence(Section):
    """What the citizen's silence does (section `silence`); calendar days since the office has answered.

    `konsultasi_warn_days` belongs to `services.konsultasi.idle_close_days`, which the decree sets; the other
    numbers are the office's own. `rating_days` is how long a request for a rating can be answered.
    """

    konsultasi_warn_days: Positive
    bot: Lapse
    perpustakaan: Lapse
    penjualan: Lapse
    rekomendasi: Lapse
    form_days: Positive
    rating_days: Positive

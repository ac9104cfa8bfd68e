"""What every act of an officer needs: the parts, the locks, and notes of what was done."""

from __future__ import annotations

from dataclasses import dataclass

from bot.casework import Casework
from bot.clock import Clock
from bot.desk.enclosing import Keeper
from bot.desk.ending import Ending
from bot.desk.locks import Locks
from bot.desk.moves import Moves
from bot.desk.speaking import Speaking
from bot.desk.taking import Taking
from bot.store.database import Database, Transaction
from bot.store.desk import audit
from bot.store.tickets import By
from handoff.invitation import Host
from handoff.ports.values import Officer


@dataclass(frozen=True, slots=True)
class Acting:
    """The parts of the desk. `host` is who invites to meetings."""

    database: Database
    clock: Clock
    casework: Casework
    speaking: Speaking
    files: Keeper
    host: Host

    @property
    def locks(self) -> Locks:
        """Return what opens an act's transaction."""
        return Locks(self.database)

    @property
    def _moves(self) -> Moves:
        return Moves(self.casework)

    @property
    def _taking(self) -> Taking:
        return Taking(self.clock, self._moves)

    @property
    def _ending(self) -> Ending:
        return Ending(self.casework, self._moves, self._taking)

    async def _audit(
        self,
        tx: Transaction,
        action: str,
        officer: Officer,
        about: str,
        detail: dict[str, list[str]] | None = None,
    ) -> None:
        """Note what no ticket's history tells."""
        now = self.clock.now()
        await audit.note(tx, action, now=now, officer_id=officer.id, about=about, detail=detail)


def by_officer(officer: Officer) -> By:
    """Return who did it, as a ticket's history has it."""
    return By("officer", officer.id)

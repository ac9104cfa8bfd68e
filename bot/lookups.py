"""Answers the dialogue's queries from the database and the hand-made tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.dialogue.lookup import BusinessQuery, CatalogueQuery, CodeHit, CodeQuery, Found, Query
from bot.store import catalogue, kbli
from bot.store.database import Database
from nlu.kbli.table import SURE, BusinessTable

CODES = 3
DESCRIPTION = 300  # characters of a code's description that fit a phone screen


@dataclass(frozen=True, slots=True)
class StoredLookups:
    """Looks up KBLI codes (the hand-made table, then an imported edition) and the office's catalogue.

    `regency` is the place that is meant when a question for data names none.
    """

    database: Database
    businesses: BusinessTable
    regency: str

    async def find(self, query: Query) -> Found:
        """Return what is known about a query, best first; nothing found is no error."""
        match query:
            case BusinessQuery():
                return await self._business(query)
            case CodeQuery():
                return await self._code(query)
            case CatalogueQuery():
                return await self._catalogue(query)

    async def _business(self, query: BusinessQuery) -> Found:
        """Everyday words first; a full edition, where one was imported, fills up what they leave open."""
        matches = self.businesses.find(query.words, CODES)
        for sentence in query.beside:
            elsewhere = self.businesses.find(sentence, CODES)
            if elsewhere and elsewhere[0].fit > max(SURE, matches[0].fit if matches else 0.0):
                matches = elsewhere
        codes = [
            CodeHit(match.code, match.title, self.businesses.edition, match.fit, match.note)
            for match in matches
        ]
        if not codes or codes[0].fit < SURE or len(codes) < CODES:
            async with self.database.transaction() as tx:
                more = await kbli.search(tx, query.words, limit=CODES)
            known = {hit.code for hit in codes}
            codes += [
                CodeHit(hit.code, hit.title, hit.edition, hit.fit) for hit in more if hit.code not in known
            ]
            codes.sort(key=lambda hit: -hit.fit)
        return Found(codes=tuple(codes[:CODES]))

    async def _code(self, query: CodeQuery) -> Found:
        async with self.database.transaction() as tx:
            found = await kbli.by_code(tx, query.code)
        title = self.businesses.title(query.code)
        if title:
            # Our own table first: an imported edition may carry a misprint of the title.
            ours = CodeHit(
                query.code, title, self.businesses.edition, 1.0, _description(found, self.businesses.edition)
            )
            found = [ours, *(hit for hit in found if hit.edition != self.businesses.edition)]
        return Found(codes=tuple(_short(hit) for hit in found))

    async def _catalogue(self, query: CatalogueQuery) -> Found:
        """A figure is stated for the place that was named, or for the whole regency."""
        async with self.database.transaction() as tx:
            values = await catalogue.values(tx, replace(query, place=query.place or self.regency))
            entries = await catalogue.search(tx, query)
            is_stocked = bool(entries) or await catalogue.is_stocked(tx)
        return Found(entries=tuple(entries), values=tuple(values), is_stocked=is_stocked)


def _description(found: list[CodeHit], edition: str) -> str:
    return next((hit.description for hit in found if hit.edition == edition), "")


def _short(hit: CodeHit) -> CodeHit:
    """Keep a description to its first sentences."""
    if len(hit.description) <= DESCRIPTION:
        return hit
    cut = (
        hit.description[:DESCRIPTION].rpartition(". ")[0] or hit.description[:DESCRIPTION].rpartition(" ")[0]
    )
    return CodeHit(hit.code, hit.title, hit.edition, hit.fit, cut.rstrip(".,;") + " ...")

"""What was answered in surveys, summed up: exact whole numbers, from which the index is worked out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.database import Transaction

_SUMS = text(
    """
    SELECT survey_sheet.survey_id, count(*) AS answers, sum(score.value::int) AS total
    FROM survey_sheet, jsonb_each_text(survey_sheet.scores) AS score
    WHERE survey_sheet.survey_id = ANY(:surveys) AND survey_sheet.finished_at IS NOT NULL
    GROUP BY survey_sheet.survey_id, score.key
    """
).bindparams(bindparam("surveys", type_=ARRAY(BigInteger)))


async def means(tx: Transaction, surveys: Sequence[int]) -> dict[int, list[Fraction]]:
    """Return the mean of each element that was answered in each of these surveys, in no order."""
    found: dict[int, list[Fraction]] = defaultdict(list)
    for row in await tx.execute(_SUMS, {"surveys": list(surveys)}):
        found[row.survey_id].append(Fraction(row.total, row.answers))
    return dict(found)

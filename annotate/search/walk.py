"""A page of rows of which only some are meant, where the database cannot say which: a bounded number is looked at."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Model, Q, QuerySet

type Sieve[M: Model] = Callable[[list[M]], set[UUID]]

AT_ONCE = 200
MAX_LOOKED_AT = 2000


def walk[M: Model](
    rows: QuerySet[M], size: int, sieve: Sieve[M] | None, beyond: Callable[[M], Q]
) -> tuple[list[M], M | None]:
    """Return up to `size` ordered rows that pass the sieve, and the row to go on after; None where the rows end.

    With a sieve a page may hold fewer rows, even none, although there are more. `beyond` says what comes after a row.
    """
    if sieve is None:
        found = list(rows[: size + 1])
        return found[:size], found[size - 1] if len(found) > size else None
    kept: list[M] = []
    last: M | None = None
    for _ in range(MAX_LOOKED_AT // AT_ONCE):
        chunk = list((rows.filter(beyond(last)) if last is not None else rows)[:AT_ONCE])
        good = sieve(chunk)
        for last in chunk:
            if last.pk in good:
                kept.append(last)
            if len(kept) == size:
                return kept, last
        if len(chunk) < AT_ONCE:
            return kept, None
    return kept, last

"""A page of rows of which only some are meant, where the database cannot say which: a bounded number is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model, Q, QuerySet

type Sieve[M: Model] = Callable[[list[M]], set[UUID]]

AT_ONCE = 200
MAX_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Among[M: Model]:
    """All rows that the user may see, of which no index finds the meant ones; so many are looked at for one page.

    The rows are few at first, since what most rows have is found at once.
    """

    rows: QuerySet[M]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps[M: Model]:
    """The conditions for what comes after a row, and for what comes up to it, in the order of the page."""

    beyond: Callable[[M], Q]
    until: Callable[[M], Q]


def walk[M: Model](
    rows: QuerySet[M], size: int, sieve: Sieve[M] | None, steps: Steps[M], among: Among[M] | None = None
) -> tuple[list[M], M | None]:
    """Return up to `size` ordered rows that are meant, and the row to go on after; None where the rows end.

    With a sieve, or among rows that are looked at one by one, a page may hold fewer rows, even none, although there are
    more. `among` has the order of `rows` and starts where they do.
    """
    if among is None:
        return _sifted(rows, size, sieve, steps)
    kept: list[M] = []
    last: M | None = None
    for n_rows in among.sizes:
        ahead, part = among.rows, rows
        if last is not None:
            ahead, part = ahead.filter(steps.beyond(last)), part.filter(steps.beyond(last))
        edge = next(iter(ahead[n_rows - 1 : n_rows]), None)
        found, more = _sifted(part if edge is None else part.filter(steps.until(edge)), size - len(kept), sieve, steps)
        kept += found
        last = edge
        if more is not None or edge is None:
            return kept, more
        if len(kept) == size:
            break
    return kept, last


def _sifted[M: Model](
    rows: QuerySet[M], size: int, sieve: Sieve[M] | None, steps: Steps[M]
) -> tuple[list[M], M | None]:
    if sieve is None:
        found = list(rows[: size + 1])
        return found[:size], found[size - 1] if len(found) > size else None
    kept: list[M] = []
    last: M | None = None
    for _ in range(MAX_LOOKED_AT // AT_ONCE):
        chunk = list((rows.filter(steps.beyond(last)) if last is not None else rows)[:AT_ONCE])
        good = sieve(chunk)
        for last in chunk:
            if last.pk in good:
                kept.append(last)
            if len(kept) == size:
                return kept, last
        if len(chunk) < AT_ONCE:
            return kept, None
    return kept, last

"""Two ways to narrow rows by rows of another table: by a list where those are few, one by one where they are many.

A list of half a table takes longer than the page it is for; looking up each row takes long where hardly any fits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

FEW = 5000


class Narrow(NamedTuple):
    """A condition, and whether it leaves so few rows that the database reads those from a list."""

    condition: Q
    is_few: bool


def narrowed(
    path: str,
    inner: QuerySet[Any],
    key: str,
    *,
    size: QuerySet[Any] | None = None,
    single: QuerySet[Any] | None = None,
    is_few: bool | None = None,
) -> Narrow:
    """Return the condition that `path` is the `key` of a row of `inner`. One query, for how many those are.

    `size` is a set of rows that is quicker to look at and at least as large; `single` are the same rows as `inner`, to
    be looked up one by one. Where `is_few` is known, nothing is asked.
    """
    if is_few is None:
        is_few = holds_for_few(inner if size is None else size)
    if is_few:
        return Narrow(Q(**{f"{path}__in": inner.order_by().values(key)}), True)
    return Narrow(Q(Exists((inner if single is None else single).order_by().filter(**{key: OuterRef(path)}))), False)


def holds_for_few(rows: QuerySet[Any]) -> bool:
    """Return whether these are few rows; an index must find them, or the answer takes as long as the whole."""
    return not rows.order_by().values("pk")[FEW : FEW + 1].exists()

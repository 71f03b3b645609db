"""Registry entries as filters name them: by id or exact name, with everything that was merged into the same entry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from annotate.search.values import Within, uuid_or_none
from corpus.models import Entry, Target

MAX_LEVELS = 50


def family[E: Entry](model: type[E], value: str, within: Within) -> dict[UUID, bool]:
    """Return the entries that count as the one named, each with whether its merge turns a stance round.

    Empty where the user sees no such entry. Two queries, and one for each level of merges.
    """
    rows: Any = model._default_manager.filter(corpus=within.project.corpus_id)
    id = uuid_or_none(value)
    seen = rows.visible_to(within.user).filter(**({"pk": id} if id else {"name": value}))
    found = dict.fromkeys(_ends(rows, set(seen.values_list("pk", flat=True))), False)
    level = set(found)
    for _ in range(MAX_LEVELS):
        columns = ("pk", "merged_into_id", *(("is_merged_inverted",) if model is Target else ()))
        merged = rows.filter(merged_into__in=level).values_list(*columns)
        below = {pk: found[into] ^ bool(turn) for pk, into, *rest in merged for turn in rest or [False]}
        level = below.keys() - found.keys()
        if not level:
            break
        found |= below
    return found


def _ends(rows: Any, ids: set[UUID]) -> set[UUID]:
    """Return the entries that count for these: the ends of their merges."""
    for _ in range(MAX_LEVELS):
        pointers = dict(rows.filter(pk__in=ids).values_list("pk", "merged_into_id"))
        following = {into or pk for pk, into in pointers.items()}
        if following == ids:
            break
        ids = following
    return ids


def turned_targets(within: Within) -> set[UUID]:
    """Return the targets that are merged as the opposite of the entry that counts. One query."""
    rows = Target.objects.filter(corpus=within.project.corpus_id, merged_into__isnull=False)
    pointers = {pk: (into, turn) for pk, into, turn in rows.values_list("pk", "merged_into_id", "is_merged_inverted")}
    turned = set()
    for pk in pointers:
        at, parity = pk, False
        for _ in range(MAX_LEVELS):
            if at not in pointers:
                break
            at, turn = pointers[at]
            parity ^= turn
        if parity:
            turned.add(pk)
    return turned

"""Which entries count as which: those merged into an entry, directly or through others."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from annotate.records.registries import Registries
from corpus.database.bulk import Among
from corpus.models import Entry


def families(model: type[Entry], roots: Iterable[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """Return, for these entries and all merged into them, the one it counts as and whether as its opposite.

    One query for each level of merges, and one that finds no more.
    """
    found = {root: (root, False) for root in roots}
    level = list(found)
    extra = ("is_merged_inverted",) if hasattr(model, "is_merged_inverted") else ()
    while level:
        rows = model._default_manager.filter(Among(F("merged_into_id"), [id.hex for id in level])).order_by()
        level = []
        for id, into, *inverted in rows.values_list("pk", "merged_into_id", *extra):
            if id not in found:
                root, is_inverted = found[into]
                found[id] = (root, is_inverted ^ bool(inverted and inverted[0]))
                level.append(id)
    return found


def roots_of(model: type[Entry], ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return what each entry counts as. One query, and one for each level of merges."""
    wanted = set(ids)
    registry = Registries().of(model)
    registry.learn(wanted)
    return {id: registry.known[id].id for id in wanted}

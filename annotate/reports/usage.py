"""How often registry entries are named, and by which claims: only those of layers that the user curates and may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from annotate.models import Claim
from annotate.permissions import AnyUser
from annotate.records.families import families
from annotate.records.naming import ROLES, curated_claims
from corpus.database.bulk import Among
from corpus.models import Entry


@dataclass(slots=True, kw_only=True)
class Usage:
    """In how many claims an entry stands: in each role, and in gold ones."""

    by_role: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    n_annotators: int = 0
    n_gold: int = 0

    @property
    def n(self) -> int:
        return self.n_annotators + self.n_gold

    def __getitem__(self, role: str) -> int:
        return self.by_role.get(role, 0)


def usage(user: AnyUser, corpus_id: UUID, model: type[Entry], ids: Iterable[UUID]) -> dict[UUID, Usage]:
    """Count the claims that name entries, or what was merged into them. One query a role, and those of the merges."""
    found = {id: Usage() for id in ids}
    if not found:
        return found
    members = families(model, found)
    claims = curated_claims(user, corpus_id).order_by().values("pk")
    for role, (owner, name, path) in ROLES[model].items():
        rows = owner.objects.filter(Among(F(f"{name}_id"), [id.hex for id in members]), **{f"{path}__in": claims})
        kind = "layer__kind" if owner is Claim else "claim__layer__kind"
        counts = rows.order_by().values_list(f"{name}_id", kind).annotate(n=Count(path, distinct=True))
        for id, kind_found, n in counts:
            mine = found[members[id][0]]
            mine.by_role[role] += n
            mine.n_gold += n if kind_found == "gold" else 0
            mine.n_annotators += n if kind_found != "gold" else 0
    _add_up(model, found, members)
    return found


def _add_up(model: type[Entry], found: dict[UUID, Usage], members: dict[UUID, tuple[UUID, bool]]) -> None:
    """Add to each entry what was counted for those merged into it that were asked about themselves. One query."""
    merged = model._default_manager.filter(pk__in=list(found), merged_into__in=list(members)).order_by()
    into = {id: members[other][0] for id, other in merged.values_list("pk", "merged_into_id")}
    own = {id: (dict(one.by_role), one.n_annotators, one.n_gold) for id, one in found.items()}
    for id, step in into.items():
        by_role, n_annotators, n_gold = own[id]
        above: UUID | None = step
        while above is not None:
            for role, n in by_role.items():
                found[above].by_role[role] += n
            found[above].n_annotators += n_annotators
            found[above].n_gold += n_gold
            above = into.get(above)


def unused(user: AnyUser, corpus_id: UUID, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the entries that no claim names, which have none merged into them either."""
    claims = curated_claims(user, corpus_id).order_by().values("pk")
    for owner, name, path in ROLES[rows.model].values():
        rows = rows.filter(~Exists(owner.objects.filter(**{name: OuterRef("pk"), f"{path}__in": claims})))
    return rows.filter(~Exists(rows.model._default_manager.filter(merged_into=OuterRef("pk"))))

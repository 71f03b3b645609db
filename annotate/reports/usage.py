"""How often registry entries are named, and by which claims: only those of layers that the user curates and may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from annotate import permissions
from annotate.models import Claim, ClaimSpeaker, Reporter, Stance
from annotate.permissions import Action, AnyUser
from annotate.records.families import families
from corpus.database.bulk import Among
from corpus.models import Entry, Proposition, Speaker, Target

# Where a claim names an entry: the model that does, its field, and the path from there to the claim.
ROLES: dict[type[Entry], dict[str, tuple[Any, str, str]]] = {
    Speaker: {
        "speaker": (ClaimSpeaker, "speaker", "claim"),
        "represents": (ClaimSpeaker, "represents", "claim"),
        "reporter": (Reporter, "speaker", "claim"),
        "holder": (Stance, "holder", "claim"),
    },
    Target: {"target": (Stance, "target", "claim")},
    Proposition: {"proposition": (Claim, "proposition", "pk")},
}
MODELS: dict[str, type[Entry]] = {"speaker": Speaker, "target": Target, "proposition": Proposition}


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


def curated_claims(user: AnyUser, corpus_id: UUID) -> QuerySet[Claim]:
    """Return the claims on a corpus that `user` may see in projects that they curate."""
    rows = Claim.objects.visible_to(user).filter(layer__project__corpus=corpus_id)
    return rows.filter(permissions.visible(user, Action.EDIT_REGISTRIES, "layer__project"))


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
    return found


def naming(model: type[Entry], ids: Iterable[UUID]) -> Q:
    """Return the condition that a claim names one of these very entries, in any role."""
    keys = [id.hex for id in ids]
    found = Q(pk__in=[])
    for owner, name, path in ROLES[model].values():
        found |= Q(pk__in=owner.objects.filter(Among(F(f"{name}_id"), keys)).order_by().values(path))
    return found


def unused(user: AnyUser, corpus_id: UUID, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the entries that no claim names, which have none merged into them either."""
    claims = curated_claims(user, corpus_id).order_by().values("pk")
    for owner, name, path in ROLES[rows.model].values():
        rows = rows.filter(~Exists(owner.objects.filter(**{name: OuterRef("pk"), f"{path}__in": claims})))
    return rows.filter(~Exists(rows.model._default_manager.filter(merged_into=OuterRef("pk"))))

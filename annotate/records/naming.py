"""Which claims name registry entries, and which of them a curator sees: of layers that they curate and may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

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


def curated_claims(user: AnyUser, corpus_id: UUID) -> QuerySet[Claim]:
    """Return the claims on a corpus that `user` may see in projects that they curate."""
    rows = Claim.objects.visible_to(user).filter(layer__project__corpus=corpus_id)
    return rows.filter(permissions.visible(user, Action.EDIT_REGISTRIES, "layer__project"))


def naming(model: type[Entry], ids: Iterable[UUID]) -> Q:
    """Return the condition that a claim names one of these very entries, in any role."""
    keys = [id.hex for id in ids]
    found = Q(pk__in=[])
    for owner, name, path in ROLES[model].values():
        found |= Q(pk__in=owner.objects.filter(Among(F(f"{name}_id"), keys)).order_by().values(path))
    return found


def claims_of(user: AnyUser, entry: Entry) -> QuerySet[Claim]:
    """Return the claims that name an entry, or one that counts as it: of layers that `user` curates and may see."""
    members = families(type(entry), [entry.pk])
    return curated_claims(user, entry.corpus_id).filter(naming(type(entry), members))

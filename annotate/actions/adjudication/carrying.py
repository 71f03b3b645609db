"""Decisions carried along when a round moves to another version of the codebook: they stand where the answers did."""

from __future__ import annotations

from itertools import batched
from uuid import UUID

from django.db.models import Q

from annotate import records
from annotate.adjudication.marks import fingerprint
from annotate.models import Adjudication, Claim, DecisionReading, Layer, LayerStatus, Recheck, Round

AT_ONCE = 1000


def standing_readings(round: Round) -> list[DecisionReading]:
    """Return what decisions rest on in this round, as far as it is still as it was when they were made."""
    rows = DecisionReading.objects.filter(layer__round=round, layer__status=LayerStatus.SUBMITTED).order_by("pk")
    found: list[DecisionReading] = []
    for part in batched(rows, AT_ONCE):
        prints = _fingerprints(part)
        found += [row for row in part if prints.get((row.layer_id, row.claim_key)) == row.fingerprint]
    return found


def carry_decisions(round: Round, standing: list[DecisionReading]) -> int:
    """Have decisions rest on the same claims under the new version; returns how many readings were carried.

    A claim whose answer could not be carried over is left out: its unit opens again. The caller has a transaction.
    """
    n = 0
    for part in batched(standing, AT_ONCE):
        prints = _fingerprints(part)
        doubtful = set(Recheck.objects.open().filter(claim__in=_ids(part)).values_list("claim", flat=True))
        kept = [row for row in part if row.claim_key not in doubtful]
        for row in kept:
            row.fingerprint = prints.get((row.layer_id, row.claim_key), row.fingerprint)
        DecisionReading.objects.bulk_update(kept, ["fingerprint"], batch_size=200)
        n += len(kept)
    documents = Layer.objects.filter(round=round).values("document")
    Adjudication.objects.filter(project=round.project_id, document__in=documents).update(is_stale=True)
    return n


def _ids(rows: tuple[DecisionReading, ...]) -> list[UUID]:
    return [row.claim_key for row in rows]


def _fingerprints(rows: tuple[DecisionReading, ...]) -> dict[tuple[object, object], str]:
    """Return the fingerprints of the claims as they are now, by layer and key; follow-ups have the key of the first."""
    keys = _ids(rows)
    claims = Claim.objects.filter(Q(pk__in=keys) | Q(follows__in=keys), layer__in={row.layer_id for row in rows})
    by_text = {str(key): key for key in keys} | {str(row.layer_id): row.layer_id for row in rows}
    found: dict[tuple[object, object], str] = {}
    for claim in records.claim_dicts(claims, registries=records.Registries.as_chosen()):
        key = by_text.get(claim.get("follows") or claim["id"])
        found[by_text[claim["layer"]], key] = fingerprint(claim)
    return found

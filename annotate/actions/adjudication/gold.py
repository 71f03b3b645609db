"""Gold claims: checked like those of annotators, and written to the gold layer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from annotate import records
from annotate.actions import claim_rows
from annotate.actions.batch import Batch
from annotate.actions.entries import EntryFinder
from annotate.actions.gaps import claim_gaps
from annotate.models import Claim, Layer
from annotate.payloads.claims import parse_claim
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.problems import FieldError, Invalid


def write_gold_claim(
    *, claim_id: UUID, body: dict[str, Any], gold: Layer, batch: Batch, user: Any, now: datetime
) -> dict[str, Any]:
    """Store a gold claim, new or in place of what it was, and return it as it is read. Raises Invalid."""
    claim = parse_claim(body)
    registries = records.Registries()
    text, corpus_id = gold.document.text, gold.project.corpus_id
    finder = EntryFinder(user=user, corpus_id=corpus_id, batch=batch, registries=registries)
    before = records.claim_dict(claim_id, registries) if Claim.objects.filter(pk=claim_id).exists() else None
    originals = claim_rows.originals_of(registries) if before is not None else {}
    resolved = claim_rows.resolve_claim(
        claim=claim, text=text, version_id=gold.codebook_version_id, finder=finder, originals=originals
    )
    content = claim_rows.content_of(resolved, registries)
    gaps = claim_gaps(content | {"id": str(claim_id)}, load_codebook(gold.codebook_version_id))
    if gaps:
        raise Invalid.of([FieldError(pointer=f"/{gap.field}", detail=gap.detail) for gap in gaps])
    if before is None:
        claim_rows.insert_claim(claim_id=claim_id, layer=gold, claim=resolved, version=1, now=now)
    elif claim_rows.is_same(before, content):
        return before
    else:
        claim_rows.replace_claim(
            claim_id=claim_id, version=before["version"] + 1, resolved=resolved, before=before, after=content, now=now
        )
    after = records.claim_dict(claim_id)
    batch.add("claim", claim_id, before=before, after=after)
    return after


def touch_gold(gold: Layer, *, now: datetime) -> None:
    """Count the claims of the gold layer anew, and its version on."""
    gold.n_claims = Claim.objects.filter(layer=gold).count()
    gold.version += 1
    gold.updated_at = now
    gold.save(update_fields=["n_claims", "version", "updated_at"])

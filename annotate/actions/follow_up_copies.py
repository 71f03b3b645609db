"""The claims of an earlier reading, copied into the layer of a follow-up round and carried over to its version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID, uuid5

from django.db.models import F

from annotate.actions.batch import Batch
from annotate.actions.claim_rows import answer_rows
from annotate.actions.move_plans import ClaimPlan, Path, plan_claims, plan_layers
from annotate.models import (
    Answer,
    Claim,
    ClaimSpeaker,
    Layer,
    LayerKind,
    LayerStatus,
    NoClaimMark,
    Reporter,
    Span,
    Stance,
)
from annotate.payloads.problems import WrongState
from annotate.records import claim_dicts
from corpus.database.bulk import Among, Key

CLAIMS_AT_ONCE = 500


def followed_layer(layer: Layer) -> Layer:
    """Return the submitted layer that this one of a follow-up round takes up, locked. Raises WrongState."""
    assert layer.round is not None and layer.round.follows is not None
    earlier = layer.round.follows
    rows = Layer.objects.select_for_update(of=("self",)).select_related("codebook_version")
    rows = rows.filter(document=layer.document_id, round=earlier, annotator=layer.annotator_id)
    found = rows.filter(kind=LayerKind.ANNOTATOR, status=LayerStatus.SUBMITTED).first()
    if found is None:
        raise WrongState(
            f"Round “{layer.round.name}” asks again about readings that you submitted in “{earlier.name}”; "
            "you have none of this document there."
        )
    if found.codebook_version.number > layer.codebook_version.number:
        raise WrongState(
            f"Your reading is at version {found.codebook_version.number} of the codebook, this round at version "
            f"{layer.codebook_version.number}; ask a manager to move the round."
        )
    return found


def copy_reading(*, source: Layer, layer: Layer, batch: Batch, now: datetime) -> None:
    """Fill a new, stored layer from an earlier one. A chunk of claims takes about 20 queries."""
    path = Path.between(source.codebook_version, layer.codebook_version)
    keys = Claim.objects.filter(layer=source).order_by("id").values_list(Key("id"), flat=True)
    layer.n_claims = 0
    for part in batched(list(keys), CLAIMS_AT_ONCE):
        layer.n_claims += _copy_claims(list(part), layer, path, batch, now)
    answers = plan_layers([source], path)[source.pk].after
    Answer.objects.bulk_create(answer_rows(path.view, "document", answers, layer_id=layer.pk))
    marks = NoClaimMark.objects.filter(layer=source).values("start", "end", "quote")
    NoClaimMark.objects.bulk_create(NoClaimMark(layer=layer, **mark) for mark in marks)
    layer.has_nothing_to_code = source.has_nothing_to_code
    layer.save(update_fields=["n_claims", "has_nothing_to_code"])


def copied_id(layer: UUID, claim: UUID) -> UUID:
    """Return the id of a claim's copy in a layer: always the same, so that a repeat makes no second one."""
    return uuid5(layer, str(claim))


def _copy_claims(keys: list[str], layer: Layer, path: Path, batch: Batch, now: datetime) -> int:
    ids: dict[UUID, UUID] = {}
    made = []
    for claim in Claim.objects.filter(Among(F("pk"), keys)):
        ids[claim.pk] = copied_id(layer.pk, claim.pk)
        claim.follows, claim.pk = claim.pk, ids[claim.pk]
        claim.layer, claim.version, claim.created_at, claim.updated_at = layer, 1, now, now
        made.append(claim)
    Claim.objects.bulk_create(made, batch_size=500)
    _copy_parts(keys, ids)
    _copy_answers(plan_claims(keys, path), ids, path)
    for stored in claim_dicts(Claim.objects.filter(pk__in=ids.values())):
        batch.add("claim", stored["id"], before=None, after=stored)
    return len(made)


def _copy_parts(keys: list[str], ids: dict[UUID, UUID]) -> None:
    """Copy spans, speakers and reporters. 7 queries, and more for very many rows."""
    links: dict[int, int] = {}
    speakers = list(_rows(ClaimSpeaker, keys, ids))
    old = [row.pk for row in speakers]
    for link, row in zip(old, _inserted(ClaimSpeaker, speakers), strict=True):
        links[link] = row.pk
    _inserted(Reporter, list(_rows(Reporter, keys, ids)))
    spans = list(_rows(Span, keys, ids))
    for span in spans:
        span.claim_speaker_id = links.get(span.claim_speaker_id)
    _inserted(Span, spans)


def _copy_answers(plans: list[ClaimPlan], ids: dict[UUID, UUID], path: Path) -> None:
    """Copy stances and answers as they are under the newer version."""
    planned = {UUID(plan.before["id"]): plan for plan in plans}
    keys = [id.hex for id in ids]
    by_old = {stance.id: stance for plan in plans for stance in plan.stances}
    stances = [row for row in _rows(Stance, keys, ids) if not by_old[row.pk].is_removed]
    stances.sort(key=lambda row: (row.claim_id, row.position))
    old = [row.pk for row in stances]
    places: Counter[UUID] = Counter()
    for row in stances:
        row.value_id, row.position = by_old[row.pk].value, places[row.claim_id]
        places[row.claim_id] += 1
    answers: list[Answer] = []
    for id, row in zip(old, _inserted(Stance, stances), strict=True):
        answers += answer_rows(path.view, "stance", by_old[id].answers, claim_id=row.claim_id, stance_id=row.pk)
    for source, copy in ids.items():
        answers += answer_rows(path.view, "claim", planned[source].after["attributes"], claim_id=copy)
    Answer.objects.bulk_create(answers, batch_size=500)


def _rows(model: Any, keys: list[str], ids: dict[UUID, UUID]) -> Iterator[Any]:
    """Yield what hangs on some claims, turned to their copies; still with the old keys."""
    for row in model.objects.filter(Among(F("claim_id"), keys)).order_by("pk"):
        row.claim_id = ids[row.claim_id]
        yield row


def _inserted(model: Any, rows: list[Any]) -> list[Any]:
    """Store rows under new keys."""
    for row in rows:
        row.pk = None
        row._state.adding = True
    made: list[Any] = model.objects.bulk_create(rows, batch_size=500)
    return made

"""The places of documents in rounds with an overlap: counted in the database, never more than the overlap."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, Case, F, QuerySet, Value, When

from annotate.models import Layer, LayerStatus, Round, RoundDocument


def lease_end(round: Round, now: datetime) -> datetime:
    return now + timedelta(minutes=round.lease_minutes)


def take(round: Round, document_id: UUID) -> bool:
    """Take a place by a guarded counter; False when all are taken. The database settles who was first."""
    free = RoundDocument.objects.filter(round=round, document=document_id, n_taken__lt=F("n_places"))
    full = Case(
        When(n_taken__gte=F("n_places") - 1, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return bool(free.update(n_taken=F("n_taken") + 1, is_full=full))


def give_back(round_id: UUID, document_id: UUID) -> None:
    RoundDocument.objects.filter(round=round_id, document=document_id, n_taken__gt=0).update(
        n_taken=F("n_taken") - 1, is_full=False
    )


def expired_layers(round: Round, now: datetime) -> QuerySet[Layer]:
    """Return the open layers that keep a place although their time ran out."""
    return Layer.objects.filter(round=round, has_place=True, status=LayerStatus.OPEN, lease_expires_at__lt=now)


@transaction.atomic
def end_expired_leases(round: Round, now: datetime, *, but: int | None = None) -> None:
    """Give back the places of open layers whose time ran out, but not those of the person who asks.

    The layers stay their owners', and keep the time at which the lease ended: their owner sees the same whether or not
    somebody else has asked for a document since.
    """
    expired = (
        expired_layers(round, now)
        .exclude(annotator=but)
        .order_by("document")
        .select_for_update(skip_locked=True, of=("self",))
    )
    for layer in expired.only("pk", "document_id"):
        Layer.objects.filter(pk=layer.pk).update(has_place=False)
        give_back(round.pk, layer.document_id)

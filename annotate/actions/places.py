"""The places of documents in rounds with an overlap: counted in the database, never more than the overlap."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import BooleanField, Case, F, Max, QuerySet, Value, When

from annotate.models import Layer, LayerStatus, Round, RoundDocument
from corpus.models import Document


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


def end_expired_leases(round: Round, now: datetime) -> None:
    """Give back the places of open layers whose time ran out. The layers stay their owners'."""
    expired = expired_layers(round, now).select_for_update(skip_locked=True, of=("self",))
    for layer in expired.only("pk", "document_id"):
        Layer.objects.filter(pk=layer.pk).update(has_place=False, lease_expires_at=None)
        give_back(round.pk, layer.document_id)


def queue_new_documents(round: Round) -> None:
    """List documents that came into the corpus since the last look. One cheap query when there are none."""
    if not round.covers_corpus:
        return
    corpus = round.project.corpus_id
    newest = Document.objects.filter(corpus=corpus).aggregate(n=Max("number"))["n"] or 0
    if newest <= round.n_queued:
        return
    locked = Round.objects.select_for_update(no_key=True).get(pk=round.pk)  # lets others open layers meanwhile
    new = Document.objects.filter(corpus=corpus, number__gt=locked.n_queued, number__lte=newest)
    RoundDocument.objects.bulk_create(
        (
            RoundDocument(round_id=round.pk, document_id=id, position=number, n_places=round.overlap or 1)
            for id, number in new.order_by("number").values_list("pk", "number")
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )
    Round.objects.filter(pk=round.pk).update(n_queued=newest)
    round.n_queued = newest

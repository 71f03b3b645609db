"""The documents listed in a round: in which order they are handed out, and with how many places each.

Order and double-coded share rest on a hash of the round's seed and the document's number, so that the same seed
gives the same on every machine and database, and what is listed later never moves what is listed already.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from annotate.models import Round, RoundDocument
from annotate.models.projects import RoundOrder
from corpus.database.bulk import insert_rows
from corpus.models import Document

COLUMNS = ("round_id", "document_id", "position", "n_places", "n_taken", "is_full")

# A document as it is listed: its id and its number in the corpus.
type Numbered = tuple[UUID, int]


def rank(seed: int, purpose: str, number: int) -> bytes:
    """Return where a document stands when the seed draws for a purpose; smaller is earlier."""
    return blake2b(f"{purpose}:{seed}:{number}".encode(), digest_size=12).digest()


def is_listed(round: Round) -> bool:
    """Return whether the documents of the round are rows: always, unless everybody reads the corpus as imported."""
    return round.overlap is not None or not round.covers_corpus or round.order == RoundOrder.RANDOM


def in_order(round: Round, found: Iterable[Numbered]) -> list[Numbered]:
    """Return documents in the order in which the round hands them out."""
    if round.order == RoundOrder.RANDOM:
        return sorted(found, key=lambda one: rank(round.seed, "order", one[1]))
    return sorted(found, key=lambda one: one[1])


def list_documents(round: Round, found: Iterable[Numbered]) -> None:
    """List documents that are not listed yet; random ones come after those that are. The round's row is locked."""
    ordered = in_order(round, found)
    is_random = round.order == RoundOrder.RANDOM
    last = round.round_documents.aggregate(n=Max("position"))["n"] or 0 if is_random else 0
    double = _double_coded(round, ordered)
    rows = (
        (round.pk, id, last + at if is_random else number, (round.overlap or 1) if id in double else 1, 0, False)
        for at, (id, number) in enumerate(ordered, start=1)
    )
    insert_rows(RoundDocument, COLUMNS, rows)


def _double_coded(round: Round, found: list[Numbered]) -> set[UUID]:
    """Return which of the documents get the whole overlap: as many as bring the round to its share, by the seed."""
    if round.share is None:
        return {id for id, _ in found}
    n_listed = round.round_documents.count()
    n_wanted = share_of(n_listed + len(found), round.share) - round.round_documents.filter(n_places__gt=1).count()
    drawn = sorted(found, key=lambda one: rank(round.seed, "share", one[1]))
    return {id for id, _ in drawn[: max(n_wanted, 0)]}


def share_of(count: int, percent: int) -> int:
    """Return a share of a number of documents, rounded half up."""
    return (count * percent + 50) // 100


def relist(round: Round) -> None:
    """List the round's documents anew after its settings changed. No layer is there yet, so that no place is lost."""
    chosen = None if round.covers_corpus else list(round.round_documents.values_list("document", "document__number"))
    round.round_documents.all().delete()
    if chosen is not None:
        list_documents(round, chosen)
        return
    Round.objects.filter(pk=round.pk).update(n_queued=0)
    round.n_queued = 0
    if is_listed(round):
        queue_new_documents(round)


def unlisted(round: Round) -> list[Numbered]:
    """Return what came into the corpus of a round over all of it since the last look, in the round's order."""
    if not round.covers_corpus or not is_listed(round) or _newest(round) <= round.n_queued:
        return []
    rows = Document.objects.filter(corpus=round.project.corpus_id, number__gt=round.n_queued)
    return in_order(round, rows.order_by().values_list("pk", "number"))


def queue_new_documents(round: Round) -> None:
    """List documents that came into the corpus since the last look. One cheap query when there are none."""
    if not round.covers_corpus or not is_listed(round):
        return
    newest = _newest(round)
    if newest <= round.n_queued:
        return
    with transaction.atomic():
        # Without its key, so that others can open layers meanwhile.
        rows = Round.objects.select_for_update(of=("self",), no_key=True).select_related("project")
        locked = rows.get(pk=round.pk)
        new = Document.objects.filter(corpus=round.project.corpus_id, number__gt=locked.n_queued, number__lte=newest)
        list_documents(locked, new.order_by().values_list("pk", "number"))
        locked.n_queued = max(newest, locked.n_queued)
        locked.save(update_fields=["n_queued"])
    round.n_queued = locked.n_queued


def _newest(round: Round) -> int:
    corpus = round.project.corpus_id
    return Document.objects.filter(corpus=corpus).aggregate(n=Max("number"))["n"] or 0

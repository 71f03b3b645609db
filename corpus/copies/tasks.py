"""The search for near-copies as work for the task worker: after an import, which it would slow down."""

from __future__ import annotations

from uuid import UUID

from django.tasks import task

from corpus.copies.finding import find_copies
from corpus.models import Corpus


@task
def run_find_copies(corpus_id: str) -> None:
    """Compare the documents of a corpus that were not compared yet."""
    corpus = Corpus.objects.filter(pk=UUID(corpus_id)).first()
    if corpus is not None:
        for _ in find_copies(corpus):
            pass


def start_find_copies(corpus_id: UUID) -> None:
    """Have the worker look for near-copies among the documents that are new."""
    run_find_copies.enqueue(str(corpus_id))

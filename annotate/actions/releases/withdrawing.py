"""Withdrawing releases: their files go, number, figures and hashes stay. Only a purge does that."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction

from annotate.actions.batch import Batch
from annotate.actions.releases.places import file_of, remove_folder
from annotate.models import Release, ReleaseStatus
from annotate.models.releases import UNFINISHED
from annotate.payloads.problems import WrongState

WITHDRAWN = "Withdrawn: a document in it was purged. Number, figures and hashes stay; the files are gone."


def holding(document_id: UUID, corpus_id: UUID) -> list[Release]:
    """Return the ready releases that hold a document; where the files cannot be read, they may hold it too."""
    rows = Release.objects.filter(project__corpus=corpus_id).ready().select_related("project")
    return [found for found in rows.order_by("project", "number") if _holds(found, str(document_id).encode())]


def _holds(found: Release, id: bytes) -> bool:
    path = file_of(found, "splits.csv")
    if path is None:
        return True
    with path.open("rb") as file:
        return any(line.startswith(id) for line in file)


@transaction.atomic
def withdraw_releases(releases: Iterable[Release]) -> int:
    """Withdraw releases; their folders are removed when this is stored."""
    rows = [found for found in releases if found.status == ReleaseStatus.READY]
    Release.objects.filter(pk__in=[found.pk for found in rows]).ready().update(
        status=ReleaseStatus.WITHDRAWN, message=WITHDRAWN
    )
    for found in rows:
        batch = Batch(action="release.withdraw", actor=None, project_id=found.project_id)
        batch.add("release", found.pk, before={"status": "ready"}, after={"status": "withdrawn"})
        batch.write()
        transaction.on_commit(partial(remove_folder, found.pk))
    return len(rows)


def check_none_is_made(corpus_id: UUID) -> None:
    """Raise WrongState while a release is being made: it could hold what is about to be purged."""
    if Release.objects.filter(project__corpus=corpus_id, status__in=UNFINISHED).exists():
        raise WrongState("A release is being made just now; purge when it is ready, so that it is withdrawn too.")

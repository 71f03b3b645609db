"""Answers that a new version of the codebook could not carry over: who has to look at them again, and dismissing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.models import LayerStatus, Recheck
from annotate.payloads.problems import NotThere
from annotate.permissions import Action


def open_rechecks(user: User, project_id: UUID) -> QuerySet[Recheck]:
    """Return what still has to be looked at in a project: an annotator's own, for curators all that they may see."""
    rows = Recheck.objects.visible_to(user).open().filter(layer__project=project_id)
    rows = rows.exclude(layer__status=LayerStatus.WITHDRAWN)
    if permissions.can(user, Action.SEE_LAYERS, project_id):
        return rows
    return rows.filter(layer__annotator=user.pk)


@transaction.atomic
def dismiss_recheck(*, user: User, project_id: UUID, recheck_id: int, now: datetime) -> Recheck:
    """Say that an answer needs no second look: one's own, or, for curators, any that they see. Raises NotThere."""
    permissions.require(user, Action.ANNOTATE, project_id)
    rows = Recheck.objects.select_for_update(of=("self",)).select_related("layer__project")
    found = rows.filter(pk=recheck_id, pk__in=open_rechecks(user, project_id).values("pk")).first()
    if found is None:
        raise NotThere("There is no such answer to look at again, or it is settled already.")
    found.settled_at = now
    found.save(update_fields=["settled_at"])
    corpus_id = found.layer.project.corpus_id
    batch = Batch(action="recheck.dismiss", actor=user, project_id=project_id, corpus_id=corpus_id)
    batch.add("recheck", found.pk, before={"settled": False}, after={"settled": True})
    batch.write()
    return found

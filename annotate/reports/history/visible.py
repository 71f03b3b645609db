"""Which Change rows somebody may see: nothing that a blind reading hides, also of what was deleted since.

A row about a reading is judged by the document that the row itself names, never by the claim or layer, which may be
gone; a row that names no document is hidden as long as anything is.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import CharField, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from annotate import permissions
from annotate.models import Layer, Project
from annotate.models.layers import WRITABLE
from annotate.permissions import Action
from corpus.models import Change

type Changes = QuerySet[Change]

ENTRIES = ("speaker", "target", "proposition")
# What has a page of its own.
OBJECT_TYPES = ("claim", "document", *ENTRIES, "decision", "layer", "round", "source")
OWN_TYPES = ("claim", "layer")
READINGS = (
    *("claim", "layer", "submission", "mark", "remark", "recheck", "skip"),
    *("decision", "adjudication", "pairing", "auditcheck", "reassignment"),
)
# Also the names that were typed while reading: their rows are in the batch of the claim.
READING = (
    Q(object_type__in=READINGS)
    | Q(action__startswith="claim")
    | Q(action__startswith="layer.")
    | Q(action__startswith="adjudication.")
    | Q(action__startswith="decision.")
    | Q(action__startswith="unit.")
    | Q(action__startswith="audit.")
)


def changes_of(user: User, project: Project) -> Changes:
    """Return the rows of the project, and those of its corpus that concern no project, for curators and managers."""
    if not permissions.can(user, Action.SEE_CHANGES, project.pk):
        return Change.objects.none()
    # One expression, so that the database walks the rows by their ids instead of sorting all of the project.
    rows = Change.objects.annotate(place=Coalesce("project_id", "corpus_id"))
    return _unhidden(user, project, rows.filter(place__in=(project.pk, project.corpus_id)))


def object_changes(user: User, project: Project, object_type: str, object_id: UUID) -> Changes:
    """Return the rows about one object; annotators see those about claims and layers of their own.

    What other projects on the corpus did to a shared entry is among them, but for names typed in their readings.
    """
    rows = Change.objects.filter(object_type=object_type, object_id=str(object_id))
    if not permissions.can(user, Action.SEE_CHANGES, project.pk):
        return _own(user, project, rows) if object_type in OWN_TYPES else rows.none()
    of_corpus = Q(project_id__isnull=True, corpus_id=project.corpus_id)
    if object_type in ENTRIES:
        of_corpus |= Q(corpus_id=project.corpus_id) & ~READING
    return _unhidden(user, project, rows.filter(Q(project_id=project.pk) | of_corpus))


def whole_batch(user: User, project: Project, batch: UUID) -> list[Change]:
    """Return all rows of a batch, in their order; none where one of them is not for `user` to see.

    Annotators see what they did themselves.
    """
    rows = list(Change.objects.filter(batch=batch).order_by("id"))
    if permissions.can(user, Action.SEE_CHANGES, project.pk):
        seen = changes_of(user, project).filter(batch=batch).count()
        return rows if seen == len(rows) else []
    is_own = all(row.actor_id == user.pk and row.project_id == project.pk for row in rows)
    return rows if is_own and permissions.can(user, Action.SEE_PROJECT, project.pk) else []


def sees_batch(user: User, project: Project, batch: UUID) -> bool:
    """Return whether every row of a batch is for `user` to see, without reading the rows."""
    if not permissions.can(user, Action.SEE_CHANGES, project.pk):
        return False
    n = Change.objects.filter(batch=batch).count()
    return n > 0 and changes_of(user, project).filter(batch=batch).count() == n


def _own(user: User, project: Project, rows: Changes) -> Changes:
    """Return the rows that name a layer of the user's own, or are about it."""
    own = Layer.objects.of_annotators().filter(project=project, annotator=user.pk)
    own = own.filter(permissions.visible(user, Action.SEE_PROJECT, "project"))
    keys = [str(id) for id in own.values_list("pk", flat=True)]
    about = Q(layer_named__in=keys) | Q(object_type="layer", object_id__in=keys)
    return rows.filter(project_id=project.pk).annotate(layer_named=_named("layer")).filter(about)


def _unhidden(user: User, project: Project, rows: Changes) -> Changes:
    own = Layer.objects.of_annotators().filter(project=project, annotator=user.pk).order_by()
    hidden = own.filter(round__is_blind=True, status__in=WRITABLE).values_list("document", flat=True)
    keys = sorted({str(id) for id in hidden})
    if not keys:
        return rows
    elsewhere = Q(document_named__isnull=False) & ~Q(document_named__in=keys)
    # Decisions and submissions name their layer instead, which is there as long as they are.
    there = Layer.objects.filter(project=project, document__in=list(hidden)).values_list("pk", flat=True)
    by_layer = Q(object_type__in=("decision", "submission"), layer_named__isnull=False)
    by_layer &= ~Q(layer_named__in=[str(id) for id in there])
    shown = ~READING | Q(actor=user.pk) | elsewhere | by_layer
    return rows.annotate(document_named=_named("document"), layer_named=_named("layer")).filter(shown)


def _named(key: str) -> Any:
    """Return what a row names under this key, after or before."""
    return Coalesce(*(Cast(KT(f"{side}__{key}"), CharField()) for side in ("after", "before")))

"""A document at the desk, locked: one curator writes at a time, and sees what the others wrote."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from annotate import permissions
from annotate.models import Adjudication, Layer, LayerKind
from annotate.payloads.problems import NotThere
from annotate.permissions import Action
from annotate.reports.desk import Desk, load_desk


def lock_desk(*, user: User, project_id: UUID, document_id: UUID) -> Desk:
    """Return the desk of a document, locked until the transaction ends. Raises NotThere or PermissionDenied."""
    permissions.require(user, Action.ADJUDICATE, project_id)
    rows = Adjudication.objects.select_for_update(of=("self",)).select_related("project", "document")
    row = rows.filter(project=project_id, document=document_id).first()
    if row is None or not Adjudication.objects.visible_to(user).filter(pk=row.pk).exists():
        raise NotThere("There is nothing to adjudicate on this document: no reading of it was submitted.")
    return load_desk(row)


def gold_layer(desk: Desk, *, now: datetime) -> Layer:
    """Return the gold layer of the document, made where there is none; the desk is locked."""
    if desk.gold is None:
        row = desk.adjudication
        desk.gold = Layer.objects.create(
            kind=LayerKind.GOLD,
            project_id=row.project_id,
            document_id=row.document_id,
            codebook_version_id=desk.codebook.version.pk,
            created_at=now,
            updated_at=now,
        )
    return desk.gold


def had_coded(desk: Desk, user: User) -> bool:
    return Layer.objects.filter(
        project=desk.adjudication.project_id,
        document=desk.adjudication.document_id,
        annotator=user.pk,
        kind=LayerKind.ANNOTATOR,
    ).exists()

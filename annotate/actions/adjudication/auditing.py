"""What a curator says of an item of the sample: right, or to be looked at again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotate.actions.adjudication.locking import lock_desk
from annotate.actions.batch import Batch
from annotate.models import AuditCheck, AuditKind, Project
from annotate.payloads.problems import FieldError, Invalid


@transaction.atomic
def check_sample(
    *,
    user: User,
    project: Project,
    document_id: UUID,
    kind: str,
    start: int,
    end: int,
    is_right: bool,
    now: datetime,
    claim_key: UUID | None = None,
) -> AuditCheck:
    """Record what the curator says of a settled unit or a claim-free sentence; a later word replaces it."""
    desk = lock_desk(user=user, project_id=project.pk, document_id=document_id)
    if kind not in AuditKind.values or not 0 <= start < end <= len(desk.text):
        detail = f"{kind[:20]!r} from {start} to {end} is no item of this document's sample."
        raise Invalid.of([FieldError(pointer="/kind", detail=detail)])
    found, _ = AuditCheck.objects.update_or_create(
        adjudication=desk.adjudication,
        kind=kind,
        start=start,
        end=end,
        claim_key=claim_key,
        defaults={"is_right": is_right, "checked_by": user, "checked_at": now},
    )
    batch = Batch(action="audit.check", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    after = {"kind": kind, "start": start, "end": end, "is_right": is_right, "document": str(document_id)}
    batch.add("auditcheck", found.pk, before=None, after=after)
    batch.write()
    return found

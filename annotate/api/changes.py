"""The history of a project, row by row, and undo of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions.undo import undo_batch
from annotate.api.change_serializers import ChangeSerializer, UndoneSerializer
from annotate.api.fetch import answer, caller, project_of
from annotate.api.layer_lists import UUID_SCHEMA
from annotate.api.openapi import PAGING, operation, page_of
from annotate.api.pagination import page
from annotate.api.parameters import refuse, search_of, uuid_of
from annotate.models import Project
from annotate.permissions import Action
from annotate.records import stamp
from annotate.reports.history import Asked, Names, changes_of, differences
from annotate.reports.history.words import object_name
from corpus.models import Change

FILTERS = [
    OpenApiParameter("person", str, description="User name, or pseudonym of somebody who left."),
    OpenApiParameter("action", str, description="As entry.merge."),
    OpenApiParameter("object_type", str, description="As claim, speaker, document or layer."),
    OpenApiParameter("object_id", str),
    OpenApiParameter("batch", UUID_SCHEMA),
    OpenApiParameter("day", {"type": "string", "format": "date"}, description="A day of UTC."),
]


@operation(
    id="list_changes",
    tag="changes",
    summary="Who changed what in the project and its corpus, oldest first",
    detail="For curators and managers. What a blind reading of your own hides stays hidden here.",
    answers={200: page_of("Change", ChangeSerializer)},
    errors=[400, 403],
    parameters=[*PAGING, *FILTERS],
)
@api_view(["GET"])
def changes(request: Request, slug: str) -> Response:
    """List the Change rows of a project."""
    user, project = caller(request), project_of(request, slug)
    permissions.require(user, Action.SEE_CHANGES, project.pk)
    rows = _asked(request).apply(project, changes_of(user, project))
    return page(request, rows, ("id",), lambda found: _dicts(request, project, found))


@operation(
    id="undo_changes",
    tag="changes",
    method="POST",
    summary="Undo what one action did, all of it or nothing",
    detail="Entries, metadata of documents, roles, settings and batch re-assignments, for whoever may make such a "
    "change; and what you did to claims in an open layer of your own. 409 says what was changed since, by whom and "
    "when, or why it cannot be undone.",
    answers={200: UndoneSerializer},
    errors=[403, 409],
)
@api_view(["POST"])
def undo(request: Request, slug: str, batch: UUID) -> Response:
    """Undo a batch."""
    user, project = caller(request), project_of(request, slug)
    return answer({"batch": undo_batch(user=user, project=project, batch=batch, now=timezone.now())})


def _asked(request: Request) -> Asked:
    return Asked(
        person=search_of(request, "person"),
        action=search_of(request, "action"),
        object_type=search_of(request, "object_type"),
        object_id=search_of(request, "object_id"),
        batch=uuid_of(request, "batch"),
        day=_day(request),
    )


def _day(request: Request) -> date | None:
    raw = request.query_params.get("day")
    if raw is None:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise refuse("day", raw, "is no day; write it as 2026-05-14.") from None


def _dicts(request: Request, project: Project, rows: list[Change]) -> Iterator[dict[str, Any]]:
    names = Names.of(project, rows, caller(request))
    for row in rows:
        yield {
            "id": row.pk,
            "batch": row.batch,
            "at": stamp(row.at),
            "actor": names.actor(row),
            "action": row.action,
            "object_type": row.object_type,
            "object_id": row.object_id,
            "name": object_name(row, names),
            "differences": differences(row, names),
            "before": row.before,
            "after": row.after,
        }

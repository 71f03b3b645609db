"""Invitations to a project: links that let people join until they expire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import invitations as actions
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.serializers import InvitationInSerializer, InvitationSerializer, NewInvitationSerializer
from annotate.models import Invitation
from annotate.payloads.people import People
from annotate.permissions import Action
from annotate.records import stamp


@operation(
    id="list_invitations",
    tag="members",
    summary="Invitations of a project, for managers, oldest first",
    answers={200: page_of("Invitation", InvitationSerializer)},
    errors=[400, 403],
    parameters=PAGING,
)
@operation(
    id="create_invitation",
    tag="members",
    method="POST",
    summary="Make a link by which people join",
    detail="For managers. `url` is shown in this answer only. It ends when its maker is no longer a manager.",
    body=InvitationInSerializer,
    answers={201: NewInvitationSerializer},
    errors=[403],
    examples=[sent("Eight annotators", {"roles": ["annotator"], "max_uses": 8, "hours": 168, "note": "Spring course"})],
)
@api_view(["GET", "POST"])
def invitations(request: Request, slug: str) -> Response:
    """List the invitations of a project, or make one."""
    user, project = caller(request), project_of(request, slug)
    permissions.require(user, Action.MANAGE_MEMBERS, project.pk)
    now = timezone.now()
    if request.method == "POST":
        settings = actions.read_invitation(fields(request))
        made, secret = actions.create_invitation(user=user, project=project, settings=settings, now=now)
        url = request.build_absolute_uri(reverse("invite", args=[secret]))
        response = answer({**next(_dicts([made], project.pk, now)), "url": url}, status=201)
        response["Cache-Control"] = "no-store"
        return response
    rows = _rows(request).filter(project=project)
    return page(request, rows, ("created_at", "id"), lambda found: _dicts(found, project.pk, now))


@operation(
    id="revoke_invitation",
    tag="members",
    method="DELETE",
    summary="Take an invitation back; who has joined by it stays",
    answers={204: None},
    errors=[403],
)
@api_view(["DELETE"])
def invitation(request: Request, id: UUID) -> Response:
    """Take one invitation back."""
    found = fetch(_rows(request), pk=id)
    actions.revoke_invitation(user=caller(request), invitation=found, now=timezone.now())
    return answer(None, status=204)


def _rows(request: Request) -> QuerySet[Invitation]:
    return Invitation.objects.visible_to(caller(request))


def _dicts(rows: Iterable[Invitation], project_id: UUID, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield invitations of one project. Two queries."""
    people, inviters = People(), actions.inviters(project_id)
    for row in rows:
        yield {
            "id": row.pk,
            "roles": row.roles,
            "note": row.note,
            "n_uses": row.n_uses,
            "max_uses": row.max_uses,
            "created_at": stamp(row.created_at),
            "created_by": people.name(project_id, row.created_by_id),
            "expires_at": stamp(row.expires_at),
            "revoked_at": stamp(row.revoked_at),
            "open": not actions.why_ended(row, inviters=inviters, now=now),
        }

"""Rounds: passes over the documents of a project."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import follow_ups
from annotate.actions import projects as actions
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.serializers import RoundInSerializer, RoundNewSerializer, RoundSerializer
from annotate.api.shapes import round_dict
from annotate.models import Round
from annotate.permissions import Action

FOLLOW_UP = {"name": "Tone", "follows": "2f3c1a9e-0000-4000-8000-000000000000", "fields": ["attributes/tone"]}
EXAMPLE = {"name": "Round 2", "overlap": 3, "blind": True, "quota": 40, "lease_minutes": 240}


@operation(
    id="list_rounds",
    tag="rounds",
    summary="Rounds of a project, ordered by number",
    answers={200: page_of("Round", RoundSerializer)},
    errors=[400],
    parameters=PAGING,
)
@operation(
    id="create_round",
    tag="rounds",
    method="POST",
    summary="Open a round",
    detail=(
        "For managers. The round works under the newest published version of the project's codebook. With `follows` it "
        "asks chosen `fields` again of everybody, on the claims that they submitted in that round; then only `name`, "
        "`follows`, `fields` and `version` are given. A field is `mode`, `stances`, `attributes/KEY` or "
        "`stances/attributes/KEY`."
    ),
    body=RoundNewSerializer,
    answers={201: RoundSerializer},
    errors=[403, 409],
    examples=[sent("Three annotators each", EXAMPLE), sent("Follow-up", FOLLOW_UP)],
)
@api_view(["GET", "POST"])
def rounds(request: Request, slug: str) -> Response:
    """List the rounds of a project, or open one."""
    user, project = caller(request), project_of(request, slug)
    if request.method == "POST":
        permissions.require(user, Action.MANAGE_ROUNDS, project.pk)
        body, now = fields(request), timezone.now()
        if "follows" in body:
            asked = follow_ups.read_follow_up(body, project)
            made = follow_ups.create_follow_up_round(user=user, project=project, now=now, **asked)
        else:
            made = actions.create_round(user=user, project=project, settings=actions.read_round(body), now=now)
        found = fetch(_rows(request), pk=made.pk)
        return answer(round_dict(found), status=201, location=f"/api/v1/rounds/{made.pk}/")
    return page(request, _rows(request).filter(project=project), ("number",), lambda found: map(round_dict, found))


@operation(id="get_round", tag="rounds", summary="One round", answers={200: RoundSerializer})
@operation(
    id="change_round",
    tag="rounds",
    method="PATCH",
    summary="Change or close a round",
    detail="For managers. The overlap is fixed once a layer is open.",
    body=RoundInSerializer,
    answers={200: RoundSerializer},
    errors=[403, 409],
    examples=[sent("Close it", {"status": "closed"})],
)
@api_view(["GET", "PATCH"])
def round(request: Request, id: UUID) -> Response:
    """Answer or change one round."""
    user, found = caller(request), fetch(_rows(request), pk=id)
    if request.method == "PATCH":
        permissions.require(user, Action.MANAGE_ROUNDS, found.project_id)
        settings = actions.read_round(fields(request), current=actions.settings_of(found))
        actions.update_round(user=user, round=found, settings=settings)
        found = fetch(_rows(request), pk=id)
    return answer(round_dict(found))


def _rows(request: Request) -> QuerySet[Round]:
    rows = Round.objects.visible_to(caller(request))
    return rows.select_related("project", "codebook_version__codebook")

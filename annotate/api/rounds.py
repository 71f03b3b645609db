"""Rounds: passes over the documents of a project."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import follow_ups
from annotate.actions import rounds as actions
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.round_serializers import (
    PreviewSerializer,
    RoundChangeSerializer,
    RoundInSerializer,
    RoundNewSerializer,
    SizedRoundSerializer,
)
from annotate.api.shapes import sized_round_dict
from annotate.models import Round
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action

FOLLOW_UP = {"name": "Tone", "follows": "2f3c1a9e-0000-4000-8000-000000000000", "fields": ["attributes/tone"]}
EXAMPLE = {"name": "Round 2", "overlap": 3, "blind": True, "quota": 40, "lease_minutes": 240}
CHOSEN = {
    "name": "Pilot",
    "overlap": 2,
    "share": 20,
    "order": "random",
    "seed": 7,
    "selection": {"filter": {"source": "Bay Courier", "from": "2026-05-01"}, "at_most": 100},
}
LISTED = {"name": "Ten again", "overlap": 2, "selection": {"documents": ["a-17", "#12"]}}


@operation(
    id="list_rounds",
    tag="rounds",
    summary="Rounds of a project, ordered by number",
    answers={200: page_of("Round", SizedRoundSerializer)},
    errors=[400],
    parameters=PAGING,
)
@operation(
    id="create_round",
    tag="rounds",
    method="POST",
    summary="Open a round",
    detail=(
        "For managers. Without a selection the round holds the whole corpus, later imports too; without a codebook "
        "version it works under the newest published one; a seed that is not given is drawn. With `follows` it asks "
        "chosen `fields` again of everybody, on the claims that they submitted in that round; then only `name`, "
        "`follows`, `fields` and `version` are given. A field is `mode`, `stances`, `attributes/KEY` or "
        "`stances/attributes/KEY`."
    ),
    body=RoundNewSerializer,
    answers={201: SizedRoundSerializer},
    errors=[403, 409],
    examples=[
        sent("Three annotators each", EXAMPLE),
        sent("A sample in random order, a fifth of it double-coded", CHOSEN),
        sent("A list of documents", LISTED),
        sent("Follow-up", FOLLOW_UP),
    ],
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
            made = actions.create_round(user=user, project=project, now=now, **_asked(request))
        found = fetch(_rows(request), pk=made.pk)
        return answer(sized_round_dict(found), status=201, location=f"/api/v1/rounds/{made.pk}/")
    rows = _rows(request).filter(project=project)
    return page(request, rows, ("number",), lambda found: map(sized_round_dict, found))


@operation(
    id="preview_round",
    tag="rounds",
    method="POST",
    summary="What a round would hold; writes nothing",
    body=RoundInSerializer,
    answers={200: PreviewSerializer},
    errors=[403, 409],
    examples=[sent("A sample", CHOSEN)],
)
@api_view(["POST"])
def preview(request: Request, slug: str) -> Response:
    """Answer how many documents and places a round would have."""
    user, project = caller(request), project_of(request, slug)
    permissions.require(user, Action.MANAGE_ROUNDS, project.pk)
    asked = _asked(request)
    found = actions.preview_round(user=user, project=project, settings=asked["settings"], selection=asked["selection"])
    return answer({"n_documents": found.n_documents, "n_double": found.n_double, "n_places": found.n_places})


def _asked(request: Request) -> dict[str, Any]:
    new = actions.read_new_round(fields(request))
    return {"settings": new.settings, "selection": new.selection, "codebook_version": new.codebook_version}


@operation(id="get_round", tag="rounds", summary="One round", answers={200: SizedRoundSerializer})
@operation(
    id="change_round",
    tag="rounds",
    method="PATCH",
    summary="Change or close a round",
    detail="For managers. Overlap, share, order and seed are fixed once a layer is open. In a closed round nobody can "
    "write; it may be opened again.",
    body=RoundChangeSerializer,
    answers={200: SizedRoundSerializer},
    errors=[403, 409],
    examples=[sent("Close it", {"status": "closed"})],
)
@api_view(["GET", "PATCH"])
def round(request: Request, id: UUID) -> Response:
    """Answer or change one round."""
    user, found = caller(request), fetch(_rows(request), pk=id)
    if request.method == "PATCH":
        permissions.require(user, Action.MANAGE_ROUNDS, found.project_id)
        body = fields(request)
        if body.get("selection", found.selection) != found.selection:
            detail = "The documents of a round are chosen when it is opened; POST further ones to its documents/."
            raise Invalid.of([FieldError(pointer="/selection", detail=detail)])
        settings = actions.read_round(body, current=actions.settings_of(found))
        actions.update_round(user=user, round=found, settings=settings)
        found = fetch(_rows(request), pk=id)
    return answer(sized_round_dict(found))


def _rows(request: Request) -> QuerySet[Round]:
    rows = Round.objects.visible_to(caller(request)).select_related("project", "codebook_version__codebook")
    return actions.with_sizes(rows)

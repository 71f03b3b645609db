"""Decisions: for curators all of them, for annotators those on their own claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions, records
from annotate.api.fetch import caller, project_of
from annotate.api.layer_lists import UUID_SCHEMA
from annotate.api.openapi import PAGING, operation, page_of
from annotate.api.pagination import page
from annotate.api.parameters import choice_of, uuid_of
from annotate.models import Claim, Decision, DecisionField, DecisionKind, DecisionReading, Project
from annotate.models.adjudication import Basis
from annotate.payloads.people import People
from annotate.permissions import Action
from annotate.reports.decisions import own_decisions

FILTERS = [
    OpenApiParameter("document", UUID_SCHEMA),
    OpenApiParameter("kind", str, enum=DecisionKind.values),
]
# What rests on no colleague's reading, and may be told to annotators.
TOLD = (Basis.RULE, Basis.EDITED)


class DecisionReadingSerializer(s.Serializer[Any]):
    layer = s.UUIDField()
    claim = s.UUIDField(help_text="The annotator's claim; it may be deleted by now.")
    annotator = s.CharField()
    whole = s.BooleanField(help_text="Every field was taken from this reading.")


class DecisionFieldSerializer(s.Serializer[Any]):
    field = s.CharField(help_text="A path into the claim, as attributes/type.")
    basis = s.ChoiceField(Basis.values, allow_null=True, help_text="For annotators null where it is others' readings.")
    value = s.CharField()
    n_for = s.IntegerField(required=False, help_text="Curators only, as are the next two.")
    n_of = s.IntegerField(required=False)
    options = s.ListField(child=s.JSONField(), required=False)


class DecisionSerializer(s.Serializer[Any]):
    id = s.UUIDField()
    document = s.UUIDField()
    kind = s.ChoiceField(DecisionKind.values)
    reason = s.CharField()
    guideline = s.CharField(help_text="Heading of the paragraph of the guidelines that it rests on.")
    claim = s.JSONField(allow_null=True, help_text="The gold claim; null for what is not a claim.")
    readings = DecisionReadingSerializer(many=True, help_text="For annotators their own only.")
    fields = DecisionFieldSerializer(many=True)  # type: ignore[assignment]
    by_itself = s.BooleanField(required=False, help_text="Curators only: nobody had to decide.")
    decided_by = s.CharField(required=False, help_text="Curators only.")
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()


@operation(
    id="list_decisions",
    tag="decisions",
    summary="Decisions of a project, oldest first",
    detail="For curators all that they may see. For annotators those on their own submitted claims, in documents whose "
    "adjudication is finished, without anything of colleagues' readings.",
    answers={200: page_of("Decision", DecisionSerializer)},
    errors=[400],
    parameters=[*PAGING, *FILTERS],
)
@api_view(["GET"])
def decisions(request: Request, slug: str) -> Response:
    """List the decisions of a project."""
    user, project = caller(request), project_of(request, slug)
    sees_all = permissions.can(user, Action.ADJUDICATE, project.pk)
    every = Decision.objects.visible_to(user).filter(layer__project=project)
    rows = every if sees_all else own_decisions(user, project)
    rows = _filtered(request, rows).select_related("layer")
    own = None if sees_all else user.pk
    return page(request, rows, ("created_at", "id"), lambda found: _dicts(project, found, own))


def _filtered(request: Request, rows: QuerySet[Decision]) -> QuerySet[Decision]:
    document, kind = uuid_of(request, "document"), choice_of(request, "kind", ("", *DecisionKind.values), "")
    rows = rows.filter(layer__document=document) if document is not None else rows
    return rows.filter(kind=kind) if kind else rows


def _dicts(project: Project, found: list[Decision], own: int | None) -> Iterator[dict[str, Any]]:
    """Yield decisions; for an annotator (`own`) without what others' readings say. At most 14 queries."""
    ids = [row.pk for row in found]
    rows = Claim.objects.filter(pk__in=[row.claim_id for row in found if row.claim_id])
    claims = {claim["id"]: claim for claim in records.claim_dicts(rows)}
    readings, fields = _readings(project, ids, own), _fields(ids, is_whole=own is None)
    people = People()
    for row in found:
        shown = {
            "id": row.pk,
            "document": row.layer.document_id,
            "kind": row.kind,
            "reason": row.reason,
            "guideline": row.guideline,
            "claim": claims.get(str(row.claim_id)),
            "readings": readings[row.pk],
            "fields": fields[row.pk],
            "created_at": records.stamp(row.created_at),
            "updated_at": records.stamp(row.updated_at),
        }
        if own is None:
            shown |= {"by_itself": row.by_itself, "decided_by": people.name(project.pk, row.decided_by_id)}
        yield shown


def _readings(project: Project, ids: list[UUID], own: int | None) -> dict[UUID, list[dict[str, Any]]]:
    people = People()
    rows = DecisionReading.objects.filter(decision__in=ids).order_by("decision", "id")
    rows = rows.filter(layer__annotator=own) if own is not None else rows
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for decision, layer, claim, annotator, is_whole in rows.values_list(
        "decision", "layer", "claim_key", "layer__annotator", "is_whole"
    ):
        who = people.name(project.pk, annotator) if annotator is not None else "gold"
        found[decision].append({"layer": layer, "claim": claim, "annotator": who, "whole": is_whole})
    return found


def _fields(ids: list[UUID], *, is_whole: bool) -> dict[UUID, list[dict[str, Any]]]:
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in DecisionField.objects.filter(decision__in=ids).order_by("decision", "id"):
        basis = row.basis if is_whole or row.basis in TOLD else None
        shown: dict[str, Any] = {"field": row.field, "basis": basis, "value": row.value}
        more = {"n_for": row.n_for, "n_of": row.n_of, "options": row.options} if is_whole else {}
        found[row.decision_id].append(shown | more)
    return found

"""How far the work is, by round, person or document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.fetch import caller, fetch, project_of, round_asked
from annotate.api.layer_lists import UUID_SCHEMA, document_ref
from annotate.api.openapi import PAGING, operation, page_of
from annotate.api.pagination import page
from annotate.api.parameters import choice_of
from annotate.api.talk_serializers import FiguresSerializer
from annotate.reports.progress import Scope
from annotate.reports.tables import Row, document_rows, documents_in, people_in, person_rows, round_rows, rounds_in

BY = ("round", "person", "document")


@operation(
    id="progress",
    tag="progress",
    summary="Figures by round, person or document",
    detail="Everybody's for curators, as far as they may see the layers; for annotators their own work only.",
    answers={200: page_of("Figures", FiguresSerializer)},
    errors=[400],
    parameters=[
        *PAGING,
        OpenApiParameter("by", str, enum=BY, default="round"),
        OpenApiParameter("round", UUID_SCHEMA, description="Of this round only."),
    ],
)
@api_view(["GET"])
def progress(request: Request, slug: str) -> Response:
    """Answer the figures of a project."""
    project, round_id = project_of(request, slug), round_asked(request)
    scope = Scope.of(caller(request), project)
    by = choice_of(request, "by", BY, "round")
    round = fetch(rounds_in(scope), pk=round_id) if round_id is not None else None
    if by == "person":
        return page(request, people_in(scope), ("id",), lambda found: _shape(person_rows(scope, found, round_id), by))
    if by == "document":
        documents = documents_in(scope, round)
        return page(request, documents, ("number",), lambda found: _shape(document_rows(scope, found, round_id), by))
    rounds = rounds_in(scope) if round_id is None else rounds_in(scope).filter(pk=round_id)
    return page(request, rounds, ("number",), lambda found: _shape(round_rows(scope, found), by))


def _shape(rows: list[Row], by: str) -> list[dict[str, Any]]:
    return [_figures(row) | {by: _of(row, by)} for row in rows]


def _of(row: Row, by: str) -> Any:
    if by == "document":
        return document_ref(row.of)
    return row.name if by == "person" else {"id": row.of.pk, "name": row.name}


def _figures(row: Row) -> dict[str, Any]:
    found = row.figures
    return {
        "round": None,
        "person": None,
        "document": None,
        "submitted": found.n_submitted,
        "open": found.n_open,
        "returned": found.n_returned,
        "skipped": found.n_skipped,
        "free": row.n_free,
        "claims": {"total": found.n_claims, "mean": found.mean_claims, "min": found.fewest, "max": found.most},
        "active_seconds": found.seconds,
        "documents_per_hour": found.documents_per_hour,
        "claims_per_hour": found.claims_per_hour,
        "documents_per_week": found.documents_per_week,
        "gaps": found.n_gaps,
        "unsure": found.n_unsure,
        "notes": found.n_noted,
    }

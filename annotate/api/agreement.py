"""Agreement between annotators: every measure, by pair, person, round, source, month and codebook version."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.api.agreement_serializers import AgreementSerializer
from annotate.api.fetch import caller, project_of
from annotate.api.openapi import operation
from annotate.api.parameters import choice_of
from annotate.permissions import Action
from annotate.reports.agreement import Asked, agreement_report, as_csv, as_dict
from corpus.database import snapshot

FORMATS = ("json", "csv")
DAY = {"type": "string", "pattern": r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"}  # empty as in a form


@operation(
    id="agreement",
    tag="agreement",
    summary="Agreement between annotators, for curators and managers",
    detail=(
        "Computed on first submissions under one codebook version: the newest that two people used, unless `version` "
        "chooses; `left_out` says what is not in it. A measure that the data do not define is null, never 0 or 1. "
        "`low` and `high` are a 95 % bootstrap interval over documents; `after_return` is the same measure on last "
        "submissions, where somebody submitted again. Claims are the same where their spans overlap by a Jaccard "
        "index of .5 or more, matched one to one. Documents that you still read blind are left out."
    ),
    answers={200: AgreementSerializer, (200, "text/csv"): OpenApiTypes.BINARY},
    errors=[400, 403],
    parameters=[
        OpenApiParameter("round", OpenApiTypes.UUID, many=True, description="Of these rounds; may be repeated."),
        OpenApiParameter("version", int, description="Number of a codebook version."),
        OpenApiParameter("pair", str, description="Two annotators, with a comma between."),
        OpenApiParameter("person", str, description="One annotator against all others."),
        OpenApiParameter("label", str, description="Claims with a label, as `stance:oppose`, `type:demand`."),
        OpenApiParameter("source", str, description="Name of an outlet."),
        OpenApiParameter("from", DAY, description="Articles published on this day or later."),
        OpenApiParameter("to", DAY, description="Articles published on this day or before."),
        OpenApiParameter("format", str, enum=FORMATS, default="json"),
    ],
)
@api_view(["GET"])
def agreement(request: Request, slug: str) -> Response | HttpResponse:
    """Answer the agreement report of a project."""
    user, project = caller(request), project_of(request, slug)
    permissions.require(user, Action.SEE_AGREEMENT, project.pk)
    format = choice_of(request, "format", FORMATS, "json")
    query = {name: request.query_params.getlist(name) for name in request.query_params if name != "format"}
    with snapshot():
        report = agreement_report(user, project, Asked.parse(query))
    if format == "json":
        return Response(as_dict(report))
    headers = {
        "Content-Disposition": f'attachment; filename="{project.slug}-agreement.csv"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(as_csv(report), content_type="text/csv; charset=utf-8", headers=headers)

"""The routes for the curation of one registry, with what the schema says of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api import curation
from annotate.api import curation_serializers as shown
from annotate.api.openapi import PAGING, operation, page_of, paging, sent
from annotate.api.registries import PROPOSITIONS, Kind

EXAMPLE_ID = "2f3c1a9e-0000-4000-8000-000000000000"


def curation_routes(kind: Kind) -> list[URLPattern]:
    found = [
        path(f"projects/<slug:slug>/{kind.plural}/doubles/", _doubles(kind), name=f"api-{kind.one}-doubles"),
        path(f"{kind.plural}/<uuid:id>/reassign/", _reassign(kind), name=f"api-{kind.one}-reassign"),
    ]
    if kind is PROPOSITIONS:
        found.append(path("propositions/<uuid:id>/mentions/", _mentions(kind), name="api-proposition-mentions"))
    return found


def _doubles(kind: Kind) -> Any:
    @operation(
        id=f"list_{kind.one}_doubles",
        tag=kind.plural,
        summary=f"Pairs of {kind.plural} that may mean the same, the likeliest first",
        detail=(
            "For curators: similar names, shared aliases and linked words, and entries that annotators chose one "
            "against the other. Counts and evidence are from claims that you may see. At most 100 a page."
        ),
        answers={200: page_of(f"{kind.one.title()}Double", shown.DoubleSerializer)},
        errors=[400, 403],
        parameters=paging(100),
    )
    @api_view(["GET"])
    def doubles(request: Request, slug: str) -> Response:
        return curation.list_doubles(request, kind, slug)

    return doubles


def _reassign(kind: Kind) -> Any:
    @operation(
        id=f"reassign_{kind.one}",
        tag=kind.plural,
        method="POST",
        summary=f"Put another {kind.one} into claims that name this one",
        detail=(
            "For curators. Wherever these claims name the entry, or one merged into it, they name the other one; "
            "frozen readings follow. All or nothing: a claim that would say something twice is named in `claim`."
        ),
        body=shown.ReassignInSerializer,
        answers={200: shown.ReassignedSerializer},
        errors=[403, 409],
        examples=[sent("To another", {"claims": [EXAMPLE_ID], "to": {"id": EXAMPLE_ID}})],
    )
    @api_view(["POST"])
    def reassign(request: Request, id: UUID) -> Response:
        return curation.reassign(request, kind, id)

    return reassign


def _mentions(kind: Kind) -> Any:
    @operation(
        id="list_proposition_mentions",
        tag=kind.plural,
        summary="The claims that mention a proposition, across articles",
        detail="For curators: gold claims, and annotators' claims that you may see where there is no gold yet.",
        answers={200: page_of("Mention", shown.MentionSerializer)},
        errors=[400, 403],
        parameters=PAGING,
    )
    @api_view(["GET"])
    def mentions(request: Request, id: UUID) -> Response:
        return curation.list_mentions(request, kind, id)

    return mentions

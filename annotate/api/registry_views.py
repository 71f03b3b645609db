"""The routes of one registry, with what the schema says of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api import registries
from annotate.api.curation_views import curation_routes
from annotate.api.entry_serializers import MergeSerializer
from annotate.api.openapi import IF_MATCH, PAGING, operation, page_of, sent
from annotate.api.registries import Kind

FILTERS = [
    OpenApiParameter("q", str, description="A part of the name, or of an alias."),
    OpenApiParameter("provisional", bool, description="Only provisional entries, or only accepted ones."),
    OpenApiParameter("merged", bool, description="True: the entries that were merged into another; else the others."),
]
EXAMPLE_ID = "2f3c1a9e-0000-4000-8000-000000000000"


def routes(kind: Kind) -> list[URLPattern]:
    one = f"{kind.plural}/<uuid:id>/"
    return [
        path(f"projects/<slug:slug>/{kind.plural}/", _list(kind), name=f"api-{kind.plural}"),
        path(one, _entry(kind), name=f"api-{kind.one}"),
        path(f"{one}merge/", _merge(kind), name=f"api-{kind.one}-merge"),
        path(f"{one}unmerge/", _unmerge(kind), name=f"api-{kind.one}-unmerge"),
        *curation_routes(kind),
    ]


def _list(kind: Kind) -> Any:
    @operation(
        id=f"list_{kind.plural}",
        tag=kind.plural,
        summary=f"The {kind.plural} of a project's corpus, ordered by name",
        detail="Accepted entries and your own provisional ones; curators see all provisional ones.",
        answers={200: page_of(kind.one.title(), kind.answer)},
        errors=[400],
        parameters=[*FILTERS, *PAGING],
    )
    @operation(
        id=f"create_{kind.one}",
        tag=kind.plural,
        method="POST",
        summary=f"Make a {kind.one}",
        detail="Annotators give the name only, and the entry is provisional. A name that exists answers its entry.",
        body=kind.body,
        answers={201: kind.answer},
        errors=[403, 409],
        examples=[sent(f"A {kind.one}", kind.example)],
    )
    @api_view(["GET", "POST"])
    def entries(request: Request, slug: str) -> Response:
        view = registries.create_entry if request.method == "POST" else registries.list_entries
        return view(request, kind, slug)

    return entries


def _entry(kind: Kind) -> Any:
    @operation(id=f"get_{kind.one}", tag=kind.plural, summary=f"One {kind.one}", answers={200: kind.answer})
    @operation(
        id=f"change_{kind.one}",
        tag=kind.plural,
        method="PATCH",
        summary=f"Change a {kind.one}",
        detail="For curators. `provisional: false` accepts the entry. With If-Match, an outdated change is refused.",
        body=kind.body,
        answers={200: kind.answer},
        errors=[403, 409, 412],
        parameters=[IF_MATCH],
        examples=[sent("Accept it", {"provisional": False})],
    )
    @api_view(["GET", "PATCH"])
    def entry(request: Request, id: UUID) -> Response:
        view = registries.change_entry if request.method == "PATCH" else registries.get_entry
        return view(request, kind, id)

    return entry


def _merge(kind: Kind) -> Any:
    @operation(
        id=f"merge_{kind.one}",
        tag=kind.plural,
        method="POST",
        summary=f"Merge a {kind.one} into another",
        detail="For curators. Claims keep what was chosen; reads and exports follow the pointer.",
        body=MergeSerializer,
        answers={200: kind.answer},
        errors=[403, 409],
        examples=[sent("Into another", {"into": EXAMPLE_ID})],
    )
    @api_view(["POST"])
    def merge(request: Request, id: UUID) -> Response:
        return registries.merge_entry(request, kind, id)

    return merge


def _unmerge(kind: Kind) -> Any:
    @operation(
        id=f"unmerge_{kind.one}",
        tag=kind.plural,
        method="POST",
        summary=f"Undo the merge of a {kind.one}",
        answers={200: kind.answer},
        errors=[403, 409],
    )
    @api_view(["POST"])
    def unmerge(request: Request, id: UUID) -> Response:
        return registries.unmerge_entry(request, kind, id)

    return unmerge

"""The layers of a project: listed, read, returned to their annotators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.actions import returns as actions
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.parameters import choice_of, search_of, uuid_of
from annotate.api.shapes import layer_dict
from annotate.api.talk_serializers import LayerRowSerializer, ReturnSerializer, WholeLayerSerializer
from annotate.models import Layer, Project
from annotate.payloads.people import shown_names
from annotate.records import stamp
from annotate.reports.layers import STATUSES, LayerFilter, layer_rows
from corpus.models import Document

UUID_SCHEMA = {"type": "string", "format": "uuid"}
FILTERS = [
    OpenApiParameter("round", UUID_SCHEMA),
    OpenApiParameter("document", UUID_SCHEMA),
    OpenApiParameter("annotator", str, description="The name as it is shown: user name, or pseudonym of who left."),
    OpenApiParameter("status", str, enum=STATUSES, description="Without it, all but withdrawn ones."),
]


@operation(
    id="list_layers",
    tag="layers",
    summary="The layers of a project that you may see, ordered by id",
    answers={200: page_of("Layer", LayerRowSerializer)},
    errors=[400],
    parameters=[*PAGING, *FILTERS],
)
@api_view(["GET"])
def layers(request: Request, slug: str) -> Response:
    """List the layers of a project."""
    user, project = caller(request), project_of(request, slug)
    asked = LayerFilter(
        round=uuid_of(request, "round"),
        document=uuid_of(request, "document"),
        annotator=search_of(request, "annotator"),
        status=choice_of(request, "status", STATUSES, ""),
    )
    rows = asked.apply(user, project).select_related("document", "round").defer("document__text", "document__metadata")
    return page(request, rows, ("id",), lambda found: _rows(request, project, found))


@operation(
    id="get_layer_by_id",
    tag="layers",
    summary="One layer that you may see, whole",
    answers={200: WholeLayerSerializer},
)
@api_view(["GET"])
def layer(request: Request, id: UUID) -> Response:
    """Answer one layer with its claims."""
    return answer(_whole(request, fetch(_visible(request), pk=id)))


@operation(
    id="return_layer",
    tag="layers",
    method="POST",
    summary="Return a submitted layer to its annotator",
    detail="For curators. The remark stands above the article until the layer is submitted again.",
    body=ReturnSerializer,
    answers={200: WholeLayerSerializer},
    errors=[403, 409],
    examples=[sent("With a remark", {"remark": "The last quotation has no claim yet."})],
)
@api_view(["POST"])
def layer_return(request: Request, id: UUID) -> Response:
    """Return a layer."""
    found = fetch(_visible(request).of_annotators(), pk=id)
    remark = fields(request, ["remark"]).get("remark")
    actions.return_layer(user=caller(request), layer=found, now=timezone.now(), remark="" if remark is None else remark)
    return answer(_whole(request, fetch(_visible(request), pk=id)))


@operation(
    id="unreturn_layer",
    tag="layers",
    method="POST",
    summary="Take a return back",
    detail="For curators, while the annotator has not changed anything.",
    answers={200: WholeLayerSerializer},
    errors=[403, 409],
)
@api_view(["POST"])
def layer_unreturn(request: Request, id: UUID) -> Response:
    """Take the return of a layer back."""
    found = fetch(_visible(request).of_annotators(), pk=id)
    actions.unreturn_layer(user=caller(request), layer=found, now=timezone.now())
    return answer(_whole(request, fetch(_visible(request), pk=id)))


def _visible(request: Request) -> Any:
    rows = Layer.objects.visible_to(caller(request)).select_related("document", "round")
    return rows.defer("document__text", "document__metadata")


def document_ref(document: Document) -> dict[str, Any]:
    return {
        "id": document.pk,
        "number": document.number,
        "external_id": document.external_id,
        "title": document.title,
    }


def _rows(request: Request, project: Project, found: list[Layer]) -> Iterator[dict[str, Any]]:
    for row in layer_rows(caller(request), project, found):
        layer = row.layer
        yield {
            "id": layer.pk,
            "document": document_ref(layer.document),
            "round": {"id": layer.round_id, "name": layer.round.name if layer.round else ""},
            "annotator": row.annotator,
            "status": layer.status,
            "n_claims": layer.n_claims,
            "n_gaps": row.n_gaps,
            "active_seconds": row.seconds,
            "version": layer.version,
            "created_at": stamp(layer.created_at),
            "updated_at": stamp(layer.updated_at),
            "submitted_at": stamp(layer.submitted_at),
        }


def _whole(request: Request, layer: Layer) -> dict[str, Any]:
    names = shown_names(layer.project_id, [layer.annotator_id])
    extra = {"document": document_ref(layer.document), "annotator": names.get(layer.annotator_id or 0, "gold")}
    return layer_dict(layer, caller(request)) | extra

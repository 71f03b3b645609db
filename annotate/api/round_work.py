"""The documents and layers of a round, and the places that managers give, pass on and put back."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import assignments
from annotate.actions.round_rows import layers_of, round_rows, rows_of
from annotate.actions.rounds import add_round_documents
from annotate.actions.selections import Selection
from annotate.api.fetch import answer, caller, fetch, fields
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.parameters import choice_of, search_of
from annotate.api.round_serializers import (
    AddedSerializer,
    AssignSerializer,
    LayerRefSerializer,
    PersonSerializer,
    RoundDocumentSerializer,
    SelectionInSerializer,
)
from annotate.api.shapes import layer_ref, round_row_dict
from annotate.models import Layer, LayerStatus, Round
from annotate.payloads.people import People, people_of
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from corpus.models import Document

FILTERS = [
    OpenApiParameter("status", str, enum=LayerStatus.values, description="Only layers with this status."),
    OpenApiParameter("annotator", str, description="Only layers of this user name."),
]


@operation(
    id="list_round_documents",
    tag="rounds",
    summary="Documents of a round in their order, with places and readings",
    detail="For curators. Readings are those that you may see. Where places are counted, documents imported just now "
    "are listed once somebody asks for the next one.",
    answers={200: page_of("RoundDocument", RoundDocumentSerializer)},
    errors=[400, 403],
    parameters=PAGING,
)
@operation(
    id="add_round_documents",
    tag="rounds",
    method="POST",
    summary="Add documents to a round over a selection",
    detail="For managers. What the round holds already is left out; in a random order the new ones come last.",
    body=SelectionInSerializer,
    answers={200: AddedSerializer},
    errors=[403, 409],
    examples=[sent("Two more", {"selection": {"documents": ["a-18", "a-19"]}})],
)
@api_view(["GET", "POST"])
def round_documents(request: Request, id: UUID) -> Response:
    """List the documents of a round, or add some."""
    user, found = caller(request), _round(request, id)
    if request.method == "POST":
        permissions.require(user, Action.MANAGE_ROUNDS, found.project_id)
        body = fields(request)
        if set(body) != {"selection"}:
            detail = "Give “selection”, and nothing else: {“filter”, “documents”, “at_most”, “not_in”}."
            raise Invalid.of([FieldError(pointer="/selection", detail=detail)])
        n_added = add_round_documents(user=user, round=found, selection=Selection.read(body["selection"]))
        return answer({"n_added": n_added})
    permissions.require(user, Action.SEE_PROGRESS, found.project_id)
    rows = rows_of(found)
    keys = ("number",) if rows.model is Document else ("position", "id")
    people = People()
    return page(
        request,
        rows,
        keys,
        lambda rows: (round_row_dict(row, people) for row in round_rows(user, found, rows)),  # type: ignore[arg-type]
    )


@operation(
    id="list_round_layers",
    tag="rounds",
    summary="Layers of a round, without their content: who has what, until when",
    detail="For curators; those that you may see.",
    answers={200: page_of("LayerRef", LayerRefSerializer)},
    errors=[400, 403],
    parameters=[*PAGING, *FILTERS],
)
@api_view(["GET"])
def round_layers(request: Request, id: UUID) -> Response:
    """List the layers of a round."""
    found = _round(request, id)
    permissions.require(caller(request), Action.SEE_PROGRESS, found.project_id)
    rows = layers_of(caller(request), found)
    status, annotator = choice_of(request, "status", ("", *LayerStatus.values), ""), search_of(request, "annotator")
    rows = rows.filter(status=status) if status else rows
    rows = rows.filter(annotator__in=people_of(found.project_id, annotator)) if annotator else rows
    people = People()
    return page(request, rows, ("created_at", "id"), lambda rows: (layer_ref(row, people) for row in rows))


@operation(
    id="assign_document",
    tag="rounds",
    method="POST",
    summary="Give a free place on a document to a person",
    detail="For managers. 409 where no place is free, or the person has the document, skipped it, or has enough.",
    body=AssignSerializer,
    answers={200: LayerRefSerializer},
    errors=[403, 409],
)
@api_view(["POST"])
def assign(request: Request, id: UUID) -> Response:
    """Assign a document to a member."""
    user, found = caller(request), _round(request, id)
    permissions.require(user, Action.MANAGE_ROUNDS, found.project_id)
    body = fields(request, ["document", "username"])
    document = _document(request, found, body.get("document"))
    person = assignments.person_of(found, body.get("username"))
    layer = assignments.assign_document(user=user, round=found, document=document, person=person, now=timezone.now())
    return answer(layer_ref(Layer.objects.get(pk=layer.pk), People()))


@operation(
    id="reassign_layer",
    tag="rounds",
    method="POST",
    summary="Withdraw an open or returned layer and give its place to somebody else",
    detail="For managers. The layer is kept and is in no figure; the answer is the other person's.",
    body=PersonSerializer,
    answers={200: LayerRefSerializer},
    errors=[403, 409],
)
@api_view(["POST"])
def reassign(request: Request, id: UUID) -> Response:
    """Pass a layer's place on to another member."""
    layer = _layer(request, id)
    assert layer.round is not None
    person = assignments.person_of(layer.round, fields(request, ["username"]).get("username"))
    made = assignments.reassign_layer(user=caller(request), layer=layer, to=person, now=timezone.now())
    return answer(layer_ref(Layer.objects.get(pk=made.pk), People()))


@operation(
    id="release_layer",
    tag="rounds",
    method="POST",
    summary="Put the place of an open layer back into the queue; the layer is kept",
    detail="For managers.",
    answers={200: LayerRefSerializer},
    errors=[403, 409],
)
@api_view(["POST"])
def release(request: Request, id: UUID) -> Response:
    """Release a layer's place."""
    layer = _layer(request, id)
    assignments.release_layer(user=caller(request), layer=layer)
    return answer(layer_ref(Layer.objects.get(pk=layer.pk), People()))


def _round(request: Request, id: UUID) -> Round:
    return fetch(Round.objects.visible_to(caller(request)).select_related("project"), pk=id)


def _layer(request: Request, id: UUID) -> Layer:
    """Return a layer that the caller may see, where they manage the rounds."""
    rows = Layer.objects.visible_to(caller(request)).of_annotators().select_related("round__project", "annotator")
    found = fetch(rows, pk=id)
    permissions.require(caller(request), Action.MANAGE_ROUNDS, found.project_id)
    return found


def _document(request: Request, round: Round, raw: object) -> Document:
    try:
        id = UUID(raw) if isinstance(raw, str) and len(raw) <= 45 else None
    except ValueError:
        id = None
    rows = Document.objects.visible_to(caller(request)).filter(corpus=round.project.corpus_id).defer("text")
    found: Document | None = rows.filter(pk=id).first() if id is not None else None
    if found is None:
        detail = f"{str(raw)[:60]!r} is no document of this project; give its id."
        raise Invalid.of([FieldError(pointer="/document", detail=detail)])
    return found

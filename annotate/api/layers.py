"""The caller's layer on a document: described, submitted, reopened."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.actions import layers as actions
from annotate.api.claim_serializers import LayerInSerializer, LayerSerializer
from annotate.api.fetch import answer, caller, document_of, fields, own_layer, round_asked
from annotate.api.openapi import ROUND, operation, sent
from annotate.api.shapes import layer_dict
from annotate.models import Layer
from annotate.payloads.problems import NotThere


@operation(
    id="get_layer",
    tag="layers",
    summary="Your layer on a document, with its claims",
    answers={200: LayerSerializer},
    errors=[400, 409],
    parameters=[ROUND],
)
@operation(
    id="describe_layer",
    tag="layers",
    method="PUT",
    summary="Say what concerns the whole document",
    detail="“Nothing to code”, no-claim marks, answers to document attributes; what is left out stays as it is.",
    body=LayerInSerializer,
    answers={200: LayerSerializer},
    errors=[409],
    parameters=[ROUND],
    examples=[sent("Nothing to code", {"nothing_to_code": True})],
)
@api_view(["GET", "PUT"])
def layer(request: Request, id: UUID) -> Response:
    """Answer the caller's layer, or describe the document in it."""
    document = document_of(request, id)
    if request.method == "GET":
        found = own_layer(request, document)
        if found is None:
            raise NotThere("You have no layer on this document.")
        return _answer(request, found)
    return _answer(
        request,
        actions.describe_layer(
            user=caller(request),
            document=document,
            body=fields(request),
            now=timezone.now(),
            round_id=round_asked(request),
        ),
    )


@operation(
    id="submit_layer",
    tag="layers",
    method="POST",
    summary="Submit your layer",
    detail="Demands what the codebook requires; 400 names every gap. Repeating it changes nothing.",
    answers={200: LayerSerializer},
    errors=[400, 409],
    parameters=[ROUND],
)
@api_view(["POST"])
def submit(request: Request, id: UUID) -> Response:
    """Submit the caller's layer."""
    document, round_id = document_of(request, id), round_asked(request)
    found = actions.submit_layer(user=caller(request), document=document, now=timezone.now(), round_id=round_id)
    return _answer(request, found)


@operation(
    id="reopen_layer",
    tag="layers",
    method="POST",
    summary="Open your submitted layer again; the submission stays",
    answers={200: LayerSerializer},
    errors=[400, 409],
    parameters=[ROUND],
)
@api_view(["POST"])
def reopen(request: Request, id: UUID) -> Response:
    """Reopen the caller's layer."""
    document, round_id = document_of(request, id), round_asked(request)
    found = actions.reopen_layer(user=caller(request), document=document, now=timezone.now(), round_id=round_id)
    return _answer(request, found)


def _answer(request: Request, found: Layer) -> Response:
    return answer(layer_dict(found, caller(request)))

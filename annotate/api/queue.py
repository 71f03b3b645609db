"""The next document to work on."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.actions import queue as actions
from annotate.actions.queue import Assignment
from annotate.api.claim_serializers import AssignmentSerializer
from annotate.api.fetch import answer, caller, document_of, fetch, project_of, round_asked
from annotate.api.openapi import ROUND, operation
from annotate.api.shapes import layer_dict, round_dict, whole_document
from annotate.models import Round
from annotate.payloads.problems import WrongState


@operation(
    id="peek_next",
    tag="queue",
    summary="What POST would give just now; writes nothing",
    answers={200: AssignmentSerializer, 204: None},
    errors=[400, 409],
    parameters=[ROUND],
)
@operation(
    id="take_next",
    tag="queue",
    method="POST",
    summary="Your open layer, else the next document",
    detail="With an overlap, the document is leased to you for a time that every write renews. 204 when there is none. "
    "409 where a training or test round has to be passed first.",
    answers={200: AssignmentSerializer, 204: None},
    errors=[400, 409],
    parameters=[ROUND],
)
@api_view(["GET", "POST"])
def next_document(request: Request, slug: str) -> Response:
    """Peek at the next document, or take it."""
    project, round_id = project_of(request, slug), round_asked(request)
    act = actions.take_next if request.method == "POST" else actions.peek_next
    found = act(user=caller(request), project=project, now=timezone.now(), round_id=round_id)
    refused = [] if found else actions.refusals(user=caller(request), project=project, round_id=round_id)
    if refused:
        raise WrongState(refused[0])
    return answer(None, status=204) if found is None else answer(_shown(request, found))


def _shown(request: Request, found: Assignment) -> dict[str, object]:
    rounds = Round.objects.visible_to(caller(request)).select_related("project", "codebook_version__codebook")
    return {
        "document": whole_document(document_of(request, found.document.pk, with_text=True)),
        "round": round_dict(fetch(rounds, pk=found.round.pk)),
        "layer": layer_dict(found.layer, caller(request)) if found.layer else None,
    }

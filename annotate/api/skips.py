"""Documents passed over: skipped with a reason, given back, and skips undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.actions import skips as actions
from annotate.actions.layers import choose_round
from annotate.api.claim_serializers import LayerSerializer
from annotate.api.fetch import answer, caller, document_of, fetch, fields, project_of, round_asked
from annotate.api.openapi import PAGING, ROUND, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.round_serializers import SkipInSerializer, SkipSerializer
from annotate.api.shapes import layer_dict, skip_dict
from annotate.models import Layer, Round, Skip
from annotate.payloads.people import People
from annotate.payloads.problems import FieldError, Invalid, NotThere


@operation(
    id="skip_document",
    tag="queue",
    method="POST",
    summary="Pass over a document, with a reason",
    detail="Its place goes back to the queue; in this round it is not handed to you again. A layer is kept. A repeat "
    "changes nothing. 409 once it is submitted.",
    body=SkipInSerializer,
    answers={200: SkipSerializer},
    errors=[409],
    examples=[sent("With a reason", {"reason": "The text is broken or incomplete"})],
)
@api_view(["POST"])
def skip(request: Request, id: UUID) -> Response:
    """Skip a document."""
    document, body = document_of(request, id), fields(request, ["reason", "round"])
    round = choose_round(caller(request), document, _round_in(request, body.get("round")))
    now, reason = timezone.now(), body.get("reason")
    made = actions.skip_document(user=caller(request), document=document, round=round, reason=reason, now=now)
    return answer(skip_dict(made, People()))


def _round_in(request: Request, raw: Any) -> UUID | None:
    if raw is None:
        return round_asked(request)
    try:
        id = UUID(raw if isinstance(raw, str) and len(raw) <= 45 else "")
    except ValueError:
        raise _invalid("round", f"{str(raw)[:60]!r} is no id of a round.") from None
    if not Round.objects.visible_to(caller(request)).filter(pk=id).exists():
        raise NotThere(f"There is no round {id}, or you may not see it.")
    return id


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=f"/{field}", detail=detail)])


@operation(
    id="give_back_document",
    tag="queue",
    method="POST",
    summary="Give up your place on a document; your layer is kept",
    detail="You can go on with it while a place is free; “next” offers it to you again after all others.",
    answers={200: LayerSerializer},
    errors=[400, 409],
    parameters=[ROUND],
)
@api_view(["POST"])
def give_back(request: Request, id: UUID) -> Response:
    """Give a document back."""
    document = document_of(request, id)
    round = choose_round(caller(request), document, round_asked(request))
    layer = actions.give_back_document(user=caller(request), document=document, round=round)
    rows = Layer.objects.visible_to(caller(request)).select_related("round", "annotator")
    return answer(layer_dict(fetch(rows, pk=layer.pk), caller(request)))


@operation(
    id="list_skips",
    tag="queue",
    summary="Skips in a project: your own; for curators everybody's",
    answers={200: page_of("Skip", SkipSerializer)},
    errors=[400],
    parameters=PAGING,
)
@api_view(["GET"])
def skips(request: Request, slug: str) -> Response:
    """List the skips that the caller may see."""
    rows = actions.skips_seen(caller(request), project_of(request, slug))
    people = People()
    return page(request, rows, ("id",), lambda found: (skip_dict(one, people) for one in found))


@operation(
    id="undo_skip",
    tag="queue",
    method="DELETE",
    summary="Undo a skip, so that the document may be handed to that person again",
    detail="For curators.",
    answers={204: None},
    errors=[403],
)
@api_view(["DELETE"])
def undo_skip(request: Request, id: int) -> Response:
    """Undo a skip."""
    rows = Skip.objects.visible_to(caller(request)).select_related("round__project")
    found = fetch(rows, pk=id)
    actions.unskip(user=caller(request), skip=fetch(actions.skips_seen(caller(request), found.round.project), pk=id))
    return answer(None, status=204)

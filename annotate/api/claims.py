"""Claims, in the caller's own layer; reading also those of others where role and blindness allow it."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.actions import claims as actions
from annotate.actions.claims import SavedClaim
from annotate.api.claim_serializers import ClaimChangeSerializer, ClaimInSerializer, ClaimSerializer
from annotate.api.fetch import answer, caller, document_of, fetch, fields, round_asked
from annotate.api.openapi import IF_MATCH, IF_NONE_MATCH, ROUND, operation, sent
from annotate.models import Claim
from annotate.payloads.preconditions import Precondition
from annotate.records import claim_dict

EXAMPLE = {
    "spans": [{"start": 150, "end": 171, "quote": "The closure is needed"}],
    "cue": [{"start": 173, "end": 180, "quote": "he said"}],
    "speakers": [{"name": "Tor Lind", "represents": {"name": "Port authority"}}],
    "mode": "direct",
    "stances": [{"target": {"name": "Closure of the bridge"}, "value": "support"}],
    "attributes": {"type": "evaluation"},
}
WHERE = (
    "The claim goes to your layer in the one open round that holds the document; several: 409, and `?round=` chooses. "
    "An entry is `{id}` or `{name}` (a proposition `{text}`); a name matches exactly, or makes a provisional entry."
)
PUT_DETAIL = (
    "An unknown id makes the claim (201). A body equal to what is stored succeeds whatever the precondition. Else "
    "If-Match must name the current version: an old one is 412 with both versions, none is 428. If-Match on a deleted "
    f"id is 412, an id outside your layers 404, a submitted layer 409. {WHERE}"
)


@operation(
    id="create_claim",
    tag="claims",
    method="POST",
    summary="Store a new claim in your layer",
    detail=f"{WHERE} An id that exists already is 409.",
    body=ClaimInSerializer,
    answers={201: ClaimSerializer},
    errors=[409, 413],
    parameters=[ROUND],
    examples=[sent("A quotation", EXAMPLE)],
)
@api_view(["POST"])
def document_claims(request: Request, id: UUID) -> Response:
    """Store a new claim in the caller's layer on a document."""
    saved = actions.add_claim(
        user=caller(request),
        document=document_of(request, id),
        body=fields(request),
        now=timezone.now(),
        round_id=round_asked(request),
    )
    return _answer(saved)


@operation(
    id="get_claim",
    tag="claims",
    summary="One claim",
    answers={200: ClaimSerializer, 304: None},
    parameters=[IF_NONE_MATCH],
)
@operation(
    id="put_claim",
    tag="claims",
    method="PUT",
    summary="Store a claim under an id made by the client",
    detail=PUT_DETAIL,
    body=ClaimInSerializer,
    answers={200: ClaimSerializer, 201: ClaimSerializer},
    errors=[409, 412, 413, 428],
    parameters=[IF_MATCH, IF_NONE_MATCH, ROUND],
    examples=[sent("A quotation", {"document": "2f3c1a9e-0000-4000-8000-000000000000", **EXAMPLE})],
)
@operation(
    id="change_claim",
    tag="claims",
    method="PATCH",
    summary="Replace some fields of a claim",
    detail="The fields in the body replace those that are stored; then the rules of PUT hold.",
    body=ClaimChangeSerializer,
    answers={200: ClaimSerializer},
    errors=[409, 412, 413, 428],
    parameters=[IF_MATCH],
    examples=[sent("Unsure", {"unsure": True})],
)
@operation(
    id="delete_claim",
    tag="claims",
    method="DELETE",
    summary="Delete a claim of your layer",
    answers={204: None},
    errors=[409, 412, 428],
    parameters=[IF_MATCH],
)
@api_view(["GET", "PUT", "PATCH", "DELETE"])
def claim(request: Request, id: UUID) -> Response:
    """Answer, store, change or delete one claim."""
    if request.method == "GET":
        return _read(request, id)
    user, now, precondition = caller(request), timezone.now(), Precondition.of(request.headers)
    if request.method == "DELETE":
        actions.delete_claim(user=user, claim_id=id, precondition=precondition, now=now)
        return answer(None, status=204)
    if request.method == "PATCH":
        values = fields(request)
        return _answer(actions.patch_claim(user=user, claim_id=id, values=values, precondition=precondition, now=now))
    round_id = round_asked(request)
    return _answer(
        actions.put_claim(
            user=user, claim_id=id, body=fields(request), precondition=precondition, now=now, round_id=round_id
        )
    )


def _read(request: Request, id: UUID) -> Response:
    found = fetch(Claim.objects.visible_to(caller(request)), pk=id)
    seen = Precondition.of(request.headers).if_none_match or frozenset()
    if seen & {"*", str(found.version)}:
        return answer(None, status=304, version=found.version)
    return answer(claim_dict(id), version=found.version)


def _answer(saved: SavedClaim) -> Response:
    claim = saved.claim
    if not saved.is_new:
        return answer(claim, version=claim["version"])
    return answer(claim, status=201, version=claim["version"], location=f"/api/v1/claims/{claim['id']}/")

"""Documents and claims found by text and labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.claim_serializers import ClaimSerializer
from annotate.api.fetch import caller, project_of
from annotate.api.openapi import PAGING, operation, page_of
from annotate.api.pagination import page
from annotate.api.parameters import check_names, flag_of
from annotate.api.shapes import document_dict
from annotate.models import Claim, Project
from annotate.records import claim_dicts
from annotate.search import ClaimFilter, DocumentFilter, Within
from annotate.search import claims as of_claims
from annotate.search import documents as of_documents
from annotate.search.contexts import document_hits
from annotate.search.labels import LAYERS, MODES, RELATIONS, STATUSES
from corpus.models import Document

MEANT = {
    "q": 'Words that must all occur, "a phrase", -without, begin*; in claims: in the sentence of the claim.',
    "source": "The outlet: id or exact name.",
    "language": "As stored, for example en.",
    "from": "First day of publication.",
    "to": "Last day of publication.",
    "has_claims": "Whether a layer that you may see has claims.",
    "round": "Id, number or exact name.",
    "annotator": "User name; * is anybody.",
    "status": f"Of your own layer, or of that of `annotator`: {', '.join(STATUSES)} (new: no layer, documents only).",
    "layers": f"Kind of layer: {', '.join(LAYERS)}.",
    "speaker": "Id or exact name; merged entries count.",
    "represents": "Whom the speaker speaks for: id or exact name.",
    "target": "Of a stance: id or exact name.",
    "stance": "Key of a stance value, on the same stance as `target`.",
    "proposition": "Id or exact text.",
    "relation": f"To the proposition: {', '.join(RELATIONS)}.",
    "mode": f"{', '.join(MODES)}.",
    "attribute": "Attributes and labels, as type:demand; several with commas.",
    "unsure": "true or false.",
    "has_note": "true or false.",
    "incomplete": "true: what the codebook demands is missing.",
}
HITS = OpenApiParameter(
    "hits", bool, description="true: with `q`, each document has its first hits and their sentences."
)


def filters(names: tuple[str, ...]) -> list[OpenApiParameter]:
    """Return the filters as the schema describes them."""
    return [OpenApiParameter(name, str, description=MEANT[name]) for name in names]


def found_documents(request: Request, project: Project) -> Response:
    """Answer a page of the documents that the filters mean, ordered by number."""
    check_names(request, (*of_documents.NAMES, "hits", "cursor", "page_size"))
    asked = DocumentFilter.parse(request.query_params.dict())
    user = caller(request)
    rows = Document.objects.visible_to(user).filter(corpus=project.corpus_id).light()
    rows, among = asked.found(rows, Within(user=user, project=project))
    query = asked.query if flag_of(request, "hits") else None

    def shape(found: list[Document]) -> Iterator[dict[str, Any]]:
        hits = document_hits(found, query) if query else {}
        for document in found:
            own = hits.get(document.pk)
            shown = {"hits": None if own is None else [hit.as_dict() for hit in own]} if query else {}
            yield document_dict(document) | shown

    return page(request, rows, ("number",), shape, among=among)


@operation(
    id="list_claims",
    tag="claims",
    summary="Claims of a project that you may see, found by text and labels, ordered by id",
    detail=(
        "All filters hold at once, and for one claim. With `q`, and with filters that hold for thousands of claims, a "
        "bounded number of claims is looked at for a page, which may have fewer results than `page_size`, even none, "
        "while `next` leads on."
    ),
    answers={200: page_of("Claim", ClaimSerializer)},
    errors=[400],
    parameters=[*filters(of_claims.NAMES), *PAGING],
)
@api_view(["GET"])
def claims(request: Request, slug: str) -> Response:
    """Answer a page of whole claims that the filters mean."""
    project = project_of(request, slug)
    check_names(request, (*of_claims.NAMES, "cursor", "page_size"))
    asked = ClaimFilter.parse(request.query_params.dict())
    rows, among = asked.found(Within(user=caller(request), project=project))
    return page(request, rows.only("pk"), ("id",), _whole, sieve=asked.sieve if asked.query else None, among=among)


def _whole(found: list[Claim]) -> Iterator[dict[str, Any]]:
    rows = Claim.objects.filter(pk__in=[claim.pk for claim in found])
    return claim_dicts(rows.order_by("pk"), ordered=True)

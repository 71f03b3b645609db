"""Documents: brought in, listed, read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.decorators import api_view, parser_classes
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions.documents import add_documents
from annotate.api.claim_serializers import ReadingSerializer
from annotate.api.fetch import answer, caller, document_of, own_layer, project_of
from annotate.api.openapi import PAGING, ROUND, operation, page_of, sent
from annotate.api.parsers import JSONLinesParser, Lines, LinesParser, StrictJSONParser
from annotate.api.searching import HITS, filters, found_documents
from annotate.api.serializers import DocumentInSerializer, FoundDocumentSerializer, ImportedSerializer
from annotate.api.shapes import layer_dict, whole_document
from annotate.models import Project
from annotate.payloads.problems import FieldError, Invalid, TooLarge
from annotate.permissions import Action
from annotate.search.documents import NAMES
from corpus.copies.tasks import start_find_copies
from corpus.ingest import Outcome
from corpus.readers.base import Row, RowError, row_error
from corpus.readers.documents import DocumentErrors, clean_document

EXAMPLE = {
    "title": "Harbour bridge to close",
    "text": "Harbour bridge to close\n\nThe port authority will close the harbour bridge on Monday.",
    "source": "Bay Courier",
    "url": "https://example.org/bridge",
    "published_on": "2026-05-14",
    "language": "en",
    "external_id": "bc-1",
}
DETAIL = (
    "For curators and managers. One object, a list of objects, or NDJSON (`application/x-ndjson`), one object a line. "
    "Only `text` is required. 201 if any document was created, else 200; a single bad object is 400. A duplicate is "
    "the same text from the same source or URL, or the same external_id. Good rows are stored also where others fail."
)


@operation(
    id="list_documents",
    tag="documents",
    summary="Documents of a project's corpus, without their texts, found by text and labels, ordered by number",
    detail="All filters hold at once; those over annotations for one layer that you may see, and one claim in it.",
    answers={200: page_of("Document", FoundDocumentSerializer)},
    errors=[400],
    parameters=[*filters(NAMES), HITS, *PAGING],
)
@operation(
    id="add_documents",
    tag="documents",
    method="POST",
    summary="Bring documents in",
    detail=DETAIL,
    body={
        "application/json": DocumentInSerializer,
        "application/x-ndjson": DocumentInSerializer,
        "application/jsonl": DocumentInSerializer,
    },
    answers={200: ImportedSerializer, 201: ImportedSerializer},
    errors=[403, 413],
    examples=[sent("One document", EXAMPLE)],
)
@api_view(["GET", "POST"])
@parser_classes([StrictJSONParser, LinesParser, JSONLinesParser])
def documents(request: Request, slug: str) -> Response:
    """List the documents of a project, or add some."""
    user, project = caller(request), project_of(request, slug)
    if request.method == "POST":
        permissions.require(user, Action.ADD_DOCUMENTS, project.pk)
        return _add(request, project)
    return found_documents(request, project)


@operation(
    id="get_document",
    tag="documents",
    summary="One document with its text and your own layer",
    detail="`layer` is your own layer with its claims, null if you have none. Several: 409; `?round=` chooses.",
    answers={200: ReadingSerializer},
    errors=[400, 409],
    parameters=[ROUND],
)
@api_view(["GET"])
def document(request: Request, id: UUID) -> Response:
    """Answer one document with the caller's layer."""
    found = document_of(request, id, with_text=True)
    layer = own_layer(request, found)
    return answer(whole_document(found) | {"layer": layer_dict(layer, caller(request)) if layer else None})


def _add(request: Request, project: Project) -> Response:
    """Store the rows of the body and say what became of each."""
    body = request.data
    outcomes = add_documents(
        user=caller(request), project=project, rows=_rows(body), now=timezone.now(), extra="refuse"
    )
    found: dict[str, list[dict[str, Any]]] = {"created": [], "duplicates": [], "errors": []}
    for outcome in outcomes:
        if isinstance(body, dict) and outcome.errors:
            raise _refusal(body, outcome)
        one = {"id": outcome.id, "external_id": outcome.external_id, "row": outcome.row}
        if outcome.is_created:
            found["created"].append(one)
        elif outcome.is_duplicate:
            found["duplicates"].append(one | {"reason": outcome.reason})
        base = f"/{outcome.row - 1}" if isinstance(body, list) else ""
        found["errors"] += (_error(outcome.row, base, error) for error in outcome.errors)
    if found["created"]:
        start_find_copies(project.corpus_id)
    return answer(found, status=201 if found["created"] else 200)


def _rows(body: Any) -> Iterator[Row]:
    """Yield the rows of a body: one object, a list of objects, or lines. Raises Invalid."""
    if isinstance(body, Lines):
        return body.rows
    if not isinstance(body, dict | list):
        raise Invalid("The body is neither an object nor a list; send one document, a list of them, or NDJSON.")
    items = body if isinstance(body, list) else [dict(body)]
    return (_row(number, item) for number, item in enumerate(items, start=1))


def _row(number: int, item: Any) -> Row:
    if isinstance(item, dict):
        return Row(number=number, file="request", values=item)
    error = row_error(item, "is not an object", 'write {"text": "…"}')
    return Row(number=number, file="request", error=error)


def _error(row: int, base: str, error: RowError) -> dict[str, Any]:
    return {
        "row": row,
        "field": error.field,
        "pointer": f"#{base}{_path(error)}",
        "value": error.value,
        "rule": error.rule,
        "remedy": error.remedy,
        "detail": str(error),
    }


def _path(error: RowError) -> str:
    return f"/{error.field}" if error.field else ""


def _refusal(body: dict[str, Any], outcome: Outcome) -> Invalid | TooLarge:
    """Return the problem for a single bad document: 413 where the text is over the limit, else 400."""
    errors = [FieldError(pointer=_path(error), detail=str(error)) for error in outcome.errors]
    try:
        clean_document(body)
    except DocumentErrors as found:
        if found.is_too_large:
            return TooLarge(str(outcome.errors[0]), errors=errors)
    return Invalid.of(errors)

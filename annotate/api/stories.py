"""Stories: groups of near-copies, put together and taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import stories as actions
from annotate.api.fetch import answer, caller, document_of, fields, project_of
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.serializers import DocumentSerializer
from annotate.api.shapes import document_dict
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from corpus.models import Document, Story


class StorySerializer(s.Serializer[Any]):
    id = s.UUIDField()
    documents = DocumentSerializer(many=True, help_text="In the order of their numbers; always two or more.")


class StoryInSerializer(s.Serializer[Any]):
    documents = s.ListField(child=s.UUIDField(), min_length=2, max_length=actions.MOST)


@operation(
    id="list_stories",
    tag="stories",
    summary="Stories of a project's corpus: groups of documents that are near-copies, ordered by id",
    answers={200: page_of("Story", StorySerializer)},
    errors=[400],
    parameters=PAGING,
)
@operation(
    id="join_documents",
    tag="stories",
    method="POST",
    summary="Make documents one story, with all others of their stories; for curators",
    body=StoryInSerializer,
    answers={200: StorySerializer},
    errors=[403],
    examples=[sent("Two documents", {"documents": ["2f3c1a9e-0000-4000-8000-000000000000"] * 2})],
)
@api_view(["GET", "POST"])
def stories(request: Request, slug: str) -> Response:
    """List the stories, or make one."""
    project = project_of(request, slug)
    if request.method == "POST":
        permissions.require(caller(request), Action.EDIT_DOCUMENTS, project.pk)
        documents = _documents(request, project.corpus_id)
        story = actions.join_documents(user=caller(request), documents=documents)
        return answer(next(_shape([story])))
    rows = Story.objects.visible_to(caller(request)).filter(corpus=project.corpus_id)
    return page(request, rows, ("id",), _shape)


@operation(
    id="part_document",
    tag="stories",
    method="POST",
    summary="Take a document out of its story, for good; for curators",
    detail="No import puts it back. A story of which one document is left is none. 409 where it is in no story.",
    answers={200: DocumentSerializer},
    errors=[403, 409],
)
@api_view(["POST"])
def part(request: Request, id: UUID) -> Response:
    """Part a document from its near-copies."""
    document = document_of(request, id)
    actions.part_document(user=caller(request), document=document)
    return answer(document_dict(document_of(request, id)))


def _shape(found: list[Story]) -> Iterator[dict[str, Any]]:
    """Yield stories with their documents. One query."""
    rows = Document.objects.filter(story__in=found).light().order_by("number")
    documents: dict[UUID | None, list[dict[str, Any]]] = {}
    for row in rows:
        documents.setdefault(row.story_id, []).append(document_dict(row))
    for story in found:
        yield {"id": story.pk, "documents": documents.get(story.pk, [])}


def _documents(request: Request, corpus_id: UUID) -> list[Document]:
    """Return the documents of the body. Raises Invalid."""
    given = fields(request, ["documents"]).get("documents")
    if not isinstance(given, list) or not 2 <= len(given) <= actions.MOST:
        raise _invalid("/documents", f"Documents come as a list of 2 to {actions.MOST} ids.")
    ids = [_id(number, raw) for number, raw in enumerate(given)]
    rows = Document.objects.visible_to(caller(request)).filter(corpus=corpus_id)
    found = rows.light().in_bulk(ids)
    missing = next((number for number, id in enumerate(ids) if id not in found), None)
    if missing is not None:
        raise _invalid(f"/documents/{missing}", f"There is no document {ids[missing]} in this corpus.")
    return [found[id] for id in ids]


def _id(number: int, raw: Any) -> UUID:
    try:
        return UUID(raw if isinstance(raw, str) and len(raw) <= 45 else "")
    except ValueError:
        raise _invalid(f"/documents/{number}", f"{str(raw)[:60]!r} is no id of a document.") from None


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])

"""Codebooks: their versions, and the draft of the next one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import codebook as actions
from annotate.api.codebook_serializers import (
    CodebookFileSerializer,
    CodebookItemSerializer,
    DraftInSerializer,
    PublishSerializer,
)
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import IF_MATCH, PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.models import CodebookVersion, Project
from annotate.payloads.codebook_files import codebook_dict
from annotate.payloads.codebooks import load_codebook
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from annotate.records import stamp

LABELS = [{"key": "yes", "name": "Yes", "slot": "azure"}, {"key": "no", "name": "No", "slot": "rust"}]
EXAMPLE = {
    "standpoint_codebook": 1,
    "guidelines": "# Guidelines\n\nMark every claim.",
    "requires": ["speaker", "stance"],
    "stances": [{"key": "support", "name": "Support", "score": 1, "slot": "azure"}],
    "attributes": [{"key": "on_record", "name": "On record", "kind": "choice", "labels": LABELS}],
}


@operation(
    id="list_codebook_versions",
    tag="codebooks",
    summary="Versions of a project's codebook, ordered by number",
    detail="The draft is listed to those who may edit it.",
    answers={200: page_of("CodebookItem", CodebookItemSerializer)},
    errors=[400],
    parameters=PAGING,
)
@operation(
    id="start_draft",
    tag="codebooks",
    method="POST",
    summary="Start a draft",
    detail=(
        "For curators and managers. From a codebook file, a template, or, with an empty object, as a copy of the "
        "newest version. A codebook has one draft: a second is 409."
    ),
    body=DraftInSerializer,
    answers={201: CodebookFileSerializer},
    errors=[403, 409, 413],
    examples=[sent("A copy of the newest version", {}), sent("A file", EXAMPLE)],
)
@api_view(["GET", "POST"])
def versions(request: Request, slug: str) -> Response:
    """List the versions of the project's codebook, or start the next one."""
    user, project = caller(request), project_of(request, slug)
    if request.method == "POST":
        permissions.require(user, Action.EDIT_CODEBOOK, project.pk)
        return _whole(_started(request, project), status=201)
    rows = actions.visible_versions(user).filter(codebook=project.codebook_id)
    return page(request, rows, ("number",), lambda found: map(item_dict, found))


def _started(request: Request, project: Project) -> CodebookVersion:
    body = fields(request)
    template = body.pop("template", None)
    if template is not None and body:
        detail = "A template and a file exclude each other; send one of them."
        raise Invalid.of([FieldError(pointer="/template", detail=detail)])
    now = timezone.now()
    return actions.start_draft(user=caller(request), project=project, now=now, file=body or None, template=template)


@operation(
    id="get_codebook",
    tag="codebooks",
    summary="One version as a file",
    answers={200: CodebookFileSerializer},
)
@operation(
    id="put_codebook",
    tag="codebooks",
    method="PUT",
    summary="Replace a draft",
    detail=(
        "The body is the whole file; `name` and `number` are passed over. If-Match must name the current revision. A "
        "body equal to what is stored succeeds whatever the precondition. What is published is frozen: 409."
    ),
    body=CodebookFileSerializer,
    answers={200: CodebookFileSerializer},
    errors=[403, 409, 412, 413, 428],
    parameters=[IF_MATCH],
    examples=[sent("A small codebook", EXAMPLE)],
)
@operation(
    id="discard_draft",
    tag="codebooks",
    method="DELETE",
    summary="Discard a draft",
    answers={204: None},
    errors=[403, 409, 412, 428],
    parameters=[IF_MATCH],
)
@api_view(["GET", "PUT", "DELETE"])
def version(request: Request, id: UUID) -> Response:
    """Answer one version, or replace or discard a draft."""
    user, found = caller(request), fetch(actions.visible_versions(caller(request)), pk=id)
    precondition = Precondition.of(request.headers)
    if request.method == "DELETE":
        actions.discard_draft(user=user, version=found, precondition=precondition)
        return answer(None, status=204)
    if request.method == "PUT":
        found = actions.save_draft(user=user, version=found, body=fields(request), precondition=precondition)
    return _whole(found)


@operation(
    id="publish_draft",
    tag="codebooks",
    method="POST",
    summary="Publish a draft",
    detail="Freezes it as the next version; open rounds keep theirs. What it still lacks is 400. If-Match is optional.",
    body=PublishSerializer,
    answers={200: CodebookFileSerializer},
    errors=[403, 409, 412],
    parameters=[IF_MATCH],
    examples=[sent("With a note", {"note": "“Order” is merged into “demand”."})],
)
@api_view(["POST"])
def publish(request: Request, id: UUID) -> Response:
    """Publish a draft."""
    user, found = caller(request), fetch(actions.visible_versions(caller(request)), pk=id)
    body, asked = fields(request, ["note"]), Precondition.of(request.headers)
    precondition = asked if asked.if_match is not None else None
    note, now = body.get("note"), timezone.now()
    return _whole(actions.publish_draft(user=user, version=found, note=note, now=now, precondition=precondition))


def item_dict(found: CodebookVersion) -> dict[str, Any]:
    return {
        "id": found.pk,
        "name": found.codebook.name,
        "number": found.number,
        "state": "draft" if found.published_at is None else "published",
        "revision": found.revision,
        "note": found.note,
        "published_at": stamp(found.published_at),
        "created_at": stamp(found.created_at),
    }


def _whole(found: CodebookVersion, *, status: int = 200) -> Response:
    location = f"/api/v1/codebooks/{found.pk}/" if status == 201 else ""
    return answer(codebook_dict(load_codebook(found.pk)), status=status, version=found.revision, location=location)

"""Remarks in threads: on claims, on layers, and on documents to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.actions import talk as actions
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.layer_lists import UUID_SCHEMA
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.parameters import flag_of, uuid_of
from annotate.api.talk_serializers import RemarkChangeSerializer, RemarkInSerializer, RemarkSerializer
from annotate.models import Layer, Project, Remark
from annotate.payloads.people import shown_names
from annotate.payloads.problems import FieldError, Invalid
from annotate.records import stamp
from annotate.reports.talk import ThreadFilter
from corpus.models import Document

EXAMPLE_ID = "2f3c1a9e-0000-4000-8000-000000000000"
EXAMPLE = {"document": EXAMPLE_ID, "layer": EXAMPLE_ID, "claim": EXAMPLE_ID, "text": "Is this the spokesman?"}


@operation(
    id="list_remarks",
    tag="remarks",
    summary="The remarks of a project that you may see, oldest first",
    answers={200: page_of("Remark", RemarkSerializer)},
    errors=[400],
    parameters=[
        *PAGING,
        *(OpenApiParameter(name, UUID_SCHEMA) for name in ("document", "layer", "claim")),
        OpenApiParameter("settled", bool),
    ],
)
@operation(
    id="add_remark",
    tag="remarks",
    method="POST",
    summary="Write a remark",
    detail="On a claim or a layer that you may see; without a layer to everybody, which is for curators.",
    body=RemarkInSerializer,
    answers={201: RemarkSerializer},
    errors=[403],
    examples=[sent("On a claim", EXAMPLE)],
)
@api_view(["GET", "POST"])
def remarks(request: Request, slug: str) -> Response:
    """List the remarks of a project, or write one."""
    user, project = caller(request), project_of(request, slug)
    if request.method == "POST":
        made = _add(request, project)
        return answer(_shape([made])[0], status=201, location=f"/api/v1/remarks/{made.pk}/")
    asked = ThreadFilter(
        document=uuid_of(request, "document"),
        layer=uuid_of(request, "layer"),
        claim=uuid_of(request, "claim"),
        is_settled=flag_of(request, "settled"),
    )
    return page(request, asked.remarks(user, project), ("created_at", "id"), _shape)


@operation(id="get_remark", tag="remarks", summary="One remark", answers={200: RemarkSerializer})
@operation(
    id="settle_thread",
    tag="remarks",
    method="PATCH",
    summary="Settle the thread of a remark, or open it again",
    body=RemarkChangeSerializer,
    answers={200: RemarkSerializer},
    errors=[403],
    examples=[sent("Settle it", {"settled": True})],
)
@operation(
    id="withdraw_remark",
    tag="remarks",
    method="DELETE",
    summary="Withdraw your own remark",
    answers={204: None},
    errors=[403, 409],
)
@api_view(["GET", "PATCH", "DELETE"])
def remark(request: Request, id: UUID) -> Response:
    """Answer one remark, settle its thread, or withdraw it."""
    user, found = caller(request), fetch(_visible(request), pk=id)
    if request.method == "DELETE":
        actions.withdraw_remark(user=user, remark=found)
        return answer(None, status=204)
    if request.method == "PATCH":
        if _settled(fields(request)):
            actions.settle_thread(user=user, remark=found, now=timezone.now())
        else:
            actions.reopen_thread(user=user, remark=found)
        found = fetch(_visible(request), pk=id)
    return answer(_shape([found])[0])


def _visible(request: Request) -> QuerySet[Remark]:
    return Remark.objects.visible_to(caller(request))


def _add(request: Request, project: Project) -> Remark:
    user, body = caller(request), fields(request, ["document", "layer", "claim", "text"])
    documents = Document.objects.visible_to(user).filter(corpus=project.corpus_id).defer("text", "metadata")
    document = fetch(documents, pk=_id(body, "document"))
    layer_id, claim = _id(body, "layer", is_needed=False), _id(body, "claim", is_needed=False)
    layers = Layer.objects.visible_to(user).filter(project=project, document=document)
    return actions.add_remark(
        user=user,
        project=project,
        document=document,
        layer=fetch(layers, pk=layer_id) if layer_id is not None else None,
        claim_key=claim,
        text=body.get("text"),
        now=timezone.now(),
    )


def _id(body: dict[str, Any], name: str, *, is_needed: bool = True) -> UUID | None:
    raw = body.get(name)
    if raw is None and not is_needed:
        return None
    try:
        return UUID(raw if isinstance(raw, str) and len(raw) <= 45 else "")
    except ValueError:
        detail = f"{str(raw)[:60]!r} is no UUID; give an id as the API wrote it."
        raise Invalid.of([FieldError(pointer=f"/{name}", detail=detail)]) from None


def _settled(body: dict[str, Any]) -> bool:
    raw = body.get("settled")
    if not isinstance(raw, bool):
        detail = f"{str(raw)[:60]!r} is neither true nor false; give one of them."
        raise Invalid.of([FieldError(pointer="/settled", detail=detail)])
    return raw


def _shape(found: list[Remark]) -> list[dict[str, Any]]:
    """Return the remarks, all of one project. At most 2 queries."""
    names = shown_names(found[0].project_id, {remark.author_id for remark in found}) if found else {}
    return list(_dicts(found, names))


def _dicts(found: list[Remark], names: dict[int, str]) -> Iterator[dict[str, Any]]:
    for remark in found:
        yield {
            "id": remark.pk,
            "document": remark.document_id,
            "layer": remark.layer_id,
            "claim": remark.claim_key,
            "quote": remark.quote,
            "kind": remark.kind,
            "author": names[remark.author_id],
            "text": remark.text,
            "settled": remark.settled_at is not None,
            "created_at": stamp(remark.created_at),
        }

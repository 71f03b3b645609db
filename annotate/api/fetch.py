"""Fetch or 404, and what every view says in answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.parameters import uuid_of
from annotate.models import Layer, Project, Round
from annotate.payloads.preconditions import etag
from annotate.payloads.problems import FieldError, Invalid, NotThere, WrongState
from corpus.models import Document


def caller(request: Request) -> User:
    """Return the signed-in user; views that use this let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def fetch[M: Model](rows: QuerySet[M], **lookup: Any) -> M:
    """Return the one row, or raise NotThere."""
    found = rows.filter(**lookup).first()
    if found is None:
        raise NotThere(f"There is no such {rows.model._meta.verbose_name}, or you may not see it.")
    return found


def project_of(request: Request, slug: str) -> Project:
    return fetch(Project.objects.visible_to(caller(request)).select_related("corpus", "codebook"), slug=slug)


def document_of(request: Request, id: UUID, *, with_text: bool = False) -> Document:
    rows = Document.objects.visible_to(caller(request)).select_related("source")
    found: Document = fetch(rows if with_text else rows.defer("text"), pk=id)
    return found


def round_asked(request: Request) -> UUID | None:
    """Return the round that `?round=` chooses. Raises Invalid, or NotThere where the caller may not see it."""
    id = uuid_of(request, "round")
    if id is not None and not Round.objects.visible_to(caller(request)).filter(pk=id).exists():
        raise NotThere(f"There is no round {id}, or you may not see it.")
    return id


def own_layer(request: Request, document: Document) -> Layer | None:
    """Return the caller's layer on `document`, chosen by `?round=` where there are several; None for none."""
    round_id = round_asked(request)
    rows = Layer.objects.visible_to(caller(request)).of_annotators().filter(document=document)
    rows = rows.filter(annotator=caller(request).pk).select_related("round", "annotator")
    found = list(rows.filter(round=round_id) if round_id else rows.order_by("created_at", "pk"))
    if len(found) > 1:
        found = [layer for layer in found if layer.round is not None and layer.round.is_open] or found
    if len(found) > 1:
        rounds = [layer.round for layer in found if layer.round is not None]
        names = ", ".join(f"“{round.name}” ({round.pk})" for round in rounds)
        raise WrongState(
            f"You have layers on this document in several rounds: {names}. Choose one with ?round=.",
            extra={"rounds": [{"id": str(round.pk), "name": round.name} for round in rounds]},
        )
    return found[0] if found else None


def fields(request: Request, known: Collection[str] = ()) -> dict[str, Any]:
    """Return the body, which must be an object, of no other fields where they are named. Raises Invalid."""
    if not isinstance(request.data, dict):
        raise Invalid.of([FieldError(pointer="", detail=f"{str(request.data)[:60]!r} stands where an object belongs.")])
    body = dict(request.data)
    if known and (unknown := sorted(str(name)[:60] for name in body.keys() - set(known))):
        there = f"known {'is' if len(known) == 1 else 'are'} {', '.join(known)}."
        said = "“{}” is not a field here; " + there
        raise Invalid.of([FieldError(pointer=f"/{name}", detail=said.format(name)) for name in unknown])
    return body


def answer(data: Any, *, status: int = 200, version: int | None = None, location: str = "") -> Response:
    """Return JSON, with the version as ETag."""
    response = Response(data, status=status)
    if version is not None:
        response["ETag"] = etag(version)
    if location:
        response["Location"] = location
    return response

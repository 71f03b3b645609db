"""Releases: frozen versions of the dataset, asked for here and made by the task worker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import IF_NONE_MATCH, PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.release_shapes import (
    EXAMPLE,
    ReleaseInSerializer,
    ReleaseItemSerializer,
    ReleaseSerializer,
    release_dict,
    release_item,
)
from annotate.models import Release
from annotate.payloads.people import People
from annotate.payloads.preconditions import ETAG
from annotate.permissions import Action, AnyUser
from annotate.releases.settings import ReleaseSettings
from annotate.tasks import start_release


@operation(
    id="list_releases",
    tag="releases",
    summary="Releases of a project, oldest first, for curators and managers",
    answers={200: page_of("Release", ReleaseItemSerializer)},
    errors=[400, 403],
    parameters=PAGING,
)
@operation(
    id="create_release",
    tag="releases",
    method="POST",
    summary="Freeze the next release",
    detail=(
        "For managers. The answer comes at once; the task worker makes the release from one state of the database: "
        "poll it with If-None-Match until its `status` is `ready` or `failed`. While one is made, a second is 409. "
        "What is ready never changes."
    ),
    body=ReleaseInSerializer,
    answers={201: ReleaseSerializer},
    errors=[403, 409],
    examples=[sent("With all defaults", {}), sent("A release", EXAMPLE)],
)
@api_view(["GET", "POST"])
def releases(request: Request, slug: str) -> Response:
    """List the releases of a project, or ask for the next one."""
    user, project = caller(request), project_of(request, slug)
    if request.method == "POST":
        permissions.require(user, Action.MAKE_RELEASES, project.pk)
        settings = ReleaseSettings.read(fields(request))
        made = start_release(user=user, project=project, settings=settings, now=timezone.now())
        found = fetch(rows_of(request), pk=made.pk)
        return answer(release_dict(found, user), status=201, location=f"/api/v1/releases/{made.pk}/")
    permissions.require(user, Action.SEE_RELEASES, project.pk)
    rows = rows_of(request).filter(project=project)
    return page(request, rows, ("created_at", "id"), lambda found: _items(list(found), user))


def _items(rows: list[Release], user: AnyUser) -> Iterator[dict[str, Any]]:
    people, ids = People(), [row.pk for row in rows]
    closed = set(Release.objects.filter(pk__in=ids).closed_to(user).values_list("pk", flat=True))
    return (release_item(row, people, is_closed=row.pk in closed) for row in rows)


@operation(
    id="get_release",
    tag="releases",
    summary="One release, with progress, figures and files",
    detail="For curators and managers. With the ETag of the last answer in If-None-Match it is 304 until it changed.",
    answers={200: ReleaseSerializer, 304: None},
    parameters=[IF_NONE_MATCH],
)
@api_view(["GET"])
def release(request: Request, id: UUID) -> Response:
    """Answer one release, or that it has not changed."""
    found = release_dict(fetch(rows_of(request), pk=id), caller(request))
    tag = hashlib.sha256(orjson.dumps(found, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    response = Response(status=304) if is_known(request, tag) else Response(found)
    response["ETag"], response["Cache-Control"] = f'"{tag}"', "private, no-cache"
    return response


def rows_of(request: Request) -> QuerySet[Release]:
    return Release.objects.visible_to(caller(request)).select_related("project")


def is_known(request: Request, tag: str) -> bool:
    """Return whether If-None-Match names the tag."""
    header = request.headers.get("If-None-Match", "")
    return header.strip() == "*" or tag in ETAG.findall(header)

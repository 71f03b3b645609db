"""The files of a release: one by one, or all as a zip; each streamed, with its hash as ETag."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request

from annotate.actions.releases import file_of
from annotate.api.export import Stream
from annotate.api.fetch import caller, fetch
from annotate.api.openapi import IF_NONE_MATCH, operation
from annotate.api.problems import Busy
from annotate.api.releases import is_known, rows_of
from annotate.formats import Member
from annotate.formats.delivery import zipped
from annotate.models import Release, ReleaseStatus
from annotate.payloads.problems import NotThere, WrongState
from annotate.releases.contents import CONTENTS, kind_of

AT_ONCE = 4
PIECE = 1 << 18
_places = threading.BoundedSemaphore(AT_ONCE)
CLOSED = (
    "You have an unfinished reading in a blind round, and the release may show others' readings of that document. "
    "Submit it or give it back, then download the release."
)
LOST = "are missing on the server, or not as they were frozen; restore them from a backup."
TYPES = sorted({found.content_type.partition(";")[0] for found in CONTENTS})


class Altered(Exception):
    """A file of a release is not as it was frozen: the answer breaks off before its end."""


def _ready(request: Request, id: UUID) -> Release:
    """Return a release whose files the caller may have. Raises NotThere or WrongState."""
    found = fetch(rows_of(request), pk=id)
    if found.status != ReleaseStatus.READY:
        raise WrongState(f"This release is {found.get_status_display()}; only a ready one has files.")
    if found.is_closed_to(caller(request)):
        raise WrongState(CLOSED)
    return found


def _headers(name: str, tag: str) -> dict[str, str]:
    return {
        "ETag": f'"{tag}"',
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }


@operation(
    id="get_release_file",
    tag="releases",
    summary="One file of a release",
    detail="The ETag is the SHA-256 of the file; it never changes.",
    answers={(200, found): OpenApiTypes.BINARY for found in TYPES} | {304: None},
    errors=[409],
    parameters=[
        OpenApiParameter("path", str, OpenApiParameter.PATH, description="As in `files`, for example `claims.csv`."),
        IF_NONE_MATCH,
    ],
)
@api_view(["GET"])
def release_file(request: Request, id: UUID, path: str) -> HttpResponseBase:
    """Stream one file of a release."""
    found = _ready(request, id)
    file = next((file for file in found.files if file["path"] == path), None)
    if file is None:
        raise NotThere(f"The release has no file {path[:80]!r}; its files are listed in the release.")
    place, digest = file_of(found, path), file["sha256"]
    if place is None:
        raise NotThere(f"Files of this release {LOST}")
    name = PurePosixPath(path).name.lstrip(".")  # a hidden name is asked for, and saved as a plain one
    headers = _headers(name, digest)
    if is_known(request, digest):
        return HttpResponse(status=304, headers=headers)
    headers["Content-Length"] = str(file["size"])
    return StreamingHttpResponse(_pieces(place, file), content_type=kind_of(path).content_type, headers=headers)


@operation(
    id="download_release",
    tag="releases",
    summary="All files of a release as one zip file",
    answers={(200, "application/zip"): OpenApiTypes.BINARY, 304: None},
    errors=[409],
    parameters=[IF_NONE_MATCH],
)
@api_view(["GET"])
def release_download(request: Request, id: UUID) -> HttpResponseBase:
    """Stream a release as a zip file: the same bytes each time."""
    found = _ready(request, id)
    name = f"{found.project.slug}-release-{found.number}"
    headers = _headers(f"{name}.zip", found.sha256)
    if is_known(request, found.sha256):
        return HttpResponse(status=304, headers=headers)
    files = [(file, file_of(found, file["path"])) for file in found.files]
    if any(place is None for _, place in files):
        raise NotThere(f"Files of this release {LOST}")
    if not _places.acquire(blocking=False):
        raise Busy(f"{AT_ONCE} downloads run already, and no more may run at once; try again in a moment.")
    members = (Member(path=f"{name}/{file['path']}", pieces=_pieces(place, file)) for file, place in files if place)
    stream = Stream((piece for piece in zipped(members)), _places.release)
    return StreamingHttpResponse(stream, content_type="application/zip", headers=headers)


def _pieces(place: Path, file: dict[str, Any]) -> Iterator[bytes]:
    """Yield the bytes of a file, the last of them only when they have the hash of the release. Raises Altered."""
    digest, last = hashlib.sha256(), b""
    with place.open("rb") as opened:
        while piece := opened.read(PIECE):
            digest.update(piece)
            if last:
                yield last
            last = piece
    if digest.hexdigest() != file["sha256"]:
        raise Altered(f"{place} is not as it was frozen; restore it from a backup.")
    yield last

"""The dataset as a file, streamed from one snapshot of the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request

from annotate import permissions
from annotate.api.fetch import caller, project_of
from annotate.api.openapi import operation
from annotate.api.parameters import choice_of, number_of
from annotate.api.problems import Busy
from annotate.formats import FORMATS, LAYERS, Format, MissingLibrary, NeedsText, Selection, check_text, delivered
from annotate.formats.texts import MAX_QUOTE
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from corpus.database import snapshot

AT_ONCE = 4
_places = threading.BoundedSemaphore(AT_ONCE)
BUSY = f"{AT_ONCE} exports run already, and no more may run at once; try again in a moment."


class Stream(Iterator[bytes]):
    """The pieces of a file; `release` is called once: at the end, at an error, or when the client goes away."""

    def __init__(self, pieces: Generator[bytes], release: Callable[[], None]) -> None:
        self._pieces = pieces
        self._release: Callable[[], None] | None = release

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:  # the end too
            self.close()
            raise

    def close(self) -> None:
        release, self._release = self._release, None
        try:
            self._pieces.close()
        finally:
            if release is not None:
                release()


def _pieces(format: Format, selection: Selection) -> Generator[bytes]:
    """Yield the file from one state of the database. Runs after the view, in the same thread and connection."""
    with snapshot():
        yield from delivered(format, selection)


def _require(format: Format, selection: Selection) -> None:
    """Refuse a format whose library is missing, or that cannot be without the texts."""
    try:
        format.require()
        check_text(format, selection, FORMATS.values())
    except (MissingLibrary, NeedsText) as error:
        raise Invalid(str(error), extra={"parameter": "format"}) from error


@operation(
    id="export",
    tag="export",
    summary="The dataset as a file, for curators and managers",
    detail=(
        "`layers`: the gold layers (default), those of annotators, or all that you may see. The file comes from one "
        "state of the database; one that breaks off without its closing chunk is not complete. "
        + " ".join(f"`{found.key}`: {found.description}" for found in FORMATS.values())
    ),
    answers={(200, found.content_type.partition(";")[0]): OpenApiTypes.BINARY for found in FORMATS.values()},
    errors=[400, 403],
    parameters=[
        OpenApiParameter("format", str, enum=list(FORMATS), default="jsonl"),
        OpenApiParameter("layers", str, enum=list(LAYERS), default="gold"),
        OpenApiParameter("text", str, enum=["yes", "no"], default="yes", description="no: offsets and hashes only."),
        OpenApiParameter("quote_length", int, default=0, description=f"With text=no: 0 to {MAX_QUOTE} code points."),
    ],
)
@api_view(["GET"])
def export(request: Request, slug: str) -> StreamingHttpResponse:
    """Stream a project's dataset."""
    user, project = caller(request), project_of(request, slug)
    permissions.require(user, Action.EXPORT, project.pk)
    format = FORMATS[choice_of(request, "format", FORMATS, "jsonl")]
    layers = choice_of(request, "layers", LAYERS, "gold")
    selection = Selection(
        project=project,
        user=user,
        layers=layers,
        with_text=choice_of(request, "text", ("yes", "no"), "yes") == "yes",
        quote_length=number_of(request, "quote_length", low=0, high=MAX_QUOTE, default=0),
    )
    _require(format, selection)
    if not _places.acquire(blocking=False):
        raise Busy(BUSY)
    stream = Stream(_pieces(format, selection), _places.release)
    name = f"{project.slug}-{layers}.{format.extension}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(stream, content_type=format.content_type, headers=headers)

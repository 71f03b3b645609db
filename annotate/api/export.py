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
from annotate.api.parameters import check_names, choice_of, number_of, refuse, uuid_of
from annotate.api.problems import Busy
from annotate.api.searching import filters
from annotate.formats import (
    COMPRESSIONS,
    FORMATS,
    LAYERS,
    Format,
    MissingLibrary,
    NeedsText,
    NotWhole,
    Selection,
    UnknownPlace,
    check_text,
    compressed,
    delivered,
    empty_note,
    in_blocks,
)
from annotate.formats.texts import MAX_QUOTE
from annotate.models import LayerStatus, Project
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from annotate.search.exports import NAMES as FILTERS
from annotate.search.exports import narrowed
from corpus.database import snapshot

AT_ONCE = 4
PARAMETERS = ("format", "layers", "after", "compress", "text", "quote_length")
ENDINGS = {"gzip": ".gz", "zstd": ".zst"}
NOTE = "X-Standpoint-Note"
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


def _pieces(format: Format, selection: Selection, how: str) -> Generator[bytes]:
    """Yield the file from one state of the database. Runs after the view, in the same thread and connection."""
    with snapshot():
        blocks = in_blocks(delivered(format, selection))
        yield from compressed(blocks, how) if how else blocks


def _require(format: Format, selection: Selection) -> None:
    """Refuse a format whose library is missing, or that cannot be without the texts or in parts."""
    try:
        format.require()
        check_text(format, selection, FORMATS.values())
    except (MissingLibrary, NeedsText, NotWhole) as error:
        raise Invalid(str(error), extra={"parameter": "format"}) from error


def _selection(request: Request, project: Project, format: Format) -> Selection:
    """Return what is asked for. Raises Invalid."""
    check_names(request, (*PARAMETERS, *FILTERS))
    selection = Selection(
        project=project,
        user=caller(request),
        layers=choice_of(request, "layers", LAYERS, "gold"),
        with_text=choice_of(request, "text", ("yes", "no"), "yes") == "yes",
        quote_length=number_of(request, "quote_length", low=0, high=MAX_QUOTE, default=0),
    )
    try:
        return narrowed(selection, format, request.query_params.dict(), uuid_of(request, "after"))
    except UnknownPlace as error:
        raise Invalid(str(error), extra={"parameter": "after"}) from error


def _compression(request: Request, format: Format) -> tuple[str, bool]:
    """Return how to compress, and whether the file itself is compressed or only its way. A zip is so already."""
    asked = choice_of(request, "compress", COMPRESSIONS, "")
    if asked and format.is_folder:
        raise refuse("compress", asked, f"does not fit: the format “{format.key}” is a zip file already; leave it out.")
    if asked or format.is_folder:
        return asked, True
    accepted = _accepted(request.headers.get("Accept-Encoding", ""))
    return next((how for how in reversed(COMPRESSIONS) if how in accepted), ""), False


def _accepted(header: str) -> set[str]:
    """Return the codings that an Accept-Encoding allows by name; those with q=0 are refused."""
    found = set()
    for part in header.lower().split(","):
        name, _, quality = part.partition(";")
        if quality.replace(" ", "").rstrip("0").rstrip(".") not in ("q=", "q"):
            found.add(name.strip())
    return found


@operation(
    id="export",
    tag="export",
    summary="The dataset as a file, for curators and managers",
    detail=(
        "`layers`: the gold layers (default), those of annotators, or all that you may see. The file comes from one "
        "state of the database; one that breaks off without its closing chunk is not complete. "
        f"Where no layer fits, the header `{NOTE}` says so. "
        "All filters hold at once; `documents-jsonl` holds every document that fits by source, language and date, and "
        "of these the layers and claims that fit the rest. `after` goes on behind a line that you have, in the same "
        "order: the id of its claim in `jsonl`, of its document in `documents-jsonl`. "
        + " ".join(f"`{found.key}`: {found.description}" for found in FORMATS.values())
    ),
    answers={
        **{(200, found.content_type.partition(";")[0]): OpenApiTypes.BINARY for found in FORMATS.values()},
        **{(200, f"application/{how}"): OpenApiTypes.BINARY for how in COMPRESSIONS},
    },
    errors=[400, 403],
    parameters=[
        OpenApiParameter("format", str, enum=list(FORMATS), default="jsonl"),
        OpenApiParameter("layers", str, enum=list(LAYERS), default="gold"),
        *filters(tuple(name for name in FILTERS if name != "status")),
        OpenApiParameter("status", str, enum=[*LayerStatus.values], description="Of the layer."),
        OpenApiParameter(
            "after",
            {"type": "string", "format": "uuid"},
            description="The claim or document of the last line that you have.",
        ),
        OpenApiParameter(
            "compress",
            str,
            enum=list(COMPRESSIONS),
            description="Download a compressed file. Without it, Accept-Encoding may have it compressed on its way.",
        ),
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
    selection = _selection(request, project, format)
    how, is_file = _compression(request, format)
    _require(format, selection)
    type, ending = (f"application/{how}", ENDINGS[how]) if how and is_file else (format.content_type, "")
    is_whole = format.check is not None  # it holds all layers, whichever are asked for
    note = "" if is_whole else empty_note(selection)
    layers = "" if is_whole else f"-{selection.layers}"
    name = f"{project.slug}{layers}.{format.extension}{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Vary": "Accept-Encoding",
        **({"Content-Encoding": how} if how and not is_file else {}),
        **({NOTE: note} if note else {}),
    }
    # Last of all: what failed behind this would keep the place for good.
    if not _places.acquire(blocking=False):
        raise Busy(BUSY)
    stream = Stream(_pieces(format, selection, how), _places.release)
    return StreamingHttpResponse(stream, content_type=type, headers=headers)

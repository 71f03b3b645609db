"""Annotations of other programs, brought into the layers of members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions.annotation_requests import (
    LIMIT,
    MAX_BYTES,
    READ,
    import_file,
    kept,
    read_options,
    report_of,
)
from annotate.api.fetch import answer, caller, project_of
from annotate.api.openapi import operation
from annotate.api.parameters import choice_of, flag_of, refuse
from annotate.api.parsers import check_length
from annotate.formats.composing import GRAMMAR
from annotate.formats.offsets import UNITS
from annotate.payloads.problems import Invalid
from annotate.permissions import Action

PIECE = 1 << 16
DETAIL = (
    "For managers. The body is a file of the format, or a zip archive of such files. Documents are found by id, "
    "external id or text, and never made. Offsets are checked against the quotes of the file. What does not fit, and "
    "labels without a meaning here, are listed in `refused`, and the rest is stored. 201 if any claim was created, "
    f"else 200; sent again, nothing is stored twice. {LIMIT}"
)
SECOND = "A claim that is there with other values stays either way; true: what the file says comes in beside it."


class ImportedLayerSerializer(s.Serializer[Any]):
    file = s.CharField()
    document = s.CharField(help_text="Its title.")
    annotator = s.CharField()
    created = s.IntegerField()
    existing = s.IntegerField(help_text="Claims that were there already, with the same content.")


class RefusalSerializer(s.Serializer[Any]):
    file = s.CharField()
    at = s.CharField(help_text="Line, item or mark.")
    value = s.CharField()
    rule = s.CharField()
    remedy = s.CharField()


class ImportedAnnotationsSerializer(s.Serializer[Any]):
    dry_run = s.BooleanField()
    created = s.IntegerField(help_text="Claims; in a dry run those that would be.")
    existing = s.IntegerField()
    n_refused = s.IntegerField()
    batch = s.UUIDField(allow_null=True, help_text="By which all of it can be undone; null where nothing was stored.")
    layers = ImportedLayerSerializer(many=True, help_text="At most 1,000.")
    refused = RefusalSerializer(many=True, help_text="At most 1,000.")


@dataclass(frozen=True, slots=True)
class Body:
    """A body of any type, read in pieces."""

    stream: IO[Any]

    def pieces(self) -> Iterator[bytes]:
        while piece := self.stream.read(PIECE):
            yield piece


class FileParser(BaseParser):
    """A file as it is, whatever its type."""

    media_type = "*/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        check_length(parser_context, MAX_BYTES, "Send it in several parts, or use the command import_annotations.")
        return Body(stream)


@operation(
    id="import_annotations",
    tag="import",
    method="POST",
    summary="Bring annotations of other programs into layers",
    detail=DETAIL,
    body={"application/octet-stream": OpenApiTypes.BINARY, "application/zip": OpenApiTypes.BINARY},
    answers={200: ImportedAnnotationsSerializer, 201: ImportedAnnotationsSerializer},
    errors=[403, 413],
    parameters=[
        OpenApiParameter("format", str, enum=list(READ), required=True),
        OpenApiParameter("as", str, description="Whose layers they become; unless given, whom the file names."),
        OpenApiParameter("map", str, many=True, description=f"OLD=NEW; {GRAMMAR}."),
        OpenApiParameter("offsets", str, enum=list(UNITS), description="Only where the file does not show it."),
        OpenApiParameter("round", str, description="Name or id of an open round; unless given, the only open one."),
        OpenApiParameter("second_claims", bool, description=SECOND),
        OpenApiParameter("dry_run", bool, description="Check everything, store nothing."),
    ],
)
@api_view(["POST"])
@parser_classes([FileParser])
def annotation_import(request: Request, slug: str) -> Response:
    """Import a file of annotations."""
    user, project = caller(request), project_of(request, slug)
    permissions.require(user, Action.IMPORT_ANNOTATIONS, project.pk)
    asked = request.query_params
    format = choice_of(request, "format", READ, "")
    if not format:
        raise refuse("format", "", f"is missing; choose from {', '.join(READ)}.")
    is_dry = flag_of(request, "dry_run") or False
    options = read_options(
        username=asked.get("as", ""),
        mapping=asked.getlist("map"),
        unit=asked.get("offsets", ""),
        round=asked.get("round", ""),
        second_claims=flag_of(request, "second_claims") or False,
        dry_run=is_dry,
    )
    if not isinstance(request.data, Body):
        raise Invalid("There is nothing in this request; send a file or a zip archive.")
    with kept(request.data.pieces()) as path:
        outcomes = import_file(
            user=user, project=project, format=format, path=path, name="", options=options, now=timezone.now()
        )
        found = report_of(outcomes)
    return answer(found | {"dry_run": is_dry}, status=201 if found["created"] and not is_dry else 200)

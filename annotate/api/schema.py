"""The OpenAPI schema, which holds no data and is therefore open to everybody."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer


@cache
def openapi() -> dict[str, Any]:
    """Return the schema; it follows from the code alone."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


@cache
def _rendered() -> bytes:
    return bytes(OpenApiJsonRenderer().render(openapi()))


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Answer the OpenAPI schema as JSON."""
    return HttpResponse(_rendered(), content_type="application/vnd.oai.openapi+json")

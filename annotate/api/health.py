"""Whether the site can do its work: 200 when the database answers, else 503."""

from __future__ import annotations

import logging

import orjson
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger("annotate.errors")


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Ask the database for 1. One query; needs no sign-in and tells nothing but up or down."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (DatabaseError, InterfaceError) as error:
        logger.error("database: %s", error)
        return _answer(503, {"status": "down", "detail": "The database does not answer."})
    return _answer(200, {"status": "up"})


def _answer(status: int, body: dict[str, str]) -> HttpResponse:
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
    if status == 503:
        response["Retry-After"] = "5"
    return response

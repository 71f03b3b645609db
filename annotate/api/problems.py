"""Every refusal as RFC 9457 problem+json."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from annotate.payloads.problems import Problem

logger = logging.getLogger("annotate.errors")

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
AWAY = "The database cannot be reached or written just now. Nothing was changed; try again."
NOBODY = "Nobody is signed in; send “Authorization: Bearer <token>” with a token from your account page."
TITLES = {
    400: "Invalid",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
    503: "Not available just now",
}
# Exceptions of Django and of the database, with status and text; None stands for the exception's own text.
KNOWN: tuple[tuple[type[Exception], int, str | None], ...] = (
    (Http404, 404, "There is no such thing, or you may not see it."),
    (PermissionDenied, 403, None),
    (RequestDataTooBig, 413, "The request is larger than 40 MB, the limit. Send it in several parts."),
    (SuspiciousOperation, 400, "The server could not make sense of this request; correct it."),
    (UnreadablePostError, 400, "The body broke off before its end; send it again."),
    (DataError, 400, "The database cannot store one of the values; shorten or correct it."),
    (OperationalError, 503, AWAY),
    (InterfaceError, 503, AWAY),
)


class Busy(Problem):
    """503: as many as may run at once are running."""

    status = 503
    title = "Busy"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem for an exception raised in a view; None for a fault of our own, which is a 500."""
    if isinstance(error, Problem):
        return respond(error.status, error.as_dict())
    if isinstance(error, exceptions.APIException):
        return _of_rest_framework(error)
    for kind, status, detail in KNOWN:
        if isinstance(error, kind):
            if status == 503:
                logger.error("database: %s", error)
            return respond(status, problem(status, detail or str(error)))
    return None


def problem(status: int, detail: str) -> dict[str, object]:
    title = TITLES.get(status, "Refused")
    return {"type": "about:blank", "title": title, "status": status, "detail": detail or title}


def respond(status: int, body: dict[str, object]) -> Response:
    response = Response(body, status=status, content_type=MEDIA_TYPE)
    if status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _of_rest_framework(error: exceptions.APIException) -> Response:
    """Turn 401, 403, 405, 415 and 429 of the framework into problems, with the headers that belong to them."""
    is_nobody = isinstance(error, exceptions.NotAuthenticated)
    response = respond(error.status_code, problem(error.status_code, NOBODY if is_nobody else str(error.detail)))
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return response

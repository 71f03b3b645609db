"""Error pages. They need no database, so that they also answer when it is away."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import orjson
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from annotate.payloads.problems import Problem

logger = logging.getLogger("annotate.errors")

TITLES = {
    400: "Bad request",
    403: "Not allowed",
    404: "Not found",
    413: "Too large",
    500: "Something broke",
    503: "Not available just now",
}


def error_response(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """Return the error as problem+json below /api/, as a page elsewhere."""
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail or TITLES[status]}
        return HttpResponse(orjson.dumps(problem), status=status, content_type="application/problem+json")
    page = loader.get_template(f"{status}.html").render({"detail": detail, "title": TITLES[status]})
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return error_response(request, 413, "The request is larger than 40 MB, the limit. Send it in several parts.")
    if isinstance(exception, TooManyFilesSent):
        return error_response(request, 413, "The upload has more than 2,000 files, the limit. Upload them in parts.")
    return error_response(request, 400, "The server could not make sense of this request.")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 403, str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database was away, full or read-only, else 500."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        response = error_response(request, 503, "The database cannot be reached or written. Nothing was changed.")
        response["Retry-After"] = "5"
        return response
    return error_response(request, 500)


class ProblemMiddleware:
    """Turn a refused action that a page did not handle itself into its status, as JSON for scripts or as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return problem_response(request, exception) if isinstance(exception, Problem) else None


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        body = orjson.dumps(problem.as_dict())
        return HttpResponse(body, status=problem.status, content_type="application/problem+json")
    context = {"status": problem.status, "title": problem.title, "detail": problem.detail}
    return HttpResponse(loader.get_template("problem.html").render(context), status=problem.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_response(request, 403, "This form has expired. Go back, load the page again and repeat the step.")

"""What stands at the root of the API, for who guesses its address: where the rest is. It holds no data."""

from __future__ import annotations

import re

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from annotate.api.schema import openapi

OF_A_PROJECT = re.compile(r"/api/v1/projects/\{slug\}/(\w+)/")
SIGN_IN = "Send “Authorization: Bearer <token>” with a token from your account page."


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Answer the addresses of the documentation, of the projects, and of what can be read of each of them."""
    paths = sorted(path for path, methods in openapi()["paths"].items() if "get" in methods)
    address = request.build_absolute_uri
    body = {
        "name": "Standpoint API",
        "version": "1",
        "sign_in": SIGN_IN,
        "docs": address(reverse("api-docs")),
        "schema": address(reverse("api-schema")),
        "projects": address(reverse("api-projects")),
        "of_a_project": {
            found[1]: f"{address('/')[:-1]}{path}" for path in paths if (found := OF_A_PROJECT.fullmatch(path))
        },
    }
    return HttpResponse(orjson.dumps(body), content_type="application/json")

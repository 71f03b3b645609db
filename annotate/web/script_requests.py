"""What the reader's own scripts send: by whom, and with which body."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest

from annotate.payloads.problems import Invalid, SignedOut


def is_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def check_person(request: HttpRequest) -> None:
    """Raise SignedOut unless the page's own user is still the one who is signed in.

    Unsent work of one person must never be stored as another's who signed in on the same browser.
    """
    if not request.user.is_authenticated:
        raise SignedOut("You are signed out. Sign in again in another tab, then come back here.")
    if request.headers.get("X-Page-User", str(request.user.pk)) != str(request.user.pk):
        raise SignedOut("Somebody else is signed in on this browser now. Sign in as yourself again.")


def read_json(request: HttpRequest) -> dict[str, Any]:
    """Return the body, a JSON object. Raises Invalid."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"The body is no JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Invalid("The body is no JSON object.")
    return body

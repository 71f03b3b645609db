"""What every page knows: whether the admin panel admits the person who looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from annotate import permissions


def site(request: HttpRequest) -> dict[str, Any]:
    """Return `may_use_admin`, asked for only where a template uses it. At most one query."""
    return {"may_use_admin": SimpleLazyObject(lambda: permissions.may_use_admin(request.user))}

"""Query parameters, read strictly: a bad one is refused with its name, its value, the rule and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from rest_framework.request import Request

from annotate.payloads.problems import Invalid
from annotate.search.values import refuse_unknown

WHOLE = re.compile(r"[0-9]{1,10}", re.ASCII)
MAX_SEARCH = 200


def refuse(name: str, value: str, rule: str) -> Invalid:
    shown = repr(value) if len(value) <= 60 else f"{value[:60]!r}…"
    return Invalid(f"The query parameter {name}={shown} {rule}", extra={"parameter": name})


def check_names(request: Request, known: Iterable[str]) -> None:
    """Refuse a parameter that is not known, or that stands there twice: only the last would count. Raises Invalid."""
    refuse_unknown(request.query_params, known)
    for name, found in request.query_params.lists():
        if len(found) > 1:
            raise refuse(name, found[0], f"stands there {len(found)} times; give one value, and ask once for each.")


def uuid_of(request: Request, name: str) -> UUID | None:
    """Return a UUID, or None where the parameter is missing."""
    raw = request.query_params.get(name)
    if raw is None:
        return None
    try:
        return UUID(raw if len(raw) <= 45 else "")
    except ValueError:
        raise refuse(name, raw, "is no UUID; give an id as the API wrote it.") from None


def choice_of(request: Request, name: str, allowed: Iterable[str], default: str) -> str:
    raw = request.query_params.get(name)
    if raw is None:
        return default
    if raw not in allowed:
        raise refuse(name, raw, f"is not known; choose from {', '.join(allowed)}.")
    return raw


def flag_of(request: Request, name: str) -> bool | None:
    """Return true or false, or None where the parameter is missing."""
    raw = request.query_params.get(name)
    if raw is None:
        return None
    if raw not in ("true", "false"):
        raise refuse(name, raw, "is neither true nor false; give one of them.")
    return raw == "true"


def number_of(request: Request, name: str, *, low: int, high: int, default: int) -> int:
    raw = request.query_params.get(name)
    if raw is None:
        return default
    if not WHOLE.fullmatch(raw) or not low <= int(raw) <= high:
        raise refuse(name, raw, f"is out of range; give a whole number from {low} to {high}.")
    return int(raw)


def search_of(request: Request, name: str) -> str:
    """Return words to search for, without outer space; empty for none."""
    raw = request.query_params.get(name, "").strip()
    if len(raw) > MAX_SEARCH:
        raise refuse(name, raw, f"has {len(raw)} characters; give at most {MAX_SEARCH}.")
    if "\0" in raw:
        raise refuse(name, raw, "has a NUL character; remove it.")
    return raw

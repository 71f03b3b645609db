"""Pages by key: a cursor says after (or before) which row to go on, so that deep pages cost what the first does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.api.parameters import number_of, refuse
from annotate.payloads.problems import Invalid

MAX_PAGE = 500
DEFAULT_PAGE = 50
MAX_CURSOR = 4000
MAX_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a page starts: after or before the row that has these key values."""

    way: Literal["after", "before"]
    values: list[Any]

    def encode(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self.way, *self.values])).decode().rstrip("=")


def page[M: Model](
    request: Request, rows: QuerySet[M], keys: tuple[str, ...], shape: Callable[[list[M]], Iterable[dict[str, Any]]]
) -> Response:
    """Answer one page of `rows`, ordered by `keys`, which together are unique. One query, and those of `shape`."""
    size = number_of(request, "page_size", low=1, high=MAX_PAGE, default=DEFAULT_PAGE)
    cursor = _cursor(request, rows.model, keys)
    is_back = cursor is not None and cursor.way == "before"
    ordered = rows.order_by(*(f"-{key}" if is_back else key for key in keys))
    found = list((ordered.filter(_beyond(cursor, keys)) if cursor else ordered)[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if is_back:
        found.reverse()
    has_next, has_previous = (bool(found), has_more) if is_back else (has_more, bool(found) and cursor is not None)
    return Response(
        {
            "next": _link(request, "after", found[-1], keys) if has_next else None,
            "previous": _link(request, "before", found[0], keys) if has_previous else None,
            "results": list(shape(found)),
        }
    )


def _beyond(cursor: Cursor, keys: tuple[str, ...]) -> Q:
    """Return the condition for rows beyond the cursor, in a form that an index on the keys answers."""
    step = "gt" if cursor.way == "after" else "lt"
    first, *rest = zip(keys, cursor.values, strict=True)
    if not rest:
        return Q(**{f"{first[0]}__{step}": first[1]})
    strictly = Q(**{f"{first[0]}__{step}": first[1]})
    ((key, value),) = rest
    return Q(**{f"{first[0]}__{step}e": first[1]}) & (strictly | Q(**{f"{key}__{step}": value}))


def _link(request: Request, way: Literal["after", "before"], row: Model, keys: tuple[str, ...]) -> str:
    values = [getattr(row, key) for key in keys]
    query = request.query_params.copy()
    query["cursor"] = Cursor(way=way, values=values).encode()
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"


def _cursor(request: Request, model: type[Model], keys: tuple[str, ...]) -> Cursor | None:
    raw = request.query_params.get("cursor")
    if not raw:
        return None
    try:
        way, *values = orjson.loads(base64.b64decode(raw[:MAX_CURSOR] + "=" * (-len(raw) % 4), b"-_", validate=True))
        if way not in ("after", "before"):
            raise ValueError(way)
        checked = [_value(model, key, value) for key, value in zip(keys, values, strict=True)]
        return Cursor(way=way, values=checked)
    except (ValueError, TypeError, ValidationError, binascii.Error):
        raise _bad_cursor(raw) from None


def _value(model: type[Model], key: str, value: Any) -> Any:
    """Return a key's value as the field's own type. Raises ValueError or ValidationError."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError(value)
    found = model._meta.get_field(key).to_python(value)  # type: ignore[union-attr]
    if (isinstance(found, int) and not 0 <= found <= MAX_NUMBER) or (isinstance(found, str) and "\0" in found):
        raise ValueError(value)
    return found


def _bad_cursor(raw: str) -> Invalid:
    return refuse("cursor", raw, "is no cursor of this list; follow the links next and previous, or leave it out.")

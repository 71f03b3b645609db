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
from annotate.search.walk import Among, Sieve, Steps, walk

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
    request: Request,
    rows: QuerySet[M],
    keys: tuple[str, ...],
    shape: Callable[[list[M]], Iterable[dict[str, Any]]],
    *,
    sieve: Sieve[M] | None = None,
    among: Among[M] | None = None,
) -> Response:
    """Answer one page of `rows`, ordered by `keys`, which together are unique. One query, and those of `shape`.

    With `among`, whose rows are ordered by one key, a page looks at a bounded number of these, with at most four.
    """
    size = number_of(request, "page_size", low=1, high=MAX_PAGE, default=DEFAULT_PAGE)
    cursor = _cursor(request, rows.model, keys)
    is_back = cursor is not None and cursor.way == "before"
    way: Literal["after", "before"] = "before" if is_back else "after"

    def start(every: QuerySet[M]) -> QuerySet[M]:
        ordered = every.order_by(*(f"-{key}" if is_back else key for key in keys))
        return ordered.filter(_beyond(cursor, keys)) if cursor else ordered

    steps: Steps[M] = Steps(
        beyond=lambda row: _beyond(Cursor(way=way, values=_values(row, keys)), keys),
        until=lambda row: Q(**{f"{keys[0]}__{'gte' if is_back else 'lte'}": _values(row, keys)[0]}),
    )
    looked_at = Among(rows=start(among.rows), sizes=among.sizes) if among is not None else None
    found, edge = walk(start(rows), size, sieve, steps, looked_at)
    if is_back:
        found.reverse()
    ends = (found[0], found[-1]) if found else (edge, edge)
    first, last = (edge, ends[1]) if is_back else (ends[0] if cursor is not None else None, edge)
    return Response(
        {
            "next": _link(request, "after", last, keys) if last is not None else None,
            "previous": _link(request, "before", first, keys) if first is not None else None,
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
    query = request.query_params.copy()
    query["cursor"] = Cursor(way=way, values=_values(row, keys)).encode()
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"


def _values(row: Model, keys: tuple[str, ...]) -> list[Any]:
    return [getattr(row, key) for key in keys]


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

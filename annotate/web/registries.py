"""The registries of a project's corpus: entries in a list, searched, filtered, and worked on row by row."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from annotate.actions import registries as actions
from annotate.payloads.problems import Problem
from annotate.reports.usage import unused, usage
from annotate.reports.warnings import Loaded
from annotate.web.access import Request, answer, page
from annotate.web.links import uuid_asked
from annotate.web.registry_notices import notice_of
from annotate.web.shelves import ROLE_NAMES, Shelf, asked, matching, shelf_of

PAGE = 50
OFFERED = 12
STATES = {
    "": "all that count",
    "provisional": "waiting to be accepted",
    "accepted": "accepted",
    "unused": "unused",
    "merged": "merged into another",
}


@page("GET", "POST")
def registry(request: Request, slug: str, registry: str) -> HttpResponse:
    """List the entries of a registry, 50 a page; POST makes one. About 20 queries, however many entries."""
    shelf = shelf_of(request, slug, registry)
    if request.method == "GET":
        return list_page(request, shelf)
    try:
        values = {"name": request.POST.get("name", ""), "disambiguation": request.POST.get("disambiguation", "")}
        made = actions.create_entry(user=request.user, project=shelf.place.project, model=shelf.model, values=values)
    except Problem as problem:
        return list_page(request, shelf, refused=problem.detail, status=problem.status)
    return redirect(shelf.address("registry-entry", made.pk, did=f"made:{made.pk}"))


@page("GET")
def registry_options(request: Request, slug: str, registry: str) -> HttpResponse:
    """Answer the names that fit what was typed, for the list below a field."""
    shelf = shelf_of(request, slug, registry)
    query = asked(request, "to", "body", "q")
    rows = shelf.rows(request).filter(merged_into__isnull=True).order_by("name", "pk")
    ids = matching(rows, query, most=OFFERED) if query else []
    found = rows.filter(pk__in=ids)
    return render(request, "annotate/registry.html#entry-names", {"found": found})


def list_page(request: Request, shelf: Shelf, *, refused: str = "", status: int = 200) -> HttpResponse:
    """Show one page of the list."""
    rows, filters = _filtered(request, shelf)
    rows = _after(request, shelf, rows.order_by("name", "pk"))
    if filters["q"]:
        rows = rows.filter(pk__in=matching(rows, filters["q"], most=PAGE + 1))
    found = list(rows.select_related("merged_into")[: PAGE + 1])
    context = {
        "place": shelf.place,
        "shelf": shelf,
        "items": items_of(request, shelf, found[:PAGE]),
        "filters": filters,
        "states": STATES.items(),
        "kinds": shelf.kinds[1:],
        "query": _query(filters, after=request.GET.get("after"))[1:],
        "next": _query(filters, after=found[PAGE - 1].pk) if len(found) > PAGE else "",
        "is_later": "after" in request.GET,
        "first": _query(filters),
        "notice": notice_of(request, shelf, back="list"),
        "refused": refused,
    }
    return answer(request, "annotate/registry.html", "entry-list", context, status=status)


def items_of(request: Request, shelf: Shelf, entries: list[Any]) -> list[dict[str, Any]]:
    """Return entries with what is counted and warned of them. About 8 queries."""
    uses = usage(request.user, shelf.corpus_id, shelf.model, [entry.pk for entry in entries])
    loaded = Loaded(shelf.corpus_id)
    return [
        {
            "entry": entry,
            "usage": uses[entry.pk],
            "roles": [(ROLE_NAMES[role], n) for role, n in uses[entry.pk].by_role.items()],
            "warnings": loaded.warnings(entry.name),
        }
        for entry in entries
    ]


def _filtered(request: Request, shelf: Shelf) -> tuple[QuerySet[Any], dict[str, str]]:
    rows, state = shelf.rows(request), request.GET.get("state", "")
    filters = {"q": asked(request, "q"), "state": state if state in STATES else "", "kind": ""}
    rows = rows.filter(merged_into__isnull=state != "merged")
    if state in ("provisional", "accepted"):
        rows = rows.filter(is_provisional=state == "provisional")
    if state == "unused":
        rows = unused(request.user, shelf.corpus_id, rows)
    if request.GET.get("kind") in dict(shelf.kinds):
        filters["kind"] = request.GET["kind"]
        rows = rows.filter(kind=filters["kind"]) if filters["kind"] else rows
    return rows, filters


def _after(request: Request, shelf: Shelf, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows that come after the entry named in the address."""
    id = uuid_asked(request, "after")
    last = shelf.rows(request).filter(pk=id).first() if id is not None else None
    if last is None:
        return rows
    return rows.filter(Q(name__gte=last.name) & (Q(name__gt=last.name) | Q(pk__gt=last.pk)))


def _query(filters: dict[str, str], **more: object) -> str:
    return "?" + urlencode({name: value for name, value in (filters | more).items() if value})

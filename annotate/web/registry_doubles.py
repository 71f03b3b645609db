"""Likely doubles of a registry: pair after pair with the evidence; the same, the opposite, or different."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from annotate.actions import registries as actions
from annotate.actions.different import declare_different, take_back_different
from annotate.models import Claim
from annotate.payloads.problems import NotThere, Problem
from annotate.records.naming import curated_claims
from annotate.reports.doubles import examples, likely_doubles
from annotate.search.mentions import mentions
from annotate.web.access import Request, answer, page
from annotate.web.links import page_asked
from annotate.web.registries import items_of
from annotate.web.registry_notices import notice_of
from annotate.web.shelves import Shelf, shelf_of
from annotate.web.shown_claims import Shown

PAGE = 10


@page("GET", "POST")
def registry_doubles(request: Request, slug: str, registry: str) -> HttpResponse:
    """Show the likeliest pairs, 10 a page; POST decides one. About 40 queries, however many entries."""
    shelf = shelf_of(request, slug, registry)
    if request.method == "GET":
        return doubles_page(request, shelf)
    try:
        did = _decide(request, shelf)
    except NotThere:
        raise
    except Problem as problem:
        return doubles_page(request, shelf, refused=problem.detail, status=problem.status)
    query = {"page": request.GET["page"]} if "page" in request.GET else {}
    return redirect(shelf.address("registry-doubles", **query, did=did))


def _decide(request: Request, shelf: Shelf) -> str:
    """Do what was decided on two entries; returns what to say of it."""
    first, second = (shelf.entry(request, _id(request.POST.get(name))) for name in ("first", "second"))
    do = request.POST.get("do")
    given: dict[str, Any] = {"user": request.user, "corpus": shelf.place.project.corpus}
    given |= {"first": first.pk, "second": second.pk}
    if do in ("same", "opposite"):
        # `second` is merged into `first`: the form says which one is kept.
        actions.merge_entry(user=request.user, entry=second, into=first, is_inverted=do == "opposite")
        return f"{'merge' if do == 'same' else 'opposite'}:{second.pk}:{first.pk}"
    if do == "different":
        declare_different(registry=shelf.one, **given)
        return f"different:{first.pk}:{second.pk}"
    if do == "maybe-same":
        take_back_different(**given)
        return f"maybe-same:{first.pk}:{second.pk}"
    raise Problem(f"{str(do)[:60]!r} is no decision; send same, opposite, different or maybe-same.")


def _id(raw: str | None) -> UUID:
    try:
        return UUID(raw or "")
    except ValueError:
        raise NotThere(f"There is no entry {str(raw)[:60]!r}.") from None


def doubles_page(request: Request, shelf: Shelf, *, refused: str = "", status: int = 200) -> HttpResponse:
    number = page_asked(request)
    start = (number - 1) * PAGE
    found = likely_doubles(shelf.corpus_id, shelf.model, user=request.user, start=start, limit=PAGE + 1)
    entries = [entry for double in found[:PAGE] for entry in (double.keep, double.other)]
    items = {item["entry"].pk: item for item in items_of(request, shelf, entries)}
    said = _examples(request, shelf, [entry.pk for entry in entries])
    pairs = [
        {"double": double, "sides": [items[row.pk] | {"said": said[row.pk]} for row in (double.keep, double.other)]}
        for double in found[:PAGE]
    ]
    context = {
        "place": shelf.place,
        "shelf": shelf,
        "pairs": pairs,
        "number": number,
        "next": number + 1 if len(found) > PAGE else None,
        "notice": notice_of(request, shelf, back="doubles"),
        "refused": refused,
    }
    return answer(request, "annotate/registry_doubles.html", "doubles", context, status=status)


def _examples(request: Request, shelf: Shelf, ids: list[UUID]) -> dict[UUID, list[Shown]]:
    """Return two claims of each entry in their sentences. About 15 queries."""
    chosen = examples(request.user, shelf.corpus_id, shelf.model, ids)
    wanted = [claim for claims in chosen.values() for claim in claims]
    rows = curated_claims(request.user, shelf.corpus_id).filter(pk__in=wanted) if wanted else Claim.objects.none()
    found = {UUID(mention.claim["id"]): Shown(mention, request.user) for mention in mentions(rows.order_by("pk"))}
    return {id: [found[claim] for claim in chosen.get(id, ()) if claim in found] for id in ids}

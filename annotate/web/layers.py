"""The layers of a project: whose, on which document, how far; what every figure of the progress page leads to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from annotate.models import Round, Skip
from annotate.payloads.people import people_of, shown_names
from annotate.reports.layers import STATUSES, LayerFilter, layer_rows
from annotate.reports.progress import Scope
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.links import other_page, page_asked, reader_url, uuid_asked
from annotate.web.times import time_words

PAGE = 50
SKIPPED = "skipped"
# What the list can be ordered by; the last key makes each order whole.
ORDERS = {
    "change": ("-updated_at", "pk"),
    "document": ("document__number", "pk"),
    "person": ("annotator__username", "document__number", "pk"),
    "status": ("status", "-updated_at", "pk"),
    "claims": ("-n_claims", "pk"),
}
STATUS_NAMES = {"": "Any", **{status: status.capitalize() for status in STATUSES}, SKIPPED: "Skipped"}


@page("GET")
def layers(request: Request, slug: str) -> HttpResponse:
    """List the layers that one may see, 50 a page; or with `?status=skipped` the documents passed over. 12 queries,
    and up to 4 for each version of the codebook."""
    place = place_of(request, slug)
    number = page_asked(request)
    asked = _asked(request)
    shows_skips = asked["status"] == SKIPPED
    found = _skips(request, place, asked, number) if shows_skips else _layers(request, place, asked, number)
    context = {
        "place": place,
        "asked": asked | {"annotator": request.GET.get("annotator", "")},
        "shows_skips": shows_skips,
        "found": found[:PAGE],
        "statuses": STATUS_NAMES.items(),
        "rounds": Round.objects.visible_to(request.user).filter(project=place.id).order_by("number"),
        "sorts": {key: _sorted_by(request, key) for key in ORDERS},
        "earlier": other_page(request, number - 1) if number > 1 else "",
        "later": other_page(request, number + 1) if len(found) > PAGE else "",
    }
    return answer(request, "annotate/layers.html", "layer-list", context)


def _asked(request: Request) -> dict[str, Any]:
    status, order = request.GET.get("status", ""), request.GET.get("sort", "")
    return {
        "round": uuid_asked(request, "round"),
        "document": uuid_asked(request, "document"),
        "annotator": request.GET.get("annotator", "").replace("\0", "")[:150],
        "status": status if status in STATUS_NAMES else "",
        "sort": order if order in ORDERS else "change",
    }


def _sorted_by(request: Request, key: str) -> str:
    query = request.GET.copy()
    query["sort"] = key
    query.pop("page", None)
    return f"?{query.urlencode()}"


def _layers(request: Request, place: Place, asked: dict[str, Any], number: int) -> list[dict[str, Any]]:
    filter = LayerFilter(**{name: asked[name] for name in ("round", "document", "annotator", "status")})
    rows = filter.apply(request.user, place.project).select_related("document__source", "round")
    rows = rows.defer("document__text", "document__metadata").order_by(*ORDERS[asked["sort"]])
    shown = rows[(number - 1) * PAGE : number * PAGE + 1]
    return [
        {
            "row": row,
            "layer": row.layer,
            "time": time_words(row.seconds) if row.seconds else "",
            "reader": reader_url(place.project.slug, row.layer.document_id, row.layer, is_own=row.is_own),
        }
        for row in layer_rows(request.user, place.project, list(shown))
    ]


def _skips(request: Request, place: Place, asked: dict[str, Any], number: int) -> list[dict[str, Any]]:
    rows = _skips_asked(Scope.of(request.user, place.project), asked).select_related("document", "round")
    rows = rows.defer("document__text", "document__metadata").order_by("-created_at", "pk")
    shown = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    names = shown_names(place.id, {skip.user_id for skip in shown})
    return [
        {"skip": skip, "person": names[skip.user_id], "reader": reader_url(place.project.slug, skip.document_id)}
        for skip in shown
    ]


def _skips_asked(scope: Scope, asked: dict[str, Any]) -> QuerySet[Skip]:
    rows = scope.skips()
    for name in ("round", "document"):
        rows = rows.filter(**{name: asked[name]}) if asked[name] else rows
    return rows.filter(user__in=people_of(scope.project.pk, asked["annotator"])) if asked["annotator"] else rows

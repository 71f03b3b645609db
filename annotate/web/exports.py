"""The dataset out: choose a format and layers, then download, or fetch it over the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect

from annotate.formats import FORMATS, NeedsText, NotWhole, Selection, check_text
from annotate.formats.texts import MAX_QUOTE
from annotate.models import Layer, LayerStatus
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from annotate.search import ExportFilter, Within
from annotate.web.access import Place, Request, answer, page, place_of
from annotate.web.forms import ExportForm

LAYERS = {
    "annotators": ("The annotators’ readings", "Every annotator’s claims as they stand, also of open layers."),
    "gold": ("Gold", "The adjudicated reading: one for each document."),
    "all": ("Both", "Annotators’ readings and gold, told apart by “layer_kind”."),
}
OFFERED = {
    "formats": FORMATS.values(),
    "layers": [(key, name, text) for key, (name, text) in LAYERS.items()],
    "statuses": LayerStatus.choices,
    "most": MAX_QUOTE,
}


@page("GET")
def export(request: Request, slug: str) -> HttpResponse:
    """Offer the formats; what was chosen leads to the file. Without gold, the annotators' layers are chosen."""
    place = place_of(request, slug, Action.EXPORT)
    counts = _counts(request, place)
    chosen, form = _chosen(request, counts)
    asked, problem = _asked(request, place, form, chosen)
    path = f"/api/v1/projects/{place.project.slug}/export/"
    address = f"{path}?{urlencode(chosen | asked.as_dict())}"
    is_wanted = "download" in request.GET
    if is_wanted and not problem:
        return redirect(address)
    context = OFFERED | {
        "place": place,
        "extension": FORMATS[chosen["format"]].extension,
        "counts": counts,
        "chosen": {"text": "yes"} | chosen,
        "length": form["quote_length"],
        "asked": asked.as_dict(),
        "problem": problem,
        "is_refused": is_wanted,
        "rounds": place.project.rounds.order_by("number"),
        "address": request.build_absolute_uri(address),
    }
    return answer(request, "annotate/export.html", "curl", context, status=400 if is_wanted else 200)


def _chosen(request: Request, counts: dict[str, Any]) -> tuple[dict[str, str], ExportForm]:
    """Return what the address of the file begins with; odd choices fall back to the usual ones."""
    form = ExportForm(request.GET, formats=list(FORMATS), layers=list(LAYERS))
    form.is_valid()
    given = form.cleaned_data
    chosen = {
        "format": given.get("format") or "jsonl",
        "layers": given.get("layers") or ("gold" if counts["n_gold"] else "annotators"),
    }
    if given.get("text") == "no":
        chosen |= {"text": "no", "quote_length": str(given.get("quote_length") or 0)}
    return chosen, form


def _asked(request: Request, place: Place, form: ExportForm, chosen: dict[str, str]) -> tuple[ExportFilter, str]:
    """Return which part is meant, and what is wrong with what was chosen."""
    within = Within(user=request.user, project=place.project)
    try:
        asked = ExportFilter.parse(request.GET.dict())
    except Invalid as refused:
        return ExportFilter(), refused.detail
    is_bare = "text" in chosen
    if is_bare and (wrong := form.errors.get("quote_length")):
        return asked, f"Characters of each quote: {wrong[0]}"
    try:
        asked.check(within)
        filters = asked.filters(within)
        selection = Selection(project=place.project, user=request.user, with_text=not is_bare, filters=filters)
        check_text(FORMATS[chosen["format"]], selection, FORMATS.values())
    except (Invalid, NeedsText, NotWhole, PermissionDenied) as refused:
        return asked, str(refused)
    return asked, ""


def _counts(request: Request, place: Place) -> dict[str, Any]:
    layers = Layer.objects.visible_to(request.user).filter(project=place.id)
    return layers.aggregate(
        n_gold=Count("pk", filter=Q(kind="gold")),
        n_layers=Count("pk", filter=Q(kind="annotator") & ~Q(status="withdrawn")),
        n_withdrawn=Count("pk", filter=Q(status="withdrawn")),
        n_submitted=Count("pk", filter=Q(kind="annotator", status="submitted")),
    )

"""The dataset out: choose a format and layers, then download, or fetch it over the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpResponse

from annotate.formats import FORMATS
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


@page("GET")
def export(request: Request, slug: str) -> HttpResponse:
    """Offer the formats. Where there is no gold yet, the annotators' layers are chosen."""
    place = place_of(request, slug, Action.EXPORT)
    counts = _counts(request, place)
    form = ExportForm(request.GET, formats=list(FORMATS), layers=list(LAYERS))
    form.is_valid()
    chosen = {
        "format": form.cleaned_data.get("format") or "jsonl",
        "layers": form.cleaned_data.get("layers") or ("gold" if counts["n_gold"] else "annotators"),
    }
    try:
        asked, problem = ExportFilter.parse(request.GET.dict()), ""
        asked.check(Within(user=request.user, project=place.project))
    except Invalid as refused:
        asked, problem = ExportFilter(), refused.detail
    path = f"/api/v1/projects/{place.project.slug}/export/"
    context = {
        "place": place,
        "formats": FORMATS.values(),
        "layers": [(key, name, text) for key, (name, text) in LAYERS.items()],
        "counts": counts,
        "chosen": chosen,
        "asked": asked.as_dict(),
        "problem": problem,
        "rounds": place.project.rounds.order_by("number"),
        "statuses": LayerStatus.choices,
        "path": path,
        "address": request.build_absolute_uri(f"{path}?{urlencode(chosen | asked.as_dict())}"),
    }
    return answer(request, "annotate/export.html", "curl", context)


def _counts(request: Request, place: Place) -> dict[str, Any]:
    layers = Layer.objects.visible_to(request.user).filter(project=place.id)
    return layers.aggregate(
        n_gold=Count("pk", filter=Q(kind="gold")),
        n_layers=Count("pk", filter=Q(kind="annotator") & ~Q(status="withdrawn")),
        n_withdrawn=Count("pk", filter=Q(status="withdrawn")),
        n_submitted=Count("pk", filter=Q(kind="annotator", status="submitted")),
    )

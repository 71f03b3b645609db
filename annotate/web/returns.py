"""A reading given back to its annotator with a remark, and the return taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from annotate import permissions
from annotate.actions import returns
from annotate.models import Layer, LayerStatus
from annotate.payloads.people import shown_names
from annotate.payloads.problems import Invalid
from annotate.permissions import Action
from annotate.web.access import Request, page, place_of
from annotate.web.links import reader_url
from annotate.web.reading import Reading


@page("GET", "POST")
def layer_return(request: Request, slug: str, layer_id: UUID) -> HttpResponse:
    """Show the form for returning a reading; POST returns it, or takes the return back."""
    place = place_of(request, slug, Action.RETURN_LAYERS)
    rows = Layer.objects.visible_to(request.user).of_annotators().filter(project=place.id)
    layer = get_object_or_404(rows.select_related("document", "round", "project").defer("document__text"), pk=layer_id)
    names = shown_names(place.id, [layer.annotator_id])
    context: dict[str, Any] = {"place": place, "layer": layer, "annotator": names.get(layer.annotator_id or 0, "")}
    context["reader"] = reader_url(slug, layer.document_id, layer)
    context["may_undo"] = layer.status == "returned" and returns.is_untouched(layer)
    if request.method == "GET":
        return render(request, "annotate/return.html", context)
    if request.POST.get("do") == "undo":
        returns.unreturn_layer(user=request.user, layer=layer, now=timezone.now())
        messages.success(request, f"The reading of {context['annotator']} is no longer returned.")
        return redirect("layer-return", slug, layer_id)
    text = request.POST.get("text", "")
    try:
        returns.return_layer(user=request.user, layer=layer, now=timezone.now(), remark=text or " ")
    except Invalid as problem:
        context |= {"refused": problem.errors[0].detail, "text": text}
        return render(request, "annotate/return.html", context, status=400)
    messages.success(request, f"The reading is returned to {context['annotator']}.")
    return redirect("layer-return", slug, layer_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRemark:
    """What a curator said when the reading was returned."""

    author: str
    text: str


def return_state(user: User, reading: Reading) -> dict[str, Any]:
    """Return what the reader shows of a return: to the annotator why, to a curator the form. At most 3 queries."""
    layer = reading.layer
    if layer is None or layer.round is None:
        return {}
    if reading.is_own:
        return {"returned": return_reasons([layer])[layer.pk] or [None]} if layer.status == LayerStatus.RETURNED else {}
    may = permissions.can(user, Action.RETURN_LAYERS, layer.project_id)
    return {
        "may_return": may and layer.status == LayerStatus.SUBMITTED and layer.round.is_open,
        "may_unreturn": may and layer.status == LayerStatus.RETURNED,
    }


def return_reasons(layers: Sequence[Layer]) -> dict[UUID, list[ReturnRemark]]:
    """Return why these layers, all of one project, were returned, as far as something was said. At most 3 queries."""
    found = list(returns.return_remarks(layers).order_by("created_at", "id"))
    names = shown_names(layers[0].project_id, [remark.author_id for remark in found]) if found else {}
    reasons: dict[UUID, list[ReturnRemark]] = {layer.pk: [] for layer in layers}
    for remark in found:
        if remark.layer_id is not None:
            reasons[remark.layer_id].append(ReturnRemark(author=names[remark.author_id], text=remark.text))
    return reasons

"""One member, for managers: roles, and what of their work is unfinished or withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions import leaving
from annotate.models import Layer, LayerStatus, Member
from annotate.models.layers import WRITABLE
from annotate.payloads.problems import Problem
from annotate.permissions import Action
from annotate.web.access import Place, Request, answer, go, page, place_of

SHOWN = 100


@page("GET")
def member(request: Request, slug: str, username: str) -> HttpResponse:
    """Show one member, also one who left."""
    place = place_of(request, slug, Action.MANAGE_MEMBERS)
    return _page(request, place, _member(request, place, username))


@page("POST")
def layer_change(request: Request, slug: str, username: str, layer_id: UUID) -> HttpResponse:
    """Release an unfinished layer, or restore a withdrawn one."""
    place = place_of(request, slug, Action.MANAGE_MEMBERS)
    found = _member(request, place, username)
    layer = get_object_or_404(_layers(request, found), pk=layer_id)
    act = leaving.restore_layer if request.POST.get("do") == "restore" else leaving.release_layer
    try:
        act(user=request.user, layer=layer, now=timezone.now())
    except Problem as problem:
        return _page(request, place, found, refused=problem.detail, status=problem.status)
    done = "open again" if act is leaving.restore_layer else "withdrawn"
    said = f"The reading of “{layer.document}” is {done}."
    if request.htmx:
        return _page(request, place, found, said=said)
    messages.success(request, said)
    return go(request, "member", slug, username)


def _member(request: Request, place: Place, username: str) -> Member:
    if "\0" in username:
        raise Http404
    rows = Member.objects.visible_to(request.user).filter(project=place.id).select_related("user")
    found: Member = get_object_or_404(rows, user__username=username)
    return found


def _layers(request: Request, member: Member) -> QuerySet[Layer]:
    """Return the person's layers that the one who looks may see: blind rounds hold for managers too."""
    rows = Layer.objects.visible_to(request.user).of_annotators()
    rows = rows.filter(project=member.project_id, annotator=member.user_id).select_related("document", "round")
    return rows.defer("document__text", "document__metadata")


def _page(request: Request, place: Place, member: Member, *, status: int = 200, **extra: Any) -> HttpResponse:
    """Eight queries at most."""
    rows = _layers(request, member)
    counts = dict(rows.order_by().values_list("status").annotate(n=Count("*")))
    context = {
        "place": place,
        "member": member,
        "counts": [(name, counts.get(key, 0), key) for key, name in LayerStatus.choices],
        "unfinished": list(rows.filter(status__in=WRITABLE).order_by("round__number", "document__number")[:SHOWN]),
        "withdrawn": list(rows.filter(status="withdrawn").order_by("round__number", "document__number")[:SHOWN]),
        "n_unfinished": sum(counts.get(key, 0) for key in WRITABLE),
        "n_withdrawn": counts.get("withdrawn", 0),
        "now": timezone.now(),
        **extra,
    }
    return answer(request, "annotate/member.html", "member-work", context, status=status)

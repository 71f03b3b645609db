"""Leaving a project: what it means, and the step itself."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions import leaving
from annotate.models import Layer, Member
from annotate.models.layers import WRITABLE
from annotate.payloads.problems import Problem
from annotate.web.access import Place, Request, answer, go, page, place_of


@page("GET", "POST")
def leave(request: Request, slug: str) -> HttpResponse:
    """Say what leaving means (GET), and leave (POST)."""
    place = place_of(request, slug)
    own = Member.objects.visible_to(request.user).filter(user=request.user.pk, left_at__isnull=True)
    member = get_object_or_404(own, project=place.id)
    if request.method != "POST":
        return _page(request, place, member)
    try:
        leaving.leave_project(user=request.user, project=place.project, now=timezone.now())
    except Problem as problem:
        return _page(request, place, member, refused=problem.detail, status=problem.status)
    messages.success(request, f"You have left {place.project}. What you submitted is kept as {member.pseudonym}’s.")
    return go(request, "home")


def _page(request: Request, place: Place, member: Member, *, refused: str = "", status: int = 200) -> HttpResponse:
    own = Layer.objects.visible_to(request.user).of_annotators().filter(project=place.id, annotator=request.user.pk)
    counts = dict(own.order_by().values_list("status").annotate(n=Count("*")))
    context = {
        "place": place,
        "member": member,
        "refused": refused,
        "n_unfinished": sum(counts.get(status, 0) for status in WRITABLE),
        "n_submitted": counts.get("submitted", 0),
    }
    return answer(request, "annotate/leave.html", "leaving", context, status=status)

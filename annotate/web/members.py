"""Who works on a project, and in which roles."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions import leaving, projects
from annotate.models import Member
from annotate.payloads.problems import Invalid, Problem
from annotate.permissions import Action, Role
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.forms import ROLES, MemberForm, RolesForm, add_problem

NO_ROLE = "A member has at least one role; choose one, or remove the member."
ROLE_HELP = {
    "annotator": "reads the guidelines and annotates",
    "curator": "also brings articles, keeps the registries and exports",
    "manager": "also manages members and rounds",
}


@page("GET", "POST")
def members(request: Request, slug: str) -> HttpResponse:
    """List the members; managers add one by user name."""
    is_change = request.method == "POST"
    place = place_of(request, slug, Action.MANAGE_MEMBERS if is_change else Action.SEE_MEMBERS)
    form = MemberForm(request.POST if is_change else None)
    if not is_change or not form.is_valid():
        return _page(request, place, form, status=400 if is_change else 200)
    name, role = form.cleaned_data["username"], Role(form.cleaned_data["role"])
    try:
        projects.add_member(user=request.user, project=place.project, username=name, roles={role}, now=timezone.now())
    except Problem as problem:
        add_problem(form, problem)
        return _page(request, place, form, status=problem.status)
    return _done(request, place, f"{name} is a member now, as {role}.")


@page("POST")
def member_change(request: Request, slug: str) -> HttpResponse:
    """Replace a member's roles, or end the membership."""
    place = place_of(request, slug, Action.MANAGE_MEMBERS)
    form = RolesForm(request.POST)
    form.is_valid()
    name = form.cleaned_data.get("username", "")
    rows = Member.objects.visible_to(request.user).filter(project=place.id, left_at__isnull=True)
    member = get_object_or_404(rows.select_related("user"), user__username=name)
    try:
        if request.POST.get("do") == "remove":
            leaving.remove_member(user=request.user, member=member, now=timezone.now())
            return _done(request, place, f"{name} is no longer a member. What they annotated is kept.")
        roles = projects.read_roles(form.cleaned_data.get("roles", []), "/roles")
        projects.set_roles(user=request.user, member=member, roles=roles)
    except Problem as problem:
        detail = NO_ROLE if isinstance(problem, Invalid) else problem.detail
        return _page(request, place, MemberForm(), status=problem.status, failed=name, detail=detail)
    return _done(request, place, f"The roles of {name} are changed.")


def _done(request: Request, place: Place, said: str) -> HttpResponse:
    """Answer a change that was made; who gave up managing, or left, goes where they still may be."""
    rows = Member.objects.visible_to(request.user).filter(project=place.id, left_at__isnull=True, user=request.user.pk)
    own = rows.first()
    if not request.user.is_superuser and (own is None or not own.is_manager):
        return go(request, "home" if own is None else "project", *([] if own is None else [place.project.slug]))
    if request.htmx:
        return _page(request, place, MemberForm(), said=said)
    messages.success(request, said)
    return go(request, "members", place.project.slug)


def _page(request: Request, place: Place, form: MemberForm, *, status: int = 200, **extra: Any) -> HttpResponse:
    found = Member.objects.visible_to(request.user).active().filter(project=place.id).select_related("user")
    context = {
        "place": place,
        "form": form,
        "members": found.order_by("joined_at", "id"),
        "roles": [(key, name, ROLE_HELP[key]) for key, name in ROLES],
        **extra,
    }
    return answer(request, "annotate/members.html", "member-list", context, status=status)

"""Who works on a project, and in which roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from annotate.actions import invitations, leaving, projects
from annotate.models import Invitation, Member
from annotate.payloads.people import People, full_name, shown_name
from annotate.payloads.problems import Invalid, Problem
from annotate.permissions import Action, Role
from annotate.web.access import Place, Request, answer, go, page, place_of
from annotate.web.forms import ROLES, InvitationForm, MemberForm, RolesForm, add_problem

NO_ROLE = "A member has at least one role; choose one, or remove the member."
ROLE_HELP = {
    "annotator": "reads the guidelines and annotates",
    "curator": "also brings articles, keeps the registries and exports",
    "manager": "also manages members and rounds",
}
INVITATIONS_SHOWN = 100


@page("GET", "POST")
def members(request: Request, slug: str) -> HttpResponse:
    """List the members; managers add one by user name."""
    is_change = request.method == "POST"
    place = place_of(request, slug, Action.MANAGE_MEMBERS if is_change else Action.SEE_MEMBERS)
    form = MemberForm(request.POST if is_change else None)
    if not is_change or not form.is_valid():
        return members_page(request, place, form=form, status=400 if is_change else 200)
    name, role = form.cleaned_data["username"], Role(form.cleaned_data["role"])
    try:
        projects.add_member(user=request.user, project=place.project, username=name, roles={role}, now=timezone.now())
    except Problem as problem:
        add_problem(form, problem)
        return members_page(request, place, form=form, status=problem.status)
    return members_done(request, place, f"{name} is a member now, as {role}.")


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
            return members_done(request, place, f"{name} is no longer a member. What they annotated is kept.")
        roles = projects.read_roles(form.cleaned_data.get("roles", []), "/roles")
        projects.set_roles(user=request.user, member=member, roles=roles)
    except Problem as problem:
        detail = NO_ROLE if isinstance(problem, Invalid) else problem.detail
        return members_page(request, place, status=problem.status, failed=name, detail=detail)
    return members_done(request, place, f"The roles of {name} are changed.")


def members_done(request: Request, place: Place, said: str) -> HttpResponse:
    """Answer a change that was made; who gave up managing, or left, goes where they still may be."""
    rows = Member.objects.visible_to(request.user).filter(project=place.id, left_at__isnull=True, user=request.user.pk)
    own = rows.first()
    if not request.user.is_superuser and (own is None or not own.is_manager):
        return go(request, "home" if own is None else "project", *([] if own is None else [place.project.slug]))
    if request.htmx:
        return members_page(request, place, said=said)
    messages.success(request, said)
    return go(request, "members", place.project.slug)


def members_page(
    request: Request,
    place: Place,
    *,
    form: MemberForm | None = None,
    invitation_form: InvitationForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """Show everybody, and to managers the invitations. Five queries more than `place_of` needs."""
    found = Member.objects.visible_to(request.user).filter(project=place.id).select_related("user")
    context = {
        "place": place,
        "form": form or MemberForm(),
        "invitation_form": invitation_form or InvitationForm(),
        "members": _named(place, found.filter(left_at__isnull=True).order_by("joined_at", "id")),
        "left": _named(place, found.filter(left_at__isnull=False).order_by("left_at", "id")),
        "invitations": _invitations(request, place, timezone.now()) if place.may_manage else [],
        "roles": [(key, name, ROLE_HELP[key]) for key, name in ROLES],
        **extra,
    }
    return answer(request, "annotate/members.html", "member-list", context, status=status)


def _named(place: Place, rows: QuerySet[Member]) -> list[tuple[Member, str, str]]:
    """Return members with the names that the person who looks may know: what identifies them, and the full name."""
    manages = place.may_manage
    return [(row, shown_name(row, is_manager=manages), full_name(row, is_manager=manages)) for row in rows]


def _invitations(request: Request, place: Place, now: datetime) -> list[tuple[Invitation, str]]:
    """Return invitations, newest first, with why they ended; empty for those that work. Three queries."""
    rows = Invitation.objects.visible_to(request.user).filter(project=place.id)
    inviters = invitations.inviters(place.id)
    found, people = [], People()
    for row in rows.order_by("-created_at", "id")[:INVITATIONS_SHOWN]:
        row.maker_name = people.name(place.id, row.created_by_id)  # type: ignore[attr-defined]
        found.append((row, invitations.why_ended(row, inviters=inviters, now=now)))
    return found

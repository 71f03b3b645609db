"""Invitations: made and taken back by managers, and the page where people join by one.

That page is the only place where an account can be made without somebody who runs the site.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from annotate.actions import invitations as actions
from annotate.models import Invitation
from annotate.payloads.problems import Invalid, NotThere
from annotate.permissions import Action
from annotate.web import throttle
from annotate.web.access import Request, page, place_of
from annotate.web.forms import InvitationForm, SignUpForm, add_problem
from annotate.web.members import members_done, members_page

BACKEND = "django.contrib.auth.backends.ModelBackend"
LINK = "invitation"


@never_cache
@page("POST")
def invitations(request: Request, slug: str) -> HttpResponse:
    """Make an invitation. Its link is shown in this answer and stored nowhere, hence no redirect."""
    place = place_of(request, slug, Action.MANAGE_MEMBERS)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return members_page(request, place, invitation_form=form, status=400)
    try:
        settings = actions.read_invitation(form.cleaned_data)
        made, secret = actions.create_invitation(
            user=request.user, project=place.project, settings=settings, now=timezone.now()
        )
    except Invalid as problem:
        add_problem(form, problem)
        return members_page(request, place, invitation_form=form, status=problem.status)
    return members_page(request, place, made=made, link=request.build_absolute_uri(reverse("invite", args=[secret])))


@page("POST")
def revoke(request: Request, slug: str, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    place = place_of(request, slug, Action.MANAGE_MEMBERS)
    rows = Invitation.objects.visible_to(request.user).filter(project=place.id)
    found = get_object_or_404(rows, pk=invitation_id)
    actions.revoke_invitation(user=request.user, invitation=found, now=timezone.now())
    return members_done(request, place, "The invitation is taken back; nobody can join by it any more.")


@sensitive_variables("secret")
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what one is invited to. Who is not signed in signs in, or makes an account here (POST)."""
    found = _found(request, secret)
    if isinstance(found, HttpResponse):
        return found
    if request.method != "POST" or request.user.is_authenticated:
        return _page(request, found, secret, SignUpForm())
    form = SignUpForm(request.POST)
    if not throttle.may_follow(request, LINK):
        return _too_many(request, found, secret)
    if not form.is_valid():
        return _page(request, found, secret, form, status=400)
    return _signed_up(request, found, secret, form)


def _signed_up(request: HttpRequest, found: Invitation, secret: str, form: SignUpForm) -> HttpResponse:
    name, password = form.cleaned_data["username"], form.cleaned_data["new_password1"]
    try:
        person = actions.sign_up(secret=secret, username=name, password=password, now=timezone.now())
    except NotThere:
        return _gone(request)
    except Invalid as problem:
        for error in problem.errors:
            form.add_error("new_password1" if error.pointer == "/password" else "username", error.detail)
        return _page(request, found, secret, form, status=400)
    throttle.has_followed(request, LINK)
    auth.login(request, person, backend=BACKEND)
    return _welcome(request, found)


@sensitive_variables("secret")
@never_cache
@page("POST")
def join(request: Request, secret: str) -> HttpResponse:
    """Join the project as the person who is signed in."""
    found = _found(request, secret)
    if isinstance(found, HttpResponse):
        return found
    if not throttle.may_follow(request, LINK):
        return _too_many(request, found, secret)
    try:
        actions.join(user=request.user, secret=secret, now=timezone.now())
    except NotThere:  # somebody else was faster
        return _gone(request)
    throttle.has_followed(request, LINK)
    return _welcome(request, found)


def _welcome(request: HttpRequest, found: Invitation) -> HttpResponse:
    messages.success(request, f"You are a member of {found.project} now.")
    return redirect("project", found.project.slug)


def _found(request: HttpRequest, secret: str) -> Invitation | HttpResponse:
    """Return the invitation, or the answer to one that does not work."""
    try:
        return actions.find_invitation(secret, user=request.user, now=timezone.now())
    except NotThere:
        return _gone(request)


def _gone(request: HttpRequest) -> HttpResponse:
    """Answer the same whatever the reason, so that nobody learns which links there were."""
    return render(request, "annotate/invite_gone.html", status=404)


def _too_many(request: HttpRequest, found: Invitation, secret: str) -> HttpResponse:
    response = _page(request, found, secret, SignUpForm(), status=429, minutes=throttle.SECONDS // 60)
    response.headers["Retry-After"] = str(throttle.SECONDS)
    return response


def _page(
    request: HttpRequest, found: Invitation, secret: str, form: SignUpForm, *, status: int = 200, **extra: Any
) -> HttpResponse:
    context = {
        "invitation": found,
        "secret": secret,
        "form": form,
        "is_joined": actions.is_joined(request.user, found),
        **extra,
    }
    return render(request, "annotate/invite.html", context, status=status)

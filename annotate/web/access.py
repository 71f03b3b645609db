"""Who gets to a page, and in which form it is answered: whole, or as a fragment for htmx."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from annotate import permissions
from annotate.models import Project
from annotate.permissions import Action
from annotate.web.reading import project_of


class Request(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: HtmxDetails


type View[**P] = Callable[Concatenate[Request, P], HttpResponse]
type AnyView[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page[**P](*methods: str) -> Callable[[View[P]], AnyView[P]]:
    """Let signed-in people in with these methods; others are sent to the sign-in page."""
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def decorate(view: View[P]) -> AnyView[P]:
        @require_http_methods(allowed)
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.user.is_authenticated:
                return view(cast(Request, request), *args, **kwargs)
            return _to_sign_in(cast(Request, request))

        return cast("AnyView[P]", guarded)

    return decorate


def _to_sign_in(request: Request) -> HttpResponse:
    """Send to the sign-in page and back here; htmx follows no redirect of a fragment, so it is told to go."""
    if request.htmx:
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url("login")})
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else resolve_url("home"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A project as the person who asks sees it: what its menu may offer."""

    project: Project
    may_curate: bool
    may_manage: bool

    @property
    def id(self) -> UUID:
        return self.project.pk


def place_of(request: Request, slug: str, action: Action = Action.SEE_PROJECT) -> Place:
    """Return the project, for somebody who may do `action` there. Raises Http404 or PermissionDenied. 4 queries."""
    project = project_of(request.user, slug)
    if action != Action.SEE_PROJECT:
        permissions.require(request.user, action, project.pk)
    manages = permissions.can(request.user, Action.MANAGE_PROJECT, project.pk)
    curates = manages or permissions.can(request.user, Action.EXPORT, project.pk)
    return Place(project=project, may_curate=curates, may_manage=manages)


def answer(
    request: Request, template: str, partial: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the page, or only its partial when htmx asks."""
    name = f"{template}#{partial}" if request.htmx else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def go(request: Request, to: str, *args: Any) -> HttpResponse:
    """Redirect to a URL name or path; htmx loads that page as a whole."""
    if request.htmx:
        return HttpResponse(status=200, headers={"HX-Redirect": resolve_url(to, *args)})
    return redirect(to, *args)

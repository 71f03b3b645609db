"""The first page: the projects of the person who looks. And the two files that browsers and robots ask for."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from annotate.models import Project
from annotate.web.access import Request, page
from annotate.web.progress import own_progress

PROJECTS_A_PAGE = 50


@page("GET")
def home(request: Request) -> HttpResponse:
    """List the projects with one's own progress. Bounded queries for any number of projects."""
    projects = Project.objects.visible_to(request.user).order_by("name", "id")
    found = Paginator(projects, PROJECTS_A_PAGE).get_page(request.GET.get("page"))
    progress = own_progress(request.user, found.object_list)
    cards = [(project, progress[project.pk]) for project in found.object_list]
    return render(request, "annotate/home.html", {"cards": cards, "page": found})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("annotate/img/favicon.svg"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep robots out: nothing here is public."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")

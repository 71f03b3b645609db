"""Projects."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate.actions import projects as actions
from annotate.api.fetch import answer, caller, fields, project_of
from annotate.api.openapi import IF_MATCH, PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.serializers import ProjectChangeSerializer, ProjectInSerializer, ProjectSerializer
from annotate.api.shapes import project_dict, project_dicts
from annotate.models import Project
from annotate.payloads.codebook_templates import DEFAULT, TEMPLATES
from annotate.payloads.preconditions import Precondition
from annotate.payloads.problems import FieldError, Invalid

EXAMPLE = {"slug": "bridge", "name": "Harbour bridge"}


@operation(
    id="list_projects",
    tag="projects",
    summary="Your projects, ordered by slug",
    answers={200: page_of("Project", ProjectSerializer)},
    errors=[400],
    parameters=PAGING,
)
@operation(
    id="create_project",
    tag="projects",
    method="POST",
    summary="Make a project",
    detail=(
        "Makes a corpus of the same slug, a codebook from the template and a first round; you become its manager. "
        + " ".join(f"`{key}`: {found.about}." for key, found in TEMPLATES.items())
    ),
    body=ProjectInSerializer,
    answers={201: ProjectSerializer},
    errors=[413],
    examples=[sent("A project", EXAMPLE)],
)
@api_view(["GET", "POST"])
def projects(request: Request) -> Response:
    """List the caller's projects, or make one."""
    user = caller(request)
    if request.method == "POST":
        values = _values(request, ("slug", "name", "description", "template"))
        made = actions.create_project(
            user=user,
            slug=values.get("slug", ""),
            name=values.get("name", ""),
            description=values.get("description", ""),
            template=values.get("template", DEFAULT),
            now=timezone.now(),
        )
        found = project_dict(project_of(request, made.slug), user)
        return answer(found, status=201, version=made.version, location=f"{request.path}{made.slug}/")
    rows = Project.objects.visible_to(user).select_related("corpus", "codebook")
    return page(request, rows, ("slug",), lambda found: project_dicts(found, user))


@operation(id="get_project", tag="projects", summary="One project", answers={200: ProjectSerializer})
@operation(
    id="change_project",
    tag="projects",
    method="PATCH",
    summary="Change name or description",
    detail="For managers. With If-Match, a change that is based on an older version is refused.",
    body=ProjectChangeSerializer,
    answers={200: ProjectSerializer},
    errors=[403, 412, 413],
    parameters=[IF_MATCH],
    examples=[sent("A new name", {"name": "Harbour bridge, second phase"})],
)
@api_view(["GET", "PATCH"])
def project(request: Request, slug: str) -> Response:
    """Answer or change one project."""
    user, found = caller(request), project_of(request, slug)
    if request.method == "PATCH":
        values = _values(request, ("name", "description"))
        precondition = Precondition.of(request.headers)
        actions.update_project(user=user, project=found, values=values, precondition=precondition)
        found = project_of(request, slug)
    return answer(project_dict(found, user), version=found.version)


def _values(request: Request, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the known fields of a body; what the API writes itself is passed over. Raises Invalid."""
    body = fields(request)
    passed_over = set(ProjectSerializer().fields) - set(known)
    unknown = sorted(body.keys() - set(known) - passed_over)
    if unknown:
        detail = f"“{unknown[0][:60]}” is not a field here; known are {', '.join(known)}."
        raise Invalid.of([FieldError(pointer=f"/{unknown[0]}", detail=detail)])
    return {key: value for key, value in body.items() if key in known}

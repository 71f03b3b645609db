"""Members of a project and their roles."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import permissions
from annotate.actions import leaving
from annotate.actions import projects as actions
from annotate.actions.projects import read_roles
from annotate.api.fetch import answer, caller, fetch, fields, project_of
from annotate.api.openapi import PAGING, operation, page_of, sent
from annotate.api.pagination import page
from annotate.api.parameters import flag_of
from annotate.api.serializers import MemberInSerializer, MemberSerializer, RolesSerializer
from annotate.api.shapes import member_dict
from annotate.models import Member, Project
from annotate.payloads.problems import NotThere
from annotate.permissions import Action, Role


@operation(
    id="list_members",
    tag="members",
    summary="Members and their roles, for curators and managers",
    answers={200: page_of("Member", MemberSerializer)},
    errors=[400, 403],
    parameters=[OpenApiParameter("left", bool, description="True: those who have left; else the others."), *PAGING],
)
@operation(
    id="add_member",
    tag="members",
    method="POST",
    summary="Add a person, or a role to a member",
    detail="For managers. Give `role`, or several as `roles`.",
    body=MemberInSerializer,
    answers={201: MemberSerializer},
    errors=[403],
    examples=[sent("An annotator", {"username": "ann", "role": "annotator"})],
)
@api_view(["GET", "POST"])
def members(request: Request, slug: str) -> Response:
    """List the members of a project, or add one."""
    user, project = caller(request), project_of(request, slug)
    if request.method == "POST":
        permissions.require(user, Action.MANAGE_MEMBERS, project.pk)
        body = fields(request, ["username", "role", "roles"])
        made = actions.add_member(
            user=user, project=project, username=body.get("username"), roles=_roles(body), now=timezone.now()
        )
        return answer(member_dict(made, is_manager=True), status=201)
    permissions.require(user, Action.SEE_MEMBERS, project.pk)
    manages = permissions.can(user, Action.MANAGE_MEMBERS, project.pk)
    rows = _rows(request, project, has_left=bool(flag_of(request, "left")))
    return page(request, rows, ("id",), lambda found: (member_dict(row, is_manager=manages) for row in found))


@operation(
    id="change_member",
    tag="members",
    method="PATCH",
    summary="Replace a member's roles",
    detail="For managers. A project keeps at least one manager.",
    body=RolesSerializer,
    answers={200: MemberSerializer},
    errors=[403, 409],
    examples=[sent("Curator too", {"roles": ["annotator", "curator"]})],
)
@operation(
    id="remove_member",
    tag="members",
    method="DELETE",
    summary="End a membership; what the person annotated is kept",
    detail=(
        "For managers, and for everybody their own. Unfinished layers are withdrawn and their places given back; "
        "submitted ones stay, under the pseudonym."
    ),
    answers={204: None},
    errors=[403, 409],
)
@api_view(["PATCH", "DELETE"])
def member(request: Request, slug: str, username: str) -> Response:
    """Change a member's roles, or end the membership."""
    user, project = caller(request), project_of(request, slug)
    if request.method != "DELETE" or username != user.get_username():
        permissions.require(user, Action.MANAGE_MEMBERS, project.pk)
    if "\0" in username:
        raise NotThere("There is no such member.")
    found = fetch(_rows(request, project), user__username=username)
    if request.method == "DELETE":
        leaving.remove_member(user=user, member=found, now=timezone.now())
        return answer(None, status=204)
    changed = actions.set_roles(user=user, member=found, roles=_roles(fields(request)))
    return answer(member_dict(changed, is_manager=True))


def _rows(request: Request, project: Project, *, has_left: bool = False) -> QuerySet[Member]:
    rows = Member.objects.visible_to(caller(request)).filter(project=project, left_at__isnull=not has_left)
    return rows.select_related("user")


def _roles(body: dict[str, object]) -> set[Role]:
    """Return the roles in a body, given as `role` or as `roles`."""
    key = "roles" if "roles" in body else "role"
    return read_roles(body.get(key), f"/{key}")

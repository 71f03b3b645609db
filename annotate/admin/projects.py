"""Projects and their members: shown to curators, changed by managers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from annotate.actions import leaving, projects
from annotate.admin.base import Panel
from annotate.admin.filters import ProjectFilter
from annotate.admin.forms import ExactField, PanelForm
from annotate.admin.scope import managed, reach, seen
from annotate.admin.show import counted, link
from annotate.admin.site import register
from annotate.models import Layer, Member, Project
from annotate.payloads.people import shown_name
from annotate.payloads.problems import Invalid, Problem
from annotate.permissions import Action, Role


@register(Project)
class ProjectPanel(Panel):
    adds = Action.SEE_PROJECT
    changes = Action.MANAGE_PROJECT
    place = "pk"
    object_type = "project"
    list_display = ("name", "corpus", "codebook", "n_members", "n_layers", "created_at")
    list_select_related = ("corpus", "codebook")
    search_fields = ("name", "slug")
    facts = ("slug", "corpus", "codebook", "n_members", "n_layers", "created_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("slug", "name", "description")})]
        return [(None, {"fields": ("name", "description")}), ("About this project", {"fields": self.facts})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.facts

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        members = counted(seen(Member, request.user).active(), "project", rows)  # type: ignore[attr-defined]  # of the queryset of members
        layers = counted(seen(Layer, request.user), "project", rows)
        for row in rows:
            row.n_members, row.n_layers = members.get(row.pk, 0), layers.get(row.pk, 0)

    @admin.display(description="members")
    def n_members(self, obj: Any) -> str:
        return link("annotate_member_changelist", f"{obj.n_members}", project=obj.pk)

    @admin.display(description="layers")
    def n_layers(self, obj: Any) -> str:
        return link("annotate_layer_changelist", f"{obj.n_layers}", project=obj.pk)

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        user: Any = request.user
        if change:
            return projects.update_project(user=user, project=obj, values=values)
        return projects.create_project(user=user, now=timezone.now(), **{"slug": "", "name": ""} | values)


class MemberForm(PanelForm):
    """Roles; for a new member the user name is typed, so that nobody can leaf through the accounts."""

    username = ExactField(label="User name", max_length=150, help_text="The person needs an account already.")


@register(Member)
class MemberPanel(Panel):
    adds = changes = Action.MANAGE_MEMBERS
    place = "project_id"
    form = MemberForm
    list_display = ("user_name", "roles_shown", "project", "pseudonym", "joined_at", "left_at")
    list_filter = (ProjectFilter,)
    list_select_related = ("user", "project")
    search_fields = ("user__username", "=pseudonym")
    actions = ("end_membership",)
    flags = ("is_annotator", "is_curator", "is_manager")
    facts = ("user_name", "project", "pseudonym", "joined_at", "left_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("project", "username", *self.flags)})]
        return [(None, {"fields": self.flags}), ("About this member", {"fields": self.facts})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else (*self.facts, "username")

    def get_field_queryset(self, db: str | None, db_field: Any, request: Any) -> QuerySet[Any] | None:
        return managed(request, super().get_field_queryset(db, db_field, request))

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        managed_ids = reach(request, Action.MANAGE_MEMBERS)
        for row in rows:
            row.shown_name = shown_name(row, is_manager=row.project_id in managed_ids)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        """Search; who has left is found by user name by managers only."""
        found, may_have_duplicates = super().get_search_results(request, queryset, search_term)
        words = self.words(search_term)
        if words and not (where := reach(request, Action.MANAGE_MEMBERS)).is_everywhere:
            known = Q(left_at__isnull=True) | Q(project__in=where.ids) | Q(pseudonym__in=words)
            found = found.filter(known)
        return found, may_have_duplicates

    def heading(self, obj: Any) -> str:
        return f"{obj.shown_name} in {obj.project}"

    @admin.display(description="user")
    def user_name(self, obj: Any) -> str:
        state = "" if obj.user.is_active else " (deactivated)"
        return f"{obj.shown_name}{state}"

    @admin.display(description="roles")
    def roles_shown(self, obj: Any) -> str:
        return "left" if obj.left_at else ", ".join(obj.roles)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and getattr(obj, "left_at", None) is None

    def fitting(self, request: HttpRequest, obj: Any) -> set[str]:
        return {"end_membership"} if self.has_change_permission(request, obj) else set()

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        user: Any = request.user
        roles = {role for role in Role if getattr(obj, f"is_{role}")}
        if not roles:
            raise Invalid("A member has at least one role: annotator, curator or manager.")
        if change:
            return projects.set_roles(user=user, member=obj, roles=roles)
        project, username = values["project"], values["username"]
        return projects.add_member(user=user, project=project, username=username, roles=roles, now=timezone.now())

    @admin.action(
        permissions=["change"],
        description="End membership",
        location=[ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM],
    )
    def end_membership(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """End memberships; what the persons annotated is kept."""
        user: Any = request.user
        for member in self.chosen(request, rows):
            if not self.has_change_permission(request, member):
                continue
            try:
                leaving.remove_member(user=user, member=member, now=timezone.now())
            except Problem as problem:
                self.message_user(request, problem.detail, messages.ERROR)
            else:
                self.message_user(request, f"{member} has ended.", messages.SUCCESS)

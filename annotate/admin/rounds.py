"""Rounds: shown to curators, opened and changed by managers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from annotate.actions import rounds as actions
from annotate.actions.checking import checked_name
from annotate.admin.base import Panel
from annotate.admin.filters import ProjectFilter
from annotate.admin.scope import managed, reach, seen
from annotate.admin.show import counted, link
from annotate.admin.site import register
from annotate.models import Layer, Round, RoundPurpose
from annotate.permissions import Action


@register(Round)
class RoundPanel(Panel):
    adds = changes = Action.MANAGE_ROUNDS
    place = "project_id"
    object_type = "round"
    list_display = ("name", "project", "status", "overlap", "is_blind", "quota", "n_layers")
    list_filter = (ProjectFilter,)
    list_select_related = ("project",)
    search_fields = ("name",)
    settings = (
        *("name", "status", "overlap", "is_blind", "quota", "lease_minutes"),
        *("are_speakers_closed", "are_targets_closed", "are_propositions_closed"),
        *("purpose", "threshold", "admission"),
    )
    facts = ("project", "number", "codebook_version", "n_layers", "created_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ("project", *self.settings)})]
        return [(None, {"fields": self.settings}), ("About this round", {"fields": self.facts})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.facts

    def get_field_queryset(self, db: str | None, db_field: Any, request: Any) -> QuerySet[Any] | None:
        rows = managed(request, super().get_field_queryset(db, db_field, request))
        if db_field.name != "admission":
            return rows
        where = reach(request, Action.MANAGE_ROUNDS)
        comparisons = Round.objects.exclude(purpose=RoundPurpose.WORK).order_by("project", "number")
        return comparisons if where.is_everywhere else comparisons.filter(project__in=where.ids)

    def fill_page(self, request: HttpRequest, rows: list[Any]) -> None:
        layers = counted(seen(Layer, request.user), "round", rows)
        for row in rows:
            row.n_layers = layers.get(row.pk, 0)

    @admin.display(description="layers")
    def n_layers(self, obj: Any) -> str:
        return link("annotate_layer_changelist", f"{obj.n_layers}", round=obj.pk)

    def store(self, request: HttpRequest, obj: Any, values: dict[str, Any], change: bool) -> Any:
        user: Any = request.user
        project = values.pop("project", None)
        if change:
            settings = replace(actions.settings_of(Round.objects.get(pk=obj.pk)), **checked(values))
            return actions.update_round(user=user, round=obj, settings=settings)
        settings = actions.RoundSettings(**checked(values))
        return actions.create_round(user=user, project=project, settings=settings, now=timezone.now())


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """Put the name of a round through the check of names; the form has checked the numbers."""
    if "admission" in values:
        admission = values["admission"]
        values = {key: value for key, value in values.items() if key != "admission"}
        values["admission_id"] = admission.pk if admission is not None else None
    return values | {"name": checked_name(values["name"], what="round")} if "name" in values else values
